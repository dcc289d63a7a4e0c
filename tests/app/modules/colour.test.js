/** A company's colour can be read, whatever it is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { tokens } from "../../../customer_ui/core/colour.js";

/** WCAG 2.2, written out once more. */
function light(hex) {
  const part = (at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

function contrast(one, two) {
  const [low, high] = [light(one), light(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("every colour gives text that can be read on it, and links that can be read on each ground", () => {
  for (const part of ["00", "33", "66", "99", "cc", "ff"]) {
    for (const other of ["00", "44", "88", "cc", "ff"]) {
      for (const color of [`#${part}${other}88`, `#${other}88${part}`, `#88${part}${other}`]) {
        const made = tokens(color);
        assert.equal(made.fill, color);
        assert.ok(contrast(made.fill, made.on) >= 4.5, `${color} ${made.on}`);
        for (const ground of ["#ffffff", "#f4f5f7"]) assert.ok(contrast(made.light, ground) >= 4.5, color);
        for (const ground of ["#16181b", "#23272c"]) assert.ok(contrast(made.dark, ground) >= 4.5, color);
      }
    }
  }
});

test("what is no colour changes nothing", () => {
  for (const text of ["", "red", "#12", "#1234567", "url(x)"]) assert.equal(tokens(text), null);
});
