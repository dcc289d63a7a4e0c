/** A bounce to another team, with its reason. */

import { nameOf } from "../core/announcing.js";
import { Dialog } from "../parts/dialog.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect, useId, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function TransferDialog({ desk }) {
  const { words } = desk;
  const thread = desk.open.value;
  const [reason, setReason] = useState("");
  const others = desk.sheets.all.value
    .map(({ team }) => team)
    .filter(({ id }) => id !== thread?.serving.team.id);
  const [chosen, setTo] = useState("");
  const to = chosen || others[0]?.id || "";
  const id = useId();
  useEffect(() => void desk.sheets.look(), []);
  if (thread === null) return null;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const team = others.find((one) => one.id === to);
    if (team === undefined || reason.trim() === "") return;
    desk.dialog.value = null;
    void desk.acts.transfer(thread, team, reason);
    focusSoon("message");
  };
  const title = words.say("transfer.title", { name: nameOf(thread) });
  if (others.length === 0) {
    return html`<${Dialog} desk=${desk} title=${title}>
      <p tabindex="-1" data-begin data-focus="transfer">${words.say("transfer.none")}</p><//>`;
  }
  return html`<${Dialog} desk=${desk} title=${title}>
    <p class="hint">${words.say("transfer.about")}</p>
    <form class="stack" onSubmit=${submit}>
      <label class="labelled">${words.say("transfer.team")}
        <select class="field" data-begin data-focus="transfer"
          onChange=${(/** @type {any} */ event) => setTo(event.target.value)}>
          ${others.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === to}>${one.name}</option>`)}
        </select></label>
      <label class="labelled" for=${id}>${words.say("transfer.reason")}
        <input id=${id} class="field" required value=${reason}
          onInput=${(/** @type {any} */ event) => setReason(event.target.value)} /></label>
      <button class="main" aria-disabled=${reason.trim() === ""}>${words.say("transfer.go")}</button>
    </form>
  <//>`;
}
