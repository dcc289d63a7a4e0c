/** Cover by hand: another team answers for a while; and back home before the lease is over. */

import { nameOf } from "../core/announcing.js";
import { snoozes } from "../core/snoozes.js";
import { Dialog } from "../parts/dialog.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** Until the home team opens: the server knows when that is. */
const HOME = "home";
const KEEP = "keep";
const OTHER = "other";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function CoverDialog({ desk }) {
  const { words } = desk;
  const thread = desk.open.value;
  const say = words.say.bind(words);
  const runs = thread?.serving.why === "cover";
  const teams = desk.sheets.all.value.filter(({ team }) => team.id !== thread?.team.id);
  const able = teams.filter(({ team, covers }) => covers || (runs && team.id === thread?.serving.team.id));
  const [chosen, setTo] = useState(runs ? (thread?.serving.team.id ?? "") : "");
  const [until, setUntil] = useState(runs ? KEEP : HOME);
  const [at, setAt] = useState("");
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  useEffect(() => void desk.sheets.look(), []);
  if (thread === null) return null;
  const to = chosen || able[0]?.team.id || "";
  const title = say(runs ? "cover.title.again" : "cover.title", { name: nameOf(thread) });
  const about = html`<p class="hint">${say("cover.about", { team: thread.team.name })}</p>`;
  if (able.length === 0) {
    return html`<${Dialog} desk=${desk} title=${title}>${about}
      <p tabindex="-1" data-begin data-focus="cover">${say("cover.none")}</p><//>`;
  }
  const then = until === OTHER ? at : until === KEEP ? (thread.serving.until ?? "") : until === HOME ? "" : until;
  const missing = reason.trim() === "" || (until === OTHER && at === "");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const team = teams.find((one) => one.team.id === to)?.team;
    if (team === undefined || missing) return;
    desk.dialog.value = null;
    void desk.acts.cover(thread, team, {
      reason,
      ...(note.trim() !== "" && { note }),
      ...timeOf(until, at, thread.serving.until, team.id === thread.serving.team.id),
    });
    focusSoon("message");
  };
  const times = words.times.value;
  const set = (/** @type {(text: string) => void} */ change) => (/** @type {any} */ event) =>
    change(event.target.value);
  return html`<${Dialog} desk=${desk} title=${title}>
    ${about}
    <form class="stack roomy" onSubmit=${submit}>
      <label class="labelled">${say("cover.team")}
        <select class="field" data-begin data-focus="cover" value=${to} onChange=${set(setTo)}>
          ${teams.map((one) => html`<option key=${one.team.id} value=${one.team.id}
            selected=${one.team.id === to} disabled=${!able.includes(one)}>${teamText(one, { say, times })}</option>`)}
        </select></label>
      <label class="labelled">${say("cover.until")}
        <select class="field" value=${until} onChange=${set(setUntil)}>
          ${runs && thread.serving.until && html`<option value=${KEEP}>${say("cover.until.keep", {
            at: times.soon(thread.serving.until, Date.now()) })}</option>`}
          <option value=${HOME}>${say("cover.until.home", { team: thread.team.name })}</option>
          ${snoozes(new Date()).slice(0, 3).map(({ word, until: then }) =>
            html`<option key=${word} value=${then}>${say(word, { time: times.clock(then) })}</option>`)}
          <option value=${OTHER}>${say("snooze.at")}</option>
        </select></label>
      ${until === OTHER && html`<label class="labelled">${say("snooze.at")}
        <input class="field" type="datetime-local" required value=${at} onInput=${set(setAt)} /></label>`}
      ${then !== "" && html`<p class="hint">${times.both(new Date(then).toISOString(), desk.sheets.zoneOf(thread.team.id))}</p>`}
      <label class="labelled">${say("cover.reason")}
        <input class="field" required maxlength="500" value=${reason} onInput=${set(setReason)} /></label>
      <label class="labelled">${say("cover.note", { team: thread.team.name })}
        <textarea class="field" rows="2" maxlength="500" value=${note} onInput=${set(setNote)}></textarea></label>
      <button class="main" aria-disabled=${missing}>${say(runs ? "cover.go.again" : "cover.go")}</button>
    </form>
  <//>`;
}

/** @param {string} until @param {string} at @param {string | undefined} now @param {boolean} same */
function timeOf(until, at, now, same) {
  if (until === HOME) return {};
  if (until === KEEP) return now !== undefined && same ? { until: now } : {};
  const time = until === OTHER ? new Date(at).toISOString() : until;
  return { until: time };
}

/** @param {import("../core/shapes.js").AnyTeam} one @param {any} given */
function teamText({ team, covers, next_open: opens }, { say, times }) {
  if (covers) return team.name;
  const at = opens && times.soon(opens, Date.now());
  return at ? say("cover.closed", { team: team.name, at }) : say("cover.away", { team: team.name });
}

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function HandBackDialog({ desk }) {
  const { words } = desk;
  const thread = desk.open.value;
  const [note, setNote] = useState("");
  if (thread === null) return null;
  const home = thread.team.name;
  const title = words.say("handback.title", { name: nameOf(thread), team: home });
  if (thread.serving.why !== "cover") {
    return html`<${Dialog} desk=${desk} title=${title}>
      <p tabindex="-1" data-begin data-focus="handback">${words.say("handback.none")}</p><//>`;
  }
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    desk.dialog.value = null;
    void desk.acts.handBack(thread, note.trim());
    focusSoon("message");
  };
  return html`<${Dialog} desk=${desk} title=${title}>
    <p class="hint">${words.say("handback.about", { team: home })}</p>
    <form class="stack roomy" onSubmit=${submit}>
      <label class="labelled">${words.say("handback.note", { team: home })}
        <textarea class="field" rows="3" maxlength="500" data-begin data-focus="handback" value=${note}
          onInput=${(/** @type {any} */ event) => setNote(event.target.value)}></textarea></label>
      <button class="main">${words.say("handback.go", { team: home })}</button>
    </form>
  <//>`;
}
