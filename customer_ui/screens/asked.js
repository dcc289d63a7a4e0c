/** What the customer is asked, told or offered at the thread's end: notice, cover, choice, call, rating. */

import { Icon } from "../parts/icon.js";
import { html, useState } from "../vendor/preact.js";
import { when } from "./head.js";
import { servingText } from "./mark.js";

const SCORES = [1, 2, 3, 4, 5];

/** @param {{ app: import("../state/app.js").App }} props */
export function Asked({ app }) {
  const { serving, status } = app.thread.value ?? {};
  const number = status?.conversation ?? 0;
  const rated = app.log.value.rated.includes(number);
  return html`
    ${app.team.value?.notice && html`<div class="card notice"><p><${Icon} name="warn" /><span>${app.team.value.notice.text}</span></p></div>`}
    ${serving && serving.why !== "home" && html`<p class="told strong"><${Icon} name="swap" />${servingText(app, serving)}</p>`}
    <${Choice} app=${app} />
    ${app.beside.callbacks.value.map((one) => html`<${Booked} key=${one.id} app=${app} booked=${one} />`)}
    ${status?.state === "resolved" && !rated && html`<${Rating} key=${number} app=${app} number=${number} />`}`;
}

/** Wait for my team, or be answered now. @param {{ app: import("../state/app.js").App }} props */
function Choice({ app }) {
  const [wrong, setWrong] = useState("");
  const { choice, team } = app.thread.value ?? {};
  if (!choice || choice.state === "now") return null;
  const choose = async (/** @type {"wait" | "now"} */ wish) =>
    setWrong(await app.beside.does(() => app.client.cover(wish), app.say(`choice.done.${wish}`)));
  const time = when(app, choice.until);
  return html`<div class="card" role="group" aria-label=${app.say("choice.title")}>
    <p>${app.say(choice.state === "open" ? "choice.open" : "choice.waits", { team: team?.name, time })}</p>
    <p class="card-acts">
      ${choice.state === "open" && html`<button type="button" onClick=${() => choose("wait")}>${app.say("choice.wait")}</button>`}
      <button type="button" class="main" onClick=${() => choose("now")}>${app.say("choice.now")}</button></p>
    <p class="wrong" role="alert">${wrong}</p>
  </div>`;
}

/** @param {{ app: import("../state/app.js").App, booked: import("../lib/wire.js").Callback }} props */
function Booked({ app, booked }) {
  const [wrong, setWrong] = useState("");
  const cancel = async () => {
    setWrong(await app.beside.does(() => app.client.callbacks.cancel(booked.id), app.say("call.canceled")));
    await app.beside.look();
  };
  return html`<div class="card" role="group" aria-label=${app.say("call.title")}>
    <p class="with-icon"><${Icon} name="call" />${app.say("call.booked", { time: when(app, booked.due_at), phone: booked.phone })}</p>
    <p class="card-acts"><button type="button" onClick=${cancel}>${app.say("call.cancel")}</button></p>
    <p class="wrong" role="alert">${wrong}</p>
  </div>`;
}

/** @param {{ app: import("../state/app.js").App, number: number }} props */
function Rating({ app, number }) {
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState("");
  const [wrong, setWrong] = useState("");
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const given = comment.trim() || undefined;
    setWrong(await app.beside.does(() => app.client.rate(number, score, given), app.say("rating.thanks")));
  };
  return html`<form class="card" onSubmit=${send}>
    <fieldset class="stars">
      <legend>${app.say("rating.ask")}</legend>
      <div class="stars-row">${SCORES.map((one) => html`<label key=${one} data-on=${one <= score}>
        <input type="radio" name="score" value=${one} checked=${one === score} onChange=${() => setScore(one)} />
        <${Icon} name="star" /><span class="unseen">${app.say("rating.of", { count: one })}</span></label>`)}</div>
    </fieldset>
    ${score > 0 && html`<label class="labelled">${app.say("rating.why")}
      <input class="field" value=${comment} maxlength="1000" onInput=${(/** @type {any} */ event) => setComment(event.target.value)} /></label>
      <p class="card-acts"><button type="submit" class="main">${app.say("rating.send")}</button></p>`}
    <p class="wrong" role="alert">${wrong}</p>
  </form>`;
}
