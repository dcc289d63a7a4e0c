/** Where the customer writes. What is typed is kept at each stroke, until it is sent. */

import { Icon } from "../parts/icon.js";
import { keepTyped, readTyped } from "../state/typed.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";

const LONGEST = 4000;
const MOST = 16;
const TAKEN = "image/*,application/pdf,text/plain,audio/*,video/*";

/**
 * @typedef {{ key: number, name: string, state: "loading" | "ready" | "waits" | "failed",
 *   id?: string, why?: string, file: File, shown: string | null, control?: AbortController }} Chosen
 *   `waits`: for the network, and may be sent meanwhile; `failed`: the server will not have it.
 */

/** @param {{ app: import("../state/app.js").App, sent: () => void }} props */
export function Composer({ app, sent }) {
  const [text, setText] = useState(() => readTyped(app.person));
  const [files, setFiles] = useState(/** @type {Chosen[]} */ ([]));
  const [urgent, setUrgent] = useState(false);
  const [wrong, setWrong] = useState("");
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const sending = useRef(false);
  const chooser = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => {
    const box = /** @type {HTMLTextAreaElement} */ (field.current);
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight + 2}px`;
  }, [text]);
  useEffect(() => {
    // Who comes to write finds the field ready; a phone's keyboard would hide what there is to read.
    if (matchMedia("(pointer: fine)").matches && !app.embedded) field.current?.focus();
  }, []);
  const good = files.filter(({ state }) => state !== "failed");
  const can = (text.trim() !== "" || good.length > 0) && text.length <= LONGEST;
  const send = async () => {
    if (!can || sending.current) return;
    sending.current = true;
    setWrong("");
    const body = text.trim();
    const chosen = good.map(({ name, file, id }) => ({ name, type: file.type, size: file.size, id, file: id ? undefined : file }));
    try {
      // With a file the text stays in the field until both are on this device.
      if (chosen.some(({ id }) => id === undefined)) await app.enclose(body, { urgent, files: chosen });
      else if (chosen.length > 0) await app.send(body, { attachments: chosen.map(({ id }) => String(id)), urgent });
      else void app.send(body, { urgent }).catch(() => giveBack(body, urgent));
    } catch {
      return setWrong(app.say("error.full"));
    } finally {
      sending.current = false;
    }
    for (const one of good) drop(one);
    keepTyped(app.person, "");
    setText("");
    setFiles((all) => all.filter((one) => !good.some(({ key }) => key === one.key)));
    setUrgent(false);
    field.current?.focus();
    sent();
    return undefined;
  };
  // It could not be kept, and stands where it was written, before what was typed since.
  const giveBack = (/** @type {string} */ body, /** @type {boolean} */ wasUrgent) => {
    const since = field.current?.value ?? "";
    const all = since === "" ? body : `${body}\n${since}`;
    keepTyped(app.person, all);
    setText(all);
    setUrgent(wasUrgent);
    setWrong(app.say("error.full"));
  };
  const type = (/** @type {any} */ event) => {
    keepTyped(app.person, event.target.value);
    setText(event.target.value);
    if (event.target.value !== "") app.type();
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    // On a phone the key makes a new line, as everywhere there; a button sends.
    if (!matchMedia("(pointer: fine)").matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    void send();
  };
  const change = (/** @type {Chosen} */ one) => setFiles((all) => all.map((other) => (other.key === one.key ? one : other)));
  const load = async (/** @type {Chosen} */ one) => {
    const control = new AbortController();
    const now = { ...one, control };
    change({ ...now, state: "loading" });
    try {
      const { id } = await app.client.upload(one.file, { control });
      change({ ...now, state: "ready", id });
    } catch (error) {
      const problem = /** @type {import("../lib/problems.js").PinboxError} */ (error);
      if (problem.temporary) change({ ...now, state: "waits" });
      else change({ ...now, state: "failed", why: app.why(problem) });
    }
  };
  const add = (/** @type {FileList | null} */ chosen) => {
    const added = [...(chosen ?? [])].slice(0, MOST - files.length).map((file, n) => ({
      key: Date.now() + n,
      name: file.name,
      state: /** @type {const} */ ("loading"),
      file,
      shown: file.type.startsWith("image/") ? URL.createObjectURL(file) : null,
    }));
    setFiles((all) => [...all, ...added]);
    for (const one of added) void load(one);
    if (chooser.current) chooser.current.value = "";
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    if (event.clipboardData?.files.length) add(event.clipboardData.files);
  };
  const drop = (/** @type {Chosen} */ { shown, control }) => {
    control?.abort();
    if (shown !== null) URL.revokeObjectURL(shown);
  };
  const remove = (/** @type {Chosen} */ one) => {
    drop(one);
    setFiles((all) => all.filter(({ key }) => key !== one.key));
    field.current?.focus();
  };
  const closed = app.team.value?.open === false;
  return html`<form class="composer" aria-label=${app.say("composer.title")} onSubmit=${(/** @type {Event} */ event) => {
    event.preventDefault();
    void send();
  }}>
    ${files.length > 0 && html`<ul class="chosen">${files.map((one) => html`<li key=${one.key} data-state=${one.state}>
      ${one.shown ? html`<img src=${one.shown} alt="" />` : html`<${Icon} name="file" />`}
      <span class="file-name">${one.name}</span>
      ${one.state === "loading" && html`<span class="soft" role="status">${app.say("file.loading")}</span>`}
      ${one.state === "waits" && html`<span class="soft" role="status">${app.say("message.later")}</span>`}
      ${one.state === "failed" && html`<span class="wrong" role="alert">${one.why}</span>
        <button type="button" onClick=${() => load(one)}>${app.say("message.again")}</button>`}
      <button type="button" class="quiet square" onClick=${() => remove(one)} aria-label=${app.say("file.remove", { name: one.name })}><${Icon} name="close" /></button>
    </li>`)}</ul>`}
    ${closed && text !== "" && html`<label class="check"><input type="checkbox" checked=${urgent} onChange=${(/** @type {any} */ event) => setUrgent(event.target.checked)} />${app.say("composer.urgent")}</label>`}
    ${wrong && html`<p class="wrong" role="alert"><${Icon} name="warn" />${wrong}</p>`}
    <div class="composer-row">
      <input ref=${chooser} class="unseen" type="file" multiple accept=${TAKEN} tabindex="-1" aria-hidden="true" onChange=${(/** @type {any} */ event) => add(event.target.files)} />
      <button type="button" class="quiet square large" onClick=${() => chooser.current?.click()} aria-label=${app.say("composer.attach")}><${Icon} name="attach" /></button>
      <textarea ref=${field} class="field" rows="1" value=${text} maxlength=${LONGEST} onInput=${type} onKeyDown=${press} onPaste=${paste}
        placeholder=${app.say("composer.hint")} aria-label=${app.say("composer.label")} dir="auto" enterkeyhint="enter"></textarea>
      <button type="submit" class="main square large round" aria-disabled=${!can} aria-label=${app.say("composer.send")}><${Icon} name="send" /></button>
    </div>
  </form>`;
}
