/** Opens the page: everything is put together here, once. */

import { App } from "./state/app.js";
import { paint, readConfig } from "./state/config.js";
import { Host } from "./state/host.js";
import { Tokens } from "./state/tokens.js";
import { Voice } from "./state/voice.js";
import { beginWorker } from "./state/worker.js";
import { markText } from "./screens/mark.js";
import { Page } from "./screens/page.js";
import { effect, html, render } from "./vendor/preact.js";
import { LANGUAGES, Words, languageOf } from "./words/index.js";

const LANGUAGE = "pinbox-app/language";

const config = readConfig();
const embedded = window.parent !== window;
const words = new Words();
const voice = new Voice(/** @type {HTMLElement} */ (document.getElementById("voice")));
paint(config.color);
const theme = (/** @type {any} */ { color, name, logo }) => {
  paint(color);
  if (typeof name === "string") app.brand.value = { ...app.brand.value, name };
  if (typeof logo === "string" && logo.startsWith("/v1/photos/")) app.brand.value = { ...app.brand.value, logo };
};
const host = embedded && config.origins.length > 0 ? new Host(config.origins, theme) : null;
const tokens = new Tokens(config, host);
const app = new App({ config, tokens, words, voice, embedded });

/** What was chosen here before, else what the browser wants. */
function languageHere() {
  try {
    return localStorage.getItem(LANGUAGE) ?? "auto";
  } catch {
    return "auto";
  }
}

/** Go to the message that the address names. */
function goTo() {
  const found = /^#m=(\d+)$/.exec(location.hash);
  if (found === null) return;
  app.target.value = Number(found[1]);
  history.replaceState(null, "", location.pathname);
}

app.tell = (/** @type {any} */ mark) => markText(app, mark);
app.choose = async (/** @type {string} */ language) => {
  if (!Object.hasOwn(LANGUAGES, language)) return;
  await words.use(language);
  try {
    localStorage.setItem(LANGUAGE, language);
  } catch {
    // It holds until the page goes.
  }
};
const language = languageOf(languageHere(), navigator.languages);
if (language !== "en") await words.use(language).catch(() => {});
effect(() => {
  const name = app.team.value?.name ?? app.brand.value.name;
  const count = app.unread.value;
  document.title = count > 0 ? `(${count}) ${name}` : name || app.say("app.name");
  host?.unread(count);
});
for (const kind of ["online", "offline"]) {
  addEventListener(kind, () => (app.online.value = navigator.onLine));
}
// Whoever is around may know that the network is back before the browser does. Only pages that may embed
// this one can say so, and all that follows is one try.
addEventListener("message", ({ source, data }) => {
  if (embedded && source === parent && data?.pinbox === "online") dispatchEvent(new Event("online"));
});
addEventListener("hashchange", goTo);
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data?.pinbox === "open" && typeof data.seq === "number") app.target.value = data.seq;
});
beginWorker();
goTo();
render(html`<${Page} app=${app} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
await app.start();
