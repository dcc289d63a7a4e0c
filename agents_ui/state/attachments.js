/**
 * The files that go with a reply: they are sent as soon as they are attached, and stay attached
 * through a reload, which begins anew what had not arrived.
 *
 * @typedef {import("../outbox/entry.js").Piece} Piece
 * @typedef {Piece & { state: "sending" | "there" | "waits" | "failed", part: number, why?: string }} Attached
 *   `part`: how much has gone out, from 0 to 1; `waits`: for the network
 */

import { upload } from "../api/uploads.js";
import { PinboxError } from "../lib/problems.js";
import { newId } from "../outbox/entry.js";
import { Cellar } from "../outbox/cellar.js";
import { signal } from "../vendor/preact.js";

/** So many files go with one message. */
export const MOST = 10;
/** What the server refuses, in the agent's own language. */
const REASONS = { unsupported: "files.unsupported", too_large: "files.large" };

export class Attachments {
  /** @type {import("../vendor/preact.js").Signal<Map<string, Attached[]>>} by thread */
  #all = signal(new Map());
  /** @type {Map<string, { upload: Promise<import("../core/shapes.js").File_>, control: AbortController }>} */
  #running = new Map();
  /** @type {Map<string, Blob>} */
  #blobs = new Map();
  #cellar = new Cellar();
  #prefix = "";
  #desk;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** Somebody sits here now: what they have attached and not sent. @param {string} agent */
  begin(agent) {
    const { storage } = this.#desk;
    this.#prefix = `pinbox.files.${agent}.`;
    const names = Array.from({ length: storage?.length ?? 0 }, (_, n) => storage?.key(n) ?? "");
    const all = new Map();
    for (const name of names.filter((one) => one.startsWith(this.#prefix))) {
      all.set(name.slice(this.#prefix.length), this.#kept(name));
    }
    this.#all.value = all;
    this.hurry();
  }

  /** Another tab has attached something, or sent it. @param {string | null} name */
  hear(name) {
    if (!name?.startsWith(this.#prefix)) return;
    const thread = name.slice(this.#prefix.length);
    const known = new Map(this.of(thread).map((one) => [one.key, one]));
    const pieces = this.#kept(name).map((one) => known.get(one.key) ?? one);
    this.#all.value = new Map(this.#all.value).set(thread, pieces);
  }

  /** What is attached in a thread. @param {string} thread */
  of(thread) {
    return this.#all.value.get(thread) ?? [];
  }

  /** @param {string} thread @param {Iterable<File>} files */
  add(thread, files) {
    const { words } = this.#desk;
    const room = MOST - this.of(thread).length;
    const wanted = [...files];
    if (wanted.length > room) this.#desk.tell(words.say("files.many", { count: MOST }));
    for (const file of wanted.slice(0, room)) {
      const piece = { key: newId(), name: file.name || "file", size: file.size, type: file.type };
      this.#blobs.set(piece.key, file);
      void this.#cellar.put(piece.key, file);
      this.#put(thread, [...this.of(thread), { ...piece, state: "sending", part: 0 }]);
      void this.#show(thread, piece);
    }
  }

  /** @param {string} thread @param {string} key */
  remove(thread, key) {
    this.#running.get(key)?.control.abort();
    this.forget([key]);
    this.#put(thread, this.of(thread).filter((one) => one.key !== key));
  }

  /** Try again what was refused. @param {string} thread @param {string} key */
  retry(thread, key) {
    const piece = this.of(thread).find((one) => one.key === key);
    if (piece !== undefined) void this.#show(thread, piece);
  }

  /** The network is back: go on with what waits. */
  hurry() {
    for (const [thread, pieces] of this.#all.value) {
      for (const piece of pieces) if (piece.state === "waits") void this.#show(thread, piece);
    }
  }

  /** They go out with a reply now. @param {string} thread @returns {Piece[]} */
  take(thread) {
    const pieces = this.of(thread).map(({ key, name, size, type, upload: there }) => ({
      key, name, size, type, ...(there && { upload: there }),
    }));
    this.#put(thread, []);
    return pieces;
  }

  /** They were not sent after all. @param {string} thread @param {readonly Piece[]} pieces */
  give(thread, pieces) {
    const back = pieces.map((piece) => asAttached(piece));
    this.#put(thread, [...back, ...this.of(thread)]);
    this.hurry();
  }

  /** Nobody needs them here any more. @param {readonly string[]} keys */
  forget(keys) {
    for (const key of keys) {
      this.#blobs.delete(key);
      this.#running.delete(key);
      void this.#cellar.drop(key);
    }
  }

  /**
   * The file on the server: that which is on its way, else sent now.
   *
   * @param {Piece} piece
   * @param {(part: number) => void} [progress]
   * @returns {Promise<import("../core/shapes.js").File_>}
   */
  async send(piece, progress = () => {}) {
    if (piece.upload) return piece.upload;
    const going = this.#running.get(piece.key);
    if (going !== undefined) return going.upload;
    const control = new AbortController();
    const sent = this.#send(piece, progress, control.signal);
    this.#running.set(piece.key, { upload: sent, control });
    try {
      return await sent;
    } catch (error) {
      this.#running.delete(piece.key);
      throw error;
    }
  }

  /** @param {Piece} piece @param {(part: number) => void} progress @param {AbortSignal} stop */
  async #send({ key, name }, progress, stop) {
    const file = this.#blobs.get(key) ?? (await this.#cellar.get(key));
    if (file === null) throw new PinboxError("gone", this.#desk.words.say("files.gone", { name }));
    return upload(file, { name, progress, signal: stop });
  }

  /** Send a file that is attached, and show how far it is. @param {string} thread @param {Piece} piece */
  async #show(thread, piece) {
    const { words, voice } = this.#desk;
    const { key, name } = piece;
    this.#change(thread, key, { state: "sending", part: 0, why: undefined });
    try {
      const there = await this.send(piece, (part) => this.#change(thread, key, { part }));
      this.#change(thread, key, { state: "there", part: 1, upload: there });
      if (this.of(thread).some((one) => one.key === key)) voice.say(words.say("files.said", { name }));
    } catch (error) {
      if (!(error instanceof PinboxError)) throw error;
      const { code } = error;
      if (code === "canceled") return;
      if (error.temporary) return this.#change(thread, key, { state: "waits", part: 0 });
      const why = code in REASONS ? words.say(REASONS[/** @type {keyof typeof REASONS} */ (code)]) : error.detail;
      this.#change(thread, key, { state: "failed", part: 0, why });
      voice.say(words.say("files.refused", { name, detail: why }));
    }
  }

  /** @param {string} thread @param {string} key @param {Partial<Attached>} change */
  #change(thread, key, change) {
    const before = this.of(thread);
    if (!before.some((one) => one.key === key)) return;
    const after = before.map((one) => (one.key === key ? { ...one, ...change } : one));
    const keep = change.upload !== undefined;
    this.#put(thread, after, { keep });
  }

  /** @param {string} thread @param {Attached[]} pieces @param {{ keep?: boolean }} [how] */
  #put(thread, pieces, { keep = true } = {}) {
    this.#all.value = new Map(this.#all.value).set(thread, pieces);
    if (!keep) return;
    const { storage } = this.#desk;
    try {
      if (pieces.length === 0) storage?.removeItem(this.#prefix + thread);
      else storage?.setItem(this.#prefix + thread, JSON.stringify(pieces));
    } catch {
      // Held in this page at least.
    }
  }

  /** @param {string} name @returns {Attached[]} */
  #kept(name) {
    try {
      return JSON.parse(this.#desk.storage?.getItem(name) ?? "[]").map(asAttached);
    } catch {
      return [];
    }
  }
}

/** @param {Piece} piece @returns {Attached} */
function asAttached({ key, name, size, type, upload: there }) {
  const state = there ? "there" : "waits";
  return { key, name, size, type, ...(there && { upload: there }), state, part: there ? 1 : 0 };
}
