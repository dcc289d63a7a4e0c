/** The server's settings as they are in force; they are set where it is started. */

import { getSettings } from "../../api/office.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { html } from "../../vendor/preact.js";

/** @param {{ desk: import("../../state/desk.js").Desk }} props */
export function SettingsTab({ desk }) {
  const { words } = desk;
  const loaded = useLoaded(desk, async () => (await getSettings()).items, []);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<p class="hint">${words.say("settings.about")}</p>
    <div class="table-room" tabindex="0" role="region" aria-label=${words.say("admin.settings")}><table class="figures">
      <thead><tr><th scope="col">${words.say("settings.name")}</th><th scope="col" class="text">${words.say("settings.value")}</th>
        <th scope="col" class="text">${words.say("settings.what")}</th></tr></thead>
      <tbody>${loaded.value.map(
        (/** @type {any} */ one) => html`<tr key=${one.name}><th scope="row"><code>${one.name}</code></th>
          <td class="text">${one.secret ? words.say(one.value ? "settings.secret.set" : "settings.secret.none") : JSON.stringify(one.value)}
            ${!one.secret && JSON.stringify(one.value) !== JSON.stringify(one.default) && html` <span class="tag plain">${words.say("settings.changed")}</span>`}</td>
          <td class="text hint" lang="en">${one.about}</td></tr>`,
      )}</tbody></table></div>`;
}
