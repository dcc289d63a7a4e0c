/**
 * Web Push: asked for by the customer, never by the page itself. Not in an embedded page, where
 * browsers give no such permission.
 */

import { signal } from "../vendor/preact.js";
import { deviceId, forget, keep, readKept } from "./keeping.js";
import { workerHere } from "./worker.js";

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
    if (Notification.permission === "granted" && (await readKept("push")) !== undefined) {
      await this.on().catch(() => {});
    }
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
    const { fetch_token } = await client.register(device, {
      platform: "webpush",
      subscription,
      locale: words.language.value,
      push_enabled: true,
    });
    const texts = Object.fromEntries(TEXTS.map((word) => [word, words.say(word)]));
    const name = this.#app.team.value?.name ?? this.#app.config.name;
    await keep("push", { device, fetch_token, texts, name });
    this.state.value = "on";
  }

  /** No more pushes to this browser. */
  async end() {
    const worker = await workerHere();
    // What they told stands on the screen, for whoever comes next.
    for (const one of (await worker?.getNotifications()) ?? []) one.close();
    navigator.clearAppBadge?.().catch(() => {});
    const subscription = await worker?.pushManager?.getSubscription();
    await subscription?.unsubscribe();
    if ((await readKept("push")) === undefined) return;
    await forget("push");
    await this.#app.client.unregister(await deviceId()).catch(() => {});
    this.state.value = "off";
  }
}
