/** The head of the open thread: the customer, its state, and what can be done with it. */

import { run } from "../commands/keyboard.js";
import { nameOf } from "../core/announcing.js";
import { pressing, promiseText } from "../core/promises.js";
import { servedBy } from "../core/rows.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { Keycaps } from "../parts/keycaps.js";
import { now } from "../state/clock.js";
import { focusSoon } from "../state/focus.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, thread: import("../core/shapes.js").Summary | null }} props */
export function ThreadHead({ desk, thread }) {
  const { words } = desk;
  const back = () => {
    desk.reading.show(null);
    focusSoon("row");
  };
  if (thread === null) return html`<header class="pane-head thread-head"></header>`;
  const name = nameOf(thread) ?? "";
  return html`<header class="pane-head thread-head">
    <button type="button" class="quiet square only-narrow" aria-label=${words.say("thread.back")}
      onClick=${back}><${Icon} name="back" /></button>
    <${Avatar} id=${thread.customer.id} name=${name} />
    <div class="thread-who">
      <h2>${name}</h2>
      <p class="hint">${stateOf(desk, thread)}</p>
    </div>
    <div class="acts">${actsFor(desk, thread).map(
      ([id, look]) => html`<button type="button" key=${id} class=${look} onClick=${() => run(desk, id)}>
        ${words.say(`command.${id}`)}<span class="keys" aria-hidden="true"><${Keycaps} desk=${desk} id=${id} /></span>
      </button>`,
    )}
      <button type="button" class="quiet square" aria-label=${words.say("command.palette")}
        onClick=${() => run(desk, "palette")}><${Icon} name="more" /></button>
      <button type="button" class="quiet square only-without-aside" aria-label=${words.say("thread.customer")}
        onClick=${() => run(desk, "customer")}><${Icon} name="person" /></button>
    </div>
  </header>`;
}

/** @param {import("../state/desk.js").Desk} desk @param {import("../core/shapes.js").Summary} thread @returns {[string, string][]} */
function actsFor(desk, { status, assignee }) {
  const mine = assignee?.id === desk.me.value?.id;
  if (status === null) return [];
  if (status.state === "resolved") return [["reopen", ""]];
  /** @type {[string, string][]} */
  const acts = [];
  if (assignee === null) acts.push(["take", "main"]);
  else if (!mine) acts.push(["assign", ""]);
  if (status.state === "snoozed") acts.push(["reopen", ""]);
  else acts.push(["snooze", "wide-only"]);
  return [...acts, ["resolve", assignee === null ? "" : "main"]];
}

/** @param {import("../state/desk.js").Desk} desk @param {import("../core/shapes.js").Summary} thread */
function stateOf(desk, thread) {
  const { words } = desk;
  const say = words.say.bind(words);
  const { status, assignee, waiting_since: since } = thread;
  const times = words.times.value;
  const parts = [];
  if (status?.state === "snoozed") parts.push(say("state.snoozed", { until: times.soon(status.until ?? "", now.value) }));
  else if (status?.state === "resolved") parts.push(say("state.resolved"));
  else if (since !== null) parts.push(say("state.waits", { span: times.span(now.value - Date.parse(since)) }));
  else if (status !== null) parts.push(say("state.open"));
  if (assignee === null) parts.push(status?.state === "resolved" ? "" : say("state.nobody"));
  else parts.push(assignee.id === desk.me.value?.id ? say("state.mine") : say("state.of", { name: assignee.name }));
  // Of a cover a band below tells, with its end.
  if (thread.serving.why !== "cover") parts.push(servedBy(thread, { say, times, now: now.value }) ?? "");
  const told = promiseText(thread, { say, times, now: now.value, form: "head" });
  const state = parts.filter(Boolean).join(" · ");
  if (told === null) return state;
  return html`<span class="promised" data-wait=${pressing(thread, now.value)}>${told}</span> · ${state}`;
}
