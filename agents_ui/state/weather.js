/**
 * Every team with whether it is there, and the storms that rage: asked for now and then, since no
 * stream tells of them. All desks that a storm concerns show it.
 *
 * @typedef {{ team: import("../core/shapes.js").TeamRef, share: number }} Helper
 * @typedef {{ team: import("../core/shapes.js").TeamRef, since: string, until: string,
 *   teams: Helper[], notice: string, widen: number }} Storm
 * @typedef {{ team: import("../core/shapes.js").TeamRef, place: string | null, state: "open" | "limited" | "closed",
 *   next_open: string | null, general: boolean, mine: boolean, storm: Storm | null }} TeamKnown
 */

import { listAllTeams } from "../api/office.js";
import { computed, signal } from "../vendor/preact.js";

const STEP_MS = 30_000;

export class Weather {
  /** @type {import("../vendor/preact.js").Signal<TeamKnown[]>} */
  teams = signal([]);
  /** Storms of my teams, and those in which they help. */
  storms = computed(() => {
    const mine = new Set(this.teams.value.filter((one) => one.mine).map(({ team }) => team.id));
    return this.teams.value.flatMap(({ storm }) =>
      storm !== null && [storm.team, ...storm.teams.map(({ team }) => team)].some(({ id }) => mine.has(id))
        ? [storm]
        : [],
    );
  });
  #desk;
  #timer = 0;
  /** A tab that nobody sees asks for nothing; one that is seen again, at once. */
  #step = () => {
    if (document.visibilityState === "visible") void this.look();
  };

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  begin() {
    this.end();
    void this.look();
    this.#timer = window.setInterval(this.#step, STEP_MS);
    document.addEventListener("visibilitychange", this.#step);
  }

  end() {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#step);
    this.teams.value = [];
  }

  /** @param {{ told?: boolean }} [how] `told`: what has changed is said already */
  async look({ told = false } = {}) {
    const before = this.storms.value;
    const first = this.teams.value.length === 0;
    try {
      this.teams.value = (await this.#desk.heed(listAllTeams())).items;
    } catch {
      // The next look may succeed; meanwhile what was known last stands there.
      return;
    }
    if (!first && !told) this.#tell(before);
    const mine = this.teams.value.filter((one) => one.mine);
    if (mine.some(({ team }) => !this.#desk.isIn(team.id))) await this.#desk.check();
  }

  /** A storm that has begun or ended is said once. @param {Storm[]} before */
  #tell(before) {
    const { words, voice } = this.#desk;
    const after = this.storms.value;
    for (const { team, notice } of after.filter((one) => !before.some((old) => old.since === one.since))) {
      voice.say(words.say("storm.began", { team: team.name, notice }));
    }
    for (const { team } of before.filter((one) => !after.some((now) => now.since === one.since))) {
      voice.say(words.say("storm.over", { team: team.name }));
    }
  }
}
