/**
 * A field and a list under it from which one thing is chosen: the combobox of the ARIA Authoring
 * Practices, with the focus staying in the field.
 */

import { html, useId, useState } from "../vendor/preact.js";

/**
 * @template T
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.focus the field's name as a target of the focus
 * @param {(sought: string) => readonly T[]} props.find
 * @param {(thing: T) => any} props.show
 * @param {(thing: T) => string} props.id
 * @param {(thing: T) => void} props.choose
 * @param {string} props.none
 */
export function Choices({ label, focus, find, show, id, choose, none }) {
  const [sought, setSought] = useState("");
  const [at, setAt] = useState(0);
  const name = useId();
  const found = find(sought);
  const current = Math.min(at, found.length - 1);
  const option = (/** @type {number} */ n) => `${name}-${n}`;
  const press = (/** @type {KeyboardEvent} */ event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const step = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      const next = (current + step + found.length) % found.length;
      setAt(next);
      document.getElementById(option(next))?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !event.isComposing && found[current] !== undefined) {
      event.preventDefault();
      choose(found[current]);
    }
  };
  const type = (/** @type {any} */ event) => {
    setSought(event.target.value);
    setAt(0);
  };
  return html`<div class="choices">
    <label class="unseen" for=${name}>${label}</label>
    <input id=${name} class="field" role="combobox" aria-expanded="true" autocomplete="off"
      aria-controls=${`${name}-list`} aria-activedescendant=${found.length > 0 ? option(current) : null}
      aria-autocomplete="list" placeholder=${label} data-focus=${focus} data-begin
      value=${sought} onInput=${type} onKeyDown=${press} />
    <ul id=${`${name}-list`} class="options" role="listbox" aria-label=${label}>
      ${found.map(
        (thing, n) => html`<li key=${id(thing)} id=${option(n)} role="option"
          aria-selected=${n === current} onClick=${() => choose(thing)}>${show(thing)}</li>`,
      )}
    </ul>
    ${found.length === 0 && html`<p class="hint" role="status">${none}</p>`}
  </div>`;
}
