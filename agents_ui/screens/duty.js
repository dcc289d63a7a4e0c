/** Duty and load: what counts for me, who of my teams is there, and how conversations are handed out. */

import { activeOf } from "../core/hands.js";
import { Avatar } from "../parts/avatar.js";
import { Dialog } from "../parts/dialog.js";
import { now } from "../state/clock.js";
import { html, useEffect } from "../vendor/preact.js";

/** How many conversations count for me. @param {import("../state/desk.js").Desk} desk */
export function myLoad(desk) {
  return activeOf(desk.lists.threads.value.values(), desk.me.value?.id ?? "", now.value);
}

/** My load in words. @param {import("../state/desk.js").Desk} desk */
export function loadText(desk) {
  const { soft, hard } = desk.sheets.limits.value;
  const count = myLoad(desk);
  const word = hard > 0 && count >= hard ? "load.hard" : soft > 0 ? "load.of" : "load.count";
  return desk.words.say(word, { count, limit: soft });
}

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function DutyDialog({ desk }) {
  const { words, duty, sheets } = desk;
  useEffect(() => void sheets.look(), []);
  const say = words.say.bind(words);
  const times = words.times.value;
  const ends = duty.ends.value;
  const told = duty.on.value
    ? ends === null ? say("duty.say.on") : say("duty.until", { at: times.soon(ends, now.value) })
    : say("duty.say.off");
  return html`<${Dialog} desk=${desk} title=${say("load.title")}>
    <p tabindex="-1" data-begin data-focus="load">${told} ${loadText(desk)}.</p>
    ${sheets.mine.value.map((sheet) => html`<section key=${sheet.team.id} class="team-sheet">
      <h3>${sheet.team.name} <span class="hint">${stateText(sheet, { say, times })}</span></h3>
      <p class="hint">${say(`load.${sheet.handing}`)} ${limitsText(sheet, say)}</p>
      <ul class="plain people">
        ${people(sheet.members).map((one) => html`<li key=${one.id} data-on=${one.on_duty}>
          <${Avatar} id=${one.id} name=${one.name} photo=${one.photo_url} size="small" />
          <span class="grow">${one.name}</span>
          <${Bar} count=${one.active ?? 0} soft=${sheet.soft_limit} hard=${sheet.hard_limit} />
          <span class="hint load-text">${say("load.count", { count: one.active ?? 0 })}</span>
          <span class="tag ${one.on_duty ? "" : "plain"}">${say(one.on_duty ? "duty.on" : "duty.off")}</span>
        </li>`)}
      </ul>
    </section>`)}
  <//>`;
}

/** @param {import("../core/shapes.js").Sheet} sheet @param {any} say */
function limitsText({ soft_limit: soft, hard_limit: hard }, say) {
  const parts = [];
  if (soft > 0) parts.push(say("load.soft", { limit: soft }));
  if (hard > 0) parts.push(say("load.stop", { limit: hard }));
  return parts.join(" ");
}

/** @param {import("../core/shapes.js").Sheet} sheet @param {any} given */
function stateText({ state, closes_at: closes, next_open: opens }, { say, times }) {
  const then = state === "closed" ? opens : closes;
  return then ? say(`sheet.until.${state}`, { at: times.soon(then, now.value) }) : say(`sheet.${state}`);
}

/** Those on duty first. @param {import("../core/shapes.js").Colleague[]} members */
function people(members) {
  return [...members].sort((a, b) => Number(b.on_duty) - Number(a.on_duty) || (a.name < b.name ? -1 : 1));
}

/** How full somebody is: up to the soft limit, and beyond it. @param {{ count: number, soft: number, hard: number }} props */
export function Bar({ count, soft, hard }) {
  const most = Math.max(hard, soft, count, 1);
  const look = hard > 0 && count >= hard ? "full" : soft > 0 && count >= soft ? "busy" : "free";
  return html`<svg class="load-bar" data-look=${look} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="load-all" width="100" height="6" rx="3" />
    <rect class="load-now" width=${(100 * Math.min(count, most)) / most} height="6" rx="3" />
  </svg>`;
}
