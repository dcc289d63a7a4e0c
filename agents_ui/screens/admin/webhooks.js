/** The company's own systems that are told what happens: endpoints, secrets, dead letters. */

import { addWebhook, changeWebhook, listDeliveries, listWebhooks, removeWebhook, retryDead, retryDelivery, rotateSecret, tryWebhook } from "../../api/office.js";
import { Field, Finish, Tick, useForm, wrongOf } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { Secret } from "../../parts/secret.js";
import { When } from "../../parts/when.js";
import { html, useState } from "../../vendor/preact.js";

/** @typedef {import("../../state/desk.js").Desk} Desk */

const TYPES = ["message", "message.unread", "conversation.resolved", "pin", "cover", "callback"];
const NEW = { url: "", label: "", types: TYPES, with_text: false, active: true };
const KEEP_HOURS = 24;

/** @param {{ desk: Desk }} props */
export function WebhooksTab({ desk }) {
  const { words } = desk;
  const loaded = useLoaded(desk, async () => (await listWebhooks()).items, []);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<div class="columns">
    <div>${loaded.value.length === 0 && html`<p class="hint">${words.say("webhooks.none")}</p>`}
      <ul class="people">${loaded.value.map(
        (/** @type {any} */ one) => html`<li key=${one.id}><${Row} desk=${desk} hook=${one} again=${loaded.again} /></li>`,
      )}</ul></div>
    <${Edit} desk=${desk} hook=${null} again=${loaded.again} />
  </div>`;
}

/** @param {{ desk: Desk, hook: any, again: () => Promise<void> }} props */
function Row({ desk, hook, again }) {
  const { words } = desk;
  const [open, setOpen] = useState(false);
  return html`<details class="person" onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
    <summary><span class="lamp" data-on=${hook.off === null && hook.failing_since === null}></span>
      <span class="person-name">${hook.label || hook.url}
        ${hook.off !== null && html` <span class="tag bad">${words.say("webhooks.off")}</span>`}
        ${hook.dead > 0 && html` <span class="tag bad">${words.say("webhooks.dead.count", { count: hook.dead })}</span>`}
        ${hook.waiting > 0 && html` <span class="tag plain">${words.say("webhooks.waiting.count", { count: hook.waiting })}</span>`}</span>
      <span class="hint">${hook.label ? hook.url : ""}</span></summary>
    ${open && html`<div class="person-inside">
      ${hook.off !== null && html`<p class="told">${words.say("webhooks.off.why", { reason: hook.off.reason })}</p>`}
      ${hook.last_reason && html`<p class="hint">${words.say("webhooks.last", { reason: hook.last_reason })}</p>`}
      <${Acts} desk=${desk} hook=${hook} again=${again} />
      <${Edit} desk=${desk} hook=${hook} again=${again} />
      <${Deliveries} desk=${desk} hook=${hook} again=${again} />
    </div>`}
  </details>`;
}

/** @param {{ desk: Desk, hook: any, again: () => Promise<void> }} props */
function Acts({ desk, hook, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [secret, setSecret] = useState("");
  const [sure, setSure] = useState(false);
  const [tried, setTried] = useState("");
  const go = (/** @type {() => Promise<unknown>} */ act, /** @type {string} */ word) => form.run(act, words.say(word));
  const attempt = async () => {
    const { works, status, reason, took_ms: took } = await tryWebhook(hook.id);
    setTried(words.say(works ? "webhooks.works" : "webhooks.fails", { status: status ?? "–", reason: reason ?? "", took }));
  };
  const rotate = async () => setSecret((await rotateSecret(hook.id, KEEP_HOURS)).secret);
  const remove = async () => {
    await removeWebhook(hook.id);
    await again();
  };
  return html`<div class="finish">
    <div class="buttons">
      <button type="button" onClick=${() => go(attempt, "webhooks.tried")}>${words.say("webhooks.try")}</button>
      <button type="button" onClick=${() => go(rotate, "webhooks.rotated")}>${words.say("webhooks.rotate")}</button>
      <button type="button" class="danger" onClick=${() => (sure ? go(remove, "removed") : setSure(true))}>
        ${words.say(sure ? "teams.remove.sure" : "teams.remove")}</button>
    </div>
    <p role="status" class="hint">${tried}</p>
    <p class="wrong" role="alert" lang="en">${Object.values(form.errors).join(" ")}</p>
    ${secret && html`<${Secret} desk=${desk} text=${secret} />`}
  </div>`;
}

/** An endpoint as it is, or a new one. @param {{ desk: Desk, hook: any, again: () => Promise<void> }} props */
function Edit({ desk, hook, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const begin = hook === null ? NEW : { url: hook.url, label: hook.label, types: hook.types, with_text: hook.with_text, active: hook.active };
  const [draft, setDraft] = useState(begin);
  const [secret, setSecret] = useState("");
  const set = (/** @type {string} */ name) => (/** @type {any} */ value) => setDraft({ ...draft, [name]: value });
  const wrong = wrongOf(form, "types");
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      if (hook === null) setSecret((await addWebhook(draft)).secret);
      else await changeWebhook(hook.id, draft);
      await again();
    };
    const told = hook === null ? words.say("admin.added", { name: draft.label || draft.url }) : words.say("saved");
    if ((await form.run(act, told)) && hook === null) setDraft(NEW);
  };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
    ${hook === null && html`<h4>${words.say("webhooks.add")}</h4>`}
    <${Field} form=${form} name="url" type="url" label=${words.say("webhooks.url")} value=${draft.url} set=${set("url")} />
    <${Field} form=${form} name="label" label=${words.say("webhooks.label")} value=${draft.label} set=${set("label")} />
    <fieldset class="lined"><legend>${words.say("webhooks.types")}</legend>
      ${TYPES.map(
        (type) => html`<${Tick} key=${type} form=${form} label=${html`<code>${type}</code>`} on=${draft.types.includes(type)}
          set=${(/** @type {boolean} */ on) => set("types")(on ? [...draft.types, type] : draft.types.filter((/** @type {string} */ one) => one !== type))} />`,
      )}
      ${wrong && html`<p class="wrong" lang="en">${wrong}</p>`}</fieldset>
    <${Tick} form=${form} label=${words.say("webhooks.text")} on=${draft.with_text} set=${set("with_text")} />
    <${Tick} form=${form} label=${words.say("webhooks.active")} on=${draft.active} set=${set("active")} />
    ${secret && html`<${Secret} desk=${desk} text=${secret} />`}
    <${Finish} form=${form} label=${words.say(hook === null ? "add" : "save")} names=${["url", "label", "types"]} />
  </form>`;
}

