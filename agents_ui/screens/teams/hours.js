/** A team's ordinary week. */

import { getHours, setHours } from "../../api/office.js";
import { begunWeek, wholeWeek } from "../../core/weeks.js";
import { Finish, Tick, useForm } from "../../parts/form.js";
import { Loading, useLoaded } from "../../parts/loaded.js";
import { Week } from "../../parts/week.js";
import { html, useState } from "../../vendor/preact.js";
import { stateOf } from "../board.js";

/** @param {{ desk: import("../../state/desk.js").Desk, of: import("../../state/weather.js").TeamKnown }} props */
export function HoursTab({ desk, of }) {
  const loaded = useLoaded(desk, () => getHours(of.team.id), [of.team.id]);
  if (loaded.value === null) return html`<${Loading} desk=${desk} loaded=${loaded} />`;
  return html`<${Edit} desk=${desk} of=${of} hours=${loaded.value} again=${loaded.again} />`;
}

/** @param {{ desk: import("../../state/desk.js").Desk, of: import("../../state/weather.js").TeamKnown, hours: any, again: () => Promise<void> }} props */
function Edit({ desk, of, hours, again }) {
  const { words } = desk;
  const form = useForm(desk);
  const [always, setAlways] = useState(hours.weekly === null);
  const [week, setWeek] = useState(() => wholeWeek(hours.weekly));
  const turn = (/** @type {boolean} */ on) => {
    setAlways(on);
    if (!on) setWeek(begunWeek(week));
  };
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const act = async () => {
      await setHours(of.team.id, always ? null : week);
      await Promise.all([again(), desk.weather.look()]);
    };
    void form.run(act, words.say("saved"));
  };
  return html`<form class="sheet wide" ref=${form.ref} onSubmit=${save} noValidate>
    <p class="team-state"><span class="lamp" data-on=${hours.open}></span>${stateOf(desk, hours)}</p>
    <p class="hint">${words.say("hours.zone", { zone: hours.time_zone })}</p>
    <${Tick} form=${form} label=${words.say("hours.always")} on=${always} set=${turn} />
    ${!always && html`<${Week} form=${form} value=${week} set=${setWeek} />`}
    <${Finish} form=${form} label=${words.say("save")} names=${["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day) => `weekly.${day}`)} />
  </form>`;
}
