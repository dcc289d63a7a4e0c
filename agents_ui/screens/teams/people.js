/** A team's people, as its customers see them, and when each is at work. */

import { getTeams } from "../../api/desk.js";
import { changePerson, getShift, listAgents, setShift } from "../../api/office.js";
import { begunWeek, wholeWeek } from "../../core/weeks.js";
import { Field, Finish, Tick, useForm } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { Avatar } from "../../parts/avatar.js";
import { Photo } from "../../parts/photo.js";
import { Week } from "../../parts/week.js";
import { html, useState } from "../../vendor/preact.js";
import { zones } from "./page.js";

/** @typedef {import("../../state/desk.js").Desk} Desk */

/** @param {{ desk: Desk, of: import("../../state/weather.js").TeamKnown }} props */
export function PeopleTab({ desk, of }) {
  const { words } = desk;
  const admin = desk.me.value?.role === "admin";
  const load = async () => {
    if (admin) {
      const { items } = await listAgents();
      return items.filter((/** @type {any} */ one) => one.teams.includes(of.team.id) && !one.disabled && !one.stand_in);
    }
    return (await getTeams()).items.find((/** @type {any} */ one) => one.team.id === of.team.id)?.members ?? [];
  };
  const loaded = useLoaded(desk, load, [of.team.id]);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<p class="hint">${words.say("people.about")}</p>
    <ul class="people">${loaded.value.map(
      (/** @type {any} */ one) => html`<li key=${one.id}><${Person} desk=${desk} team=${of.team.id} person=${one} again=${loaded.again} /></li>`,
    )}</ul>
    <datalist id="shift-zones">${zones().map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>`;
}

/** @param {{ desk: Desk, team: string, person: any, again: () => Promise<void> }} props */
function Person({ desk, team, person, again }) {
  const { words } = desk;
  const [open, setOpen] = useState(false);
  return html`<details class="person" onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
    <summary><${Avatar} id=${person.id} name=${person.name} photo=${person.photo_url} />
      <span class="person-name">${person.name}
        ${person.role !== "agent" && html` <span class="tag">${words.say(`role.${person.role}`)}</span>`}
        ${person.on_duty && html` <span class="tag plain">${words.say("duty.on")}</span>`}</span>
      <span class="hint">${person.line ?? ""}</span></summary>
    ${open && html`<div class="person-inside">
      <${Shown} desk=${desk} team=${team} person=${person} again=${again} />
      <${Shift} desk=${desk} person=${person} />
    </div>`}
  </details>`;
}

/** @param {{ desk: Desk, team: string, person: any, again: () => Promise<void> }} props */
function Shown({ desk, team, person, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [line, setLine] = useState(person.line ?? "");
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      await changePerson(team, person.id, { line: line.trim() === "" ? null : line });
      await again();
    };
    void form.run(act, words.say("saved"));
  };
  return html`<div class="stack-l">
    <${Photo} desk=${desk} id=${person.id} name=${person.name} photo=${person.photo_url}
      save=${async (/** @type {string | null} */ url) => {
        await changePerson(team, person.id, { photo_url: url });
        await again();
      }} />
    <form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
      <${Field} form=${form} name="line" label=${words.say("people.line")} value=${line} set=${setLine} />
      <${Finish} form=${form} label=${words.say("save")} names=${["line"]} />
    </form>
  </div>`;
}

/** @param {{ desk: Desk, person: any }} props */
function Shift({ desk, person }) {
  const loaded = useLoaded(desk, () => getShift(person.id), [person.id]);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<${EditShift} desk=${desk} person=${person} shift=${loaded.value} again=${loaded.again} />`;
}

/** @param {{ desk: Desk, person: any, shift: any, again: () => Promise<void> }} props */
function EditShift({ desk, person, shift, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [none, setNone] = useState(shift.weekly === null);
  const [week, setWeek] = useState(() => wholeWeek(shift.weekly));
  const [zone, setZone] = useState(shift.time_zone ?? "");
  const turn = (/** @type {boolean} */ on) => {
    setNone(on);
    if (!on) setWeek(begunWeek(week));
  };
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = none ? { weekly: null } : { weekly: week, ...(zone.trim() && { time_zone: zone.trim() }) };
    const act = async () => {
      await setShift(person.id, body);
      await again();
    };
    void form.run(act, words.say("saved"));
  };
  return html`<form class="sheet wide" ref=${form.ref} onSubmit=${save} noValidate>
    <h4>${words.say("people.shift", { name: person.name })}</h4>
    <${Tick} form=${form} label=${words.say("people.shift.none")} on=${none} set=${turn} />
    ${!none && html`<${Field} form=${form} name="time_zone" label=${words.say("teams.time_zone")} value=${zone} set=${setZone}
        hint=${words.say("people.zone.hint")} more=${{ list: "shift-zones" }} />
      <${Week} form=${form} value=${week} set=${setWeek} />`}
    <${Finish} form=${form} label=${words.say("save")}
      names=${["time_zone", ...["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day) => `weekly.${day}`)]} />
  </form>`;
}
