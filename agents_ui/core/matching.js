/**
 * Finding by a few letters, pure: what begins with them, then words that do, then what has them all
 * in their order.
 *
 * @param {string} sought
 * @param {string} text
 * @returns {number} the lower the better; Infinity where it does not fit
 */
export function fit(sought, text) {
  const needle = folded(sought);
  const hay = folded(text);
  if (needle === "") return 0;
  if (hay.startsWith(needle)) return 1;
  const word = hay.search(new RegExp(`(^|[^\\p{L}\\p{N}])${escaped(needle)}`, "u"));
  if (word >= 0) return 2 + word / 1000;
  const inside = hay.indexOf(needle);
  if (inside >= 0) return 3 + inside / 1000;
  let at = -1;
  for (const letter of needle.replaceAll(" ", "")) {
    at = hay.indexOf(letter, at + 1);
    if (at < 0) return Infinity;
  }
  return 4 + at / 1000;
}

/**
 * @template T
 * @param {string} sought
 * @param {readonly T[]} things
 * @param {(thing: T) => string} text
 * @returns {T[]} those that fit, the best first
 */
export function fitting(sought, things, text) {
  return things
    .map((thing, index) => ({ thing, index, rank: fit(sought, text(thing)) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ thing }) => thing);
}

/** @param {string} text */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
