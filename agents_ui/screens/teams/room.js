/** The team pages: what a team's customers see of it, and how it works. */

import { Tabs } from "../../parts/tabs.js";
import { go, place } from "../../state/place.js";
import { html, useId } from "../../vendor/preact.js";
import { ledTeams } from "../storm.js";
import { CannedTab } from "./canned.js";
import { DatesTab } from "./dates.js";
import { HoursTab } from "./hours.js";
import { PageTab } from "./page.js";
import { PeopleTab } from "./people.js";
import { RulesTab } from "./rules.js";

const TABS = {
  page: PageTab,
  people: PeopleTab,
  hours: HoursTab,
  dates: DatesTab,
  canned: CannedTab,
  rules: RulesTab,
};

/** @param {{ desk: import("../../state/desk.js").Desk }} props */
export function Screen({ desk }) {
  const { words } = desk;
  const id = useId();
  const led = ledTeams(desk);
  const [asked, inside = "page"] = place.value.inside;
  const of = led.find(({ team }) => team.id === asked) ?? led[0];
  const at = inside in TABS ? /** @type {keyof typeof TABS} */ (inside) : "page";
  const Tab = TABS[at];
  const title = html`<h2 tabindex="-1" data-focus="room" data-entry>${words.say("view.teams")}</h2>`;
  if (of === undefined) {
    return html`<header class="pane-head">${title}</header>
      <p class="hint center">${words.say("view.loading")}</p>`;
  }
  const tabs = Object.keys(TABS).map((one) => ({ id: one, name: words.say(`teams.${one}`), inside: [of.team.id, one] }));
  return html`<header class="pane-head">${title}
      ${led.length > 1 &&
      html`<label class="team-choice" for=${id}><span class="unseen">${words.say("board.team")}</span>
        <select id=${id} class="field" onChange=${(/** @type {any} */ event) => go({ view: "teams", inside: [event.target.value, at] })}>
          ${led.map(({ team }) => html`<option key=${team.id} value=${team.id} selected=${team.id === of.team.id}>${team.name}</option>`)}
        </select></label>`}
    </header>
    <${Tabs} label=${words.say("teams.tabs")} room="teams" at=${at} tabs=${tabs} />
    <div class="scroll room-inside">
      <h3 class="tab-title" tabindex="-1" data-focus="tab">${of.team.name}: ${words.say(`teams.${at}`)}</h3>
      <${Tab} key=${`${of.team.id}-${at}`} desk=${desk} of=${of} />
    </div>`;
}
