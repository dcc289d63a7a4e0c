/** My team: who they are, where, when they are there, and how they keep their word. */

import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { html, useId } from "../vendor/preact.js";
import { LANGUAGES } from "../words/index.js";
import { State } from "./head.js";
import { promiseText } from "./promise.js";

const PERCENT = /** @type {const} */ ({ style: "percent", maximumFractionDigits: 0 });

/** @param {{ app: import("../state/app.js").App }} props */
export function Team({ app }) {
  const team = app.team.value;
  if (team === null) return html`<p class="hint pad">${app.say("team.loading")}</p>`;
  return html`<div class="team">
    <div class="team-top">
      ${team.photo_url?.startsWith("/") && html`<img class="team-photo" src=${team.photo_url} alt="" />`}
      <h2>${team.name}</h2>
      ${team.place && html`<p class="soft with-icon"><${Icon} name="place" />${team.place}</p>`}
      <p class="team-state"><${State} app=${app} team=${team} /></p>
      ${team.line && html`<p class="team-line">${team.line}</p>`}
    </div>
    <dl class="facts">
      <${Hours} app=${app} team=${team} />
      ${team.promise && html`<div><dt>${app.say("team.promise")}</dt><dd>${promiseText(app, team.promise)}</dd></div>`}
      ${team.kept_rate !== null && team.kept_rate !== undefined && html`<div><dt>${app.say("team.kept")}</dt>
        <dd>${new Intl.NumberFormat(app.words.language.value, PERCENT).format(team.kept_rate)} <span class="soft">${app.say("team.kept.days")}</span></dd></div>`}
    </dl>
    <h3>${app.say("team.people")}</h3>
    <ul class="people">${team.people.map(
      (one) => html`<li key=${one.name}><${Avatar} id=${one.name} name=${one.name} photo=${one.photo_url} size="large" />
        <span><b>${one.name}</b>${one.line && html`<span class="soft">${one.line}</span>`}</span></li>`,
    )}</ul>
    <${Doings} app=${app} />
  </div>`;
}

/** Today's hours, by the team's clock. @param {{ app: import("../state/app.js").App, team: import("../lib/wire.js").Team }} props */
function Hours({ app, team }) {
  const today = team.hours;
  if (today === null) return html`<div><dt>${app.say("team.hours")}</dt><dd>${app.say("team.always")}</dd></div>`;
  const clock = new Intl.DateTimeFormat(app.words.language.value, { hour: "numeric", minute: "2-digit", timeZone: team.time_zone });
  const times = today.periods.map(({ opens_at, closes_at }) => clock.formatRange(Date.parse(opens_at), Date.parse(closes_at)));
  const elsewhere = team.time_zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  return html`<div><dt>${app.say("team.hours")}</dt><dd>
    ${times.length > 0 ? times.join(", ") : app.say("team.off")}
    ${today.name && html` <span class="soft">${today.name}</span>`}
    ${elsewhere && times.length > 0 && html` <span class="soft">${app.say("team.clock", { place: team.place ?? team.time_zone })}</span>`}
  </dd></div>`;
}

/** What else there is to do, one below the other. @param {{ app: import("../state/app.js").App }} props */
function Doings({ app }) {
  const { care } = app.thread.value ?? {};
  // The team stands beside the thread and in a sheet, so there may be two.
  const language = useId();
  const open = (/** @type {"call" | "care"} */ sheet) => () => (app.sheet.value = sheet);
  return html`<ul class="doings">
    ${app.callable.value && html`<li><button type="button" class="doing" onClick=${open("call")} aria-haspopup="dialog"><${Icon} name="call" />${app.say("call.title")}</button></li>`}
    ${care && care.offers.length > 1 && html`<li><button type="button" class="doing" onClick=${open("care")} aria-haspopup="dialog"><${Icon} name="care" />${app.say("care.title")}</button></li>`}
    ${care?.self_service_url && html`<li><a class="doing" href=${care.self_service_url} target="_blank" rel="noopener"><${Icon} name="leave" />${app.say("care.self")}</a></li>`}
    <${Bell} app=${app} />
    <li class="doing"><label for=${language}>${app.say("language")}</label>
      <select id=${language} class="field" value=${app.words.language.value} onChange=${(/** @type {any} */ event) => app.choose(event.target.value)}>
        ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option key=${tag} value=${tag} lang=${tag}>${name}</option>`)}
      </select></li>
    ${!app.embedded && html`<li><button type="button" class="doing" onClick=${() => app.signOut()}><${Icon} name="leave" />${app.say("out.leave")}</button></li>`}
  </ul>`;
}

/** @param {{ app: import("../state/app.js").App }} props */
function Bell({ app }) {
  const state = app.pushes.state.value;
  if (app.embedded) return html`<li class="doing soft"><${Icon} name="bell" />${app.say("push.embedded")}</li>`;
  if (state === "none") return null;
  if (state === "denied") return html`<li class="doing soft"><${Icon} name="bell" />${app.say("push.denied")}</li>`;
  const turn = () => (state === "on" ? app.pushes.end() : app.pushes.on().catch(() => app.voice.say(app.say("push.failed"))));
  return html`<li><button type="button" class="doing" role="switch" aria-checked=${state === "on"} onClick=${turn}>
    <${Icon} name="bell" /><span class="grow">${app.say("push.ask")}</span><span class="switch" aria-hidden="true"></span></button></li>`;
}
