/**
 * Calls that customers want, pure: which are to be made, in what order, and what is said of them.
 *
 * @typedef {import("./shapes.js").Item} Item
 * @typedef {import("./rows.js").Say} Say
 * @typedef {import("./times.js").Times} Times
 *
 * @typedef {object} Card
 * @property {string} id
 * @property {"booked" | "due" | "done" | "missed" | "canceled"} state
 * @property {string} due_at
 * @property {string} ends_at
 * @property {string} phone
 * @property {string} topic
 * @property {number} [attempts]
 * @property {import("./shapes.js").AgentRef} [agent] who makes the call
 * @property {string} [remark]
 *
 * @typedef {{ callback: Card, thread: string, team: string, tel: string,
 *   customer: { id: string, name: string | null, time_zone: string | null } }} Call
 */

const MINUTE = 60_000;

/** Whether a call is still to be made. @param {Card} card */
export function isOpen({ state }) {
  return state === "booked" || state === "due";
}

/**
 * The calls to be made, the next one first; or those that are over, the newest first.
 *
 * @param {Iterable<Call>} calls
 * @param {"open" | "over"} which
 * @returns {Call[]}
 */
export function inOrder(calls, which) {
  const found = [...calls].filter(({ callback }) => isOpen(callback) === (which === "open"));
  const turn = which === "open" ? 1 : -1;
  return found.sort((a, b) => {
    const [first, second] = [a.callback, b.callback];
    return turn * (Date.parse(first.due_at) - Date.parse(second.due_at) || (first.id < second.id ? -1 : 1));
  });
}

/**
 * What items of the teams' streams do to the calls that are known.
 *
 * @param {ReadonlyMap<string, Call>} known by id
 * @param {readonly Item[]} items
 * @returns {{ calls: Map<string, Call>, unknown: boolean }} `unknown`: there is one of which too
 *   little is known to show it
 */
export function called(known, items) {
  const calls = new Map(known);
  let unknown = false;
  for (const { type, callback, thread } of items) {
    if (type === "left") {
      for (const [id, call] of calls) if (call.thread === thread) calls.delete(id);
    }
    if (type !== "callback") continue;
    const before = calls.get(callback.id);
    if (before === undefined) unknown ||= isOpen(callback);
    else calls.set(callback.id, { ...before, callback, tel: `tel:${callback.phone}` });
  }
  return { calls, unknown };
}

/**
 * The call that is to be made in a thread, if any: by the list, else by its log.
 *
 * @param {ReadonlyMap<string, Call>} calls
 * @param {string} thread
 * @param {readonly Item[]} items of the thread's log
 * @returns {Card | null}
 */
export function callOf(calls, thread, items) {
  const logged = items.findLast(({ type }) => type === "callback")?.callback;
  const listed = [...calls.values()].find((one) => one.thread === thread && isOpen(one.callback));
  const found = logged ?? listed?.callback;
  return found && isOpen(found) ? found : null;
}

/**
 * When a call is due, in a few words.
 *
 * @param {Card} card
 * @param {{ say: Say, times: Times, now: number }} given
 */
export function dueText({ state, due_at: at }, { say, times, now }) {
  if (state !== "booked" && state !== "due") return say(`call.${state}`);
  const over = now - Date.parse(at);
  if (over < -MINUTE) return say("call.at", { at: times.soon(at, now) });
  return over < MINUTE ? say("call.now") : say("call.since", { span: times.span(over) });
}

/**
 * What the log says of a call.
 *
 * @param {Card} card
 * @param {number} then when it was said
 * @param {{ say: Say, times: Times }} given
 */
export function callbackMark(card, then, { say, times }) {
  const { state, attempts = 0, agent, topic, remark } = card;
  const at = times.soon(card.due_at, then);
  const who = agent?.name ?? "";
  let text;
  if (state === "booked") text = say(attempts > 0 ? "mark.call.again" : "mark.call.booked", { at, topic });
  else if (state === "due") text = say(who ? "mark.call.mine" : "mark.call.due", { name: who, topic });
  else text = say(`mark.call.${state}`, { name: who, topic });
  return remark ? say("mark.reason", { text, reason: remark }) : text;
}
