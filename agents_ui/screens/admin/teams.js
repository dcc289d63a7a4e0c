/** Every team, and new ones. What a team is, is changed on its page. */

import { addTeam, listTeams } from "../../api/office.js";
import { Field, Finish, useForm } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { addressOf } from "../../state/place.js";
import { html, useState } from "../../vendor/preact.js";
import { listed, zones } from "../teams/page.js";

/** @param {{ desk: import("../../state/desk.js").Desk }} props */
export function TeamsTab({ desk }) {
  const { words } = desk;
  const loaded = useLoaded(desk, async () => (await listTeams()).items, []);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<div class="columns">
    <div class="table-room" tabindex="0" role="region" aria-label=${words.say("admin.teams")}><table class="figures">
      <thead><tr><th scope="col">${words.say("board.team")}</th><th scope="col" class="text">${words.say("teams.place")}</th>
        <th scope="col" class="text">${words.say("teams.regions")}</th><th scope="col">${words.say("figure.customers")}</th>
        <th scope="col">${words.say("admin.members")}</th></tr></thead>
      <tbody>${loaded.value.map(
        (/** @type {any} */ team) => html`<tr key=${team.id}>
          <th scope="row"><a href=${addressOf({ view: "teams", inside: [team.id] })}>${team.name}</a>
            ${team.default && html` <span class="tag plain">${words.say("admin.default")}</span>`}</th>
          <td class="text">${team.place ?? "–"}</td><td class="text">${team.regions.join(", ") || "–"}</td>
          <td>${team.customers}</td><td>${team.members}</td></tr>`,
      )}</tbody></table></div>
    <${Add} desk=${desk} again=${loaded.again} />
  </div>`;
}

const EMPTY = { key: "", name: "", time_zone: "", place: "", regions: "" };

/** @param {{ desk: import("../../state/desk.js").Desk, again: () => Promise<void> }} props */
function Add({ desk, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [draft, setDraft] = useState(EMPTY);
  const field = (/** @type {keyof typeof EMPTY} */ name, more = {}) =>
    html`<${Field} form=${form} name=${name} label=${words.say(`teams.${name}`)} value=${draft[name]} ...${more}
      set=${(/** @type {string} */ value) => setDraft({ ...draft, [name]: value })} />`;
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      await addTeam({ ...draft, place: draft.place.trim() || null, regions: listed(draft.regions) });
      await Promise.all([again(), desk.weather.look()]);
    };
    if (await form.run(act, words.say("admin.added", { name: draft.name }))) setDraft(EMPTY);
  };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
    <h4>${words.say("admin.teams.add")}</h4>
    <div class="pair">${field("name")} ${field("key", { hint: words.say("teams.key.hint"), more: { autocapitalize: "none", spellcheck: false } })}</div>
    ${field("time_zone", { more: { list: "zones-of-new" } })}
    <datalist id="zones-of-new">${zones().map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>
    <div class="pair">${field("place")} ${field("regions", { hint: words.say("teams.regions.hint") })}</div>
    <${Finish} form=${form} label=${words.say("add")} names=${Object.keys(EMPTY)} />
  </form>`;
}
