/**
 * Where an agent writes: a reply that the customer reads, or a private note that only the team does.
 * Which of both it is stands in the field's name, in its colour and on the button.
 */

import { run } from "../commands/keyboard.js";
import { commandOf } from "../commands/table.js";
import { nameOf } from "../core/announcing.js";
import { Icon } from "../parts/icon.js";
import { following } from "../state/drafts.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { Attached } from "./attached.js";

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
  /** What this composer has taken from the drafts or given to them: what another tab has kept since
   * is not set back by one in which nothing was written. */
  const known = useRef(texts);
  const keep = () => {
    const { reply, note } = known.current;
    if (latest.current.reply === reply && latest.current.note === note) return;
    known.current = latest.current;
    desk.writing.drafts.keep(id, latest.current);
  };
  const telling = useRef(0);
  useEffect(() => {
    const timer = setTimeout(keep, KEEP_MS);
    return () => clearTimeout(timer);
  }, [texts, kind]);
  useEffect(() => {
    // By now the desk may be about another thread: what counts is what stood here last.
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
  const heard = desk.writing.drafts.heard.value;
  const followed = useRef(heard);
  useEffect(() => {
    if (heard === followed.current) return;
    followed.current = heard;
    if (heard?.thread !== id) return;
    known.current = heard.after;
    setTexts((here) => following(here, heard));
  }, [heard]);
  const { attachments } = desk.writing;
  const files = kind === "reply" ? attachments.of(id) : [];
  const chooser = useRef(/** @type {HTMLInputElement | null} */ (null));
  const picking = desk.writing.picking.value;
  const picked = useRef(picking);
  useEffect(() => {
    if (picked.current !== picking) chooser.current?.click();
    picked.current = picking;
  }, [picking]);
  const drop = useDropped((dropped) => {
    run(desk, "reply");
    attachments.add(id, dropped);
  });
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const pasted = event.clipboardData?.files ?? [];
    if (pasted.length === 0 || kind === "note") return;
    event.preventDefault();
    attachments.add(id, pasted);
  };
  const chosen = (/** @type {any} */ event) => {
    attachments.add(id, [...event.target.files]);
    event.target.value = "";
    focusSoon("composer");
  };
  const text = texts[kind];
  const over = [...text].length - LONGEST;
  // What the server has refused to take does not go out by mistake.
  const broken = files.some(({ state }) => state === "failed");
  const empty = (text.trim() === "" && files.length === 0) || broken;
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
    if (empty || over > 0) return;
    desk.writing.write(id, kind, text, seen.current.head);
    setTexts({ ...texts, [kind]: "" });
    known.current = { ...texts, [kind]: "", kind };
    desk.writing.drafts.keep(id, known.current);
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
  const [key] = commandOf("switch").keys;
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
      aria-describedby="composer-hint" value=${text} onInput=${write} onKeyDown=${press}
      onPaste=${paste}></textarea>
    ${!isNote && html`<${Attached} desk=${desk} thread=${id} />`}
    ${drop && html`<p class="dropping">${words.say("files.drop")}</p>`}
    <div class="composer-foot">
      <p class="hint" role=${over > 0 ? "alert" : null}>${
        over > 0
          ? words.say("compose.long", { count: over })
          : html`<span class="wide-only">${words.say(isNote ? "compose.add.key" : "compose.send.key", { name, key })}</span>`
      }</p>
      ${!isNote && html`<button type="button" class="quiet square attach" onClick=${() => run(desk, "attach")}
        aria-label=${words.say("command.attach")}><${Icon} name="clip" /></button>
      <input ref=${chooser} type="file" multiple hidden tabindex="-1" aria-hidden="true" onChange=${chosen} />`}
      <button class="main send" aria-disabled=${empty || over > 0}>
        <${Icon} name=${isNote ? "lock" : "send"} />
        ${isNote ? words.say("compose.add") : words.say("compose.send", { name })}</button>
    </div>
  </form>`;
}

/**
 * Files that are dropped anywhere on the page; whether some hang over it. A page that does not take
 * them would be left for them.
 *
 * @param {(files: File[]) => void} take
 */
function useDropped(take) {
  const [over, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const hangs = (/** @type {DragEvent} */ event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leaves = (/** @type {DragEvent} */ event) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drops = (/** @type {DragEvent} */ event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      setOver(false);
      latest.current(files);
    };
    document.addEventListener("dragover", hangs);
    document.addEventListener("dragleave", leaves);
    document.addEventListener("drop", drops);
    return () => {
      document.removeEventListener("dragover", hangs);
      document.removeEventListener("dragleave", leaves);
      document.removeEventListener("drop", drops);
    };
  }, []);
  return over;
}
