/** Book a call: now, or at a free time of a day. */

import { makeId } from "../lib/draft.js";
import { html, useEffect, useId, useRef, useState } from "../vendor/preact.js";

const DAYS = 14;

/** The coming days by the customer's clock, as `2026-11-24`. */
function days() {
  const day = new Intl.DateTimeFormat("sv-SE");
  return Array.from({ length: DAYS }, (_, n) => day.format(Date.now() + n * 86_400_000));
}

/** @param {{ app: import("../state/app.js").App }} props */
export function Call({ app }) {
  const [day, setDay] = useState(() => days()[0]);
  const [slots, setSlots] = useState(/** @type {import("../lib/callbacks.js").Slots | null} */ (null));
  const [when, setWhen] = useState("");
  const [topic, setTopic] = useState("");
  const [phone, setPhone] = useState("");
  const [anyHour, setAnyHour] = useState(false);
  const [wrong, setWrong] = useState("");
  const [bad, setBad] = useState("");
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const why = useId();
  const clientId = useRef(makeId());
  // Whoever cannot see the fault is brought to the field, which tells it.
  const blame = (/** @type {string} */ field) => {
    setBad(field);
    /** @type {HTMLElement | null} */ (form.current?.querySelector(`[name="${field}"]`))?.focus();
  };
  useEffect(() => {
    let current = true;
    setSlots(null);
    app.client.callbacks.slots({ day, anyHour }).then(
      (found) => {
        if (!current) return;
        setSlots(found);
        setWrong("");
      },
      () => current && setWrong(app.say("error.away")),
    );
    return () => void (current = false);
  }, [day, anyHour]);
  const book = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (when === "" || topic.trim() === "") {
      setWrong(app.say("call.need"));
      return blame(topic.trim() === "" ? "topic" : "when");
    }
    setBad("");
    const wish = { when, phone: phone.trim() || undefined, anyHour: anyHour || undefined, clientId: clientId.current };
    const told = await app.beside.does(() => app.client.callbacks.book(topic.trim(), wish), app.say("call.done"), blame);
    setWrong(told);
    if (told !== "") return void (clientId.current = makeId());
    await app.beside.look();
    app.sheet.value = null;
    return undefined;
  };
  const language = app.words.language.value;
  const named = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  const clock = app.words.times.value;
  const on = (/** @type {(value: string) => void} */ set) => (/** @type {any} */ event) => {
    set(event.target.value);
    if (event.target.name === bad) setBad("");
  };
  const of = (/** @type {string} */ field) => ({ name: field, "aria-invalid": bad === field });
  const none = slots !== null && slots.items.length === 0 && !(slots.now && day === days()[0]);
  return html`<form class="stack" ref=${form} noValidate onSubmit=${book}>
    <label class="labelled">${app.say("call.topic")}<input class="field" required maxlength="200" value=${topic} onInput=${on(setTopic)} ...${of("topic")} aria-describedby=${why} /></label>
    <label class="labelled">${app.say("call.day")}<select class="field" value=${day} onChange=${on(setDay)}>
      ${days().map((one) => html`<option key=${one} value=${one}>${named.format(Date.parse(one))}</option>`)}</select></label>
    <fieldset class="times" aria-describedby=${why}><legend>${app.say("call.time")}</legend>
      <div class="times-row">
        ${slots?.now && day === days()[0] && html`<${Time} when=${when} value="now" set=${setWhen} text=${app.say("call.now")} />`}
        ${slots?.items.map(({ starts_at }) => html`<${Time} key=${starts_at} when=${when} value=${starts_at} set=${setWhen} text=${clock.clock(starts_at)} />`)}
      </div>
      <p class="hint" role="status">${slots === null ? app.say("team.loading") : none ? app.say("call.none") : ""}</p>
    </fieldset>
    <label class="check"><input type="checkbox" checked=${anyHour} onChange=${(/** @type {any} */ event) => setAnyHour(event.target.checked)} />${app.say("call.any")}</label>
    <label class="labelled">${app.say("call.phone")}<input class="field" type="tel" autocomplete="tel" value=${phone} onInput=${on(setPhone)} ...${of("phone")} aria-describedby=${`call-hint ${why}`} /></label>
    <p class="hint" id="call-hint">${app.say("call.phone.hint")}</p>
    <p class="wrong" id=${why} role="alert">${wrong}</p>
    <button type="submit" class="main">${app.say("call.book")}</button>
  </form>`;
}

/** @param {{ when: string, value: string, set: (value: string) => void, text: string }} props */
function Time({ when, value, set, text }) {
  return html`<label class="time" data-on=${when === value}><input type="radio" name="when" value=${value} checked=${when === value} onChange=${() => set(value)} />${text}</label>`;
}
