import { PinboxError } from "./problems.js";

/** So many files go with one message. */
const MOST = 16;

/**
 * A draft as it is kept and sent; throws `bad_request` for attachments that no server takes.
 *
 * @param {string} body
 * @param {import("./options.js").SendOptions} [options]
 * @returns {import("./wire.js").Draft}
 */
export function makeDraft(body, { clientId = makeId(), urgent = false, attachments = [] } = {}) {
  if (attachments.length > MOST || !attachments.every((id) => typeof id === "string")) {
    throw new PinboxError("bad_request", `attachments are ids of uploads, ${MOST} at most`);
  }
  return {
    client_id: clientId,
    body,
    ...(attachments.length > 0 ? { attachments: [...attachments] } : {}),
    ...(urgent ? { urgent } : {}),
  };
}

/** 128 random bits. Plain http has no `crypto.randomUUID`, React Native no `crypto` at all. */
export function makeId() {
  const bytes = new Uint8Array(16);
  if (globalThis.crypto?.getRandomValues === undefined) {
    bytes.forEach((_, n) => (bytes[n] = Math.floor(Math.random() * 256)));
  } else {
    crypto.getRandomValues(bytes);
  }
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
