/** The rail: the lists, how the line is, duty, and what concerns the agent. */

import { run } from "../commands/keyboard.js";
import { allowed, commandOf } from "../commands/table.js";
import { VIEWS } from "../core/views.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { now } from "../state/clock.js";
import { ROOMS, addressOf, place } from "../state/place.js";
import { html } from "../vendor/preact.js";
import { Bar, loadText, myLoad } from "./duty.js";

const MOST = 99;

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function Rail({ desk }) {
  const { words } = desk;
  const me = desk.me.value;
  if (me === null) return null;
  const views = /** @type {const} */ ([...VIEWS, "callbacks", "search"]);
  return html`<nav class="rail" data-region="lists" aria-label=${words.say("region.lists")}>
    <p class="rail-brand"><span class="mark" aria-hidden="true"></span>
      <span class="wide">${words.say("app.name")}</span></p>
    <ul class="rail-lists">
      ${views.map((view) => html`<li key=${view}><${Entry} desk=${desk} view=${view} /></li>`)}
    </ul>
    <${Rooms} desk=${desk} />
    <div class="rail-foot">
      <${Line} desk=${desk} />
      <button type="button" class="rail-entry" role="switch" aria-checked=${desk.duty.on.value}
        aria-label=${words.say("duty.on")} onClick=${() => run(desk, "duty")}>
        <span class="lamp" data-on=${desk.duty.on.value}></span>
        <span class="wide">${words.say(desk.duty.on.value ? "duty.on" : "duty.off")}</span>
      </button>
      <button type="button" class="rail-entry load" aria-label=${`${words.say("command.load")}: ${loadText(desk)}`}
        onClick=${() => run(desk, "load")}>
        <${Bar} count=${myLoad(desk)} soft=${desk.sheets.limits.value.soft} hard=${desk.sheets.limits.value.hard} />
        <span class="wide">${loadText(desk)}</span>
      </button>
      <button type="button" class="rail-entry" aria-label=${words.say("command.settings")}
        onClick=${() => run(desk, "settings")}>
        <${Icon} name="settings" /><span class="wide">${words.say("settings.title")}</span>
      </button>
      <button type="button" class="rail-entry narrow-out" aria-label=${words.say("command.help")}
        onClick=${() => run(desk, "help")}>
        <${Icon} name="help" /><span class="wide">${words.say("help.title")}</span>
      </button>
      <button type="button" class="rail-entry narrow-out" aria-label=${`${me.name}: ${words.say("command.palette")}`}
        onClick=${() => run(desk, "palette")}>
        <${Avatar} id=${me.id} name=${me.name} photo=${me.photo_url} size="small" />
        <span class="wide">${me.name}</span>
      </button>
    </div>
  </nav>`;
}

/** What leads and admins have beside the lists. @param {{ desk: import("../state/desk.js").Desk }} props */
function Rooms({ desk }) {
  const rooms = ROOMS.filter((room) => allowed(desk, commandOf(room)));
  if (rooms.length === 0) return null;
  return html`<ul class="rail-lists rail-rooms" aria-label=${desk.words.say("region.rooms")}>
    ${rooms.map((room) => html`<li key=${room}><${Entry} desk=${desk} view=${room} /></li>`)}
  </ul>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, view: import("../state/place.js").At["view"] }} props */
function Entry({ desk, view }) {
  const { words } = desk;
  const current = place.value.view === view;
  const name = words.say(`view.${view}`);
  const count = view === "mine" || view === "waiting" || view === "callbacks" ? countOf(desk, view) : null;
  return html`<a class="rail-entry" href=${addressOf({ view, thread: place.value.thread })}
    aria-current=${current ? "page" : null}
    aria-label=${count === null ? name : `${name}, ${desk.reading.countOf(view)}`}>
    <${Icon} name=${view} />
    <span class="rail-name">${name}</span>
    ${count !== null && count !== "0" && html`<span class="count" aria-hidden="true">${count}</span>`}
  </a>`;
}

/** @param {import("../state/desk.js").Desk} desk @param {"mine" | "waiting" | "callbacks"} view */
function countOf(desk, view) {
  if (view === "callbacks") return `${desk.callbacks.due(now.value)}`;
  const count = desk.lists.shown[view].value.length;
  const more = desk.lists.loaded[view].value.next !== null;
  return count > MOST || more ? `${Math.min(count, MOST)}+` : `${count}`;
}

/** @param {{ desk: import("../state/desk.js").Desk }} props */
function Line({ desk }) {
  const live = desk.connection.value === "live";
  const word = live ? "line.live" : "line.away";
  return html`<p class="line" data-live=${live}>
    <span class="lamp" data-on=${live} data-line></span>
    <span class=${live ? "wide" : ""}>${desk.words.say(word)}</span>
  </p>`;
}
