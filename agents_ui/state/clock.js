/** The time as the screen shows it: a step every few seconds, so that ages are true. */

import { signal } from "../vendor/preact.js";

const STEP_MS = 10_000;

export const now = signal(Date.now());

setInterval(() => (now.value = Date.now()), STEP_MS);
document.addEventListener("visibilitychange", () => (now.value = Date.now()));
