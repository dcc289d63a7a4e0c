/** The sign-in page. */

import { PinboxError } from "../lib/problems.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const WORDS = { unauthorized: "wrong", rate_limited: "many", unreachable: "away" };

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function SignIn({ desk }) {
  const { words } = desk;
  const other = desk.seat.other.value;
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [shown, setShown] = useState(false);
  const name = useRef(/** @type {HTMLInputElement | null} */ (null));
  const password = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => name.current?.focus(), []);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy || name.current === null || password.current === null) return;
    setBusy(true);
    setWrong("");
    try {
      await desk.signIn(name.current.value, password.current.value);
    } catch (error) {
      if (!(error instanceof PinboxError)) throw error;
      const word = WORDS[/** @type {keyof typeof WORDS} */ (error.code)] ?? "other";
      setWrong(words.say(`signin.${word}`, { detail: error.detail }));
      setBusy(false);
      password.current.focus();
      password.current.select();
    }
  };
  return html`<main class="signin">
    <form class="card" onSubmit=${submit} noValidate>
      <h1 class="brand"><span class="mark" aria-hidden="true"></span>${words.say("app.name")}</h1>
      <p class="lead">${words.say("signin.title")}</p>
      ${other !== null
        ? html`<div class="told"><p>${desk.seat.told()}</p>
            <button type="button" onClick=${() => location.reload()}>${words.say("signin.as", { other: other.name })}</button></div>`
        : desk.ended.value && html`<p class="told" role="status">${words.say("signin.ended")}</p>`}
      <label class="labelled">${words.say("signin.name")}
        <input ref=${name} class="field" name="name" autocomplete="username" required
          autocapitalize="none" spellcheck=${false} data-focus="signin" />
      </label>
      <div class="labelled">
        <label for="password">${words.say("signin.password")}</label>
        <span class="joined">
          <input ref=${password} id="password" class="field" name="password" required
            type=${shown ? "text" : "password"} autocomplete="current-password"
            aria-describedby=${wrong ? "wrong" : null} aria-invalid=${wrong !== ""} />
          <button type="button" class="quiet" aria-pressed=${shown}
            onClick=${() => setShown(!shown)}>${words.say("signin.show")}</button>
        </span>
      </div>
      <p id="wrong" class="wrong" role="alert">${wrong}</p>
      <button class="main" aria-disabled=${busy}>
        ${words.say(busy ? "signin.wait" : "signin.go")}</button>
    </form>
  </main>`;
}
