/**
 * Where the focus is and goes. Targets are named in the page by `data-focus`; the parts of the
 * screen, at most five, by `data-region`, in the order in which F6 goes round.
 */

const FRAMES = 30;
/** On a narrow screen a target may be behind: then the focus goes to what is in front. */
const INSTEAD = { row: "message" };

/** Where text is written: what is typed on the way there must not be taken for commands. */
const WRITTEN = ["composer", "search"];
/** @type {string | null} */
let onTheWay = null;

/** Whether the focus is on its way to where text is written. */
export function comesToText() {
  return onTheWay !== null && WRITTEN.includes(onTheWay);
}

/** Whether a command has said where the focus goes, and it is not there yet. */
export function isOnTheWay() {
  return onTheWay !== null;
}

/**
 * Put the focus on a target, as soon as it is on the screen and can have it. When there are several
 * of a name, the one that is current, else the last. Whoever asks later is the one who gets it.
 *
 * @param {string} target
 */
export function focusOn(target, frames = FRAMES) {
  onTheWay = target;
  const found = [.../** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll(`[data-focus~="${target}"]`)
  )].filter((element) => element.checkVisibility());
  const best = found.find((element) => element.tabIndex === 0) ?? found.at(-1);
  const busy = document.querySelector('[aria-busy="true"]') !== null;
  best?.focus();
  // Behind a dialog that is about to close nothing takes the focus yet.
  if (best !== undefined && document.activeElement === best) onTheWay = null;
  // What is being loaded will be there: to give up would leave the focus nowhere.
  else if (busy) nextFrame(target, frames);
  else if (frames > 0) nextFrame(target, frames - 1);
  else if (target in INSTEAD) focusOn(INSTEAD[/** @type {keyof typeof INSTEAD} */ (target)], 0);
  else onTheWay = null;
}

/** After what is on its way to the screen has come there. @param {string} target */
export function focusSoon(target) {
  onTheWay = target;
  nextFrame(target, FRAMES);
}

/** @param {string} target @param {number} frames */
function nextFrame(target, frames) {
  requestAnimationFrame(() => {
    if (onTheWay === target) focusOn(target, frames);
  });
}

/** The parts of the screen that are there now. @returns {HTMLElement[]} */
export function regions() {
  const found = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-region]"));
  return [...found].filter((element) => element.checkVisibility());
}

/**
 * The part of the screen with the focus.
 *
 * @returns {HTMLElement | null}
 */
export function regionNow() {
  return document.activeElement?.closest("[data-region]") ?? null;
}

const REACHABLE = "[data-entry], [tabindex='0'], a[href], button, input, select, textarea";

/** @param {1 | -1} step */
export function cycleRegions(step) {
  const all = regions();
  const here = regionNow();
  const at = here === null ? (step > 0 ? -1 : 0) : all.indexOf(here);
  const next = all[(at + step + all.length) % all.length];
  if (next === undefined) return;
  const inside = /** @type {HTMLElement[]} */ ([...next.querySelectorAll(REACHABLE)]).filter(
    // What stands in a part within this part is not its own.
    (one) => one.closest("[data-region]") === next && one.checkVisibility(),
  );
  const entry = inside.find((one) => one.dataset.entry !== undefined);
  (entry ?? inside.find((one) => one.tabIndex >= 0) ?? next).focus();
}
