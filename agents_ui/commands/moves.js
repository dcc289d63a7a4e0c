/** Moving in the list, and telling those who do not see it where they are. */

import { lastOfCustomer } from "../core/timeline.js";
import { nameOf } from "../core/announcing.js";
import { textOf } from "../core/files.js";
import { focusSoon, regionNow } from "../state/focus.js";
import { go, isRoom, place } from "../state/place.js";

/**
 * Go to the next or the previous row of the list, and open it.
 *
 * @param {import("../state/desk.js").Desk} desk
 * @param {1 | -1} step
 */
export function moveInList(desk, step) {
  const { view, thread } = place.value;
  if (view === "search" || isRoom(view)) return false;
  const rows = view === "callbacks" ? desk.callbacks.rows.value : desk.lists.shown[view].value;
  const at = rows.findIndex(({ id }) => id === thread);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (next === undefined) return rows.length > 0 && at >= 0;
  desk.reading.show(next.id);
  return true;
}

/**
 * A row was followed: its thread is open. Who did it by keyboard goes on there; a pointer leaves the
 * focus where it points.
 *
 * @param {import("../state/desk.js").Desk} desk
 * @param {MouseEvent} event
 * @param {string} thread
 */
export function follow(desk, event, thread) {
  event.preventDefault();
  desk.reading.show(thread);
  if (event.detail === 0) focusSoon("message");
}

/**
 * Go to a place of a room, with the focus on its heading.
 *
 * @param {MouseEvent} event of a link to it
 * @param {Partial<import("../state/place.js").At>} to
 */
export function enter(event, to) {
  event.preventDefault();
  go(to);
  focusSoon("room");
}

/** @param {import("../state/desk.js").Desk} desk */
export function readLast(desk) {
  const { words, voice, open } = desk;
  const thread = open.value;
  if (thread === null) return;
  const last = lastOfCustomer(desk.timelines.of(thread.id).value.items);
  if (last === undefined) return voice.say(words.say("say.last.none"));
  const when = words.times.value.near(last.sent_at, Date.now());
  voice.say(words.say("say.last", { name: nameOf(thread), when, text: textOf(last) }));
}

/** @param {import("../state/desk.js").Desk} desk */
export function sayWhere(desk) {
  const { words, voice, open } = desk;
  const region = regionNow()?.getAttribute("aria-label") ?? words.say("region.lists");
  const thread = open.value;
  voice.say(
    words.say("say.where", {
      list: words.say(`view.${place.value.view}`),
      count: desk.reading.countOf(place.value.view),
      thread: thread === null ? words.say("say.where.none") : nameOf(thread),
      region,
    }),
  );
}
