/** Every agent: roles, teams, ways to sign in; and new ones. */

import { addAgent, addToken, changeAgent, listAgents, listTokens, revokeToken, setPassword } from "../../api/office.js";
import { Avatar } from "../../parts/avatar.js";
import { Field, Finish, Tick, useForm, wrongOf } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { Secret } from "../../parts/secret.js";
import { When } from "../../parts/when.js";
import { html, useState } from "../../vendor/preact.js";

/** @typedef {import("../../state/desk.js").Desk} Desk */

const ROLES = /** @type {const} */ (["agent", "lead", "admin"]);

/** @param {{ desk: Desk }} props */
export function AgentsTab({ desk }) {
  const loaded = useLoaded(desk, async () => (await listAgents()).items, []);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  const people = loaded.value.filter((/** @type {any} */ one) => !one.stand_in);
  return html`<div class="columns">
    <ul class="people">${people.map(
      (/** @type {any} */ one) => html`<li key=${one.id}><${Row} desk=${desk} agent=${one} again=${loaded.again} /></li>`,
    )}</ul>
    <${Add} desk=${desk} again=${loaded.again} />
  </div>`;
}

/** @param {{ desk: Desk, agent: any, again: () => Promise<void> }} props */
function Row({ desk, agent, again }) {
  const { words, weather } = desk;
  const [open, setOpen] = useState(false);
  const names = weather.teams.value.filter(({ team }) => agent.teams.includes(team.id)).map(({ team }) => team.name);
  return html`<details class="person" onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
    <summary><${Avatar} id=${agent.id} name=${agent.name} photo=${agent.photo_url} />
      <span class="person-name">${agent.name}
        ${agent.role !== "agent" && html` <span class="tag">${words.say(`role.${agent.role}`)}</span>`}
        ${agent.disabled && html` <span class="tag bad">${words.say("agents.disabled")}</span>`}</span>
      <span class="hint">${names.join(", ")}</span></summary>
    ${open && html`<div class="person-inside">
      <${Change} desk=${desk} agent=${agent} again=${again} />
      <${Password} desk=${desk} agent=${agent} />
      <${Tokens} desk=${desk} agent=${agent} />
    </div>`}
  </details>`;
}

/** @param {{ desk: Desk, form: import("../../parts/form.js").Form, chosen: readonly string[], set: (teams: string[]) => void }} props */
function Teams({ desk, form, chosen, set }) {
  const { words, weather } = desk;
  const wrong = wrongOf(form, "teams");
  return html`<fieldset class="lined"><legend>${words.say("agents.teams")}</legend>
    ${weather.teams.value.map(
      ({ team }) => html`<${Tick} key=${team.id} form=${form} label=${team.name} on=${chosen.includes(team.id)}
        set=${(/** @type {boolean} */ on) => set(on ? [...chosen, team.id] : chosen.filter((one) => one !== team.id))} />`,
    )}
    ${wrong && html`<p class="wrong" lang="en">${wrong}</p>`}</fieldset>`;
}

/** @param {{ desk: Desk, agent: any, again: () => Promise<void> }} props */
function Change({ desk, agent, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [name, setName] = useState(agent.name);
  const [role, setRole] = useState(agent.role);
  const [teams, setTeams] = useState(/** @type {string[]} */ (agent.teams));
  const [disabled, setDisabled] = useState(agent.disabled);
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      await changeAgent(agent.id, { name, role, teams, disabled });
      await again();
    };
    void form.run(act, words.say("saved"));
  };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
    <div class="pair">
      <${Field} form=${form} name="name" label=${words.say("teams.name")} value=${name} set=${setName} />
      <${Field} form=${form} name="role" label=${words.say("agents.role")} value=${role} set=${setRole}
        options=${ROLES.map((one) => [one, words.say(`role.${one}`)])} />
    </div>
    <${Teams} desk=${desk} form=${form} chosen=${teams} set=${setTeams} />
    <${Tick} form=${form} label=${words.say("agents.disable")} hint=${words.say("agents.disable.hint")} on=${disabled} set=${setDisabled} />
    <${Finish} form=${form} label=${words.say("save")} names=${["name", "role", "teams"]} />
  </form>`;
}

/** @param {{ desk: Desk, agent: any }} props */
function Password({ desk, agent }) {
  const { words } = desk;
  const form = useForm(desk);
  const [password, set] = useState("");
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await form.run(() => setPassword(agent.id, password), words.say("agents.password.done"))) set("");
  };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
    <${Field} form=${form} name="password" type="password" label=${words.say("agents.password")} value=${password} set=${set}
      hint=${words.say("agents.password.hint")} more=${{ autocomplete: "new-password" }} />
    <${Finish} form=${form} label=${words.say("agents.password.go")} names=${["password"]} />
  </form>`;
}

