/**
 * What is to be known of the open thread before anything is written: who covers and until when, what
 * the customer was asked, from whom it came back, the note of a hand-back, a call that is to be made.
 */

import { run } from "../commands/keyboard.js";
import { nameOf } from "../core/announcing.js";
import { callOf, dueText } from "../core/callbacks.js";
import { takenBack } from "../core/hands.js";
import { choiceNow } from "../core/rows.js";
import { handBackNote } from "../core/timeline.js";
import { Icon } from "../parts/icon.js";
import { now } from "../state/clock.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, thread: import("../core/shapes.js").Summary }} props */
export function Bands({ desk, thread }) {
  const { items } = desk.timelines.of(thread.id).value;
  const bands = [
    coverBand(desk, thread),
    choiceBand(desk, thread),
    backBand(desk, thread, items),
    noteBand(desk, items),
    callBand(desk, thread, items),
  ].filter((one) => one !== null);
  if (bands.length === 0) return null;
  return html`<ul class="bands" aria-label=${desk.words.say("band.all")}>${bands.map(
    ({ id, icon, tone = "", text, acts = [] }) => html`<li key=${id} class="band" data-tone=${tone}>
      <${Icon} name=${icon} /><span class="grow">${text}</span>
      ${acts.map(([act, word]) => html`<button type="button" key=${act} class="quiet" onClick=${() => run(desk, act)}>
        ${desk.words.say(word)}</button>`)}
    </li>`,
  )}</ul>`;
}

/** @typedef {{ id: string, icon: any, tone?: string, text: any, acts?: [string, string][] }} Band `acts`: commands, each with its text */

/** @param {import("../state/desk.js").Desk} desk @param {import("../core/shapes.js").Summary} thread @returns {Band | null} */
function coverBand({ words, teams }, { serving, team }) {
  if (serving.why !== "cover") return null;
  const mine = teams.value.some(({ id }) => id === serving.team.id);
  const until = serving.until ? words.times.value.soon(serving.until, now.value) : "";
  const word = mine ? "band.cover.mine" : "band.cover";
  const text = words.say(word, { team: serving.team.name, home: team.name, until });
  return { id: "cover", icon: "cover", text, acts: [["cover", "band.change"], ["handback", "command.handback"]] };
}

/** @param {import("../state/desk.js").Desk} desk @param {import("../core/shapes.js").Summary} thread @returns {Band | null} */
function choiceBand({ words }, thread) {
  const choice = choiceNow(thread, now.value);
  if (choice === null) return null;
  const given = { name: nameOf(thread), team: thread.team.name, at: words.times.value.soon(choice.until, now.value) };
  return { id: "choice", icon: "help", text: words.say(`band.choice.${choice.state}`, given) };
}

/** @param {import("../state/desk.js").Desk} desk @param {import("../core/shapes.js").Summary} thread
 * @param {import("../core/shapes.js").Item[]} items @returns {Band | null} */
function backBand({ words }, thread, items) {
  const back = thread.assignee === null ? (takenBack(items) ?? thread.back ?? null) : null;
  if (back === null || thread.status?.state !== "open") return null;
  return { id: "back", icon: "undo", tone: "warn", text: words.say(`band.back.${back.why}`, { name: back.name }) };
}

/** @param {import("../state/desk.js").Desk} desk @param {import("../core/shapes.js").Item[]} items @returns {Band | null} */
function noteBand({ words }, items) {
  const note = handBackNote(items);
  if (note === null) return null;
  return { id: "note", icon: "lock", tone: "note", text: words.say("band.handback", { note }) };
}

/** @param {import("../state/desk.js").Desk} desk @param {import("../core/shapes.js").Summary} thread
 * @param {import("../core/shapes.js").Item[]} items @returns {Band | null} */
function callBand(desk, thread, items) {
  const card = callOf(desk.callbacks.calls.value, thread.id, items);
  if (card === null) return null;
  const { words } = desk;
  const due = dueText(card, { say: words.say.bind(words), times: words.times.value, now: now.value });
  const late = Date.parse(card.due_at) <= now.value;
  const who = card.agent ? words.say("call.by", { name: card.agent.name }) : words.say("call.nobody");
  const text = html`${due} · ${card.topic} · <a href=${`tel:${card.phone}`}>${card.phone}</a> · ${who}`;
  return { id: "call", icon: "phone", tone: late ? "warn" : "", text, acts: [["callback", "band.call"]] };
}
