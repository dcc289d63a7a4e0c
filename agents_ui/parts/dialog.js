/** A modal dialog: the browser's own, which holds the focus and closes by Escape. */

import { html, useId, useLayoutEffect, useRef } from "../vendor/preact.js";
import { Icon } from "./icon.js";

/** @param {{ desk: import("../state/desk.js").Desk, title: string, look?: string, children: any, onClose?: () => void }} props */
export function Dialog({ desk, title, look = "", children, onClose }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useId();
  const close = onClose ?? (() => (desk.dialog.value = null));
  // Before the screen is painted: an effect would come after it, and what a fast typist types until
  // then would be lost.
  useLayoutEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    const begin = /** @type {HTMLElement | null} */ (ref.current?.querySelector("[data-begin]"));
    begin?.focus();
    return () => {
      // Whoever opened it gets the focus back, unless it has gone elsewhere meanwhile.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement) before.focus();
    };
  }, []);
  const outside = (/** @type {MouseEvent} */ event) => {
    if (event.target === ref.current) close();
  };
  return html`<dialog ref=${ref} class=${`dialog ${look}`} aria-labelledby=${heading}
    onClose=${close} onMouseDown=${outside}>
    <div class="dialog-inside">
      <header class="dialog-head">
        <h2 id=${heading}>${title}</h2>
        <button type="button" class="quiet square" onClick=${close}
          aria-label=${desk.words.say("dialog.close")}><${Icon} name="close" /></button>
      </header>
      ${children}
      <div data-voice class="unseen" role="status" aria-live="polite" aria-atomic="true"></div>
    </div>
  </dialog>`;
}
