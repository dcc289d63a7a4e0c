/** A customer's call: book one; or make it, and say what came of it. */

import { listSlots } from "../api/callbacks.js";
import { nameOf } from "../core/announcing.js";
import { callOf, dueText } from "../core/callbacks.js";
import { newId } from "../outbox/entry.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { now } from "../state/clock.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function CallbackDialog({ desk }) {
  const thread = desk.open.value;
  useEffect(() => void desk.callbacks.need(), []);
  const items = thread === null ? [] : desk.timelines.of(thread.id).value.items;
  const card = thread === null ? null : callOf(desk.callbacks.calls.value, thread.id, items);
  const shown = useRef(card?.id);
  useEffect(() => {
    // One of both has taken the place of the other, and of what had the focus.
    if (shown.current !== card?.id) focusSoon("callback");
    shown.current = card?.id;
  }, [card?.id]);
  if (thread === null) return null;
  const title = desk.words.say("call.title", { name: nameOf(thread) });
  return html`<${Dialog} desk=${desk} title=${title}>
    ${card === null
      ? html`<${Book} desk=${desk} thread=${thread} />`
      : html`<${Make} desk=${desk} card=${card} key=${card.id} />`}
  <//>`;
}

/** @param {import("../state/desk.js").Desk} desk */
function close(desk) {
  desk.dialog.value = null;
  focusSoon("message");
}

/** @param {{ desk: import("../state/desk.js").Desk, card: import("../core/callbacks.js").Card }} props */
function Make({ desk, card }) {
  const { words, callbacks } = desk;
  const say = words.say.bind(words);
  const [outcome, setOutcome] = useState(/** @type {"" | "spoke" | "no_answer"} */ (""));
  const [remark, setRemark] = useState("");
  const [sure, setSure] = useState(false);
  const mine = card.agent?.id === desk.me.value?.id;
  const taken = card.agent !== undefined && !mine;
  const due = dueText(card, { say, times: words.times.value, now: now.value });
  const record = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (outcome !== "" && (await callbacks.attempt(card, outcome, remark.trim()))) close(desk);
  };
  const cancel = async () => {
    if (!sure) setSure(true);
    else if (await callbacks.cancel(card)) close(desk);
  };
  const who = card.agent ? say(mine ? "call.mine" : "call.by", { name: card.agent.name }) : say("call.nobody");
  return html`
    <p class="call-due"><strong>${due}</strong> · ${card.topic}</p>
    <p class="hint">${who}${card.attempts ? ` · ${say("call.tries", { count: card.attempts })}` : ""}</p>
    <p class="buttons">
      <a class="button main" href=${`tel:${card.phone}`} data-begin data-focus="callback">
        <${Icon} name="phone" />${say("call.dial", { phone: card.phone })}</a>
      ${card.agent === undefined && html`<button type="button" onClick=${() => callbacks.take(card)}>
        ${say("call.take")}</button>`}
    </p>
    ${taken
      ? null
      : html`<form class="stack roomy" onSubmit=${record}>
        <fieldset class="plain-set"><legend>${say("call.outcome")}</legend>
          ${/** @type {const} */ (["spoke", "no_answer"]).map((one) => html`<label key=${one} class="check">
            <input type="radio" name="outcome" checked=${outcome === one} onChange=${() => setOutcome(one)} />
            ${say(`call.${one}`)}</label>`)}
        </fieldset>
        <label class="labelled">${say("call.remark")}
          <input class="field" maxlength="500" value=${remark}
            onInput=${(/** @type {any} */ event) => setRemark(event.target.value)} /></label>
        <button class="main" aria-disabled=${outcome === ""}>${say("call.record")}</button>
      </form>`}
    <p><button type="button" class="quiet" onClick=${cancel}>${say(sure ? "call.cancel.sure" : "call.cancel")}</button></p>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, thread: import("../core/shapes.js").Summary }} props */
function Book({ desk, thread }) {
  const { words, callbacks } = desk;
  const say = words.say.bind(words);
  const times = words.times.value;
  const id = useRef(newId());
  const [day, setDay] = useState("");
  const [anyHour, setAnyHour] = useState(false);
  const [free, setFree] = useState(/** @type {any} */ (null));
  const [when, setWhen] = useState("");
  const [topic, setTopic] = useState("");
  const [phone, setPhone] = useState(thread.customer.phone ?? "");
  useEffect(() => {
    let here = true;
    listSlots(thread.id, day || null, anyHour).then(
      (found) => {
        if (!here) return;
        setFree(found);
        setWhen(found.now && day === "" ? "now" : (found.items[0]?.starts_at ?? ""));
      },
      (error) => desk.failed(error),
    );
    return () => {
      here = false;
    };
  }, [thread.id, day, anyHour]);
  const none = free !== null && !free.enabled;
  // What had the focus is there no more.
  useEffect(() => {
    if (none) focusSoon("callback");
  }, [none]);
  if (none) {
    return html`<p tabindex="-1" data-begin data-focus="callback">${say("call.disabled", { team: thread.team.name })}</p>`;
  }
  const missing = when === "" || topic.trim() === "" || phone.trim() === "";
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (missing) return;
    const draft = { client_id: id.current, when, topic: topic.trim(), phone: phone.trim(), any_hour: anyHour };
    if (await callbacks.book(thread.id, draft)) close(desk);
    else id.current = newId();
  };
  const set = (/** @type {(text: string) => void} */ change) => (/** @type {any} */ event) =>
    change(event.target.value);
  const zone = free?.time_zone;
  return html`<p class="hint">${say("call.about", { team: thread.team.name })}</p>
    <form class="stack roomy" onSubmit=${submit}>
      <label class="labelled">${say("call.topic")}
        <input class="field" required maxlength="200" value=${topic} onInput=${set(setTopic)}
          data-begin data-focus="callback" /></label>
      <label class="labelled">${say("call.phone")}
        <input class="field" type="tel" required value=${phone} onInput=${set(setPhone)} /></label>
      <div class="pair">
        <label class="labelled">${say("call.day")}
          <input class="field" type="date" value=${day || (free?.day ?? "")} onChange=${set(setDay)} /></label>
        <label class="labelled">${say("call.when")}
          <select class="field" value=${when} onChange=${set(setWhen)} aria-describedby="call-zone">
            ${free?.now && html`<option value="now" selected=${when === "now"}>${say("call.now.offer")}</option>`}
            ${free?.items.map((/** @type {any} */ slot) => html`<option key=${slot.starts_at} value=${slot.starts_at}
              selected=${when === slot.starts_at}>${times.clock(slot.starts_at)}${both(times, slot, zone)}</option>`)}
          </select></label>
      </div>
      <p class="hint" id="call-zone" role="status">${free === null
        ? say("view.loading")
        : free.items.length === 0 && !free.now ? say("call.full") : say("call.zone", { name: nameOf(thread), zone })}</p>
      <label class="check"><input type="checkbox" checked=${anyHour}
        onChange=${(/** @type {any} */ event) => setAnyHour(event.target.checked)} /> ${say("call.any")}</label>
      <button class="main" aria-disabled=${missing}>${say("call.book")}</button>
    </form>`;
}

/** Their clock beside mine, where it shows another time. @param {any} times @param {any} slot @param {string} zone */
function both(times, slot, zone) {
  const at = Date.parse(slot.starts_at);
  const there = times.there(zone, at);
  return there === null || there.endsWith(times.clock(slot.starts_at)) ? "" : ` (${there})`;
}
