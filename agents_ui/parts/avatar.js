/** Somebody's face: the photo where it is this server's own and there, else the initials on a steady colour. */

import { html, useState } from "../vendor/preact.js";

const HUES = 8;

/** @param {{ id: string, name: string, photo?: string | null, size?: "small" | "large" }} props */
export function Avatar({ id, name, photo = null, size }) {
  const [lost, setLost] = useState(false);
  const own = photo !== null && photo !== undefined && photo.startsWith("/") && !lost;
  const look = `avatar ${size ?? ""}`;
  if (own) return html`<img class=${look} src=${photo} alt="" width="32" height="32"
    onError=${() => setLost(true)} />`;
  return html`<span class=${look} data-hue=${hueOf(id)} aria-hidden="true">${initials(name)}</span>`;
}

/** @param {string} name */
export function initials(name) {
  const parts = name.trim().split(/\s+/u);
  const first = [...(parts[0] ?? "")][0] ?? "?";
  const last = parts.length > 1 ? ([...(parts.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** @param {string} id */
export function hueOf(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 4093;
  return sum % HUES;
}
