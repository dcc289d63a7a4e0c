/** Reports: how it went over a range of days, as figures, charts, tables and a file. */

import { getReport, reportFile } from "../api/office.js";
import { Chart } from "../charts/figure.js";
import { GROUPS, HEADLINES, figureOf, written } from "../core/figures.js";
import { BYS, PERS, SPANS, asQuery, insideOf, periodsOf, questionOf, rangeOf, seriesOf } from "../core/questions.js";
import { Field, Finish, useForm } from "../parts/form.js";
import { FileLink } from "../parts/saving.js";
import { go, place } from "../state/place.js";
import { html, useEffect, useId, useRef, useState } from "../vendor/preact.js";
import { ledTeams } from "./storm.js";

/**
 * @typedef {import("../core/questions.js").Question} Question
 * @typedef {import("../state/desk.js").Desk} Desk
 */

/** @param {{ desk: Desk }} props */
export function Screen({ desk }) {
  const { words } = desk;
  const form = useForm(desk);
  const asked = questionOf(place.value.inside, new Date());
  const [draft, setDraft] = useState(asked);
  const [found, setFound] = useState(/** @type {{ question: Question, rows: any[], whole: any } | null} */ (null));
  const key = insideOf(asked).join("/");
  const asking = useRef(false);
  useEffect(() => {
    setDraft(asked);
    // Who has pressed a button hears that it has done its work; who has come in, nothing.
    const told = asking.current ? words.say("reports.loaded") : "";
    asking.current = false;
    const look = async () => {
      const [report, all] = await Promise.all([
        getReport(asQuery(asked)),
        getReport({ ...asQuery(asked), by: "total", per: "all" }),
      ]);
      const whole = all.items[0] ?? null;
      setFound({ question: asked, rows: report.items, whole });
      desk.voice.say(told && (whole === null ? words.say("reports.none") : told));
    };
    void form.run(look, "");
  }, [key]);
  const set = (/** @type {Partial<Question>} */ change) => setDraft({ ...draft, ...change });
  const ask = (/** @type {Question} */ question) => {
    const inside = insideOf(question);
    asking.current = inside.join("/") !== key;
    if (!asking.current) desk.voice.say(words.say("reports.shown"));
    go({ view: "reports", inside });
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    ask(draft);
  };
  const bys = BYS.map((one) => [one, words.say(`reports.by.${one}`)]);
  const pers = PERS.map((one) => [one, words.say(`reports.per.${one}`)]);
  const teams = /** @type {[string, string][]} */ ([
    ["", words.say("reports.all.teams")],
    ...ledTeams(desk).map(({ team }) => [team.id, team.name]),
  ]);
  return html`<header class="pane-head">
      <h2 tabindex="-1" data-focus="room" data-entry>${words.say("view.reports")}</h2>
      <${FileLink} desk=${desk} href=${reportFile(asQuery(asked))} label=${words.say("reports.csv")} />
    </header>
    <div class="scroll room-inside" aria-busy=${form.busy}>
      <form class="asked" ref=${form.ref} onSubmit=${submit} noValidate>
        <div class="spans" role="group" aria-label=${words.say("reports.spans")}>
          ${SPANS.map((span) => {
            const range = rangeOf(span, new Date());
            const on = range.from === asked.from && range.to === asked.to;
            return html`<button key=${span} type="button" class="kind" aria-pressed=${on}
              onClick=${() => ask({ ...draft, ...range })}>${words.say(`reports.span.${span}`)}</button>`;
          })}
        </div>
        <div class="asked-fields">
          <${Field} form=${form} name="from" type="date" label=${words.say("reports.from")} value=${draft.from} set=${(/** @type {string} */ from) => set({ from })} />
          <${Field} form=${form} name="to" type="date" label=${words.say("reports.to")} value=${draft.to} set=${(/** @type {string} */ to) => set({ to })} />
          <${Field} form=${form} name="by" label=${words.say("reports.by")} value=${draft.by} options=${bys} set=${(/** @type {any} */ by) => set({ by })} />
          <${Field} form=${form} name="per" label=${words.say("reports.per")} value=${draft.per} options=${pers} set=${(/** @type {any} */ per) => set({ per })} />
          <${Field} form=${form} name="team" label=${words.say("board.team")} value=${draft.team} options=${teams} set=${(/** @type {string} */ team) => set({ team })} />
          <${Field} form=${form} name="market" label=${words.say("reports.market")} value=${draft.market} more=${{ placeholder: "US-WA", autocapitalize: "characters" }}
            set=${(/** @type {string} */ market) => set({ market: market.trim() })} />
        </div>
        <${Finish} form=${form} label=${words.say("reports.go")} names=${["from", "to", "by", "per", "team", "market"]} />
      </form>
      ${found !== null && html`<${Found} desk=${desk} ...${found} />`}
    </div>`;
}

