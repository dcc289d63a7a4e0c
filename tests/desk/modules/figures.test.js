/** Scales, figures, questions, weeks and rules: what charts and forms are made of. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { GROUPS, HEADLINES, figureOf, lasting, written } from "../../../agents_ui/core/figures.js";
import { asQuery, insideOf, periodsOf, questionOf, rangeOf, seriesOf } from "../../../agents_ui/core/questions.js";
import { keptRule, rulesOf, shownRule } from "../../../agents_ui/core/rules.js";
import { every, ticks } from "../../../agents_ui/core/scales.js";
import { goesOver, keptClose, shownClose, stretches, wholeWeek, withOneMore } from "../../../agents_ui/core/weeks.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TODAY = new Date(2026, 10, 22, 12);

test("a scale begins at nought, is evenly spaced, and ends not below the most", () => {
  for (const kind of ["count", "share", "rate", "time"]) {
    for (const most of [0, 0.004, 0.3, 1, 3, 7, 12, 99, 101, 5_000, 3 * HOUR, 40 * 24 * HOUR]) {
      const scale = ticks(kind, most);
      const step = scale[1] - scale[0];
      assert.equal(scale[0], 0);
      assert.ok(scale.at(-1) >= most && scale.length >= 2 && scale.length < 9, `${kind} ${most}: ${scale}`);
      scale.forEach((tick, n) => assert.ok(Math.abs(tick - n * step) < step / 1e6));
      if (kind === "count") assert.ok(scale.every(Number.isInteger), `${scale}`);
    }
  }
  assert.deepEqual(ticks("mean", 4.2), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(ticks("time", 26 * MINUTE), [0, 10, 20, 30].map((one) => one * MINUTE));
});

test("labels never meet", () => {
  for (const count of [1, 7, 28, 366]) {
    const step = every(count, 600, 50);
    assert.ok(Math.ceil(count / step) * 50 <= 600 + 50);
  }
});

test("what there is none of is a dash, and nought is nought", () => {
  assert.deepEqual(
    ["count", "share", "time", "mean", "rate"].map((kind) => written(kind, null, "en")),
    ["–", "–", "–", "–", "–"],
  );
  assert.deepEqual(
    [written("count", 0, "en"), written("share", 0.9934, "en"), written("mean", 4.5, "en"), written("rate", 1.256, "en")],
    ["0", "99.3%", "4.50", "1.26"],
  );
  assert.equal(written("share", 0.5, "es").replace(/\s/g, " "), "50 %");
});

for (const [ms, text] of [
  [0, "0 sec"],
  [59_999, "59 sec"],
  [MINUTE, "1 min"],
  [4 * MINUTE + 47_000, "4 min 47 sec"],
  [12 * MINUTE + 47_000, "12 min"],
  [HOUR + 25 * MINUTE, "1 hr 25 min"],
  [49 * HOUR, "2 days 1 hr"],
]) {
  test(`so long: ${text}`, () => assert.equal(lasting(ms, "en"), text));
}

test("every figure is in one group, and the headlines are figures", () => {
  const all = GROUPS.flatMap(({ figures }) => figures.map(({ id }) => id));
  assert.equal(new Set(all).size, all.length);
  for (const id of HEADLINES) assert.ok(all.includes(id));
  assert.throws(() => figureOf("weather"));
});

test("a question stands in the address and comes back the same", () => {
  const question = { from: "2026-10-01", to: "2026-10-31", by: "month", per: "market", team: "", market: "US-WA" };
  assert.deepEqual(questionOf(insideOf(question), TODAY), question);
  assert.deepEqual(questionOf(["yesterday", "x", "year", "me"], TODAY), {
    ...rangeOf("weeks", TODAY), per: "team", team: "", market: "",
  });
  assert.deepEqual(asQuery(question), { from: "2026-10-01", to: "2026-10-31", by: "month", per: "market", market: "US-WA" });
});

test("the usual ranges are those of the calendar", () => {
  const ranges = ["week", "weeks", "month", "last", "quarter"].map((span) => rangeOf(span, TODAY));
  assert.deepEqual(ranges.map(({ from, to }) => [from, to]), [
    ["2026-11-16", "2026-11-22"],
    ["2026-10-26", "2026-11-22"],
    ["2026-11-01", "2026-11-22"],
    ["2026-10-01", "2026-10-31"],
    ["2026-09-01", "2026-11-22"],
  ]);
});

test("rows become series, with a gap where nothing happened", () => {
  const rows = [
    { from: "2026-11-01", team: "A", contacts: 1 },
    { from: "2026-11-01", team: "B", contacts: 2 },
    { from: "2026-11-02", team: "A", contacts: 3 },
  ];
  const periods = periodsOf({ from: "2026-11-01", to: "2026-11-03", by: "day" });
  assert.deepEqual(seriesOf(rows, "contacts", ({ team }) => team, periods), [
    { name: "A", values: [1, 3, null] },
    { name: "B", values: [2, null, null] },
  ]);
  assert.deepEqual(periodsOf({ from: "2026-10-29", to: "2026-11-10", by: "week" }), [
    "2026-10-29", "2026-11-02", "2026-11-09",
  ]);
  assert.deepEqual(periodsOf({ from: "2026-10-29", to: "2026-12-01", by: "month" }), [
    "2026-10-29", "2026-11-01", "2026-12-01",
  ]);
  assert.deepEqual(periodsOf({ from: "2026-10-29", to: "2026-12-01", by: "total" }), ["2026-10-29"]);
});

test("midnight at the end of a day goes through a field and back", () => {
  for (const closes of ["24:00", "02:00", "17:30"]) assert.equal(keptClose(shownClose(closes)), closes);
  assert.deepEqual(
    [["22:00", "06:00"], ["08:00", "24:00"], ["08:00", "17:00"]].map(([opens, closes]) => goesOver({ opens, closes })),
    [true, false, false],
  );
  assert.deepEqual(stretches([{ opens: "22:00", closes: "06:00" }]), [{ from: 1_320, to: 1_440 }]);
  assert.equal(Object.values(wholeWeek({ mon: [{ opens: "08:00", closes: "17:00" }] })).flat().length, 1);
  assert.deepEqual(withOneMore([{ opens: "08:00", closes: "12:00" }]).at(-1), { opens: "12:00", closes: "24:00" });
});

test("a form of rules is made of what the server says, whatever it learns", () => {
  const properties = {
    soft_limit: { type: "integer", minimum: 0, maximum: 9, default: 8, description: "so `many` ([duty](duty.md))" },
    cover: { enum: ["ask", "wait"], default: "wait" },
    cover_by: { type: "array", items: { type: "string" }, default: [] },
    general: { type: "boolean", default: false },
    motto: { type: "string", default: "" },
  };
  const table = rulesOf({ components: { schemas: { TeamRules: { properties } } } });
  assert.deepEqual(table.map(({ kind }) => kind), ["number", "choice", "list", "switch", "text"]);
  assert.equal(table[0].about, "So many");
  const values = [8, "ask", ["tampa", "boise"], true, "we listen"];
  table.forEach((rule, n) => assert.deepEqual(keptRule(rule, shownRule(rule, values[n])), values[n]));
  assert.equal(keptRule(table[0], " "), null);
});
