/** The server of a play, in memory: a WebSocket and a fetch that follow what it tells. */

const show = (value) => JSON.stringify(value);

/** Where `seen` does not match what a play tells, or null. */
export function differs(told, seen, at = "") {
  if (told === null && (seen === null || seen === undefined)) return null;
  const nested = typeof told === "object" && told !== null;
  const alike = nested && typeof seen === "object" && seen !== null;
  const counts = !Array.isArray(told) || told.length === seen?.length;
  if (!counts || nested !== alike || (!nested && told !== seen)) {
    return `${at}: ${show(seen)} instead of ${show(told)}`;
  }
  if (!nested) return null;
  const faults = Object.keys(told).map((name) => differs(told[name], seen[name], `${at}.${name}`));
  return faults.find((fault) => fault !== null) ?? null;
}

const PATIENCE_S = 5;
const turn = () => new Promise(setImmediate);

export class Stage {
  faults = [];
  #connections;
  #calls;
  #open;
  #id = "";
  #endedAt = 0;

  /** `act` does what the app does in the play, `clock` says what time it is. */
  constructor(play, { act, clock }) {
    this.#connections = [...(play.connections ?? [])];
    this.#calls = [...(play.http ?? [])];
    this.#open = this.#connections.length;
    this.act = act;
    this.clock = clock;
    const stage = this;
    this.WebSocket = class extends Socket {
      constructor(url, protocols) {
        super(url, protocols);
        void stage.#meet(this);
      }
    };
    this.fetch = (url, init) => this.#answer(new URL(url), init);
  }

  /** Whether every step was done. */
  get played() {
    return this.#open === 0 && this.#calls.length === 0;
  }

  async #meet(socket) {
    await turn();
    const steps = this.#connections.shift();
    if (steps === undefined) return this.#fault("one connection too many");
    if (!Array.isArray(steps)) {
      this.#early(steps.after_s ?? 0);
      this.#end();
      return socket.lose(1006);
    }
    socket.open();
    for (const [n, step] of steps.entries()) {
      const fault = await this.#step(socket, step);
      if (fault) return this.#fault(`step ${n + 1} of ${show(steps[0])}…: ${fault}`);
    }
    this.#end();
  }

  async #step(socket, step) {
    await turn();
    if ("say" in step) socket.hear(show(step.say).replaceAll("$id", this.#id));
    else if ("say_text" in step) socket.hear(step.say_text);
    else if ("hear" in step) return this.#hear(socket, step);
    else if ("app" in step) await this.act(step.app);
    else if ("close" in step) socket.lose(step.close);
    else if ("cut" in step) socket.lose(1006);
    else if ("left" in step) {
      const began = this.clock.now();
      const said = await socket.said();
      if (this.clock.now() - began > (step.within_s ?? PATIENCE_S) * 1000) return "did not leave";
      return said === null ? null : `${show(said)} instead of leaving`;
    } else if ("after_s" in step) this.#early(step.after_s);
    else return `no such step: ${show(step)}`;
    return null;
  }

  async #hear(socket, { hear, after_s = 0 }) {
    const began = this.clock.now();
    const said = await socket.said();
    const waited = (this.clock.now() - began) / 1000;
    if (waited > PATIENCE_S) return `nothing came instead of ${show(hear)}`;
    if (waited < after_s) return `${show(hear)} after ${waited} s`;
    if (said === null) return `the line went instead of ${show(hear)}`;
    this.#id = said.id ?? this.#id;
    return differs(hear, said);
  }

  async #answer({ pathname, searchParams }, { method, headers, body, signal }) {
    await turn();
    const name = `${method} ${pathname}`;
    const place = this.#calls.findIndex(({ call }) => call === name);
    if (place < 0) {
      this.#fault(`unexpected call ${name}`);
      throw new TypeError("nobody is there");
    }
    const [{ query = {}, token, body: told, app, answer }] = this.#calls.splice(place, 1);
    const asked = {
      query: Object.fromEntries(searchParams),
      token: headers.Authorization.replace("Bearer ", ""),
      body: body === undefined ? null : JSON.parse(body),
    };
    const expected = { query, ...(token ? { token } : {}), ...(told ? { body: told } : {}) };
    const fault = differs(expected, asked, name);
    if (fault) this.#fault(fault);
    if (app) await this.act(app);
    this.#endedAt = this.clock.now();
    if (answer.cut) throw new TypeError("the line went");
    if (answer.hold) await new Promise((_, reject) => signal.addEventListener("abort", reject));
    const status = answer.status ?? 200;
    const said = answer.retry_after === undefined ? {} : { "Retry-After": answer.retry_after };
    const text = status === 204 ? null : (answer.text ?? show(answer.body ?? {}));
    return new Response(text, { status, headers: said });
  }

  #early(after_s) {
    const passed = (this.clock.now() - this.#endedAt) / 1000;
    if (passed < after_s) this.#fault(`came back after ${passed} s`);
  }

  #end() {
    this.#open -= 1;
    this.#endedAt = this.clock.now();
  }

  #fault(text) {
    this.faults.push(text);
  }
}

/** As much of the browser's WebSocket as a client may use, with its other end in our hands. */
class Socket {
  readyState = 0;
  onopen = () => {};
  onmessage = () => {};
  onclose = () => {};
  onerror = () => {};
  #said = [];
  #wake = () => {};

  constructor(url, protocols) {
    if (!url.startsWith("ws://") || protocols[0] !== "pinbox.v1") throw new TypeError(url);
  }

  send(text) {
    this.#said.push(JSON.parse(text));
    this.#wake();
  }

  close() {
    this.readyState = 3;
    this.#wake();
  }

  open() {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.onopen({});
  }

  hear(data) {
    if (this.readyState === 1) this.onmessage({ data });
  }

  lose(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onerror({});
    this.onclose({ code });
    this.#wake();
  }

  /** The next frame that the client says, waited for; null where it has left. */
  async said() {
    while (this.#said.length === 0 && this.readyState === 1) {
      await new Promise((resolve) => (this.#wake = resolve));
    }
    return this.#said.shift() ?? null;
  }
}
