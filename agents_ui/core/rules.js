/**
 * A team's rules as fields of a form, pure: made of what the server says of its own shapes, so that
 * a rule that it learns is in the form by itself.
 *
 * @typedef {{ name: string, kind: "number" | "choice" | "switch" | "list" | "text", about: string,
 *   low?: number, high?: number, choices?: string[], initial: unknown }} Rule
 */

const SHAPE = "TeamRules";

/** @param {any} openapi what the server says of its shapes @returns {Rule[]} */
export function rulesOf(openapi) {
  const { properties } = openapi.components.schemas[SHAPE];
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    kind: kindOf(shape),
    about: plain(shape.description ?? ""),
    low: shape.minimum,
    high: shape.maximum,
    choices: shape.enum,
    initial: shape.default,
  }));
}

/** @param {any} shape @returns {Rule["kind"]} */
function kindOf({ type, enum: choices }) {
  if (choices !== undefined) return "choice";
  if (type === "integer" || type === "number") return "number";
  if (type === "boolean") return "switch";
  return type === "array" ? "list" : "text";
}

/** Without the marks of a page: `code`, [words](page). @param {string} text */
function plain(text) {
  const words = text.replaceAll("`", "").replace(/ ?\(?\[([^\]]*)\]\([^)]*\)\)?/g, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** As a field shows it. @param {Rule} rule @param {unknown} value */
export function shownRule({ kind }, value) {
  if (kind === "list") return /** @type {string[]} */ (value).join(", ");
  return kind === "switch" ? value : String(value);
}

/** As the server takes it. @param {Rule} rule @param {any} shown */
export function keptRule({ kind }, shown) {
  if (kind === "number") return shown.trim() === "" ? null : Number(shown);
  return kind === "list" ? shown.split(/[\s,]+/).filter(Boolean) : shown;
}
