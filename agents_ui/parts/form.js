/**
 * Forms of leads and admins: what the server refuses stands at the field that it names, and the
 * focus goes to the first of them.
 *
 * @typedef {ReturnType<typeof useForm>} Form
 */

import { PinboxError } from "../lib/problems.js";
import { html, useEffect, useId, useRef, useState } from "../vendor/preact.js";

const HERE = /^(body|query)\./;

/** @param {import("../state/desk.js").Desk} desk */
export function useForm(desk) {
  const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState("");
  const ref = useRef(/** @type {HTMLFormElement | null} */ (null));
  const language = desk.words.language.value;
  // What was said in the language before is no news.
  useEffect(() => setDone(""), [language]);
  useEffect(() => {
    const first = /** @type {HTMLElement | null} */ (ref.current?.querySelector('[aria-invalid="true"]'));
    first?.focus();
  }, [errors]);
  /**
   * Do something, and say what became of it.
   *
   * @param {() => Promise<unknown>} act
   * @param {string} told what is said when it is done
   * @returns {Promise<boolean>}
   */
  const run = async (act, told) => {
    if (busy) return false;
    setBusy(true);
    setDone("");
    try {
      await act();
      setErrors({});
      setDone(told);
      desk.voice.say(told);
      return true;
    } catch (error) {
      const found = errorsOf(error);
      if (found === null) desk.failed(error);
      else {
        setErrors(found);
        desk.voice.say(Object.values(found).join(" "));
      }
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { desk, ref, errors, busy, done, run, edited: () => setDone("") };
}

/** What is wrong, by field; `""` for what no field is named for; null for what is none of a form's. @param {unknown} error */
export function errorsOf(error) {
  if (!(error instanceof PinboxError)) return null;
  const { errors = [] } = /** @type {any} */ (error.problem);
  if (errors.length === 0) {
    return error.code === "bad_request" || error.code === "conflict" ? { "": error.detail } : null;
  }
  /** @type {Record<string, string>} */
  const found = {};
  for (const { path, message } of errors) found[path.replace(HERE, "")] = message;
  return found;
}

/** What is wrong with a field, or with something inside it. @param {Form} form @param {string} name */
export function wrongOf({ errors }, name) {
  const path = Object.keys(errors).find(
    (one) => one === name || one.startsWith(`${name}[`) || one.startsWith(`${name}.`),
  );
  return path === undefined ? "" : errors[path];
}

/**
 * One field with its name, what it is for, and what is wrong with it.
 *
 * @param {object} props
 * @param {Form} props.form
 * @param {string} props.name as the server calls it
 * @param {string} props.label
 * @param {string} props.value
 * @param {(value: string) => void} props.set
 * @param {string} [props.hint]
 * @param {"text" | "number" | "time" | "date" | "datetime-local" | "password" | "url"} [props.type]
 * @param {[string, string][]} [props.options] to choose from, in place of writing
 * @param {boolean} [props.long] several lines
 * @param {Record<string, unknown>} [props.more] attributes
 */
export function Field({ form, name, label, value, set, hint, type = "text", options, long, more = {} }) {
  const id = useId();
  const wrong = wrongOf(form, name);
  const given = {
    id,
    class: "field",
    "aria-invalid": wrong === "" ? null : "true",
    "aria-describedby": [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || null,
    ...more,
  };
  const take = (/** @type {any} */ event) => {
    form.edited();
    set(event.target.value);
  };
  return html`<div class="labelled"><label for=${id}>${label}</label>
    ${options !== undefined
      ? html`<select ...${given} onChange=${take}>${options.map(
          ([one, text]) => html`<option key=${one} value=${one} selected=${one === value}>${text}</option>`,
        )}</select>`
      : long
        ? html`<textarea ...${given} value=${value} onInput=${take}></textarea>`
        : html`<input ...${given} type=${type} value=${value} onInput=${take} autocomplete="off" />`}
    ${hint && html`<p id=${`${id}-hint`} class="hint">${hint}</p>`}
    ${wrong && html`<p id=${`${id}-wrong`} class="wrong" lang="en">${wrong}</p>`}
  </div>`;
}

/** A box to tick. @param {{ form: Form, label: string, on: boolean, set: (on: boolean) => void, hint?: string }} props */
export function Tick({ form, label, on, set, hint }) {
  const id = useId();
  const take = (/** @type {any} */ event) => {
    form.edited();
    set(event.target.checked);
  };
  return html`<div><label class="check"><input type="checkbox" checked=${on} onChange=${take}
    aria-describedby=${hint ? id : null} /> ${label}</label>
    ${hint && html`<p id=${id} class="hint indented">${hint}</p>`}</div>`;
}

/** The end of a form: what is wrong with the whole of it, its button, and that it is done. @param {{ form: Form, label: string, names?: readonly string[], off?: string | null, children?: any }} props `names`: of the fields that show their own errors; `off`: the id of what says why it cannot be done */
export function Finish({ form, label, names = [], off = null, children }) {
  const known = new Set(names.map((name) => wrongOf(form, name)));
  const left = Object.values(form.errors).filter((text) => !known.has(text));
  return html`<div class="finish">
    <p class="wrong" role="alert" lang="en">${left.join(" ")}</p>
    <div class="buttons"><button class="main" aria-disabled=${form.busy || off !== null} aria-describedby=${off}>${label}</button>${children}
      ${form.done && html`<span class="saved">${form.done}</span>`}</div>
  </div>`;
}
