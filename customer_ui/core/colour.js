/** The company's colour, and what can be read on it and beside it (WCAG 2.2, 1.4.3). Pure. */

const ENOUGH = 4.5;
const WHITE = [255, 255, 255];
/** The darkest ground of the light page, and the lightest of the dark one. */
const DAY = [238, 240, 242];
const NIGHT = [38, 42, 47];

/**
 * Tokens made of one colour; null for what is none.
 *
 * @param {string} text `#rgb` or `#rrggbb`
 * @returns {{ fill: string, on: string, light: string, dark: string } | null}
 */
export function tokens(text) {
  const rgb = parse(text);
  if (rgb === null) return null;
  const on = contrast(rgb, WHITE) >= ENOUGH ? "#ffffff" : "#000000";
  return { fill: hex(rgb), on, light: hex(against(rgb, DAY, 0)), dark: hex(against(rgb, NIGHT, 255)) };
}

/** The nearest shade that can be read on this ground. @param {number[]} rgb @param {number[]} ground @param {number} towards */
function against(rgb, ground, towards) {
  let shade = rgb;
  for (let part = 0; part <= 1 && contrast(shade, ground) < ENOUGH; part += 0.04) {
    shade = rgb.map((value) => value + (towards - value) * part);
  }
  return shade;
}

/** @param {string} text */
function parse(text) {
  const found = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text);
  if (found === null) return null;
  const digits = found[1].length === 3 ? [...found[1]].map((one) => one + one).join("") : found[1];
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

/** @param {number[]} rgb */
function hex(rgb) {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
}

/** @param {number[]} one @param {number[]} two */
function contrast(one, two) {
  const [low, high] = [light(one), light(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** @param {number[]} rgb */
function light(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
