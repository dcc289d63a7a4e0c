/**
 * The open thread: who it is, what was said, and where to answer.
 *
 * Earlier history comes in above without moving what is being read; what is new scrolls in only for
 * those who are at the end.
 */

import { nameOf } from "../core/announcing.js";
import { rowsOf } from "../core/timeline.js";
import { Icon } from "../parts/icon.js";
import { now } from "../state/clock.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Bands } from "./bands.js";
import { Composer } from "./composer.js";
import { Gone } from "./gone.js";
import { Said, reachMessages } from "./said.js";
import { ThreadHead } from "./thread_head.js";

const NEAR_END = 80;
const DWELL_MS = 600;

/** @param {{ desk: import("../state/desk.js").Desk, thread: string | null }} props */
export function Conversation({ desk, thread }) {
  const { words } = desk;
  const open = desk.open.value;
  return html`<section class="pane conversation" id="conversation" tabindex="-1" data-region="conversation"
    aria-label=${words.say("region.conversation")}>
    ${thread === null
      ? html`<div class="nothing" data-focus="message" tabindex="-1"><h2>${words.say("thread.none")}</h2>
          <p class="hint">${words.say("thread.none.hint")}</p></div>`
      : html`<${Thread} key=${thread} desk=${desk} id=${thread} open=${open} />`}
  </section>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, id: string, open: import("../core/shapes.js").Summary | null }} props */
function Thread({ desk, id, open }) {
  const { words } = desk;
  const log = desk.timelines.of(id).value;
  const outgoing = desk.writing.outgoing.value.filter((entry) => entry.thread === id);
  const rows = rowsOf(log.items, {
    me: desk.me.value?.id ?? "",
    outgoing,
    day: words.times.value.day,
  });
  const seen = useSeen(desk, id, log.items.at(-1)?.seq ?? 0);
  if (log.state === "failed" && log.items.length === 0) {
    const kept = outgoing.filter((/** @type {any} */ entry) => entry.state === "refused");
    return html`<${Gone} desk=${desk} id=${id} kept=${kept} />`;
  }
  return html`
    <${ThreadHead} desk=${desk} thread=${open} />
    ${open !== null && html`<${Bands} desk=${desk} thread=${open} />`}
    <${Log} desk=${desk} id=${id} name=${nameOf(open ?? undefined) ?? ""} log=${log} rows=${rows} seen=${seen} />
    ${open !== null && html`<${Composer} key=${id} desk=${desk} thread=${open} seen=${seen} />`}
  `;
}

/**
 * How far the agent has seen the thread: what has stood before their eyes for a moment. A reply
 * carries it, so that what came in the same second is not answered unseen.
 *
 * @param {import("../state/desk.js").Desk} desk
 * @param {string} id
 * @param {number} head
 */
function useSeen(desk, id, head) {
  const seen = useRef({ head: 0, atEnd: true });
  useEffect(() => {
    const look = () => {
      if (document.visibilityState !== "visible" || !seen.current.atEnd || head === 0) return;
      seen.current.head = Math.max(seen.current.head, head);
      void desk.reading.seen(id, head);
    };
    // Whoever opens a thread looks at it; what comes while it is open needs a moment to be noticed.
    const timer = setTimeout(look, seen.current.head === 0 ? 0 : DWELL_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [id, head]);
  return seen;
}

/** @param {any} props */
function Log({ desk, id, name, log, rows, seen }) {
  const { words } = desk;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const was = useRef({ first: "", last: "", height: 0, top: 0 });
  const [below, setBelow] = useState(false);
  const first = rows[0]?.key ?? "";
  const last = rows.at(-1)?.key ?? "";
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = was.current;
    const grew = element.scrollHeight - before.height;
    if (before.last === "" || (seen.current.atEnd && last !== before.last)) {
      element.scrollTop = element.scrollHeight;
      setBelow(false);
    } else if (first !== before.first && last === before.last) element.scrollTop += grew;
    else if (last !== before.last) setBelow(true);
    was.current = { first, last, height: element.scrollHeight, top: element.scrollTop };
  }, [first, last, rows.length]);
  useEffect(() => {
    // What grows below, as a longer answer does, hides nothing from those who are at the end.
    const watch = new ResizeObserver(() => {
      const element = box.current;
      if (element !== null && seen.current.atEnd) element.scrollTop = element.scrollHeight;
    });
    if (box.current !== null) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const scrolled = () => {
    const element = box.current;
    if (element === null) return;
    const { scrollHeight, scrollTop, clientHeight } = element;
    const wasAway = !seen.current.atEnd;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END) seen.current.atEnd = true;
    // Up goes the reader alone; what grew below before the browser told of its own scrolling did not.
    else if (scrollTop < was.current.top) seen.current.atEnd = false;
    else if (seen.current.atEnd) element.scrollTop = scrollHeight;
    was.current.top = element.scrollTop;
    if (wasAway && seen.current.atEnd) {
      setBelow(false);
      void desk.reading.seen(id, log.items.at(-1)?.seq ?? 0);
      seen.current.head = log.items.at(-1)?.seq ?? 0;
    }
  };
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  const busy = log.state === "loading" && log.items.length === 0;
  // The way in by Tab is the last thing that somebody said: marks cannot have the focus.
  const entry = rows.findLast((/** @type {any} */ row) => row.kind === "message" || row.kind === "note")?.key;
  return html`<div class="log scroll" ref=${box} aria-busy=${busy} onScroll=${scrolled} onKeyDown=${reachMessages}
    role="group" aria-label=${words.say("thread.log", { name })}>
    <${Earlier} desk=${desk} id=${id} log=${log} />
    ${rows.map((/** @type {any} */ row) => html`<${Said} key=${row.key} desk=${desk} row=${row} entry=${row.key === entry} />`)}
    <${Signs} desk=${desk} id=${id} />
    ${below && html`<button type="button" class="below" onClick=${toEnd}>
      <${Icon} name="down" />${words.say("thread.new")}</button>`}
  </div>`;
}

/** @param {any} props */
function Earlier({ desk, id, log }) {
  const { words } = desk;
  if (log.state === "loading" && log.items.length === 0) {
    return html`<p class="hint center">${words.say("view.loading")}</p>`;
  }
  if (log.before === null) return html`<p class="hint center">${words.say("thread.start")}</p>`;
  const load = async (/** @type {MouseEvent} */ event) => {
    const first = /** @type {HTMLElement | null} */ (document.querySelector("article.said"));
    const pressed = /** @type {Element | null} */ (event.currentTarget);
    await desk.timelines.older(id);
    // To where the reading had come: from there the arrows go on upwards.
    if ([pressed, document.body].includes(document.activeElement)) first?.focus({ preventScroll: true });
  };
  return html`<div class="center"><button type="button" class="quiet" aria-disabled=${log.older} onClick=${load}>${words.say(log.older ? "view.loading" : "thread.older")}</button></div>`;
}

/** Who else is here, and who is writing. @param {any} props */
function Signs({ desk, id }) {
  now.value;
  const signs = desk.passing.of(id);
  const me = desk.me.value?.id;
  const shown = ["typing", "viewing"].flatMap((kind) =>
    signs.filter((/** @type {any} */ sign) => sign.kind === kind && sign.id !== me),
  );
  return html`<div class="signs">${shown.map(
    (sign) => html`<p key=${sign.kind + sign.id} class="sign" data-kind=${sign.kind}>
      ${desk.words.say(`thread.${sign.kind}`, { name: sign.name })}</p>`,
  )}</div>`;
}
