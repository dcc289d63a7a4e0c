/**
 * What an agent does with a thread. Each tells what became of it, and each can be taken back for
 * five seconds; what cannot be is asked about first.
 *
 * @typedef {import("../core/shapes.js").Summary} Summary
 * @typedef {{ text: () => string, back: () => Promise<Summary> }} Undo
 */

import * as api from "../api/desk.js";
import { commandOf } from "../commands/table.js";
import { nameOf } from "../core/announcing.js";
import { isCharacter, keysOf } from "../core/keys.js";
import { PinboxError } from "../lib/problems.js";
import { signal } from "../vendor/preact.js";

export const UNDO_MS = 5_000;

export class Acts {
  /** @type {import("../vendor/preact.js").Signal<Undo | null>} what can be taken back now */
  undo = signal(null);
  /** @type {import("../vendor/preact.js").Signal<{ thread: Summary, detail: string,
   * agent: import("../core/shapes.js").AgentRef } | null>} whom a lead may assign it to all the same */
  full = signal(null);
  #desk;
  #lapse = 0;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** @param {Summary} thread */
  take(thread) {
    const back = () => api.release(thread.id);
    return this.#do(thread, () => api.take(thread.id), { word: "done.take", back });
  }

  /** @param {Summary} thread */
  release(thread) {
    const back = () => this.#restore(thread);
    return this.#do(thread, () => api.release(thread.id), { word: "done.release", back });
  }

  /**
   * Give it to a colleague. Where they have as many as the team's rules allow, a lead is asked
   * whether it is meant.
   *
   * @param {Summary} thread
   * @param {import("../core/shapes.js").AgentRef} agent
   * @param {{ force?: boolean }} [how]
   */
  assign(thread, agent, { force = false } = {}) {
    const back = () => this.#restore(thread);
    const leads = this.#desk.me.value?.role !== "agent";
    const full = (/** @type {PinboxError} */ { code, detail }) => {
      if (code !== "conflict" || force || !leads) return false;
      this.#desk.dialog.value = "full";
      this.full.value = { thread, agent, detail };
      return true;
    };
    const told = { word: "done.assign", agent: agent.name, back, instead: full };
    return this.#do(thread, () => api.assign(thread.id, agent.id, force), told);
  }

  /** @param {Summary} thread */
  resolve(thread) {
    const back = () => api.reopen(thread.id);
    return this.#do(thread, () => api.resolve(thread.id), { word: "done.resolve", back });
  }

  /** @param {Summary} thread */
  reopen(thread) {
    const { status } = thread;
    const until = status?.until;
    const back = () => (until ? api.snooze(thread.id, until) : api.resolve(thread.id));
    return this.#do(thread, () => api.reopen(thread.id), { word: "done.reopen", back });
  }

  /** @param {Summary} thread @param {string} until an RFC 3339 time, or `opening` */
  async snooze(thread, until) {
    const back = () => api.reopen(thread.id);
    return this.#do(thread, () => api.snooze(thread.id, until), { word: "done.snooze", back });
  }

  /**
   * Let another team answer for a while; again for the team that does: another end.
   *
   * @param {Summary} thread
   * @param {import("../core/shapes.js").TeamRef} team
   * @param {{ reason: string, until?: string, note?: string }} terms
   */
  cover(thread, team, terms) {
    const again = thread.serving.why === "cover";
    const back = again ? undefined : () => api.uncover(thread.id);
    const told = { word: again ? "done.cover.again" : "done.cover", team: team.name, back };
    return this.#do(thread, () => api.cover(thread.id, { team: team.id, ...terms }), told);
  }

  /** Asked about first, so it cannot be taken back. @param {Summary} thread @param {string} note */
  handBack(thread, note) {
    const told = { word: "done.handback", team: thread.team.name };
    return this.#do(thread, () => api.uncover(thread.id, note), told);
  }

  /** Asked about first, so it cannot be taken back. @param {Summary} thread @param {import("../core/shapes.js").TeamRef} team @param {string} reason */
  transfer(thread, team, reason) {
    const told = { word: "done.transfer", team: team.name };
    return this.#do(thread, () => api.transfer(thread.id, team.id, reason), told);
  }

  /** Take the last act back. */
  async takeBack() {
    const { words, voice, lists } = this.#desk;
    const undo = this.undo.value;
    if (undo === null) return voice.say(words.say("done.nothing"));
    this.undo.value = null;
    try {
      lists.put([await undo.back()]);
      voice.say(words.say("undo.done"));
    } catch (error) {
      this.#desk.failed(error);
    }
  }

  /** @param {Summary} thread as it was */
  #restore({ id, assignee }) {
    if (assignee === null) return api.release(id);
    return assignee.id === this.#desk.me.value?.id ? api.take(id) : api.assign(id, assignee.id);
  }

  /**
   * @param {Summary} thread
   * @param {() => Promise<Summary>} act
   * @param {{ word: string, back?: () => Promise<Summary>,
   *   instead?: (error: PinboxError) => boolean, [param: string]: unknown }} told `instead`: what is
   *   done where the server refuses, if it is that
   * @returns {Promise<boolean>}
   */
  async #do(thread, act, { word, back, instead, ...given }) {
    const { words, voice, lists } = this.#desk;
    const name = nameOf(thread);
    try {
      const after = await act();
      lists.put([after]);
      const until = after.status?.until ?? after.serving.until;
      // It stands on the screen for a while, in which the language may become another.
      const text = () => {
        const when = until && words.times.value.soon(until, Date.now());
        return words.say(word, { name, until: when, ...given });
      };
      voice.say(back === undefined ? text() : `${text()} ${this.#howBack()}`);
      this.#offer(back === undefined ? null : { text, back });
      return true;
    } catch (error) {
      if (error instanceof PinboxError && instead?.(error)) return false;
      const holder = error instanceof PinboxError ? error.problem.holder : undefined;
      if (holder === undefined) this.#desk.failed(error);
      else this.#desk.tell(words.say("lost.taken", { holder: holder.name, name }));
      return false;
    }
  }

  /** How the last act is taken back, for ears; eyes have a button with its key. */
  #howBack() {
    const { words, settings } = this.#desk;
    const { characters, remapped } = settings.chosen.value;
    const key = keysOf(commandOf("undo"), remapped).find((one) => characters || !isCharacter(one));
    if (key === undefined) return words.say("undo.can.plain");
    return words.say("undo.can", { key: isCharacter(key) ? key.toUpperCase() : key });
  }

  /** @param {Undo | null} undo */
  #offer(undo) {
    clearTimeout(this.#lapse);
    this.undo.value = undo;
    if (undo === null) return;
    this.#lapse = window.setTimeout(() => {
      if (this.undo.value === undo) this.undo.value = null;
    }, UNDO_MS);
  }
}
