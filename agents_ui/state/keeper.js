/**
 * Keeps the focus from falling out of the page. Where what has it is taken away, as a row is that
 * leaves its list or a button that has done its work, the nearest thing beside it gets the focus;
 * whoever does not see the screen would else begin at the top again. Where a command says where the
 * focus goes, that holds.
 *
 * @typedef {{ at: HTMLElement, levels: Level[], part: Element | null, outside: Place | null }} Place
 *   `levels`: it and what it stands in, the nearest first; `outside`: for what is in a dialog, where
 *   the focus was before
 * @typedef {{ next: Element | null, before: Element | null, up: Element }} Level what stood beside
 *   an element, and what it stood in
 */

import { isOnTheWay } from "./focus.js";

const REACHED = "a[href], button, input, select, textarea, summary, [tabindex]";
const PART = "[data-region], dialog";

/** @type {Place | null} */
let last = null;

/** Begin to keep it, in the whole page. */
export function keepFocus() {
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement) last = placeOf(target);
  });
  document.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget !== null) return;
    // Who clicks beside everything wants the focus nowhere; what was removed is another matter.
    setTimeout(() => {
      if (nowhere() && last?.at.isConnected) last = null;
    });
  });
  new MutationObserver((records) => {
    if (last === null || !nowhere()) return;
    const { at } = last;
    if (!records.some(({ removedNodes }) => [...removedNodes].some((node) => node.contains(at)))) return;
    if (at.isConnected) at.focus({ preventScroll: true });
    else requestAnimationFrame(() => rescue(at));
  }).observe(document.body, { childList: true, subtree: true });
}

function nowhere() {
  return document.activeElement === null || document.activeElement === document.body;
}

/** @param {HTMLElement} at @returns {Place} */
function placeOf(at) {
  const part = at.closest(PART);
  /** @type {Level[]} */
  const levels = [];
  for (let here = /** @type {Element} */ (at); here !== part && here.parentElement !== null; here = here.parentElement) {
    const { nextElementSibling: next, previousElementSibling: before, parentElement: up } = here;
    levels.push({ next, before, up });
  }
  const outside = part instanceof HTMLDialogElement ? (last?.part === part ? last.outside : last) : null;
  return { at, levels, part, outside };
}

/** @param {HTMLElement} lost */
function rescue(lost) {
  if (!nowhere() || last === null || last.at !== lost) return;
  if (isOnTheWay()) return void requestAnimationFrame(() => rescue(lost));
  for (let place = /** @type {Place | null} */ (last); place !== null; place = place.outside) {
    const found = place.at.isConnected ? reachedIn(place.at)[0] : nearest(place.levels);
    if (found === undefined) continue;
    found.focus({ preventScroll: true });
    return found.scrollIntoView({ block: "nearest" });
  }
  reachedIn(document.querySelector("main") ?? document.body)[0]?.focus();
}

/** What comes after, else what came before, else what it stood in. @param {Level[]} levels */
function nearest(levels) {
  for (const { next, before, up } of levels) {
    for (let here = next; here !== null; here = here.nextElementSibling) {
      const [found] = reachedIn(here);
      if (found !== undefined) return found;
    }
    for (let here = before; here !== null; here = here.previousElementSibling) {
      const found = reachedIn(here).at(-1);
      if (found !== undefined) return found;
    }
    const [found] = reachedIn(up);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What can have the focus in an element that is still there. @param {Element} element */
function reachedIn(element) {
  if (!element.isConnected) return [];
  const inside = /** @type {HTMLElement[]} */ ([element, ...element.querySelectorAll(REACHED)]);
  return inside.filter((one) => one.matches(REACHED) && !one.matches(":disabled, [hidden]") && one.checkVisibility());
}
