/** A thread in a list. */

import { follow } from "../commands/moves.js";
import { nameOf } from "../core/announcing.js";
import { pressing, promiseText } from "../core/promises.js";
import { preview, rowName, servedBy, signsOf } from "../core/rows.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { now } from "../state/clock.js";
import { addressOf, place } from "../state/place.js";
import { html, useMemo } from "../vendor/preact.js";

/**
 * Of a thousand rows those alone are made anew in which something has changed: whoever goes to the
 * next thread waits for two.
 *
 * @param {{ desk: import("../state/desk.js").Desk, view: import("../core/views.js").View, thread: import("../core/shapes.js").Summary, entry: boolean }} props
 */
export function Row({ desk, view, thread, entry }) {
  const open = place.value.thread === thread.id;
  return useMemo(
    () => html`<${Inside} desk=${desk} view=${view} thread=${thread} entry=${entry} open=${open} />`,
    [desk, view, thread, entry, open],
  );
}

/** @param {Parameters<typeof Row>[0] & { open: boolean }} props */
function Inside({ desk, view, thread, entry, open }) {
  const { words } = desk;
  const say = words.say.bind(words);
  const times = words.times.value;
  const me = desk.me.value?.id ?? "";
  const given = { say, times, me, now: now.value };
  const name = nameOf(thread) ?? "";
  const served = servedBy(thread, given);
  const written = desk.writing.drafts.has(thread.id);
  return html`<a class="row" href=${addressOf({ view, thread: thread.id })} onClick=${(/** @type {MouseEvent} */ event) => follow(desk, event, thread.id)}
    aria-current=${open ? "true" : null} aria-label=${rowName(thread, given)}
    tabindex=${entry ? 0 : -1} data-focus="row" data-unread=${Boolean(thread.unread)}>
    <${Avatar} id=${thread.customer.id} name=${name} />
    <span class="row-top">
      <span class="row-name">${name}</span>
      <${Age} thread=${thread} say=${say} times=${times} />
    </span>
    <span class="row-second">
      <span class="row-text">${preview(thread, given)}</span>
      ${thread.unread ? html`<span class="count">${thread.unread}</span>` : null}
    </span>
    <span class="row-signs">
      ${thread.last_message?.urgent && thread.waiting_since && html`<span class="tag bad">${say("row.urgent")}</span>`}
      ${served !== null && html`<span class="tag">${served}</span>`}
      ${signsOf(thread, given).map((text) => html`<span key=${text} class="tag plain">${text}</span>`)}
      ${written && !open && html`<span class="tag note">${say("row.draft")}</span>`}
      ${holder(thread, view, me)}
    </span>
  </a>`;
}

/** @param {{ thread: import("../core/shapes.js").Summary, say: import("../core/rows.js").Say, times: import("../core/times.js").Times }} props */
function Age({ thread, say, times }) {
  const { status, waiting_since: since, last_message: last } = thread;
  if (status?.state === "snoozed" && status.until) {
    return html`<span class="row-age"><${Icon} name="snoozed" />${times.soon(status.until, now.value)}</span>`;
  }
  if (since !== null) {
    const span = times.span(now.value - Date.parse(since));
    const told = promiseText(thread, { say, times, now: now.value, form: "short" });
    return html`<span class="row-age" data-wait=${pressing(thread, now.value)}>${told ?? span}</span>`;
  }
  const icon = status?.state === "resolved" ? "check" : "reply";
  return html`<span class="row-age"><${Icon} name=${icon} />
    ${last && times.near(last.sent_at, now.value)}</span>`;
}

/** @param {import("../core/shapes.js").Summary} thread @param {string} view @param {string} me */
function holder({ assignee }, view, me) {
  if (assignee === null || view === "mine" || assignee.id === me) return null;
  return html`<span class="tag plain">${assignee.name}</span>`;
}
