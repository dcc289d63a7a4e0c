/** The page's state: one client, and everything that the screens show as signals. */

import { PinboxError } from "../lib/problems.js";
import { PinboxClient } from "../lib/client.js";
import { makeId } from "../lib/draft.js";
import { EMPTY, apply, begin, prepend, toKeep } from "../core/log.js";
import { computed, signal } from "../vendor/preact.js";
import { Beside } from "./beside.js";
import { Drafts } from "./drafts.js";
import { deviceId, forget, keep, outboxOf, readKept, readSession } from "./keeping.js";
import { leaveBehind } from "./leaving.js";
import { Opening } from "./opening.js";
import { Parcels } from "./parcels.js";
import { Pushes } from "./pushes.js";
import { forgetTyped } from "./typed.js";
import { registeredHere, stirWorker } from "./worker.js";

const KEEP_MS = 500;
const TYPING_MS = 6_000;
const TYPED_MS = 3_000;
const TEAM_MS = 60_000;
const CARRY_MS = 5_000;

export class App {
  /** @type {import("../vendor/preact.js").Signal<"starting" | "out" | "in">} */
  phase = signal("starting");
  /** @type {import("../vendor/preact.js").Signal<import("../core/log.js").Log>} */
  log = signal(EMPTY);
  /** @type {import("../vendor/preact.js").Signal<import("../lib/wire.js").Thread | null>} */
  thread = signal(null);
  /** @type {import("../vendor/preact.js").Signal<import("../lib/wire.js").Team | null>} */
  team = signal(null);
  connection = signal("away");
  /** Whether the sign-in has ended while the page was open. */
  ended = signal(false);
  /** @type {import("../vendor/preact.js").Signal<string | null>} the name of who writes */
  typing = signal(null);
  online = signal(navigator.onLine);
  /** @type {import("../vendor/preact.js").Signal<"team" | "call" | "care" | null>} */
  sheet = signal(null);
  /** Whether everything that stands now has come once. */
  ready = signal(false);
  /** @type {import("../vendor/preact.js").Signal<number | null>} the message to go to */
  target = signal(null);
  /** Whether the team calls back at all. */
  callable = signal(false);
  /** @type {(language: string) => Promise<void>} */
  choose = async () => {};
  /** What happened, in one sentence. @type {(mark: any) => string} */
  tell = () => "";
  unread = computed(() => this.#unread());

  /** @type {PinboxClient | null} */
  #client = null;
  #read = signal(0);
  #keeping = 0;
  #typed = 0;
  #typingEnds = 0;
  #loading = false;
  #acked = 0;
  #carrying = 0;
  #wasLive = false;
  #opening = new Opening(this);
  /** Whose page this is, once somebody is signed in. */
  person = "";
  /** @type {Parcels | null} */
  #parcels = null;
  /** Whether somebody is signing out: nothing is kept from then on. */
  leaving = false;
  /** Whether this browser has kept who is signed in, so that others can be told apart. */
  #noted = false;
  /** @type {BroadcastChannel | null} by which the windows of one browser tell each other of it */
  #windows = null;

  /**
   * @param {object} given
   * @param {import("./config.js").Config} given.config
   * @param {import("./tokens.js").Tokens} given.tokens
   * @param {import("../words/index.js").Words} given.words
   * @param {import("./voice.js").Voice} given.voice
   * @param {boolean} given.embedded
   */
  constructor({ config, tokens, words, voice, embedded }) {
    this.config = config;
    this.tokens = tokens;
    this.words = words;
    this.voice = voice;
    this.embedded = embedded;
    this.brand = signal({ name: config.name, logo: config.logo });
    this.drafts = new Drafts(this);
    this.beside = new Beside(this);
    this.pushes = new Pushes(this);
  }

  /** The client; there is one while somebody is signed in. */
  get client() {
    return /** @type {PinboxClient} */ (this.#client);
  }

  /** What waits for its files to be uploaded. */
  get parcels() {
    return /** @type {Parcels} */ (this.#parcels);
  }

  /** @param {string} word @param {Record<string, unknown>} [given] */
  say(word, given) {
    return this.words.say(word, given);
  }

  /**
   * Why something did not work. What the server says of it is English; elsewhere its code is told.
   *
   * @param {{ code: string, detail?: string }} error
   */
  why({ code, detail }) {
    if (code === "unreachable") return this.say("error.away");
    const word = `problem.${code}`;
    const told = this.words.language.value !== "en" && this.words.knows(word);
    return told ? this.say(word) : detail || code;
  }

  /** Sign in, show what was shown last, and go live. */
  async start() {
    const person = await this.tokens.open();
    if (this.tokens.left !== null) await this.#leaveBehind(this.tokens.left);
    if (person === null) {
      this.phase.value = "out";
      return;
    }
    this.person = person;
    this.tokens.moved = (last) => void this.#makeWay(last);
    this.#noted = (await readSession())?.person === person;
    await this.#recall();
    const device = await deviceId();
    const source = () => this.tokens.next();
    const store = await outboxOf(person);
    const options = { store, device, begin: /** @type {const} */ ("now") };
    const client = (this.#client = new PinboxClient(location.origin, source, options));
    this.#parcels = new Parcels(client, store, person);
    client.addEventListener("connection", (now) => {
      this.connection.value = now;
      if (now === "live" || now === "polling") void this.#carry();
      // What was taken back while there was no line is told to nobody.
      if (now === "live" && this.#wasLive) void this.lookAtTeam();
      this.#wasLive ||= now === "live";
    });
    client.addEventListener("outbox", () => this.drafts.look());
    client.addEventListener("end", (error) => this.#end(error));
    client.addEventListener("event", (event) => this.#hear(event));
    this.phase.value = "in";
    this.#windows = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`pinbox-app/${person}/leave`);
    this.#windows?.addEventListener("message", () => void this.#leave());
    await this.drafts.open(person);
    void this.beside.look();
    void this.pushes.start();
    setInterval(() => this.#lookAtTeam(), TEAM_MS);
    addEventListener("online", () => void this.#carry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#keepNow();
      else void this.lookAtTeam();
      void this.#lookWhoIsHere();
    });
    addEventListener("pageshow", () => void this.#lookWhoIsHere());
    await this.lookAtTeam();
  }

  /** What the team's page says now. */
  async lookAtTeam() {
    try {
      this.team.value = await this.client.team();
      this.#opening.expect();
      this.#keepSoon();
    } catch (error) {
      this.#quietly(error);
    }
  }

  #lookAtTeam() {
    if (document.visibilityState === "visible") void this.lookAtTeam();
  }

  /** What stands of the thread now, beside its messages. */
  async lookAtThread() {
    try {
      this.thread.value = await this.client.thread();
    } catch (error) {
      this.#quietly(error);
    }
  }

  /** Older messages in front. */
  async older() {
    const first = this.log.value.messages[0]?.seq;
    if (this.#loading || !this.log.value.more || first === undefined) return;
    this.#loading = true;
    try {
      this.log.value = prepend(this.log.value, await this.client.messages({ before: first }));
    } catch (error) {
      this.#quietly(error);
    } finally {
      this.#loading = false;
    }
  }

  /**
   * Send a message. It is on this device before anything leaves it, and shown at once. Rejects where this
   * device cannot keep it; then it is shown no more, and whoever wrote it has to have it back.
   *
   * @param {string} body
   * @param {{ attachments?: string[], urgent?: boolean }} more
   */
  async send(body, { attachments = [], urgent = false }) {
    // Nothing overtakes what waits for its files.
    const waits = this.drafts.shown.value.some(({ files, refused }) => files !== undefined && refused === null);
    if (waits) return this.enclose(body, { urgent, files: attachments.map((id) => ({ id, name: "", type: "", size: 0 })) });
    const clientId = makeId();
    this.drafts.note({ client_id: clientId, body, attachments, urgent });
    this.#stopTyping();
    try {
      await this.client.post(body, { clientId, attachments, urgent });
    } catch (error) {
      this.drafts.takeBack(clientId);
      throw error;
    }
    this.drafts.stored(clientId);
    // From here on the service worker can send it, should the page go.
    void stirWorker();
    return undefined;
  }

  /**
   * Send a message with files that are not all on the server. Once this resolves message and files are
   * on this device; rejects where it cannot keep them.
   *
   * @param {string} body
   * @param {object} more
   * @param {boolean} more.urgent
   * @param {Parameters<Parcels["put"]>[1]} more.files
   */
  async enclose(body, { urgent, files }) {
    await this.parcels.put({ client_id: makeId(), body, urgent }, files);
    this.#stopTyping();
    await this.drafts.look();
    void this.#carry();
    void stirWorker();
  }

  /** A parcel that was refused is to be tried anew. @param {string} clientId */
  async carryAgain(clientId) {
    await this.parcels.again(clientId);
    await this.#carry();
  }

  /** Upload what waits, now, or where that cannot be, in a while. */
  async #carry() {
    clearTimeout(this.#carrying);
    try {
      await this.parcels.deliver();
    } catch (error) {
      const { retryAfter, code } = /** @type {PinboxError} */ (error);
      if (code === "unauthorized") this.#over();
      const wait = Math.max((retryAfter ?? 0) * 1000, CARRY_MS) * (1 + Math.random());
      this.#carrying = window.setTimeout(() => this.#carry(), wait);
    }
    await this.drafts.look();
  }

  /** Somebody types. */
  type() {
    const now = Date.now();
    if (now - this.#typed < TYPED_MS) return;
    this.#typed = now;
    this.client.typing(true);
  }

  /** What was typed is sent: nobody writes any more, until they do again. */
  #stopTyping() {
    if (this.#typed !== 0) this.client.typing(false);
    this.#typed = 0;
  }

  /** Everything that is shown was read, if anybody looks. */
  seen() {
    const last = this.log.value.messages.findLast(({ author }) => author.kind !== "customer");
    const seq = Number(last?.seq ?? 0);
    if (document.visibilityState !== "visible" || seq <= this.#read.value) return;
    this.#read.value = seq;
    this.client.read(seq).catch((error) => {
      this.#read.value = 0;
      this.#quietly(error);
    });
  }

  /** Sign out of this browser, in all its windows: nothing of the thread stays here. */
  async signOut() {
    this.leaving = true;
    this.#windows?.postMessage("leave");
    // A browser that does not unsubscribe keeps nobody from signing out.
    await this.pushes.end().catch(() => {});
    clearTimeout(this.#carrying);
    await this.client.close();
    this.drafts.forget();
    await forget(`shown/${this.person}`);
    await this.tokens.forget();
    forgetTyped(this.person);
    indexedDB.deleteDatabase(`pinbox-app/${this.person}`);
    location.reload();
  }

  /** Another window has signed out. */
  async #leave() {
    this.leaving = true;
    clearTimeout(this.#carrying);
    await this.client.close().catch(() => {});
    location.reload();
  }

  /** A renewal has brought somebody else, whose page this is from now on. @param {import("./keeping.js").Session} last */
  async #makeWay(last) {
    if (this.leaving) return;
    this.leaving = true;
    this.phase.value = "starting";
    this.#windows?.postMessage("leave");
    clearTimeout(this.#carrying);
    await this.#leaveBehind(last);
    await this.client.close().catch(() => {});
    location.reload();
  }

  /** Looked at again, after a while: others may have come and gone in other windows. */
  async #lookWhoIsHere() {
    if (document.visibilityState !== "visible" || !this.#noted || this.leaving) return;
    const now = await readSession();
    const left = now === undefined ? !this.ended.value : this.ended.value || now.person !== this.person;
    if (left) await this.#leave();
  }

  /** The sign-in has ended, so nobody knows who looks at this next. */
  #over() {
    if (this.leaving || this.ended.value) return;
    this.ended.value = true;
    void this.tokens.end().then((session) => this.#leaveBehind(session));
  }

  /** @param {import("./keeping.js").Session} last */
  async #leaveBehind(last) {
    await leaveBehind(last, await registeredHere()).catch(() => {});
    if (last.person === this.person) this.pushes.state.value = "none";
  }

  /** @param {any} event */
  async #hear(event) {
    switch (event.type) {
      case "reset":
        this.thread.value = event.thread;
        this.log.value = begin(this.log.value, event.messages, event.thread);
        this.ready.value = true;
        break;
      case "typing":
        return this.#types(event);
      case "notice": {
        const team = this.team.value;
        if (team === null || team.id !== event.team) return undefined;
        this.team.value = { ...team, notice: event.notice };
        if (event.state && event.state !== team.state) this.#opening.turned(event.state);
        return undefined;
      }
      case "message":
        this.log.value = apply(this.log.value, event);
        this.#arrived(event.message, event.seq);
        break;
      case "read":
        // Read on another device is read.
        if (event.who === "customer") this.#read.value = Math.max(this.#read.value, event.upto);
        this.log.value = apply(this.log.value, event);
        break;
      default:
        this.log.value = apply(this.log.value, event);
        if (isNews(event)) this.voice.say(this.tell(event));
    }
    if (event.type === "rating") this.#keepNow();
    else this.#keepSoon();
    await this.#follow(event);
    return undefined;
  }

  /** What an event changes beside the log. @param {any} event */
  async #follow({ type }) {
    if (type === "pin" || type === "reset") await this.lookAtTeam();
    if (["serving", "choice", "care", "status", "pin"].includes(type)) await this.lookAtThread();
    if (type === "callback") await this.beside.look();
  }

  /** @param {import("../lib/wire.js").Message} message @param {number} seq */
  #arrived(message, seq) {
    if (message.author.kind === "customer") return void this.lookAtThread();
    this.typing.value = null;
    const name = message.author.name ?? this.team.value?.name ?? "";
    this.voice.say(this.say("say.message", { name, text: message.body || this.say("file.some") }));
    if (seq <= this.#acked) return;
    this.#acked = seq;
    this.client.ack(seq).catch((error) => this.#quietly(error));
    void this.lookAtThread();
    return undefined;
  }

  /** @param {any} event */
  #types({ on, who }) {
    if (who.kind !== "agent") return;
    clearTimeout(this.#typingEnds);
    this.typing.value = on ? (who.name ?? "") : null;
    if (on) this.#typingEnds = window.setTimeout(() => (this.typing.value = null), TYPING_MS);
  }

  #unread() {
    const read = Math.max(this.#read.value, 0);
    const theirs = this.log.value.messages.filter(({ author, seq }) => author.kind !== "customer" && Number(seq) > read);
    return read === 0 ? (this.thread.value?.unread ?? 0) : theirs.length;
  }

  /** @param {PinboxError} error */
  #end(error) {
    if (error.code === "unauthorized") this.#over();
    else console.error(error);
  }

  /** Without network there is nothing to say; the line says it. @param {unknown} error */
  #quietly(error) {
    if (!(error instanceof PinboxError)) throw error;
    if (error.code === "unauthorized") this.#over();
  }

  async #recall() {
    const kept = await readKept(`shown/${this.person}`);
    if (kept === undefined) return;
    this.log.value = kept.log;
    this.thread.value = kept.thread;
    this.team.value = kept.team;
  }

  #keepSoon() {
    if (this.#keeping !== 0) return;
    this.#keeping = window.setTimeout(() => this.#keepNow(), KEEP_MS);
  }

  #keepNow() {
    clearTimeout(this.#keeping);
    this.#keeping = 0;
    if (this.leaving || this.ended.value) return;
    const [log, thread, team] = [toKeep(this.log.value), this.thread.value, this.team.value];
    keep(`shown/${this.person}`, { log, thread, team }).catch(() => {});
  }
}

/** Who serves whom, and the end of a matter, are for the ears too. What the customer does is told there. @param {any} event */
function isNews({ type, status }) {
  return type === "serving" || type === "pin" || (type === "status" && status.state === "resolved");
}
