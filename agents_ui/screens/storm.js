/** Storm mode of a team: what it would do, while it is written; what it does; and its end. */

import { beginStorm, endStorm } from "../api/office.js";
import { enter } from "../commands/moves.js";
import { Field, Finish, useForm, wrongOf } from "../parts/form.js";
import { focusSoon } from "../state/focus.js";
import { addressOf, go } from "../state/place.js";
import { html, useEffect, useId, useState } from "../vendor/preact.js";

const HOUR_MS = 3_600_000;
const LASTS_H = 4;
const LONGEST = 300;

/** The teams that somebody arranges. @param {import("../state/desk.js").Desk} desk */
export function ledTeams(desk) {
  const all = desk.weather.teams.value;
  return all.filter(({ mine }) => mine || desk.me.value?.role === "admin");
}

/** @param {{ desk: import("../state/desk.js").Desk, asked: string | null }} props */
export function StormPage({ desk, asked }) {
  const { words, weather } = desk;
  useEffect(() => void Promise.all([weather.look(), desk.sheets.look()]), []);
  const led = ledTeams(desk);
  const of = led.find(({ team }) => team.id === asked) ?? led[0];
  const choose = (/** @type {string} */ team) => go({ view: "board", inside: ["storm", team] });
  return html`<header class="pane-head">
      <h2 tabindex="-1" data-focus="room" data-entry>${words.say("storm.title")}</h2>
      <a href=${addressOf({ view: "board" })} onClick=${(/** @type {MouseEvent} */ event) => enter(event, { view: "board" })}>${words.say("storm.back")}</a>
    </header>
    <div class="scroll room-inside" aria-busy=${of === undefined}>
      ${of === undefined
        ? html`<p class="hint">${words.say("view.loading")}</p>`
        : of.storm !== null
          ? html`<${Raging} key=${of.team.id} desk=${desk} storm=${of.storm} />`
          : html`<${Begin} key=${of.team.id} desk=${desk} of=${of} led=${led} choose=${choose} />`}
    </div>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, storm: import("../state/weather.js").Storm }} props */
function Raging({ desk, storm }) {
  const { words, weather } = desk;
  const form = useForm(desk);
  const end = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const told = words.say("storm.ended", { team: storm.team.name });
    const act = async () => {
      await endStorm(storm.team.id);
      await Promise.all([weather.look({ told: true }), desk.overview.look()]);
    };
    if (await form.run(act, told)) focusSoon("room");
  };
  const draft = { id: storm.team.id, team: storm.team.name, helpers: storm.teams.map(({ team, share }) => ({ team, share, open: true, opens: null })) };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${end}>
    <h3>${words.say("storm.in", { team: storm.team.name })}</h3>
    <p class="hint">${words.say("storm.since", { at: words.times.value.due(storm.since) })}</p>
    <${Preview} desk=${desk} draft=${draft} widen=${storm.widen} notice=${storm.notice} until=${storm.until} now />
    <p class="hint">${words.say("storm.end.about")}</p>
    <${Finish} form=${form} label=${words.say("storm.end")} />
  </form>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, of: import("../state/weather.js").TeamKnown, led: import("../state/weather.js").TeamKnown[], choose: (team: string) => void }} props */
function Begin({ desk, of, led, choose }) {
  const { words, weather } = desk;
  const form = useForm(desk);
  const [shares, setShares] = useState(/** @type {Record<string, string>} */ ({}));
  const [notice, setNotice] = useState("");
  const [widen, setWiden] = useState("1");
  const [until, setUntil] = useState(() => asField(new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + LASTS_H * HOUR_MS)));
  const others = weather.teams.value.filter(({ team }) => team.id !== of.team.id);
  const helpers = others
    .map((one) => ({ team: one.team, share: Number(shares[one.team.id] || 0), open: one.state !== "closed", opens: one.next_open }))
    .filter(({ share }) => share !== 0);
  const begin = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (others.length === 0) return;
    const body = {
      teams: helpers.map(({ team, share }) => ({ team: team.id, share })),
      notice,
      widen: Number(widen),
      ...(until && { until: new Date(until).toISOString() }),
    };
    const act = async () => {
      await beginStorm(of.team.id, body);
      await Promise.all([weather.look({ told: true }), desk.overview.look()]);
    };
    if (await form.run(act, words.say("storm.began", { team: of.team.name, notice }))) focusSoon("room");
  };
  const wrong = wrongOf(form, "teams");
  const id = useId();
  return html`<form class="two" ref=${form.ref} onSubmit=${begin} noValidate>
    <div class="sheet">
      <p class="hint">${words.say("storm.about")}</p>
      ${led.length > 1
        ? html`<${Field} form=${form} name="team" label=${words.say("storm.team")} value=${of.team.id} set=${choose}
            options=${led.map(({ team }) => [team.id, team.name])} />`
        : html`<h3>${of.team.name}</h3>`}
      <fieldset class="lined" aria-describedby=${wrong ? `${id}-wrong` : null}>
        <legend>${words.say("storm.shares")}</legend>
        ${others.length === 0 && html`<p id=${`${id}-alone`} class="hint">${words.say("storm.alone")} ${words.say("transfer.none")}</p>`}
        ${others.map(({ team, state }) => {
          const at = helpers.findIndex((one) => one.team.id === team.id);
          const bad = wrong !== "" && (at < 0 ? "teams" in form.errors : wrongOf(form, `teams[${at}]`) !== "" || "teams" in form.errors);
          return html`<label key=${team.id} class="share"><span>${team.name}
              ${state === "closed" && html` <span class="tag plain">${words.say("state.closed")}</span>`}</span>
            <span class="joined"><input class="field" type="number" min="0" max="100" step="5" inputmode="numeric"
              aria-invalid=${bad ? "true" : null} value=${shares[team.id] ?? ""} placeholder="0"
              onInput=${(/** @type {any} */ event) => setShares({ ...shares, [team.id]: event.target.value })} />
              <span aria-hidden="true">%</span></span></label>`;
        })}
        ${wrong && html`<p id=${`${id}-wrong`} class="wrong" lang="en">${wrong}</p>`}
      </fieldset>
      <${Field} form=${form} name="notice" label=${words.say("storm.notice")} value=${notice} set=${setNotice} long
        hint=${words.say("storm.notice.hint", { left: LONGEST - [...notice].length })} more=${{ rows: 2 }} />
      <div class="pair">
        <${Field} form=${form} name="widen" type="number" label=${words.say("storm.widen")} value=${widen} set=${setWiden}
          hint=${words.say("storm.widen.hint")} more=${{ min: 1, max: 10, step: 0.5 }} />
        <${Field} form=${form} name="until" type="datetime-local" label=${words.say("storm.until")} value=${until}
          set=${setUntil} hint=${words.say("storm.until.hint")} />
      </div>
      <${Finish} form=${form} label=${words.say("storm.begin")} off=${others.length === 0 ? `${id}-alone` : null} names=${["teams", "notice", "widen", "until"]} />
    </div>
    <${Preview} desk=${desk} draft=${{ id: of.team.id, team: of.team.name, helpers }} widen=${Number(widen)} notice=${notice}
      until=${until ? new Date(until).toISOString() : null} />
  </form>`;
}

/**
 * What will happen, in sentences and as a bar.
 *
 * @param {object} props
 * @param {import("../state/desk.js").Desk} props.desk
 * @param {{ id: string, team: string, helpers: { team: { id: string, name: string }, share: number, open: boolean, opens: string | null }[] }} props.draft
 * @param {number} props.widen
 * @param {string} props.notice
 * @param {string | null} props.until
 * @param {boolean} [props.now] it happens already
 */
function Preview({ desk, draft, widen, notice, until, now = false }) {
  const { words } = desk;
  const heading = useId();
  const stay = 100 - draft.helpers.reduce((sum, { share }) => sum + share, 0);
  const parts = [...draft.helpers.map(({ team, share }) => ({ name: team.name, share })), { name: draft.team, share: Math.max(0, stay) }];
  let from = 0;
  return html`<section class="preview" aria-labelledby=${heading}>
    <h3 id=${heading}>${words.say(now ? "storm.does" : "storm.will")}</h3>
    <svg class="stack" width="100%" height="20" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      ${parts.map(({ name, share }, n) => {
        const x = from;
        from += share;
        return html`<rect key=${name} class="part" data-series=${n === parts.length - 1 ? "home" : n % 6} x=${x} width=${Math.max(0, share - 0.4)} height="20" />`;
      })}
    </svg>
    <ul class="sentences">
      ${draft.helpers.map(({ team, share, open, opens }) => html`<li key=${team.id}>
        ${words.say("storm.goes", { share, team: team.name })}
        ${!open && html` <strong>${words.say("storm.closed", { team: team.name, at: opens ? words.times.value.soon(opens, Date.now()) : "–" })}</strong>`}</li>`)}
      <li>${stay < 0 ? html`<strong>${words.say("storm.over100", { count: -stay })}</strong>` : words.say("storm.stay", { share: stay, team: draft.team })}</li>
      <li>${words.say("storm.known")}</li>
      ${widen > 1 && html`<li>${words.say("storm.wider", { widen })}</li>`}
      <li>${until === null ? words.say("storm.lasts.day") : words.say("storm.lasts", { until: words.times.value.both(until, desk.sheets.zoneOf(draft.id)) })}</li>
      <li>${words.say("storm.home")}</li>
    </ul>
    <div class="customer-sees"><p class="hint">${words.say("storm.sees", { team: draft.team })}</p>
      <blockquote>${notice.trim() === "" ? words.say("storm.sees.none") : notice}</blockquote></div>
  </section>`;
}

/** A time as `datetime-local` has it. @param {Date} at */
function asField(at) {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
