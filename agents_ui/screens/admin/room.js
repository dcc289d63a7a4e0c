/** The administration: teams, agents, the company's own systems, customers' data, and the log. */

import { Tabs } from "../../parts/tabs.js";
import { place } from "../../state/place.js";
import { html } from "../../vendor/preact.js";
import { AgentsTab } from "./agents.js";
import { AuditTab } from "./audit.js";
import { CustomersTab } from "./customers.js";
import { SettingsTab } from "./settings.js";
import { TeamsTab } from "./teams.js";
import { WebhooksTab } from "./webhooks.js";

const TABS = {
  teams: TeamsTab,
  agents: AgentsTab,
  webhooks: WebhooksTab,
  customers: CustomersTab,
  audit: AuditTab,
  settings: SettingsTab,
};

/** @param {{ desk: import("../../state/desk.js").Desk }} props */
export function Screen({ desk }) {
  const { words } = desk;
  const [asked = "teams"] = place.value.inside;
  const at = asked in TABS ? /** @type {keyof typeof TABS} */ (asked) : "teams";
  const Tab = TABS[at];
  const tabs = Object.keys(TABS).map((one) => ({ id: one, name: words.say(`admin.${one}`), inside: [one] }));
  return html`<header class="pane-head"><h2 tabindex="-1" data-focus="room" data-entry>${words.say("view.admin")}</h2></header>
    <${Tabs} label=${words.say("admin.tabs")} room="admin" at=${at} tabs=${tabs} />
    <div class="scroll room-inside">
      <h3 class="tab-title" tabindex="-1" data-focus="tab">${words.say(`admin.${at}`)}</h3>
      <${Tab} key=${at} desk=${desk} />
    </div>`;
}
