/** A modal sheet: the browser's own dialog, which holds the focus and closes by Escape. */

import { html, useId, useLayoutEffect, useRef } from "../vendor/preact.js";
import { Icon } from "./icon.js";

/** @param {{ title: string, close: () => void, shut: string, look?: string, children: any }} props */
export function Sheet({ title, close, shut, look = "", children }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement) before.focus();
    };
  }, []);
  const outside = (/** @type {MouseEvent} */ event) => {
    if (event.target === ref.current) close();
  };
  return html`<dialog ref=${ref} class=${`sheet ${look}`} aria-labelledby=${heading} onClose=${close} onMouseDown=${outside}>
    <div class="sheet-inside">
      <header class="sheet-head">
        <h2 id=${heading}>${title}</h2>
        <button type="button" class="quiet square" onClick=${close} aria-label=${shut}><${Icon} name="close" /></button>
      </header>
      ${children}
    </div>
  </dialog>`;
}