/** @param {{ desk: Desk, question: Question, rows: any[], whole: any }} props */
function Found({ desk, question, rows, whole }) {
  const { words } = desk;
  const language = words.language.value;
  const [at, setAt] = useState("answers");
  const group = GROUPS.find(({ id }) => id === at) ?? GROUPS[0];
  if (whole === null) return html`<p class="hint">${words.say("reports.none")}</p>`;
  return html`<dl class="bigs six">
      ${HEADLINES.map(figureOf).map(
        ({ id, kind }) => html`<div key=${id} class="big"><dt>${words.say(`figure.${id}`)}</dt>
          <dd class="big-value" data-long=${written(kind, whole[id], language).length > 8}>${written(kind, whole[id], language)}</dd></div>`,
      )}
    </dl>
    <div class="spans" role="group" aria-label=${words.say("reports.groups")}>
      ${GROUPS.map(
        ({ id }) => html`<button key=${id} type="button" class="kind" aria-pressed=${id === group.id}
          onClick=${() => setAt(id)}>${words.say(`reports.group.${id}`)}</button>`,
      )}
    </div>
    <${Drawn} key=${group.id} desk=${desk} question=${question} group=${group} rows=${rows} />`;
}

/** @param {{ desk: Desk, question: Question, group: import("../core/figures.js").Group, rows: any[] }} props */
function Drawn({ desk, question, group, rows }) {
  const { words } = desk;
  const language = words.language.value;
  const id = useId();
  const [figure, setFigure] = useState(() => (group.figures.find(({ kind }) => kind !== "count") ?? group.figures[0]).id);
  const name = (/** @type {any} */ row) => nameOf(desk, row);
  const periods = periodsOf(question);
  const series = seriesOf(rows, figure, name, periods);
  const labels = periods.map((from) => periodOf(from, question.by, language));
  const title = words.say(`figure.${figure}`);
  const total = question.by === "total";
  return html`<label class="labelled figure-choice" for=${id}>${words.say("reports.figure")}
      <select id=${id} class="field" onChange=${(/** @type {any} */ event) => setFigure(event.target.value)}>
        ${group.figures.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === figure}>${words.say(`figure.${one.id}`)}</option>`)}
      </select></label>
    <${Chart} desk=${desk} title=${title} kind=${figureOf(figure).kind} about=${words.say("reports.period")} labels=${labels} series=${series} />
    <div class="table-room" tabindex="0" role="region" aria-label=${words.say("reports.table", { group: words.say(`reports.group.${group.id}`) })}>
      <table class="figures">
        <caption class="unseen">${words.say(`reports.group.${group.id}`)}</caption>
        <thead><tr>${!total && html`<th scope="col">${words.say("reports.period")}</th>`}
          <th scope="col" class="text">${words.say(`reports.per.${question.per}`)}</th>
          ${group.figures.map((one) => html`<th key=${one.id} scope="col" class="wrap">${words.say(`figure.${one.id}`)}</th>`)}</tr></thead>
        <tbody>${rows.map(
          (row) => html`<tr key=${row.from + name(row)}>
            ${!total && html`<th scope="row">${periodOf(row.from, question.by, language)}</th>`}
            ${total ? html`<th scope="row">${name(row)}</th>` : html`<td class="text">${name(row)}</td>`}
            ${group.figures.map((one) => html`<td key=${one.id}>${written(one.kind, row[one.id], language)}</td>`)}</tr>`,
        )}</tbody>
      </table>
    </div>`;
}

/** Of whom a row tells. @param {Desk} desk @param {any} row */
function nameOf({ words }, { team, market }) {
  const parts = [team?.name, market === "unknown" ? words.say("reports.unknown") : market];
  return parts.filter(Boolean).join(" · ") || words.say("reports.per.all");
}

/** A period by its first day. @param {string} from @param {string} by @param {string} language */
function periodOf(from, by, language) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = by === "month" ? { month: "short", year: "numeric" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }).format(Date.parse(from));
}
