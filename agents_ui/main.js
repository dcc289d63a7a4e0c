/** Opens the desk: everything is put together here, once. */

import { Desk } from "./state/desk.js";
import { keepFocus } from "./state/keeper.js";
import { place } from "./state/place.js";
import { Settings } from "./state/settings.js";
import { Voice } from "./state/voice.js";
import { listen } from "./commands/keyboard.js";
import { App } from "./screens/app.js";
import { effect, html, render } from "./vendor/preact.js";
import { Words } from "./words/index.js";

/** What the browser keeps for this site; null where it may not. */
function storageHere() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

const storage = storageHere();
const settings = new Settings(storage);
const words = new Words();
const voice = new Voice(/** @type {HTMLElement} */ (document.getElementById("voice")));
const desk = new Desk({ settings, words, voice, storage });

effect(() => {
  document.documentElement.dataset.theme = settings.chosen.value.theme;
});
desk.tongue.follow();
desk.seat.listen();
desk.writing.listen();
effect(() => {
  if (place.value.thread !== null) desk.reading.opened();
});
addEventListener("online", () => desk.hurry());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") desk.hurry();
});
listen(desk);
keepFocus();
render(html`<${App} desk=${desk} />`, /** @type {HTMLElement} */ (document.getElementById("desk")));
void desk.start();
