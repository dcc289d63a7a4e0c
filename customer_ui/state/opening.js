/** The team opens or closes while the page is open: it is looked at again then, not by all at one moment. */

const SPREAD_MS = 2_000;
const LONGEST_MS = 86_400_000;

export class Opening {
  #app;
  #alarm = 0;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /** Look again when the team is to open or close next, by what is known now. */
  expect() {
    const team = this.#app.team.value;
    const next = team?.closes_at ?? team?.next_open;
    clearTimeout(this.#alarm);
    const wait = next ? Date.parse(next) - Date.now() : 0;
    // A clock that is ahead knows of nothing to wait for: there the line tells, and each minute's look.
    if (wait > 0) this.#lookIn(Math.min(wait, LONGEST_MS));
  }

  /** It has turned, as the line says: that holds at once, and the times follow. @param {import("../lib/wire.js").OpenState} state */
  turned(state) {
    const team = this.#app.team.value;
    if (team === null) return;
    this.#app.team.value = { ...team, state, open: state === "open", closes_at: null, next_open: null };
    this.#lookIn(0);
  }

  /** @param {number} wait */
  #lookIn(wait) {
    clearTimeout(this.#alarm);
    this.#alarm = window.setTimeout(async () => {
      await this.#app.lookAtTeam();
      await this.#app.lookAtThread();
    }, wait + Math.random() * SPREAD_MS);
  }
}
