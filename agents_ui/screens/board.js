/** The board: what goes on in each team at this moment, readable from across the room. */

import { Chart } from "../charts/figure.js";
import { Meter } from "../charts/meter.js";
import { enter } from "../commands/moves.js";
import { lasting, written } from "../core/figures.js";
import { now } from "../state/clock.js";
import { addressOf, place } from "../state/place.js";
import { html, useEffect, useId } from "../vendor/preact.js";
import { StormPage } from "./storm.js";

const FULL = 8;
const SHORT = 8;

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function Screen({ desk }) {
  const { words, overview } = desk;
  useEffect(() => overview.watch(), []);
  const [what, team] = place.value.inside;
  if (what === "storm") return html`<${StormPage} desk=${desk} asked=${team ?? null} />`;
  const board = overview.board.value;
  const teams = board?.items ?? [];
  return html`<header class="pane-head">
      <h2 tabindex="-1" data-focus="room" data-entry>${words.say("view.board")}</h2>
      ${board !== null &&
      html`<p class="hint tabular" data-stale=${overview.stale.value}>
        ${words.say(overview.stale.value ? "board.stale" : "board.at", { at: words.times.value.clock(board.at) })}</p>`}
    </header>
    <div class="scroll room-inside" aria-busy=${board === null}>
      ${board === null && html`<p class="hint">${words.say("view.loading")}</p>`}
      ${teams.length > 1 &&
      html`<${Chart} desk=${desk} title=${words.say("board.chart")} kind="count" about=${words.say("board.team")}
        labels=${[words.say("board.waiting")]}
        series=${teams.map((/** @type {any} */ one) => ({ name: one.team.name, values: [one.waiting] }))} />`}
      ${teams.map((/** @type {any} */ one) => html`<${TeamCard} key=${one.team.id} desk=${desk} board=${one} />`)}
    </div>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, board: any }} props */
function TeamCard({ desk, board }) {
  const { words } = desk;
  const language = words.language.value;
  const heading = useId();
  const since = board.waiting_since;
  const waited = since === null ? null : now.value - Date.parse(since);
  const there = board.agents.filter((/** @type {any} */ one) => one.on_duty || one.active > 0);
  const away = board.agents.length - there.length;
  return html`<section class="team-card" aria-labelledby=${heading}>
    <header class="team-head">
      <h3 id=${heading}>${board.team.name}</h3>
      <p class="team-state"><span class="lamp" data-on=${board.state === "open"}></span>${stateOf(desk, board)}</p>
      <a class="button" href=${addressOf({ view: "board", inside: ["storm", board.team.id] })}
        onClick=${(/** @type {MouseEvent} */ event) => enter(event, { view: "board", inside: ["storm", board.team.id] })}
        aria-label=${words.say("board.storm.of", { team: board.team.name })}>
        ${words.say(board.storm === null ? "board.storm" : "board.storm.now")}</a>
      <a class="button" href=${addressOf({ view: "teams", inside: [board.team.id] })}
        onClick=${(/** @type {MouseEvent} */ event) => enter(event, { view: "teams", inside: [board.team.id] })}
        aria-label=${words.say("board.page.of", { team: board.team.name })}>${words.say("board.page")}</a>
    </header>
    ${board.storm !== null && html`<p class="told">${words.say("storm.ours", stormOf(desk, board.storm))}</p>`}
    <dl class="bigs">
      ${big(words.say("board.waiting"), written("count", board.waiting, language), {
        note: board.unassigned > 0 ? words.say("board.unassigned", { count: board.unassigned }) : "",
      })}
      ${big(words.say("board.longest"), waited === null ? "–" : lasting(Math.max(waited, 0), language), { press: waited !== null && waited > 3_600_000 ? "warn" : "" })}
      ${big(words.say("board.risk"), written("count", board.promises_at_risk, language), { press: board.promises_at_risk > 0 ? "warn" : "", note: words.say("board.risk.note") })}
      ${big(words.say("board.lapsed"), written("count", board.promises_lapsed, language), { press: board.promises_lapsed > 0 ? "bad" : "", note: words.say("board.lapsed.note") })}
      ${big(words.say("board.open"), written("count", board.conversations, language))}
      ${big(words.say("board.duty"), words.say("board.duty.of", { on: board.on_duty, of: board.agents.length }), { press: board.state === "open" && board.on_duty === 0 ? "bad" : "" })}
      ${big(words.say("board.kept"), written("share", board.kept_rate, language), { note: words.say("board.kept.note") })}
      ${big(words.say("board.given"), written("count", board.covers_given, language))}
      ${big(words.say("board.taken"), written("count", board.covers_taken, language))}
    </dl>
    ${board.notice !== null && html`<p class="hint">${words.say("board.notice", { text: board.notice.text })}</p>`}
    ${board.line !== null && html`<p class="hint">${words.say("board.line", { text: board.line })}</p>`}
    ${there.length > 0 && html`<${Loads} desk=${desk} team=${board.team.name} agents=${there} />`}
    ${away > 0 && html`<p class="hint">${words.say("board.away", { count: away })}</p>`}
  </section>`;
}

/** Who is there and with how much: the least loaded last. @param {{ desk: import("../state/desk.js").Desk, team: string, agents: any[] }} props */
function Loads({ desk, team, agents }) {
  const { words } = desk;
  const most = Math.max(FULL, ...agents.map(({ active }) => active));
  const sorted = agents.toSorted((a, b) => b.waiting - a.waiting || b.active - a.active || (a.name < b.name ? -1 : 1));
  return html`<table class="figures loads">
    <caption class="unseen">${words.say("board.loads", { team })}</caption>
    <thead><tr><th scope="col">${words.say("board.agent")}</th><th scope="col">${words.say("board.active")}</th>
      <th scope="col">${words.say("board.waits")}</th></tr></thead>
    <tbody>${sorted.map(
      (one) => html`<tr key=${one.id}>
        <th scope="row"><span class="lamp" data-on=${one.on_duty}></span>${one.name}
          ${!one.on_duty && html` <span class="tag plain">${words.say("duty.off")}</span>`}</th>
        <td><span class="metered"><${Meter} value=${one.active} dark=${one.waiting} most=${most} />${one.active}</span></td>
        <td>${one.waiting}</td></tr>`,
    )}</tbody>
  </table>`;
}

/** @param {string} label @param {any} value @param {{ note?: string, press?: string }} [more] */
function big(label, value, { note = "", press = "" } = {}) {
  return html`<div class="big" data-press=${press}><dt>${label}</dt><dd class="big-value" data-long=${String(value).length > SHORT}>${value}</dd>
    ${note && html`<dd class="hint">${note}</dd>`}</div>`;
}

/** Whether a team is there, and until when. @param {import("../state/desk.js").Desk} desk @param {any} board */
export function stateOf(desk, { state, closes_at: closes, next_open: opens }) {
  const { words } = desk;
  // By the clock of whoever looks, with the day where it is another.
  const near = (/** @type {string} */ at) => words.times.value.soon(at, now.value);
  if (state === "open") return closes ? words.say("state.open.until", { at: near(closes) }) : words.say("state.always");
  const limited = state === "limited";
  if (!opens) return words.say(limited ? "state.limited" : "state.closed");
  return words.say(limited ? "state.limited.until" : "state.closed.until", { at: near(opens) });
}

/** @param {import("../state/desk.js").Desk} desk @param {import("../state/weather.js").Storm} storm */
export function stormOf({ words }, { teams, until, notice }) {
  const helpers = teams.map((one) => `${one.team.name} ${one.share} %`).join(", ");
  return { helpers, until: words.times.value.soon(until, Date.now()), notice };
}
