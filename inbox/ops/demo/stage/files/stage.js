// The demo's page: two frames with the real pages, and what may happen to them.

const LOOK_MS = 600;
const place = (id) => document.getElementById(id);
const button = (what) => document.querySelector(`[data-what="${what}"]`);
const clock = new Intl.DateTimeFormat([], { hour: "numeric", minute: "2-digit" });
const date = new Intl.DateTimeFormat([], { weekday: "long", day: "numeric", month: "long" });
const TEXTS = {
  app: ["Close the app", "Open the app"],
  network: ["Cut the network", "Network back"],
  team: ["The team closes", "The team is back"],
  storm: ["A storm", "The storm is over"],
};
const HINTS = {
  app: [
    "Ana is back, with exactly what she missed.",
    "The app is closed. Answer at the desk: the phone rings. A tap opens the thread.",
  ],
  network: [
    "The network is back: what Ana wrote goes out, once and in order.",
    "The phone has no network. Write all the same, close the app, open it: nothing is lost.",
  ],
  team: [
    "Team Spokane is back. What another team had returns home.",
    "Team Spokane is closed. Write as Ana: she is asked whether to wait or to be answered now.",
  ],
  storm: [
    "The storm is over; the notice goes, and what was spilled comes home.",
    "Six customers write at once. All of them read one notice; half of what is new goes to Tampa.",
  ],
};
let closed = false;
let shown = "";
let newest = 0;
let known = 0;

await Promise.all([enter("phone"), enter("desk")]);
for (const what of Object.keys(TEXTS)) button(what).addEventListener("click", () => press(what));
place("icon").addEventListener("click", () => turn(false));
tick();
follow();

/** Sign a frame in, by a link that is good once. */
async function enter(name) {
  const { url } = await ask("/links", { place: name });
  place(name).src = url;
}

async function press(what) {
  const on = button(what).getAttribute("aria-pressed") !== "true";
  if (what === "app") return turn(on);
  button(what).disabled = true;
  try {
    draw(await ask("/do", { what, on: what === "storm" ? on : !on }));
    // A phone's system tells its apps that the network is back.
    if (what === "network" && !on) place("phone").contentWindow.postMessage({ pinbox: "online" }, "*");
    place("hint").textContent = HINTS[what][Number(on)];
  } finally {
    button(what).disabled = false;
  }
}

/** Close the app or open it: its frame goes as a phone's system ends an app. */
async function turn(on) {
  closed = on;
  known = newest;
  shown = "";
  place("banners").replaceChildren();
  place("badge").hidden = true;
  mark("app", on);
  place("hint").textContent = HINTS.app[Number(on)];
  place("lock").hidden = !on;
  if (on) place("phone").src = "about:blank";
  else await enter("phone");
  (on ? place("icon") : place("phone")).focus();
}

function mark(what, on) {
  button(what).setAttribute("aria-pressed", String(on));
  button(what).textContent = TEXTS[what][Number(on)];
}

async function follow() {
  for (;;) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    try {
      draw(await ask("/state"));
    } catch {
      place("hint").textContent = "The demo has ended. Start it again with: make demo";
    }
  }
}

function draw({ network, team, storm, badge, banners }) {
  mark("network", !network);
  mark("team", !team);
  mark("storm", storm);
  document.querySelector(".bar").dataset.off = String(!network);
  place("signal").textContent = network ? "●●●●" : "no network";
  newest = Math.max(newest, ...banners.map(({ number }) => number));
  // What came before the app was closed was seen in it.
  const fresh = closed ? banners.filter(({ number }) => number > known) : [];
  const now = fresh.map(({ number }) => number).join();
  if (now === shown) return;
  shown = now;
  place("badge").hidden = badge === 0 || fresh.length === 0;
  place("badge").textContent = badge;
  place("banners").replaceChildren(...fresh.map(drawBanner));
}

function drawBanner({ title, text, at }) {
  const made = place("banner").content.cloneNode(true);
  made.querySelector("b").textContent = title;
  made.querySelector("span").textContent = text;
  made.querySelector("time").textContent = clock.format(at);
  made.querySelector("button").addEventListener("click", () => turn(false));
  return made;
}

function tick() {
  const now = Date.now();
  place("clock").textContent = clock.format(now);
  // A lock screen's clock is large, and says no more than the hour and minute.
  const parts = clock.formatToParts(now).filter(({ type }) => type !== "dayPeriod");
  place("time").textContent = parts.map(({ value }) => value).join("").trim();
  place("date").textContent = date.format(now);
  setTimeout(tick, 1000);
}

async function ask(url, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" } };
  const answer = await fetch(url, body && { ...options, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}
