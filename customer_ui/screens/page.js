/** The whole page: nobody signed in, or the thread with the team beside it. */

import { html } from "../vendor/preact.js";
import { Icon } from "../parts/icon.js";
import { Sheet } from "../parts/sheet.js";
import { Call } from "./call.js";
import { CareChoice } from "./care.js";
import { Head } from "./head.js";
import { Team } from "./team.js";
import { Thread } from "./thread.js";

/** @param {{ app: import("../state/app.js").App }} props */
export function Page({ app }) {
  if (app.phase.value === "starting") return html`<main class="quiet-page" aria-busy="true"><h1 class="unseen">${app.say("app.name")}</h1></main>`;
  if (app.phase.value === "out") return html`<${SignedOut} app=${app} />`;
  const close = () => (app.sheet.value = null);
  const shut = app.say("sheet.close");
  return html`<div class="shell" data-live=${app.ready.value ? app.connection.value : "starting"}>
    <aside class="side" aria-label=${app.say("team.title")}><${Team} app=${app} /></aside>
    <main class="main">
      <${Head} app=${app} />
      <${Line} app=${app} />
      <${Thread} app=${app} />
    </main>
    ${app.sheet.value === "team" &&
    html`<${Sheet} title=${app.say("team.title")} close=${close} shut=${shut} look="tall"><${Team} app=${app} /></${Sheet}>`}
    ${app.sheet.value === "call" &&
    html`<${Sheet} title=${app.say("call.title")} close=${close} shut=${shut}><${Call} app=${app} /></${Sheet}>`}
    ${app.sheet.value === "care" &&
    html`<${Sheet} title=${app.say("care.title")} close=${close} shut=${shut}><${CareChoice} app=${app} /></${Sheet}>`}
  </div>`;
}

/** Why nothing comes, when nothing comes. @param {{ app: import("../state/app.js").App }} props */
function Line({ app }) {
  if (app.ended.value) {
    return html`<p class="line bad" role="alert">${app.say("line.ended")} ${app.config.sign_in_url && html`<a href=${app.config.sign_in_url}>${app.say("out.go")}</a>`}</p>`;
  }
  const away = !app.online.value || (app.ready.value && app.connection.value === "away");
  return html`<p class="line" role="status">${away && html`<${Icon} name="warn" />${app.say("line.away")}`}</p>`;
}

/** @param {{ app: import("../state/app.js").App }} props */
function SignedOut({ app }) {
  const { name, logo } = app.brand.value;
  return html`<main class="quiet-page">
    ${logo ? html`<img class="logo" src=${logo} alt="" />` : html`<span class="mark" aria-hidden="true"></span>`}
    <h1>${name || app.say("app.name")}</h1>
    <p>${app.say(app.config.sign_in_url ? "out.sign" : "out.app")}</p>
    ${app.config.sign_in_url && html`<a class="button main" href=${app.config.sign_in_url} target=${app.embedded ? "_top" : null}>${app.say("out.go")}</a>`}
  </main>`;
}
