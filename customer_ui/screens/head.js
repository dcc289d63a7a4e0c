/** The top of the thread: whose it is, whether they are there, and what can be expected. */

import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { html } from "../vendor/preact.js";

/** @param {{ app: import("../state/app.js").App }} props */
export function Head({ app }) {
  const team = app.team.value;
  const name = team?.name ?? app.brand.value.name;
  return html`<header class="head">
    <button type="button" class="head-team" onClick=${() => (app.sheet.value = "team")} aria-haspopup="dialog">
      <${Faces} team=${team} />
      <span class="head-text">
        <h1 class="head-name">${name || app.say("app.name")}</h1>
        <span class="head-state">${team && html`<${State} app=${app} team=${team} />`}</span>
      </span>
      <span class="unseen">${app.say("team.show")}</span>
    </button>
    ${app.callable.value && html`<button type="button" class="quiet square large" onClick=${() => (app.sheet.value = "call")} aria-haspopup="dialog"
      aria-label=${app.say("call.title")}><${Icon} name="call" /></button>`}
  </header>`;
}

/** Open or closed, and until when. @param {{ app: import("../state/app.js").App, team: import("../lib/wire.js").Team }} props */
export function State({ app, team }) {
  return html`<span class="lamp" data-state=${team.state} aria-hidden="true"></span><span>${stateText(app, team)}</span>`;
}

/** @param {import("../state/app.js").App} app @param {import("../lib/wire.js").Team} team */
export function stateText(app, team) {
  const times = app.words.times.value;
  if (team.state === "limited") return app.say("state.limited");
  if (team.open) {
    return team.closes_at === null ? app.say("state.open") : app.say("state.until", { time: times.clock(team.closes_at) });
  }
  if (team.next_open === null) return app.say("state.closed");
  return app.say("state.back", { time: when(app, team.next_open) });
}

/** The clock for what is near, else the day as well. @param {import("../state/app.js").App} app @param {string} at */
export function when(app, at) {
  const times = app.words.times.value;
  const near = Math.abs(Date.parse(at) - Date.now()) < 20 * 3_600_000;
  if (near) return times.clock(at);
  const day = new Intl.DateTimeFormat(app.words.language.value, { weekday: "long" }).format(Date.parse(at));
  const far = Date.parse(at) - Date.now() > 6 * 86_400_000;
  return `${far ? times.near(at, Date.now()) : day}, ${times.clock(at)}`;
}

/** The team's photo, or the first of its people. @param {{ team: import("../lib/wire.js").Team | null }} props */
function Faces({ team }) {
  if (team === null) return html`<span class="faces"></span>`;
  if (team.photo_url?.startsWith("/")) return html`<span class="faces"><img class="avatar" src=${team.photo_url} alt="" width="40" height="40" /></span>`;
  return html`<span class="faces">${team.people.slice(0, 3).map(
    (one) => html`<${Avatar} key=${one.name} id=${one.name} name=${one.name} photo=${one.photo_url} />`,
  )}</span>`;
}
