/**
 * What an item of a team's stream does to a thread's line, pure.
 *
 * Lists are fetched after the cursors from which the streams are followed, so an item may be in a
 * line already: what is not beyond its `head` changes nothing.
 *
 * @typedef {import("./shapes.js").Summary} Summary
 * @typedef {import("./shapes.js").Item} Item
 */

import { wentBack } from "./hands.js";

/** @type {Record<string, (thread: Summary, item: Item) => Partial<Summary>>} */
const CHANGES = {
  message: (thread, { message, thread_seq }) => ({
    last_message: { ...message, seq: thread_seq },
    conversation: message.conversation,
    ...(message.author.kind === "customer"
      ? {
          waiting_since: thread.waiting_since ?? message.sent_at,
          unread: (thread.unread ?? 0) + 1,
        }
      : message.author.kind === "agent" && { waiting_since: null, promise: null }),
  }),
  status: (_thread, { status }) => ({
    status,
    conversation: status.conversation,
    ...(status.state === "resolved" && { waiting_since: null, promise: null }),
  }),
  assignee: (thread, { assignee, reason }) => {
    const why = wentBack(reason);
    const from = thread.assignee?.name;
    return { assignee, back: assignee === null && why && from ? { name: from, why } : null };
  },
  serving: (_thread, { serving }) => ({ serving }),
  pin: (_thread, { team }) => ({ team }),
  choice: (_thread, { choice }) => ({ choice }),
  care: (_thread, { care }) => ({ care: care.preference }),
};

/**
 * The line after an item.
 *
 * @param {Summary} thread
 * @param {Item} item of a team's stream
 * @returns {Summary} the same object where nothing changes
 */
export function applied(thread, item) {
  if (!(item.thread_seq > thread.head)) return thread;
  const change = CHANGES[item.type]?.(thread, item) ?? {};
  return { ...thread, ...change, head: item.thread_seq };
}

/**
 * What a stretch of a team's stream does to the threads that are known.
 *
 * @param {ReadonlyMap<string, Summary>} known
 * @param {Item[]} items
 * @returns {{ threads: Map<string, Summary>, unknown: string[], stale: string[], begun: string[] }}
 *   `unknown`: something happened in these, of which too little is known to show them; `stale`:
 *   their customer's card has changed; `begun`: a wait has begun, and what was promised stands in
 *   no item
 */
export function folded(known, items) {
  const threads = new Map(known);
  const unknown = new Set();
  const stale = new Set();
  const begun = new Set();
  for (const item of items) {
    const { thread: id, type } = item;
    if (type === "entered") {
      const before = threads.get(id);
      if (item.summary && !(before && before.head >= item.summary.head)) {
        threads.set(id, { unread: before?.unread ?? 0, ...item.summary });
      }
    } else if (type === "left") {
      threads.delete(id);
      unknown.delete(id);
    } else if (type !== "withdrawn" && type !== "erased") {
      const before = threads.get(id);
      if (before === undefined) unknown.add(id);
      else {
        const after = applied(before, item);
        threads.set(id, after);
        if (before.waiting_since === null && after.waiting_since !== null) begun.add(id);
        else if (after.waiting_since === null) begun.delete(id);
      }
      if (type === "customer" && before !== undefined) stale.add(id);
    }
  }
  return {
    threads,
    unknown: [...unknown].filter((id) => !threads.has(id)),
    begun: [...begun].filter((id) => threads.has(id)),
    stale: [...stale].filter((id) => threads.has(id)),
  };
}