/** @param {{ desk: Desk, agent: any }} props */
function Tokens({ desk, agent }) {
  const { words } = desk;
  const form = useForm(desk);
  const [label, setLabel] = useState("");
  const [token, setToken] = useState("");
  const loaded = useLoaded(desk, async () => (await listTokens(agent.id)).items, [agent.id]);
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      setToken((await addToken(agent.id, label.trim() || null)).token);
      await loaded.again();
    };
    if (await form.run(act, words.say("agents.token.made"))) setLabel("");
  };
  const revoke = (/** @type {string} */ id) =>
    form.run(async () => {
      await revokeToken(id);
      await loaded.again();
    }, words.say("agents.token.ended"));
  const alive = (loaded.value ?? []).filter((/** @type {any} */ one) => one.revoked_at === null);
  return html`<form class="sheet" ref=${form.ref} onSubmit=${add} noValidate>
    <h4>${words.say("agents.tokens")}</h4>
    <ul class="stack">${alive.map(
      (/** @type {any} */ one) => html`<li key=${one.id} class="share">
        <span>${words.say(one.kind === "session" ? "agents.session" : "agents.token")} ${one.label ?? ""}
          <span class="hint"><${When} desk=${desk} at=${one.created_at} /></span></span>
        <button type="button" class="quiet small danger" onClick=${() => revoke(one.id)}>${words.say("agents.token.end")}</button></li>`,
    )}</ul>
    ${token && html`<${Secret} desk=${desk} text=${token} />`}
    <${Field} form=${form} name="label" label=${words.say("agents.token.label")} value=${label} set=${setLabel} />
    <${Finish} form=${form} label=${words.say("agents.token.add")} names=${["label"]} />
  </form>`;
}

const EMPTY = { name: "", role: "agent", password: "", line: "" };

/** @param {{ desk: Desk, again: () => Promise<void> }} props */
function Add({ desk, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [draft, setDraft] = useState(EMPTY);
  const [teams, setTeams] = useState(/** @type {string[]} */ ([]));
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => setDraft({ ...draft, [name]: value });
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const { name, role, password, line } = draft;
    const act = async () => {
      await addAgent({ name, role, teams, password: password || null, line: line.trim() || null });
      await again();
    };
    if (await form.run(act, words.say("admin.added", { name }))) setDraft(EMPTY);
  };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${save} noValidate>
    <h4>${words.say("agents.add")}</h4>
    <div class="pair">
      <${Field} form=${form} name="name" label=${words.say("teams.name")} value=${draft.name} set=${set("name")} hint=${words.say("agents.name.hint")} />
      <${Field} form=${form} name="role" label=${words.say("agents.role")} value=${draft.role} set=${set("role")}
        options=${ROLES.map((one) => [one, words.say(`role.${one}`)])} />
    </div>
    <${Field} form=${form} name="line" label=${words.say("people.line")} value=${draft.line} set=${set("line")} />
    <${Field} form=${form} name="password" type="password" label=${words.say("agents.password")} value=${draft.password} set=${set("password")}
      hint=${words.say("agents.password.new")} more=${{ autocomplete: "new-password" }} />
    <${Teams} desk=${desk} form=${form} chosen=${teams} set=${setTeams} />
    <${Finish} form=${form} label=${words.say("add")} names=${["name", "role", "line", "password", "teams"]} />
  </form>`;
}
