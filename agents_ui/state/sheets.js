/**
 * The teams: those of this agent with their people, load and rules, and every other by its name.
 * Asked for when the desk opens, and anew whenever somebody is about to rely on them.
 *
 * @typedef {import("../core/shapes.js").Sheet} Sheet
 * @typedef {import("../core/shapes.js").AnyTeam} AnyTeam
 */

import { getTeams, listTeams } from "../api/desk.js";
import { computed, signal } from "../vendor/preact.js";

export class Sheets {
  /** @type {import("../vendor/preact.js").Signal<Sheet[]>} */
  mine = signal([]);
  /** @type {import("../vendor/preact.js").Signal<AnyTeam[]>} */
  all = signal([]);
  /** The limits that hold for this agent: the tightest of their teams; 0: none. */
  limits = computed(() => ({
    soft: tightest(this.mine.value.map((one) => one.soft_limit)),
    hard: tightest(this.mine.value.map((one) => one.hard_limit)),
  }));
  #failed;

  /** @param {(error: unknown) => void} failed */
  constructor(failed) {
    this.#failed = failed;
  }

  /** Ask the server how things stand. */
  async look() {
    try {
      const [mine, all] = await Promise.all([getTeams(), listTeams()]);
      this.mine.value = mine.items;
      this.all.value = all.items;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The zone of a team of mine; undefined for others. @param {string | undefined} team */
  zoneOf(team) {
    return this.mine.value.find((one) => one.team.id === team)?.time_zone;
  }

  /** The people of a team of mine; none of others. @param {string | undefined} team */
  membersOf(team) {
    return this.mine.value.find((one) => one.team.id === team)?.members ?? [];
  }
}

/** @param {number[]} limits */
function tightest(limits) {
  const set = limits.filter((one) => one > 0);
  return set.length === 0 ? 0 : Math.min(...set);
}
