/** How to be cared for: by the own team, by anybody, or first by oneself, beside people. */

import { html, useState } from "../vendor/preact.js";

/** @param {{ app: import("../state/app.js").App }} props */
export function CareChoice({ app }) {
  const [wrong, setWrong] = useState("");
  const { care, team } = app.thread.value ?? {};
  if (!care) return html`<p class="hint">${app.say("team.loading")}</p>`;
  const choose = async (/** @type {import("../lib/wire.js").Preference} */ wish) =>
    setWrong(await app.beside.does(() => app.client.care(wish), app.say("care.done")));
  return html`<div class="stack">
    <fieldset class="options"><legend class="unseen">${app.say("care.title")}</legend>
      ${care.offers.map((one) => html`<label key=${one} class="option" data-on=${one === care.preference}>
        <input type="radio" name="care" value=${one} checked=${one === care.preference} onChange=${() => choose(one)} />
        <span><b>${app.say(`care.${one}`, { team: team?.name })}</b><span class="soft">${app.say(`care.${one}.about`)}</span></span></label>`)}
    </fieldset>
    ${care.self_service_url && html`<p><a href=${care.self_service_url} target="_blank" rel="noopener">${app.say("care.self")}</a> <span class="soft">${app.say("care.self.about")}</span></p>`}
    <p class="wrong" role="alert">${wrong}</p>
  </div>`;
}
