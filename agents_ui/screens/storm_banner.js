/** The storms that concern whoever sits here, at the top of the desk. */

import { enter } from "../commands/moves.js";
import { allowed, commandOf } from "../commands/table.js";
import { addressOf } from "../state/place.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function StormBanner({ desk }) {
  const { words, weather } = desk;
  const storms = weather.storms.value;
  if (storms.length === 0) return null;
  const mine = new Set(weather.teams.value.filter((one) => one.mine).map(({ team }) => team.id));
  const leads = allowed(desk, commandOf("board"));
  return html`<aside class="storms" aria-label=${words.say("storm.title")}>
    ${storms.map(({ team, teams, until, notice }) => {
      const helpers = teams.map((one) => `${one.team.name} ${one.share} %`).join(", ");
      const when = words.times.value.soon(until, Date.now());
      return html`<p key=${team.id}><strong>${words.say("storm.in", { team: team.name })}</strong>
        <span>${words.say(mine.has(team.id) ? "storm.ours" : "storm.theirs", { helpers, until: when, notice })}</span>
        ${leads && mine.has(team.id) &&
        html`<a href=${addressOf({ view: "board", inside: ["storm", team.id] })} onClick=${(/** @type {MouseEvent} */ event) => enter(event, { view: "board", inside: ["storm", team.id] })}>${words.say("storm.look")}</a>`}</p>`;
    })}
  </aside>`;
}
