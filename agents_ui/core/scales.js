/**
 * The scales of charts, pure: round steps from nought to beyond the largest value.
 *
 * @typedef {import("./figures.js").Kind} Kind
 */

const MINUTE = 60_000;
const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 7_200, 14_400].map(
  (minutes) => minutes * MINUTE,
);
const FEW = 4;

/**
 * Where the lines of a scale are, the first at nought, the last not below `most`.
 *
 * @param {Kind} kind
 * @param {number} most
 * @returns {number[]}
 */
export function ticks(kind, most) {
  if (kind === "mean") return [0, 1, 2, 3, 4, 5];
  const step = kind === "time" ? timeStep(most) : roundStep(kind, most);
  const lines = [0];
  while (lines[lines.length - 1] < most || lines.length < 2) {
    lines.push(trimmed(lines.length * step));
  }
  return lines;
}

/** @param {number} most */
function timeStep(most) {
  const longest = TIMES[TIMES.length - 1];
  return TIMES.find((step) => step * FEW >= most) ?? Math.ceil(most / FEW / longest) * longest;
}

/** @param {Kind} kind @param {number} most */
function roundStep(kind, most) {
  if (most <= 0) return 1;
  const rough = most / FEW;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10);
  return kind === "count" ? Math.max(1, Math.ceil(step)) : step;
}

/** Without the dust of binary fractions. @param {number} value */
function trimmed(value) {
  return Number(value.toPrecision(12));
}

/**
 * Every how many labels there is room for one.
 *
 * @param {number} count of labels
 * @param {number} room for all of them, in pixels
 * @param {number} each how wide one is
 */
export function every(count, room, each) {
  return Math.max(1, Math.ceil((count * each) / Math.max(room, 1)));
}
