/**
 * Web Push: asked for by the customer, never by the page itself. Not in an embedded page, where
 * browsers give no such permission.
 */

import { signal } from "../vendor/preact.js";
import { deviceId, forget, keep, readKept } from "./keeping.js";
import { silence } from "./leaving.js";
import { registeredHere, workerHere } from "./worker.js";

const TEXTS = ["push.one", "push.call", "push.title"];

export class Pushes {
  /** @type {import("../vendor/preact.js").Signal<"none" | "off" | "on" | "denied">} */
  state = signal("none");
  #app;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /** Whether there are any here; where they are on, this device is made known anew. */
  async start() {
    const worker = await workerHere();
    if (this.#app.embedded || worker === null || !("PushManager" in globalThis)) return;
    if (typeof Notification === "undefined") return;
    const key = await this.#app.client.pushKey().catch(() => null);
    if (key === null) return;
    if (Notification.permission === "denied") this.state.value = "denied";
    else this.state.value = "off";
    // Who wanted them here has them again; they are nobody else's wish.
    if (Notification.permission === "granted" && (await readKept(this.#wish)) === true) {
      await this.on().catch(() => {});
    }
  }

  /** Where it stands that this person wants them in this browser. */
  get #wish() {
    return `rung/${this.#app.person}`;
  }

  /** Ask the browser, and subscribe. Rejects where it will not. */
  async on() {
    if ((await Notification.requestPermission()) !== "granted") {
      this.state.value = "denied";
      return;
    }
    const worker = /** @type {ServiceWorkerRegistration} */ (await workerHere());
    const applicationServerKey = await this.#app.client.pushKey();
    const options = { userVisibleOnly: true, applicationServerKey };
    const subscription = await worker.pushManager.subscribe(options);
    await this.register(subscription.toJSON());
  }

  /** @param {object} subscription */
  async register(subscription) {
    const { client, words } = this.#app;
    const device = await deviceId();
    const texts = Object.fromEntries(TEXTS.map((word) => [word, words.say(word)]));
    const known = { device, texts, name: this.#app.team.value?.name ?? this.#app.config.name };
    // The worker shows nothing that is not somebody's: it must know before the first one comes.
    await keep("push", known);
    const { fetch_token } = await client.register(device, {
      platform: "webpush",
      subscription,
      locale: words.language.value,
      push_enabled: true,
    });
    await keep("push", { ...known, fetch_token });
    await keep(this.#wish, true);
    this.state.value = "on";
  }

  /** No more pushes to this browser. */
  async end() {
    await silence(await registeredHere());
    await forget(this.#wish);
    if ((await readKept("push")) === undefined) return;
    await forget("push");
    await this.#app.client.unregister(await deviceId()).catch(() => {});
    this.state.value = "off";
  }
}
