/** One message: who, what, when, and how far it has come. */

import { linked } from "../core/linked.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { html, useId } from "../vendor/preact.js";
import { Enclosed, FileView } from "./file.js";

/** @param {{ app: import("../state/app.js").App, row: Extract<import("../core/rows.js").Row, { kind: "message" }> }} props */
export function Bubble({ app, row }) {
  const { message, own, follows, last, state } = row;
  const { author } = message;
  const name = author.name || (author.kind === "system" ? app.brand.value.name : "") || app.say("app.name");
  const who = useId();
  const clock = app.words.times.value;
  return html`<article class="said" data-own=${own} data-follows=${follows} data-state="stored" data-seq=${message.seq} tabindex="-1" aria-labelledby=${who}>
    ${!own && html`<span class="said-face">${!follows && html`<${Avatar} id=${author.id} name=${name} photo=${author.photo_url} />`}</span>`}
    <div class="said-inside">
      <p class=${own || follows ? "unseen" : "said-name"} id=${who}>${own ? app.say("message.you") : name}</p>
      <${Content} app=${app} body=${message.body} files=${message.files ?? []} />
      ${last && html`<p class="said-foot"><time datetime=${message.sent_at} title=${clock.exact(message.sent_at)}>${clock.clock(message.sent_at)}</time>
        ${state && html` <span class="receipt" data-state=${state}><${Icon} name=${state === "sent" ? "check" : "checks"} />${app.say(`message.${state}`)}</span>`}</p>`}
    </div>
  </article>`;
}

/** One that is on its way, or was refused. @param {{ app: import("../state/app.js").App, row: Extract<import("../core/rows.js").Row, { kind: "draft" }> }} props */
export function DraftBubble({ app, row }) {
  const { draft, refused, files } = row;
  const who = useId();
  const away = !app.online.value || (app.connection.value !== "live" && app.connection.value !== "polling");
  return html`<article class="said" data-own="true" data-state=${refused ? "refused" : "waits"} tabindex="-1" aria-labelledby=${who}>
    <div class="said-inside">
      <p class="unseen" id=${who}>${app.say("message.you")}</p>
      ${files?.map((one, n) => html`<${Enclosed} key=${n} app=${app} clientId=${draft.client_id} n=${n} file=${one} />`)}
      <${Content} app=${app} body=${draft.body} files=${(draft.attachments ?? []).map((/** @type {string} */ id) => ({ id, name: app.say("file.some"), type: "", size: 0 }))} />
      ${refused === null
        ? html`<p class="said-foot">${app.say(away ? "message.later" : "message.sending")}</p>`
        : html`<p class="said-foot wrong" role="alert"><${Icon} name="warn" />${app.say("message.refused", { detail: app.why(refused) })}</p>
          <p class="said-acts"><button type="button" onClick=${() => app.drafts.again(draft)}>${app.say("message.again")}</button>
          <button type="button" class="quiet" onClick=${() => app.drafts.discard(draft)}>${app.say("message.discard")}</button></p>`}
    </div>
  </article>`;
}

/** @param {{ app: import("../state/app.js").App, body: string, files: readonly any[] }} props */
function Content({ app, body, files }) {
  return html`${files.map((file) => html`<${FileView} key=${file.id} app=${app} file=${file} />`)}
    ${body !== "" && html`<p class="said-body" dir="auto">${linked(body).map(({ text, href }) =>
      href === undefined ? text : html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${text}</a>`,
    )}</p>`}`;
}
