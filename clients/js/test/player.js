/** The app of a play: one client on a clock of its own, and all that it saw and did. */

import { PinboxClient } from "../src/client.js";
import { Journal } from "../src/journal.js";
import { MemoryStore } from "../src/stores/memory.js";
import { TestClock } from "./clock.js";
import { Stage, differs } from "./stage.js";

const PACE = {
  base_s: 0.01,
  cap_s: 0.05,
  open_s: 1,
  request_s: 2,
  poll_s: 1,
  socket_again_s: 0.3,
  renew_before_s: 1,
};
const STEPS = 500;

/** Play to the end; the first thing that is not as told, or null. */
export async function play(told) {
  const player = new Player(told);
  await player.run();
  return player.judge();
}

class Player {
  seen = [];
  sent = [];
  ended = [];
  #clock = new TestClock();
  #store = new MemoryStore();
  #journal = new Journal(this.#store, this.#clock);
  #token = "";

  constructor(told) {
    this.told = told;
    this.end = { events: [], cursor: null, sent: [], error: null, ...told.end };
    this.tokens = [...(told.tokens ?? ["t1"])];
    this.stage = new Stage(told, { act: (act) => this.#act(act), clock: this.#clock });
  }

  async run() {
    const { cursor, outbox = [] } = this.told;
    if (cursor !== undefined) await this.#journal.stand({ cursor });
    for (const draft of outbox) await this.#journal.keep(draft);
    this.#open();
    for (let n = 0; n < STEPS && !(await this.#over()); n += 1) await this.#clock.step();
    await this.#clock.settle();
    await this.client.close();
  }

  async judge() {
    if (this.stage.faults.length > 0) return this.stage.faults.join("; ");
    if (!this.stage.played) return "the play did not come to its end";
    const refused = await this.#journal.refused();
    return differs(this.end, {
      events: this.seen,
      cursor: await this.#cursor(),
      sent: this.sent,
      error: this.ended[0] ?? null,
      outbox: await this.#journal.drafts(),
      refused: refused.map(({ draft: { client_id }, code }) => ({ client_id, code })),
    });
  }

  #open() {
    const fixed = this.tokens.length === 1;
    this.client = new PinboxClient("http://stage", fixed ? this.#next() : () => this.#next(), {
      store: this.#store,
      device: this.told.device,
      pace: PACE,
      clock: this.#clock,
      chance: () => 0.5,
      WebSocket: this.stage.WebSocket,
      fetch: this.stage.fetch,
    });
    void this.#listen();
  }

  async #listen() {
    try {
      for await (const event of this.client.events()) this.seen.push(event);
    } catch (error) {
      this.ended.push(error.code);
    }
  }

  async #over() {
    if (this.stage.faults.length > 0) return true;
    if (!this.stage.played) return false;
    const { events, sent, outbox = [] } = this.end;
    return (
      this.seen.length >= events.length &&
      this.sent.length >= sent.length &&
      this.ended.length >= ("error" in this.told.end ? 1 : 0) &&
      (await this.#cursor()) === this.end.cursor &&
      (await this.#journal.drafts()).length <= outbox.length
    );
  }

  async #cursor() {
    return (await this.#journal.place())?.cursor ?? null;
  }

  #next() {
    const token = this.tokens.shift();
    if (token !== undefined) this.#token = token.life_s ? this.#ending(token.life_s) : token;
    return this.#token;
  }

  #ending(life_s) {
    const claims = { sub: "ana", exp: this.#clock.wall() / 1000 + life_s };
    return `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
  }

  async #send({ client_id, body }) {
    try {
      const { duplicate } = await this.client.send(body, { clientId: client_id });
      this.sent.push({ client_id, duplicate });
    } catch (error) {
      this.sent.push({ client_id, code: error.code });
    }
  }

  async #act(act) {
    if ("send" in act) void this.#send(act.send);
    else if ("visible" in act) this.client.visible(act.visible);
    else if ("typing" in act) this.client.typing(act.typing);
    else if ("read" in act) void this.client.read(act.read);
    else if ("ack" in act) void this.client.ack(act.ack);
    else if ("see" in act) while (this.seen.length < act.see) await new Promise(setImmediate);
    else if ("reopen" in act) {
      const sent = [...this.sent];
      await this.client.close();
      await this.#clock.settle();
      this.sent = sent;
      this.#open();
    } else throw new Error(`no such act: ${JSON.stringify(act)}`);
  }
}
