/**
 * Where an agent writes: a reply that the customer reads, or a private note that only the team does.
 * Which of both it is stands in the field's name, in its colour and on the button.
 */

import { run } from "../commands/keyboard.js";
import { nameOf } from "../core/announcing.js";
import { Icon } from "../parts/icon.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const LONGEST = 4_000;
const KEEP_MS = 200;
const TYPING_MS = 4_000;

/** @param {{ desk: import("../state/desk.js").Desk, thread: import("../core/shapes.js").Summary, seen: { current: { head: number } } }} props */
export function Composer({ desk, thread, seen }) {
  const { words } = desk;
  const kind = desk.writing.kind.value;
  const { id } = thread;
  const [texts, setTexts] = useState(() => desk.writing.drafts.of(id));
  const latest = useRef(texts);
  latest.current = { ...texts, kind };
  const telling = useRef(0);
  useEffect(() => {
    const timer = setTimeout(() => desk.writing.drafts.keep(id, latest.current), KEEP_MS);
    return () => clearTimeout(timer);
  }, [texts, kind]);
  useEffect(() => {
    // By now the desk may be about another thread: what counts is what stood here last.
    const keep = () => desk.writing.drafts.keep(id, latest.current);
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
      if (telling.current > 0) desk.reading.typing(id, false, false);
    };
  }, []);
  const filled = desk.writing.filling.value;
  useEffect(() => {
    if (filled === null || filled.thread !== id) return;
    setTexts((before) => ({ ...before, [filled.kind]: filled.text }));
    desk.writing.kind.value = filled.kind;
    desk.writing.filling.value = null;
  }, [filled]);
  const text = texts[kind];
  const over = [...text].length - LONGEST;
  const name = nameOf(thread) ?? "";
  const choose = (/** @type {"reply" | "note"} */ next) => {
    run(desk, next);
  };
  const write = (/** @type {any} */ event) => {
    const value = event.target.value;
    if (value === ";" && text === "" && kind === "reply") {
      event.target.value = "";
      return void run(desk, "canned");
    }
    setTexts({ ...texts, [kind]: value });
    if (Date.now() - telling.current > TYPING_MS) {
      telling.current = Date.now();
      desk.reading.typing(id, true, kind === "note");
    }
  };
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim() === "" || over > 0) return;
    desk.writing.write(id, kind, text, seen.current.head);
    setTexts({ ...texts, [kind]: "" });
    desk.writing.drafts.keep(id, { ...texts, [kind]: "", kind });
    desk.reading.typing(id, false, kind === "note");
    telling.current = 0;
    focusSoon("composer");
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const enter = desk.settings.chosen.value.enter;
    const asked = event.ctrlKey || event.metaKey || (enter && !event.shiftKey);
    if (event.key === "Enter" && asked) send(event);
    if (event.key === "Escape") {
      event.preventDefault();
      focusSoon("message");
    }
  };
  const held = thread.assignee !== null && thread.assignee.id !== desk.me.value?.id;
  const isNote = kind === "note";
  return html`<form class="composer" data-kind=${kind} data-region="composer" onSubmit=${send}
    aria-label=${words.say("region.composer")}>
    <div class="composer-head">
      <div class="kinds" role="group" aria-label=${words.say("compose.kind")}>
        ${/** @type {const} */ (["reply", "note"]).map(
          (one) => html`<button type="button" key=${one} class="kind" aria-pressed=${kind === one}
            onClick=${() => choose(one)}><${Icon} name=${one === "note" ? "lock" : "reply"} />
            ${words.say(`compose.${one}`)}</button>`,
        )}
      </div>
      <p class="hint" id="composer-hint">${
        isNote
          ? words.say("compose.note.hint", { name })
          : thread.status?.state === "resolved"
            ? words.say("compose.resolved")
            : held
              ? words.say("compose.held", { name: thread.assignee?.name })
              : words.say("compose.reply.hint", { name })
      }</p>
    </div>
    <textarea class="composer-field" rows="2" dir="auto" data-focus="composer" data-entry
      aria-label=${words.say(isNote ? "compose.note.to" : "compose.reply.to", { name })}
      aria-describedby="composer-hint" value=${text} onInput=${write} onKeyDown=${press}></textarea>
    <div class="composer-foot">
      <p class="hint" role=${over > 0 ? "alert" : null}>${
        over > 0
          ? words.say("compose.long", { count: over })
          : html`<span class="wide-only">${words.say("compose.send.key")}</span>`
      }</p>
      <button class="main send" aria-disabled=${text.trim() === "" || over > 0}>
        <${Icon} name=${isNote ? "lock" : "send"} />
        ${isNote ? words.say("compose.add") : words.say("compose.send", { name })}</button>
    </div>
  </form>`;
}
