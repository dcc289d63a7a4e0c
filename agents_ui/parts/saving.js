/**
 * A file that the server makes of what is there now. A link cannot say in whose name it is followed, so
 * the server is asked first whether who sits here is still who is signed in in this browser.
 */

import { getMe } from "../api/desk.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, href: string, label: string }} props */
export function FileLink({ desk, href, label }) {
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await getMe();
    } catch (error) {
      return desk.failed(error);
    }
    const link = document.createElement("a");
    link.href = href;
    link.download = "";
    return link.click();
  };
  return html`<a class="button" href=${href} download onClick=${save}>${label}</a>`;
}
