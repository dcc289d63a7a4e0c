/** To whom the conversation goes. */

import { nameOf } from "../core/announcing.js";
import { fitting } from "../core/matching.js";
import { Avatar } from "../parts/avatar.js";
import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function AssignDialog({ desk }) {
  const { words } = desk;
  const thread = desk.open.value;
  const people = dutyFirst(desk.sheets.membersOf(thread?.serving.team.id));
  useEffect(() => void desk.sheets.look(), []);
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
        <span class="hint">${words.say("load.count", { count: one.active ?? 0 })}</span>
        <span class="hint">${words.say(one.on_duty ? "assign.on" : "assign.off")}</span>`} />
  <//>`;
}

/** @param {import("../core/shapes.js").Colleague[]} members */
function dutyFirst(members) {
  return [...members].sort((a, b) => Number(b.on_duty) - Number(a.on_duty) || (a.name < b.name ? -1 : 1));
}
