/** How a team works: a form made of the server's own table of rules. */

import { getRules, getShapes, setRules } from "../../api/office.js";
import { keptRule, rulesOf, shownRule } from "../../core/rules.js";
import { Field, Finish, Tick, useForm } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { html, useState } from "../../vendor/preact.js";

/** @param {{ desk: import("../../state/desk.js").Desk, of: import("../../state/weather.js").TeamKnown }} props */
export function RulesTab({ desk, of }) {
  const load = async () => {
    const [{ rules }, document] = await Promise.all([getRules(of.team.id), getShapes()]);
    return { rules, table: rulesOf(document) };
  };
  const loaded = useLoaded(desk, load, [of.team.id]);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<${Edit} desk=${desk} of=${of} ...${loaded.value} again=${loaded.again} />`;
}

/** @param {{ desk: import("../../state/desk.js").Desk, of: import("../../state/weather.js").TeamKnown, rules: any, table: import("../../core/rules.js").Rule[], again: () => Promise<void> }} props */
function Edit({ desk, of, rules, table, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [draft, setDraft] = useState(() => Object.fromEntries(table.map((rule) => [rule.name, shownRule(rule, rules[rule.name])])));
  const keys = desk.weather.teams.value.filter(({ team }) => team.id !== of.team.id).map(({ team }) => team.key);
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const changed = table.filter((rule) => draft[rule.name] !== shownRule(rule, rules[rule.name]));
    const body = Object.fromEntries(changed.map((rule) => [rule.name, keptRule(rule, draft[rule.name])]));
    const act = async () => {
      await setRules(of.team.id, body);
      await again();
    };
    void form.run(act, words.say("saved"));
  };
  return html`<form class="sheet rules" ref=${form.ref} onSubmit=${save} noValidate>
    <p class="hint">${words.say("rules.about")}</p>
    ${table.map((rule) => {
      const { name, kind, low, high, choices } = rule;
      const set = (/** @type {any} */ value) => setDraft({ ...draft, [name]: value });
      const label = words.knows(`rule.${name}`) ? words.say(`rule.${name}`) : name.replaceAll("_", " ");
      const hint = html`<span lang="en">${rule.about}</span>`;
      if (kind === "switch") return html`<${Tick} key=${name} form=${form} label=${label} hint=${hint} on=${draft[name]} set=${set} />`;
      return html`<${Field} key=${name} form=${form} name=${name} label=${label} value=${draft[name]} set=${set}
        type=${kind === "number" ? "number" : "text"} more=${kind === "number" ? { min: low, max: high } : {}}
        options=${choices?.map((one) => [one, words.knows(`rule.${name}.${one}`) ? words.say(`rule.${name}.${one}`) : one])}
        hint=${name === "cover_by" && keys.length > 0 ? html`${hint} ${words.say("rules.keys", { keys: keys.join(", ") })}` : hint} />`;
    })}
    <${Finish} form=${form} label=${words.say("save")} names=${table.map(({ name }) => name)} />
  </form>`;
}
