/**
 * A draft as it is kept and sent; throws `bad_request` for attachments that no server takes.
 *
 * @param {string} body
 * @param {import("./options.js").SendOptions} [options]
 * @returns {import("./wire.js").Draft}
 */
export function makeDraft(body: string, { clientId, urgent, attachments }?: import("./options.js").SendOptions): import("./wire.js").Draft;
/** 128 random bits. Plain http has no `crypto.randomUUID`, React Native no `crypto` at all. */
export function makeId(): string;
