/** Dates on which something else holds: public holidays, looked at before they are kept, and own ones. */

import { findHolidays, getHours, setDays } from "../../api/office.js";
import { dateOf } from "../../core/questions.js";
import { Field, Finish, useForm, wrongOf } from "../../parts/form.js";
import { Icon } from "../../parts/icon.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { Periods } from "../../parts/week.js";
import { html, useState } from "../../vendor/preact.js";

/** @typedef {{ date: string, state: "closed" | "limited" | "open", periods: any[] | null, name: string | null }} Day */

const STATES = /** @type {const} */ (["closed", "limited", "open"]);

/** @param {{ desk: import("../../state/desk.js").Desk, of: import("../../state/weather.js").TeamKnown }} props */
export function DatesTab({ desk, of }) {
  const loaded = useLoaded(desk, () => getHours(of.team.id), [of.team.id]);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<${Edit} desk=${desk} team=${of.team.id} days=${loaded.value.days} />`;
}

/** @param {{ desk: import("../../state/desk.js").Desk, team: string, days: Day[] }} props */
function Edit({ desk, team, days }) {
  const { words } = desk;
  const form = useForm(desk);
  const [listed, setListed] = useState(days);
  const [past, setPast] = useState(false);
  const today = dateOf(new Date());
  const put = (/** @type {number} */ at, /** @type {Partial<Day>} */ change) => {
    form.edited();
    setListed(listed.map((day, n) => (n === at ? { ...day, ...change } : day)));
  };
  const add = (/** @type {Day[]} */ more) => {
    form.edited();
    setListed([...listed, ...more].toSorted((a, b) => (a.date < b.date ? -1 : 1)));
  };
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const kept = listed.map((day) => ({ ...day, name: day.name || null, periods: day.state === "closed" || !day.periods?.length ? null : day.periods }));
    const act = async () => setListed((await setDays(team, kept)).days);
    void form.run(act, words.say("saved"));
  };
  const old = listed.filter(({ date }) => date < today).length;
  return html`<div class="columns">
    <form class="sheet wide" ref=${form.ref} onSubmit=${save} noValidate>
      <p class="hint">${words.say("dates.about")}</p>
      ${old > 0 && html`<div><button type="button" class="quiet small" aria-pressed=${past} onClick=${() => setPast(!past)}>
        ${words.say("dates.past", { count: old })}</button></div>`}
      <ul class="dates">
        ${listed.map(
          (day, n) => (past || day.date >= today || wrongOf(form, `days[${n}]`) !== "") && html`<li key=${n} class="date">
            <${Field} form=${form} name=${`days[${n}].date`} type="date" label=${words.say("dates.date")} value=${day.date} set=${(/** @type {string} */ date) => put(n, { date })} />
            <${Field} form=${form} name=${`days[${n}].state`} label=${words.say("dates.state")} value=${day.state}
              options=${STATES.map((one) => [one, words.say(`dates.${one}`)])} set=${(/** @type {any} */ state) => put(n, { state })} />
            <${Field} form=${form} name=${`days[${n}].name`} label=${words.say("dates.name")} value=${day.name ?? ""} set=${(/** @type {string} */ name) => put(n, { name })} />
            <button type="button" class="quiet square" aria-label=${words.say("dates.remove", { date: day.date })}
              onClick=${() => setListed(listed.filter((_, at) => at !== n))}><${Icon} name="close" /></button>
            ${day.state !== "closed" && html`<${Periods} form=${form} path=${`days[${n}].periods`} of=${day.date} value=${day.periods ?? []}
              set=${(/** @type {any[]} */ periods) => put(n, { periods })} />`}
          </li>`,
        )}
      </ul>
      ${listed.length === 0 && html`<p class="hint">${words.say("dates.none")}</p>`}
      <div><button type="button" onClick=${() => add([{ date: today, state: "closed", periods: null, name: "" }])}>${words.say("dates.add")}</button></div>
      <${Finish} form=${form} label=${words.say("save")}
        names=${listed.flatMap((_, n) => ["date", "state", "name", "periods"].map((part) => `days[${n}].${part}`))} />
    </form>
    <${Find} desk=${desk} team=${team} listed=${listed} add=${add} />
  </div>`;
}

/** @param {{ desk: import("../../state/desk.js").Desk, team: string, listed: Day[], add: (days: Day[]) => void }} props */
function Find({ desk, team, listed, add }) {
  const { words } = desk;
  const form = useForm(desk);
  const [country, setCountry] = useState("US");
  const [subdivision, setSubdivision] = useState("");
  const [year, setYear] = useState(() => `${new Date().getFullYear() + 1}`);
  const [found, setFound] = useState(/** @type {any[] | null} */ (null));
  const [chosen, setChosen] = useState(/** @type {ReadonlySet<string>} */ (new Set()));
  const known = new Set(listed.map(({ date }) => date));
  const look = (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      const { items } = await findHolidays(team, { country, subdivision: subdivision || null, year });
      setFound(items);
      setChosen(new Set(items.map((/** @type {any} */ one) => one.date)));
      desk.voice.say(words.say("dates.found", { count: items.length }));
    };
    void form.run(act, "");
  };
  const take = () => {
    const fresh = (found ?? []).filter(({ date }) => chosen.has(date) && !known.has(date));
    add(fresh.map(({ date, name }) => ({ date, state: "closed", periods: null, name })));
    desk.voice.say(words.say("dates.added", { count: fresh.length }));
  };
  const toggle = (/** @type {string} */ date) => {
    const next = new Set(chosen);
    if (!next.delete(date)) next.add(date);
    setChosen(next);
  };
  return html`<form class="sheet preview" ref=${form.ref} onSubmit=${look} noValidate>
    <h4>${words.say("dates.find")}</h4>
    <div class="triple">
      <${Field} form=${form} name="country" label=${words.say("dates.country")} value=${country} set=${(/** @type {string} */ text) => setCountry(text.toUpperCase())} more=${{ maxlength: 2 }} />
      <${Field} form=${form} name="subdivision" label=${words.say("dates.subdivision")} value=${subdivision} set=${(/** @type {string} */ text) => setSubdivision(text.toUpperCase())} more=${{ placeholder: "WA" }} />
      <${Field} form=${form} name="year" label=${words.say("dates.year")} type="number" value=${year} set=${setYear} />
    </div>
    <${Finish} form=${form} label=${words.say("dates.look")} names=${["country", "subdivision", "year"]} />
    ${found !== null && html`<ul class="holidays">
        ${found.map(
          ({ date, name }) => html`<li key=${date}><label class="check"><input type="checkbox" checked=${chosen.has(date) && !known.has(date)} disabled=${known.has(date)}
            onChange=${() => toggle(date)} /><span><span class="tabular">${date}</span> ${name}
            ${known.has(date) && html` <span class="tag plain">${words.say("dates.known")}</span>`}</span></label></li>`,
        )}
      </ul>
      <div><button type="button" onClick=${take}>${words.say("dates.take")}</button></div>
      <p class="hint">${words.say("dates.take.hint")}</p>`}
  </form>`;
}