/** @param {{ desk: Desk, hook: any, again: () => Promise<void> }} props */
function Deliveries({ desk, hook, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [state, setState] = useState(/** @type {"dead" | "waiting" | "all"} */ ("dead"));
  const loaded = useLoaded(desk, async () => (await listDeliveries(hook.id, state)).items, [state]);
  const retry = (/** @type {() => Promise<unknown>} */ act) =>
    form.run(async () => {
      await act();
      await Promise.all([loaded.again(), again()]);
    }, words.say("webhooks.again"));
  const items = loaded.value ?? [];
  return html`<div class="finish">
    <h4>${words.say("webhooks.deliveries")}</h4>
    <div class="spans" role="group" aria-label=${words.say("webhooks.which")}>
      ${/** @type {const} */ (["dead", "waiting", "all"]).map(
        (one) => html`<button key=${one} type="button" class="kind" aria-pressed=${one === state} onClick=${() => setState(one)}>${words.say(`webhooks.state.${one}`)}</button>`,
      )}
    </div>
    <p class="wrong" role="alert" lang="en">${Object.values(form.errors).join(" ")}</p>
    ${items.length === 0
      ? html`<p class="hint">${words.say("webhooks.nothing")}</p>`
      : html`<div class="table-room" tabindex="0" role="region" aria-label=${words.say("webhooks.deliveries")}><table class="figures">
        <thead><tr><th scope="col">${words.say("webhooks.event")}</th><th scope="col">${words.say("webhooks.when")}</th>
          <th scope="col">${words.say("webhooks.attempts")}</th><th scope="col" class="text">${words.say("webhooks.why")}</th>
          <th scope="col"><span class="unseen">${words.say("teams.acts")}</span></th></tr></thead>
        <tbody>${items.map(
          (/** @type {any} */ one) => html`<tr key=${one.id}><th scope="row"><code>${one.type}</code></th><td><${When} desk=${desk} at=${one.created_at} /></td>
            <td>${one.attempts}</td><td class="text">${one.reason ?? one.state}</td>
            <td><button type="button" class="quiet small" onClick=${() => retry(() => retryDelivery(hook.id, one.id))}>${words.say("webhooks.retry")}</button></td></tr>`,
        )}</tbody></table></div>`}
    ${hook.dead > 0 && html`<div><button type="button" onClick=${() => retry(() => retryDead(hook.id))}>${words.say("webhooks.retry.all", { count: hook.dead })}</button></div>`}
  </div>`;
}
