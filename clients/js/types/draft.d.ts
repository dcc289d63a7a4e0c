/**
 * A draft as it is kept and sent.
 *
 * @param {string} body
 * @param {import("./options.js").SendOptions} [options]
 * @returns {import("./wire.js").Draft}
 */
export function makeDraft(body: string, { clientId, urgent }?: import("./options.js").SendOptions): import("./wire.js").Draft;
