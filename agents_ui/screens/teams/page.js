/** What a team's customers see at its head: the line of the day, a notice, name, place and photo. */

import { changePage, changeTeam, getBoard, getPage, getTeam, setLine, setNotice } from "../../api/office.js";
import { Field, Finish, Tick, useForm } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { Photo } from "../../parts/photo.js";
import { html, useState } from "../../vendor/preact.js";

/**
 * @typedef {import("../../state/desk.js").Desk} Desk
 * @typedef {import("../../state/weather.js").TeamKnown} TeamKnown
 */

/** @param {{ desk: Desk, of: TeamKnown }} props */
export function PageTab({ desk, of }) {
  const { words } = desk;
  const admin = desk.me.value?.role === "admin";
  const told = useLoaded(desk, async () => (await getBoard()).items.find((/** @type {any} */ one) => one.team.id === of.team.id), [of.team.id]);
  const team = useLoaded(desk, () => (admin ? getTeam(of.team.id) : getPage(of.team.id)), [of.team.id]);
  if (told.value === null || team.value === null) {
    return html`<${Loading} desk=${desk} loaded=${told.lost ? told : team} />`;
  }
  const { line, notice, storm } = told.value;
  return html`<div class="columns">
    <div class="stack-l">
      <${Telling} desk=${desk} name="line" limit=${200} label=${words.say("teams.line")} hint=${words.say("teams.line.hint")} begin=${line}
        send=${(/** @type {string | null} */ text) => setLine(of.team.id, text)} />
      <${Telling} desk=${desk} name="notice" limit=${300} label=${words.say("teams.notice")}
        hint=${words.say(storm === null ? "teams.notice.hint" : "teams.notice.storm")} begin=${storm === null ? (notice?.text ?? null) : null}
        send=${(/** @type {string | null} */ text) => setNotice(of.team.id, text)} />
    </div>
    ${admin
      ? html`<${Facts} desk=${desk} team=${team.value} again=${team.again} />`
      : html`<${Head} desk=${desk} head=${team.value} again=${team.again} />`}
  </div>`;
}

/** @param {{ desk: Desk, name: string, limit: number, label: string, hint: string, begin: string | null, send: (text: string | null) => Promise<unknown> }} props */
function Telling({ desk, name, limit, label, hint, begin, send }) {
  const { words } = desk;
  const form = useForm(desk);
  const [text, setText] = useState(begin ?? "");
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    void form.run(() => send(text.trim() === "" ? null : text), words.say("saved"));
  };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
    <${Field} form=${form} name=${name} label=${label} value=${text} set=${setText} long more=${{ rows: 2 }}
      hint=${`${hint} ${words.say("storm.notice.hint", { left: limit - [...text].length, count: limit - [...text].length })}`} />
    <${Finish} form=${form} label=${words.say("save")} names=${[name]} />
  </form>`;
}

/** What leads set of their team's page. @param {{ desk: Desk, head: any, again: () => Promise<void> }} props */
function Head({ desk, head, again }) {
  const { words, weather } = desk;
  const form = useForm(desk);
  const [place, setPlace] = useState(head.place ?? "");
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      await changePage(head.team.id, { place: place.trim() === "" ? null : place });
      await Promise.all([again(), weather.look()]);
    };
    void form.run(act, words.say("saved"));
  };
  return html`<div class="stack-l">
    <${Photo} desk=${desk} id=${head.team.id} name=${head.team.name} photo=${head.photo_url}
      save=${async (/** @type {string | null} */ url) => {
        await changePage(head.team.id, { photo_url: url });
        await again();
      }} />
    <form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
      <${Field} form=${form} name="place" label=${words.say("teams.place")} value=${place} set=${setPlace} />
      <${Finish} form=${form} label=${words.say("save")} names=${["place"]} />
    </form>
    <p class="hint">${words.say("teams.admins")}</p>
  </div>`;
}

const LISTED = /[\s,]+/;

/** What admins set of a team. @param {{ desk: Desk, team: any, again: () => Promise<void> }} props */
function Facts({ desk, team, again }) {
  const { words, weather } = desk;
  const form = useForm(desk);
  const [draft, setDraft] = useState(() => draftOf(team));
  const set = (/** @type {string} */ name) => (/** @type {any} */ value) => setDraft({ ...draft, [name]: value });
  const field = (/** @type {string} */ name, more = {}) =>
    html`<${Field} form=${form} name=${name} label=${words.say(`teams.${name}`)} value=${/** @type {any} */ (draft)[name]} set=${set(name)} ...${more} />`;
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      await changeTeam(team.id, changeOf(draft, team));
      await Promise.all([again(), weather.look()]);
    };
    void form.run(act, words.say("saved"));
  };
  return html`<div class="stack-l">
    <${Photo} desk=${desk} id=${team.id} name=${team.name} photo=${team.photo_url}
      save=${async (/** @type {string | null} */ url) => {
        await changeTeam(team.id, { photo_url: url });
        await again();
      }} />
    <form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
      <div class="pair">${field("name")} ${field("place")}</div>
      ${field("time_zone", { more: { list: "zones" } })}
      <datalist id="zones">${zones().map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>
      ${field("regions", { hint: words.say("teams.regions.hint") })}
      <div class="pair">${field("languages", { hint: words.say("teams.languages.hint") })}
        ${field("max_customers", { type: "number", hint: words.say("teams.max_customers.hint", { count: team.customers }) })}</div>
      ${!team.default && html`<${Tick} form=${form} label=${words.say("teams.default")} on=${draft.default} set=${set("default")} />`}
      <${Finish} form=${form} label=${words.say("save")} names=${["name", "place", "time_zone", "regions", "languages", "max_customers"]} />
    </form>
  </div>`;
}

/** @param {any} team */
export function draftOf(team) {
  return {
    name: team.name,
    place: team.place ?? "",
    time_zone: team.time_zone,
    regions: team.regions.join(", "),
    languages: team.languages.join(", "),
    max_customers: team.max_customers === null ? "" : `${team.max_customers}`,
    default: team.default,
  };
}

/** @param {ReturnType<typeof draftOf>} draft @param {any} before */
function changeOf(draft, before) {
  const most = draft.max_customers.trim();
  return {
    name: draft.name,
    place: draft.place.trim() === "" ? null : draft.place,
    time_zone: draft.time_zone.trim(),
    regions: listed(draft.regions),
    languages: listed(draft.languages),
    max_customers: most === "" ? null : Number(most),
    ...(draft.default && !before.default && { default: true }),
  };
}

/** @param {string} text */
export function listed(text) {
  return text.split(LISTED).filter(Boolean);
}

/** Every time zone that the browser knows. @returns {string[]} */
export function zones() {
  return /** @type {any} */ (Intl).supportedValuesOf?.("timeZone") ?? [];
}
