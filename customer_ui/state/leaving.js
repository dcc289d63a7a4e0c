/**
 * Somebody has gone from this browser without signing out: the company's backend knows nobody, or
 * somebody else. What that one was shown and told is no business of the next one; what was not sent
 * stays, for when its writer is back.
 */

import { forget, readKept } from "./keeping.js";

/**
 * @param {import("./keeping.js").Session} session the last one's
 * @param {ServiceWorkerRegistration | null | undefined} worker
 */
export async function leaveBehind({ person, token }, worker) {
  await forget(`shown/${person}`);
  const known = await readKept("push");
  await forget("push");
  await silence(worker);
  if (known === undefined) return;
  // Where the token has ended, the push service tells the server that nobody is there any more.
  const device = encodeURIComponent(known.device);
  const headers = { Authorization: `Bearer ${token}` };
  await fetch(`/v1/devices/${device}`, { method: "DELETE", headers, keepalive: true }).catch(() => {});
}

/** No more pushes, and none on the screen. @param {ServiceWorkerRegistration | null | undefined} worker */
export async function silence(worker) {
  navigator.clearAppBadge?.().catch(() => {});
  try {
    for (const one of (await worker?.getNotifications()) ?? []) one.close();
    await (await worker?.pushManager?.getSubscription())?.unsubscribe();
  } catch {
    // A browser that does not unsubscribe keeps nobody here.
  }
}
