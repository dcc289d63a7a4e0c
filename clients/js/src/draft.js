/**
 * A draft as it is kept and sent.
 *
 * @param {string} body
 * @param {import("./options.js").SendOptions} [options]
 * @returns {import("./wire.js").Draft}
 */
export function makeDraft(body, { clientId = makeId(), urgent = false } = {}) {
  return { client_id: clientId, body, ...(urgent ? { urgent } : {}) };
}

/** 128 random bits. Plain http has no `crypto.randomUUID`, React Native no `crypto` at all. */
function makeId() {
  const bytes = new Uint8Array(16);
  if (globalThis.crypto?.getRandomValues === undefined) {
    bytes.forEach((_, n) => (bytes[n] = Math.floor(Math.random() * 256)));
  } else {
    crypto.getRandomValues(bytes);
  }
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
