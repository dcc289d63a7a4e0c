/** The thread: history in by scrolling up, what arrives below, and the composer. */

import { rows } from "../core/rows.js";
import { Icon } from "../parts/icon.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Asked } from "./asked.js";
import { Bubble, DraftBubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { markText } from "./mark.js";
import { byText, promiseText } from "./promise.js";

const NEAR = 80;
const TOP = 240;

/** @param {{ app: import("../state/app.js").App }} props */
export function Thread({ app }) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const held = useRef({ bottom: true, height: 0, top: 0, first: /** @type {unknown} */ (null) });
  const [away, setAway] = useState(false);
  const [log, target] = [app.log.value, app.target.value];
  const day = (/** @type {string} */ at) => app.words.times.value.day(at);
  const shown = rows(log, app.drafts.shown.value, day);
  const first = log.messages[0]?.id;
  const toEnd = () => ref.current?.scrollTo({ top: ref.current.scrollHeight });
  useLayoutEffect(() => {
    const box = /** @type {HTMLElement} */ (ref.current);
    const { bottom, height, first: before } = held.current;
    if (bottom) box.scrollTop = box.scrollHeight;
    // What came in above must not move what is being read.
    else if (before !== null && before !== first) box.scrollTop += box.scrollHeight - height;
    held.current = { bottom, height: box.scrollHeight, top: box.scrollTop, first };
  });
  useEffect(() => {
    if (!away) app.seen();
  });
  useEffect(() => {
    const look = () => !away && app.seen();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [away]);
  useLayoutEffect(() => {
    // Pictures and the keyboard change the room without any message.
    const box = /** @type {HTMLElement} */ (ref.current);
    const watch = new ResizeObserver(() => held.current.bottom && (box.scrollTop = box.scrollHeight));
    watch.observe(box);
    watch.observe(/** @type {Element} */ (box.firstElementChild));
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const seq = target;
    if (seq === null || !app.ready.value) return;
    const found = /** @type {HTMLElement | null} */ (ref.current?.querySelector(`[data-seq="${seq}"]`));
    if (found === null) return;
    app.target.value = null;
    held.current.bottom = false;
    found.scrollIntoView({ block: "center" });
    found.focus({ preventScroll: true });
  });
  const scrolled = () => {
    const box = /** @type {HTMLElement} */ (ref.current);
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR) held.current.bottom = true;
    // Up goes the reader alone; what grew below before the browser told of its own scrolling did not.
    else if (box.scrollTop < held.current.top) held.current.bottom = false;
    else if (held.current.bottom) box.scrollTop = box.scrollHeight;
    held.current.top = box.scrollTop;
    if (held.current.bottom === away) setAway(!away);
    if (box.scrollTop < TOP) void app.older();
  };
  const { thread, team } = app;
  return html`<section class="log" ref=${ref} onScroll=${scrolled} tabindex="0" aria-label=${app.say("thread.title")}>
      <div class="log-inside">
        ${log.more && html`<button type="button" class="quiet older" onClick=${() => app.older()}>${app.say("thread.older")}</button>`}
        ${shown.length === 0 && app.ready.value && html`<${Welcome} app=${app} />`}
        ${shown.map((row) => html`<${Row} key=${row.key} app=${app} row=${row} />`)}
        <${Asked} app=${app} />
        ${app.typing.value !== null && html`<p class="typing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>
          ${app.say("thread.typing", { name: app.typing.value || team.value?.name })}</p>`}
        ${thread.value?.promise && waits(app) && html`<p class="promise"><${Icon} name="clock" />${byText(app, thread.value.promise)}</p>`}
      </div>
    </section>
    ${away && html`<button type="button" class="to-end square" onClick=${toEnd} aria-label=${app.say("thread.end")}><${Icon} name="down" /></button>`}
    <${Composer} app=${app} sent=${() => {
      held.current.bottom = true;
      toEnd();
    }} />`;
}

/** Whether the last word is the customer's, and the matter is not settled. @param {import("../state/app.js").App} app */
function waits(app) {
  const settled = app.thread.value?.status?.state === "resolved";
  return !settled && app.log.value.messages.at(-1)?.author.kind === "customer";
}

/** @param {{ app: import("../state/app.js").App, row: import("../core/rows.js").Row }} props */
function Row({ app, row }) {
  switch (row.kind) {
    case "day":
      return html`<h2 class="day">${app.words.times.value.day(row.at)}</h2>`;
    case "mark":
      return html`<p class="told">${markText(app, row.mark)}</p>`;
    case "message":
      return html`<${Bubble} app=${app} row=${row} />`;
    case "draft":
      return html`<${DraftBubble} app=${app} row=${row} />`;
  }
}

/** Before the first word. @param {{ app: import("../state/app.js").App }} props */
function Welcome({ app }) {
  const team = app.team.value;
  return html`<div class="welcome">
    <p class="welcome-title">${app.say("thread.hello", { name: team?.name ?? app.say("app.name") })}</p>
    <p class="soft">${app.say("thread.welcome")}</p>
    ${team?.promise && html`<p class="promise"><${Icon} name="clock" />${promiseText(app, team.promise)}</p>`}
  </div>`;
}
