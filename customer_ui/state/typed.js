/** What one person has typed and not sent: kept at each stroke, for the next start. */

/** @param {string} person */
const key = (person) => `pinbox-app/${person}/draft`;

/** @param {string} person */
export function readTyped(person) {
  try {
    return localStorage.getItem(key(person)) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} person @param {string} text */
export function keepTyped(person, text) {
  try {
    if (text === "") localStorage.removeItem(key(person));
    else localStorage.setItem(key(person), text);
  } catch {
    // Then it lives as long as the page.
  }
}

/** Nobody else who uses this browser may find it. @param {string} person */
export function forgetTyped(person) {
  keepTyped(person, "");
}
