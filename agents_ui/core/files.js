/** Files as they are told, pure: how large, and what a message without words says. */

const STEPS = /** @type {const} */ ([
  ["megabyte", 1_000_000],
  ["kilobyte", 1_000],
  ["byte", 1],
]);

/** How large, in one unit: "214 kB". @param {number} bytes @param {string} language */
export function sizeText(bytes, language) {
  const [unit, size] = STEPS.find(([, step]) => bytes >= step) ?? STEPS[2];
  const digits = unit === "megabyte" && bytes < 10 * size ? 1 : 0;
  const options = /** @type {const} */ ({ style: "unit", unit, unitDisplay: "short" });
  return new Intl.NumberFormat(language, { ...options, maximumFractionDigits: digits }).format(bytes / size);
}

/** What a message says: its words, else the names of its files. @param {{ body: string, files?: { name: string }[] }} said */
export function textOf({ body, files = [] }) {
  return body === "" ? files.map(({ name }) => name).join(", ") : body;
}

/** Whether a file can be shown in the page. @param {{ type: string }} file */
export function isPicture({ type }) {
  return ["image/jpeg", "image/png", "image/webp", "image/gif"].includes(type);
}
