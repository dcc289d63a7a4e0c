/** Canned responses of a team, and those of all. */

import { listCanned } from "../../api/desk.js";
import { removeCanned, setCanned } from "../../api/office.js";
import { Field, Finish, useForm } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { focusSoon } from "../../state/focus.js";
import { html, useState } from "../../vendor/preact.js";

const EMPTY = { id: "", shortcut: "", title: "", text: "", scope: "team" };
const FIELDS = ["customer.first_name|there", "customer.name", "agent.first_name", "agent.name", "team.name", "team.place", "team.hours"];

/** @param {{ desk: import("../../state/desk.js").Desk, of: import("../../state/weather.js").TeamKnown }} props */
export function CannedTab({ desk, of }) {
  const { words } = desk;
  const admin = desk.me.value?.role === "admin";
  const loaded = useLoaded(desk, async () => (await listCanned()).items, [of.team.id]);
  const form = useForm(desk);
  const [draft, setDraft] = useState(EMPTY);
  const [asked, setAsked] = useState("");
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  const shown = loaded.value.filter((/** @type {any} */ one) => one.team === null || one.team.id === of.team.id);
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => setDraft({ ...draft, [name]: value });
  const edit = (/** @type {any} */ one) => {
    setDraft({ ...one, scope: one.team === null ? "all" : "team" });
    focusSoon("canned-text");
  };
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const { shortcut, title, text, scope } = draft;
    const act = async () => {
      await setCanned({ shortcut, title, text, team: scope === "all" ? null : of.team.id });
      await loaded.again();
    };
    if (await form.run(act, words.say("saved"))) setDraft(EMPTY);
  };
  const remove = async (/** @type {any} */ one) => {
    if (asked !== one.id) return setAsked(one.id);
    setAsked("");
    const act = async () => {
      await removeCanned(one.id);
      await loaded.again();
    };
    if (await form.run(act, words.say("removed"))) focusSoon("tab");
  };
  const scopes = [["team", of.team.name], ["all", words.say("canned.shared")]];
  return html`<div class="columns">
    <div class="table-room" tabindex="0" role="region" aria-label=${words.say("teams.canned")}><table class="figures">
      <thead><tr><th scope="col">${words.say("teams.shortcut")}</th><th scope="col" class="text">${words.say("teams.text")}</th>
        <th scope="col"><span class="unseen">${words.say("teams.acts")}</span></th></tr></thead>
      <tbody>${shown.map(
        (/** @type {any} */ one) => html`<tr key=${one.id}><th scope="row">${one.shortcut}
            ${one.team === null && html` <span class="tag plain">${words.say("canned.shared")}</span>`}</th>
          <td class="text"><strong>${one.title}</strong><br />${one.text}</td>
          <td>${(admin || one.team !== null) && html`<span class="buttons end">
            <button type="button" class="quiet small" aria-label=${words.say("teams.edit.of", { name: one.shortcut })} onClick=${() => edit(one)}>${words.say("teams.edit")}</button>
            <button type="button" class="quiet small danger" aria-label=${words.say(asked === one.id ? "teams.remove.sure.of" : "teams.remove.of", { name: one.shortcut })}
              onClick=${() => remove(one)}>${words.say(asked === one.id ? "teams.remove.sure" : "teams.remove")}</button></span>`}</td></tr>`,
      )}</tbody>
    </table>${shown.length === 0 && html`<p class="hint center">${words.say("teams.canned.none")}</p>`}</div>
    <form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
      <h4>${words.say(draft.id ? "teams.canned.edit" : "teams.canned.add")}</h4>
      <div class="pair">
        <${Field} form=${form} name="shortcut" label=${words.say("teams.shortcut")} value=${draft.shortcut} set=${set("shortcut")}
          more=${{ autocapitalize: "none", spellcheck: false, "data-focus": "canned-text" }} hint=${words.say("teams.shortcut.hint")} />
        <${Field} form=${form} name="title" label=${words.say("teams.title")} value=${draft.title} set=${set("title")} />
      </div>
      ${admin && html`<${Field} form=${form} name="team" label=${words.say("teams.scope")} value=${draft.scope} options=${scopes} set=${set("scope")} />`}
      <${Field} form=${form} name="text" label=${words.say("teams.text")} value=${draft.text} set=${set("text")} long more=${{ rows: 5 }} />
      <p class="hint">${words.say("teams.fields")} ${FIELDS.map((field) => html`<code key=${field}>{${field}}</code> `)}</p>
      <${Finish} form=${form} label=${words.say("save")} names=${["shortcut", "title", "text", "team"]}>
        ${draft.id && html`<button type="button" onClick=${() => setDraft(EMPTY)}>${words.say("teams.new")}</button>`}<//>
    </form>
  </div>`;
}
