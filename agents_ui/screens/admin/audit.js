/** The audit log: who looked at and who changed what, the newest first. */

import { listAudit } from "../../api/office.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { When } from "../../parts/when.js";
import { addressOf } from "../../state/place.js";
import { html, useState } from "../../vendor/preact.js";

/** @param {{ desk: import("../../state/desk.js").Desk }} props */
export function AuditTab({ desk }) {
  const { words } = desk;
  const [more, setMore] = useState(/** @type {{ items: any[], next: string | null } | null} */ (null));
  const loaded = useLoaded(desk, () => listAudit({ limit: 50 }), []);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  const items = [...loaded.value.items, ...(more?.items ?? [])];
  const next = more === null ? loaded.value.next : more.next;
  const older = async () => {
    try {
      const page = await listAudit({ limit: 50, cursor: next });
      setMore({ items: [...(more?.items ?? []), ...page.items], next: page.next });
    } catch (error) {
      desk.failed(error);
    }
  };
  return html`<div class="table-room" tabindex="0" role="region" aria-label=${words.say("admin.audit")}><table class="figures">
      <thead><tr><th scope="col">${words.say("webhooks.when")}</th><th scope="col" class="text">${words.say("audit.who")}</th>
        <th scope="col" class="text">${words.say("audit.what")}</th><th scope="col" class="text">${words.say("audit.about")}</th></tr></thead>
      <tbody>${items.map(
        (one, n) => html`<tr key=${n}><th scope="row"><${When} desk=${desk} at=${one.at} /></th><td class="text">${one.actor.name ?? one.actor.id}</td>
          <td class="text"><code>${one.action}</code></td>
          <td class="text">${one.thread ? html`<a href=${addressOf({ view: "all", thread: one.thread })}>${words.say("audit.thread")}</a>` : ""}</td></tr>`,
      )}</tbody></table></div>
    ${next !== null && html`<div class="center"><button type="button" class="quiet" onClick=${older}>${words.say("view.more")}</button></div>`}`;
}
