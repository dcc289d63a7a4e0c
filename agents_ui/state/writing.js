/**
 * What this agent writes: the kind that stands in the composer, and what is on its way out.
 *
 * @typedef {import("../outbox/entry.js").Entry} Entry
 * @typedef {"reply" | "note"} Kind
 */

import * as api from "../api/desk.js";
import { nameOf } from "../core/announcing.js";
import { CLOCK } from "../lib/clock.js";
import { PACE } from "../lib/pace.js";
import { forced, newEntry } from "../outbox/entry.js";
import { Post } from "../outbox/post.js";
import { Shelf } from "../outbox/shelf.js";
import { signal } from "../vendor/preact.js";
import { Attachments } from "./attachments.js";
import { Drafts } from "./drafts.js";
import { place } from "./place.js";

export class Writing {
  /** @type {import("../vendor/preact.js").Signal<Entry[]>} what the server has not answered yet */
  outgoing = signal([]);
  /** @type {import("../vendor/preact.js").Signal<Kind>} what is being written */
  kind = signal("reply");
  /** @type {import("../vendor/preact.js").Signal<{ thread: string, kind: Kind, text: string } | null>}
   * a text that is to stand in the composer */
  filling = signal(null);
  /** @type {Drafts} */
  drafts = new Drafts(null, "");
  /** Whether somebody wants to choose files for the open thread. */
  picking = signal(0);
  attachments;
  #desk;
  /** @type {Post | null} */
  #post = null;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.attachments = new Attachments(desk);
  }

  /** Somebody sits here now: their drafts, and what they have left unsent. @param {string} agent */
  begin(agent) {
    const { storage } = this.#desk;
    this.drafts = new Drafts(storage, agent);
    this.attachments.begin(agent);
    // Who is there already, and comes in anew, has one way out all the same.
    this.#post?.close();
    this.#post = new Post({
      shelf: new Shelf(storage, agent),
      pace: PACE,
      clock: CLOCK,
      chance: Math.random,
      send: (entry) => this.#send(entry),
      sent: (entry, answer) => this.#sent(entry, answer),
      refused: (entry) => this.#refused(entry),
      changed: (entries) => (this.outgoing.value = entries),
    });
    this.#post.resume();
  }

  /** Hear of the other tabs of this agent. */
  listen() {
    addEventListener("storage", ({ key, newValue }) => {
      if (this.#post === null) return;
      this.drafts.hear(key, newValue);
      this.#post.hear(key, newValue);
      this.attachments.hear(key);
    });
  }

  /** Nobody does any more: nothing goes out. */
  end() {
    this.#post?.close();
    this.#post = null;
    this.outgoing.value = [];
  }

  /** The network is back: no reason to wait longer. */
  nudge() {
    this.#post?.nudge();
    this.attachments.hurry();
  }

  /** Choose files for a reply. */
  attach() {
    this.compose("reply");
    this.picking.value += 1;
  }

  /** Begin to write. @param {Kind} kind */
  compose(kind) {
    this.kind.value = kind;
    const thread = this.#desk.open.value;
    if (thread !== null) this.drafts.keep(thread.id, { ...this.drafts.of(thread.id), kind });
  }

  /**
   * Write the other kind. Where the focus stays in the field, its new name may not be read out: it
   * is said.
   */
  turn() {
    const { words, voice, open } = this.#desk;
    this.compose(this.kind.value === "reply" ? "note" : "reply");
    const name = nameOf(open.value ?? undefined);
    voice.say(words.say(this.kind.value === "note" ? "compose.note.to" : "compose.reply.to", { name }));
  }

  /**
   * Send a reply, or add a private note.
   *
   * @param {string} thread
   * @param {Kind} kind
   * @param {string} body
   * @param {number} seenSeq
   */
  write(thread, kind, body, seenSeq) {
    const me = this.#desk.me.value;
    if (me === null || this.#post === null) return;
    const author = { kind: /** @type {const} */ ("agent"), id: me.id, name: me.name };
    const files = kind === "reply" ? this.attachments.take(thread) : [];
    const said = { thread, kind, body, seen_seq: seenSeq, author, now: Date.now() };
    const entry = files.length > 0 ? { ...said, files } : said;
    if (!this.#post.put(newEntry(entry))) {
      this.#desk.told.value = this.#desk.words.say("compose.unkept");
    }
  }

  /**
   * Its files first, each once: what has arrived is kept with the entry, so that a repeat names the
   * same.
   *
   * @param {Entry} entry
   */
  async #send(entry) {
    let files = entry.files ?? [];
    for (const piece of files) {
      if (piece.upload) continue;
      const there = await this.#desk.heed(this.attachments.send(piece));
      files = files.map((one) => (one.key === piece.key ? { ...one, upload: there } : one));
      this.#post?.amend({ ...entry, files });
    }
    const ids = files.map((piece) => /** @type {any} */ (piece.upload).id);
    return this.#desk.heed(api.sendEntry(entry, ids));
  }

  /** Send all the same what was refused. @param {Entry} entry */
  force(entry) {
    this.#post?.put(forced(entry));
  }

  /** Send all the same what was refused last in the open thread. */
  forceLast() {
    const { thread } = place.value;
    const refused = this.outgoing.value.findLast(
      (entry) => entry.thread === thread && entry.state === "refused",
    );
    if (refused === undefined) return false;
    this.force(refused);
    return true;
  }

  /**
   * Put a text into a thread's composer.
   *
   * @param {string} thread
   * @param {Kind} kind
   * @param {string} text
   */
  refill(thread, kind, text) {
    this.drafts.keep(thread, { ...this.drafts.of(thread), kind, [kind]: text });
    this.filling.value = { thread, kind, text };
  }

  /** Take back what was refused. @param {Entry} entry */
  discard(entry) {
    this.#post?.drop(entry.client_id);
    this.attachments.forget((entry.files ?? []).map(({ key }) => key));
  }

  /** Write what was refused once more. @param {Entry} entry */
  rewrite(entry) {
    const draft = this.drafts.of(entry.thread);
    this.refill(entry.thread, entry.kind, [entry.body, draft[entry.kind]].filter(Boolean).join("\n"));
    this.#post?.drop(entry.client_id);
    this.attachments.give(entry.thread, entry.files ?? []);
  }

  /** @param {Entry} entry @param {any} answer */
  #sent(entry, { message, note }) {
    const { words, voice, lists, timelines } = this.#desk;
    const { seq, ...said } = message ?? note;
    const item =
      entry.kind === "note"
        ? { seq, type: "note", at: said.sent_at, note: said }
        : { seq, type: "message", at: said.sent_at, message: said };
    timelines.put(entry.thread, [item]);
    this.attachments.forget((entry.files ?? []).map(({ key }) => key));
    const name = nameOf(lists.threads.value.get(entry.thread));
    voice.say(words.say(entry.kind === "note" ? "done.noted" : "done.sent", { name }));
  }

  /** @param {Entry} entry */
  #refused(entry) {
    const { words, voice, lists, timelines } = this.#desk;
    const { code, holder, detail, unseen = [] } = entry.refusal ?? {};
    const name = nameOf(lists.threads.value.get(entry.thread));
    const fresh = unseen.map(({ seq = 0, ...message }) => ({
      seq,
      type: "message",
      at: message.sent_at,
      message,
    }));
    timelines.put(entry.thread, fresh);
    if (code === "stale_view") voice.say(words.say("lost.stale", { name }));
    else if (holder) voice.say(words.say("refused.held", { holder: holder.name }));
    else voice.say(words.say("refused.other", { detail }));
  }
}
