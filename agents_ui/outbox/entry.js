/**
 * What an agent has written and the server has not answered yet.
 *
 * @typedef {object} Entry
 * @property {string} client_id for ever: the same again is the same message
 * @property {string} thread
 * @property {"reply" | "note"} kind
 * @property {string} body
 * @property {number} seen_seq what of the thread its author had seen
 * @property {boolean} force
 * @property {string} at
 * @property {import("../core/shapes.js").Author} author
 * @property {"waits" | "refused"} state
 * @property {readonly Piece[]} [files] in the order in which they were attached
 * @property {Refusal} [refusal]
 *
 * @typedef {object} Piece A file that goes with a reply.
 * @property {string} key of this browser
 * @property {string} name
 * @property {number} size in bytes
 * @property {string} type
 * @property {import("../core/shapes.js").File_} [upload] what the server knows of it, once it is there
 *
 * @typedef {object} Refusal Why the server does not take it as it is.
 * @property {string} code
 * @property {string} detail
 * @property {import("../core/shapes.js").Message[]} [unseen] what its author had not seen
 * @property {number} [head]
 * @property {import("../core/shapes.js").AgentRef} [holder] who has the conversation
 */

/**
 * @param {object} given
 * @param {string} given.thread
 * @param {Entry["kind"]} given.kind
 * @param {string} given.body
 * @param {number} given.seen_seq
 * @param {import("../core/shapes.js").Author} given.author
 * @param {readonly Piece[]} [given.files]
 * @param {number} given.now
 * @returns {Entry}
 */
export function newEntry({ now, ...given }) {
  const at = new Date(now).toISOString();
  return { client_id: newId(), force: false, at, state: "waits", ...given };
}

/**
 * An entry that the server refused, to be sent all the same.
 *
 * @param {Entry} entry
 * @returns {Entry}
 */
export function forced({ refusal, ...entry }) {
  return { ...entry, seen_seq: refusal?.head ?? entry.seen_seq, force: true, state: "waits" };
}

/**
 * @param {import("../lib/problems.js").PinboxError} error
 * @returns {Refusal}
 */
export function asRefusal({ code, detail, problem }) {
  const { unseen, head, holder } = /** @type {any} */ (problem);
  return { code, detail, unseen, head, holder };
}

/** Sixteen random bytes; `randomUUID` is there only where the page came by TLS or from this machine. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
