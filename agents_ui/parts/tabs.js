/** The places inside a room, as links: each has an address of its own. */

import { focusSoon } from "../state/focus.js";
import { addressOf } from "../state/place.js";
import { html } from "../vendor/preact.js";

/**
 * @param {object} props
 * @param {string} props.label
 * @param {import("../state/place.js").Room} props.room
 * @param {readonly { id: string, name: string, inside: readonly string[] }[]} props.tabs
 * @param {string} props.at
 */
export function Tabs({ label, room, tabs, at }) {
  return html`<nav class="tabs" aria-label=${label}><ul>
    ${tabs.map(
      ({ id, name, inside }) => html`<li key=${id}><a href=${addressOf({ view: room, inside })}
        aria-current=${id === at ? "page" : null} onClick=${() => focusSoon("tab")}>${name}</a></li>`,
    )}
  </ul></nav>`;
}
