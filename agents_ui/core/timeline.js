/**
 * A thread's log as an agent reads it, pure: days, conversations, messages, notes and marks.
 *
 * @typedef {import("./shapes.js").Item} Item
 * @typedef {{ key: string, kind: string, at: string, seq?: number, [member: string]: any }} Row
 * @typedef {import("../outbox/entry.js").Entry} Entry
 */

const SHOWN = new Set(
  "message note status assignee serving choice care pin rating customer callback erased".split(" "),
);

/**
 * Items with others put among them, each seq once, the newer telling wins.
 *
 * @param {readonly Item[]} items in order
 * @param {readonly Item[]} more
 * @returns {Item[]}
 */
export function merged(items, more) {
  if (more.length === 0) return /** @type {Item[]} */ (items);
  const last = items.at(-1)?.seq ?? -1;
  if (more.length === 1 && more[0].seq > last) return [...items, more[0]];
  const bySeq = new Map(items.map((item) => [item.seq, item]));
  for (const item of more) bySeq.set(item.seq, item);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * The rows to be shown. A row keeps its key for ever, so that nothing is made anew on the screen:
 * what this agent writes has the key of its `client_id` from before it is sent.
 *
 * @param {readonly Item[]} items in order
 * @param {object} given
 * @param {string} given.me the agent's id
 * @param {readonly Entry[]} given.outgoing what is on its way, in order
 * @param {(at: string) => string} given.day the day of a time, in words
 * @returns {Row[]}
 */
export function rowsOf(items, { me, outgoing, day }) {
  const rows = [];
  const stored = new Set();
  let today = "";
  let conversation = 0;
  /** @type {string | undefined} */
  let holder;
  /** @type {Item | undefined} */
  let before;
  for (const item of items) {
    if (!SHOWN.has(item.type)) continue;
    const row = asRow(item, me);
    if (item.type === "assignee") {
      row.from = holder;
      holder = item.assignee?.name;
    }
    if (item.type === "status") {
      row.from = wokenBy(item, before);
      before = item;
    }
    const number = item.message?.conversation ?? item.status?.conversation ?? conversation;
    const when = day(item.at);
    if (number > conversation) {
      rows.push({ key: `c${number}`, kind: "conversation", at: item.at, number, text: when });
      conversation = number;
      today = when;
      // That it is open now is said by where it begins.
      if (item.status?.state === "open") continue;
    }
    if (when !== today && (row.kind === "message" || row.kind === "note")) {
      rows.push({ key: `d${item.seq}`, kind: "day", at: item.at, text: when });
      today = when;
    }
    if (row.client_id) stored.add(row.client_id);
    rows.push(row);
  }
  for (const entry of outgoing) {
    if (!stored.has(entry.client_id)) rows.push({ ...entry, ...pending(entry) });
  }
  return withReceipts(grouped(rows), items);
}

/**
 * @param {Item} item
 * @param {string} me
 * @returns {Row}
 */
function asRow(item, me) {
  const base = { key: `s${item.seq}`, at: item.at, seq: item.seq };
  // A hand-back has a `note`, too, which is a text.
  const said = item.type === "message" || item.type === "note" ? item[item.type] : undefined;
  if (said !== undefined) {
    const own = said.author.kind === "agent" && said.author.id === me;
    const key = own && said.client_id ? `o${said.client_id}` : base.key;
    const { author, body, urgent = false, client_id, files = [] } = said;
    return { ...base, key, kind: item.type, author, body, urgent, own, client_id, files };
  }
  return { ...base, kind: "mark", item };
}

/**
 * What opened a conversation again that was snoozed: the customer, before the time was over, or
 * something else; nothing to say of where it was not.
 *
 * @param {Item} item
 * @param {Item | undefined} before the change of state before it
 */
function wokenBy({ at, status }, before) {
  if (status.state !== "open" || before?.status.state !== "snoozed") return undefined;
  const early = Date.parse(at) < Date.parse(before.status.until);
  return early && !status.by ? "customer" : "agent";
}

/** @param {Entry} entry */
function pending(entry) {
  return {
    key: `o${entry.client_id}`,
    kind: entry.kind === "note" ? "note" : "message",
    own: true,
    pending: true,
    author: entry.author,
  };
}

const NEAR_MS = 5 * 60_000;

/** What one person says in a few minutes stands together. @param {Row[]} rows */
function grouped(rows) {
  return rows.map((row, index) => {
    const before = rows[index - 1];
    const follows =
      before !== undefined &&
      (row.kind === "message" || row.kind === "note") &&
      before.kind === row.kind &&
      before.author.id === row.author.id &&
      Date.parse(row.at) - Date.parse(before.at) < NEAR_MS;
    return follows ? { ...row, follows } : row;
  });
}

/**
 * The last own message that the customer has received or read says so.
 *
 * @param {Row[]} rows
 * @param {readonly Item[]} items
 */
function withReceipts(rows, items) {
  let read = 0;
  let delivered = 0;
  for (const { type, who, upto } of items) {
    if (who !== "customer") continue;
    if (type === "read") read = Math.max(read, upto);
    if (type === "delivered") delivered = Math.max(delivered, upto);
  }
  const last = rows.findLast(({ kind, author }) => kind === "message" && author.kind === "agent");
  if (last?.seq === undefined) return rows;
  const receipt = read >= last.seq ? "read" : delivered >= last.seq ? "delivered" : null;
  return receipt === null ? rows : rows.map((row) => (row === last ? { ...row, receipt } : row));
}

/**
 * What the covering team wrote for the home team, until somebody of it has answered.
 *
 * @param {readonly Item[]} items
 * @returns {string | null}
 */
export function handBackNote(items) {
  const at = items.findLastIndex(({ type }) => type === "serving");
  const { serving, note } = items[at] ?? {};
  if (!note || serving.why !== "home") return null;
  const answered = items.slice(at).some(({ message }) => message?.author.kind === "agent");
  return answered ? null : note;
}

/** The newest message of the customer; undefined where there is none. @param {readonly Item[]} items */
export function lastOfCustomer(items) {
  return items.findLast(({ message }) => message?.author.kind === "customer")?.message;
}
