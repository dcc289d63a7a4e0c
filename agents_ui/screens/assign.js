/** To whom the conversation goes. */

import { getTeams } from "../api/desk.js";
import { nameOf } from "../core/announcing.js";
import { fitting } from "../core/matching.js";
import { Avatar } from "../parts/avatar.js";
import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function AssignDialog({ desk }) {
  const { words } = desk;
  const thread = desk.open.value;
  const [people, setPeople] = useState(/** @type {import("../core/shapes.js").Colleague[]} */ ([]));
  const team = thread?.serving.team.id;
  useEffect(() => {
    getTeams().then(
      ({ items }) => setPeople(members(items, team)),
      (error) => desk.failed(error),
    );
  }, [team]);
  if (thread === null) return null;
  const choose = (/** @type {import("../core/shapes.js").Colleague} */ agent) => {
    desk.dialog.value = null;
    void desk.acts.assign(thread, agent);
    focusSoon("message");
  };
  const title = words.say("assign.title", { name: nameOf(thread) });
  return html`<${Dialog} desk=${desk} title=${title} look="palette">
    <${Choices} label=${words.say("assign.find")} focus="assign" none=${words.say("assign.none")}
      find=${(/** @type {string} */ sought) => fitting(sought, people, ({ name }) => name)}
      id=${(/** @type {{ id: string }} */ one) => one.id} choose=${choose}
      show=${(/** @type {import("../core/shapes.js").Colleague} */ one) => html`
        <${Avatar} id=${one.id} name=${one.name} photo=${one.photo_url} size="small" />
        <span class="grow">${one.name}</span>
        <span class="hint">${words.say(one.on_duty ? "assign.on" : "assign.off")}</span>`} />
  <//>`;
}

/** Those on duty first. @param {any[]} sheets @param {string | undefined} team */
function members(sheets, team) {
  const found = sheets.find((sheet) => sheet.team.id === team)?.members ?? [];
  return [...found].sort((a, b) => Number(b.on_duty) - Number(a.on_duty) || (a.name < b.name ? -1 : 1));
}
