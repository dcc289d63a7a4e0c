// The page of the simulator: what each device shows, and what arrived. It only reads, but for one
// button; everything that it can do the control API can do too.

const SERVICES = { apns: "iPhone", fcm: "Android", webpush: "Browser" };
const ROWS = 50;
const WAIT_S = 25;
const PAUSE_MS = 2000;

const place = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat([], { timeStyle: "medium" });
let shown = 0;

follow();
place("reset").addEventListener("click", forget);

async function follow() {
  for (;;) {
    try {
      const count = await show();
      place("state").textContent = "Live";
      await ask(`/arrived?since=${count}&wait=${WAIT_S}&limit=1`);
    } catch {
      place("state").textContent = "The simulator does not answer; trying again …";
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}

async function forget() {
  await fetch("/reset", { method: "POST", headers: { "Content-Type": "application/json" } });
  await show();
  place("news").textContent = "All forgotten.";
}

async function show() {
  const { count, phones } = await ask("/phones");
  const { arrived } = await ask(`/arrived?since=${Math.max(0, count - ROWS)}`);
  const first = shown === 0;
  const news = phones.flatMap((phone) => phone.banners).filter((one) => one.number > shown);
  place("phones").replaceChildren(...phones.map(drawPhone));
  place("nothing").hidden = phones.length > 0;
  place("log").replaceChildren(...arrived.reverse().map(drawRow));
  if (news.length > 0 && !first) {
    place("news").textContent = news.map((one) => `${one.title}: ${one.text}`).join(". ");
  }
  shown = count;
  return count;
}

async function ask(address) {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

function drawPhone(phone) {
  const made = place("phone").content.cloneNode(true);
  const about = [SERVICES[phone.provider], phone.environment].filter(Boolean).join(", ");
  made.querySelector("h3").textContent = about;
  made.querySelector(".token").textContent = shorten(phone.token);
  made.querySelector(".token").title = phone.token;
  const badge = made.querySelector(".badge");
  badge.hidden = phone.badge === 0;
  badge.textContent = phone.badge;
  badge.ariaLabel = `${phone.badge} unread`;
  badge.role = "img";
  made.querySelector("ol").append(...phone.banners.map(drawBanner));
  return made;
}

function drawBanner(banner) {
  const made = place("banner").content.cloneNode(true);
  made.querySelector(".banner").classList.toggle("new", banner.number > shown && shown > 0);
  made.querySelector(".title").textContent = banner.title;
  made.querySelector(".text").textContent = banner.text;
  const notes = [clock.format(banner.at)];
  if (banner.silent) notes.push("silent");
  if (banner.replaced > 0) notes.push(`replaced ${banner.replaced}`);
  made.querySelector(".notes").textContent = notes.join(" · ");
  return made;
}

function drawRow(one) {
  const row = document.createElement("tr");
  const cells = [
    one.number,
    clock.format(one.at),
    SERVICES[one.provider],
    shorten(one.token),
    one.outcome,
    one.delivered ? "yes" : "no",
  ];
  for (const cell of cells) row.insertCell().textContent = cell;
  return row;
}

function shorten(token) {
  return token.length > 28 ? `${token.slice(0, 12)}…${token.slice(-12)}` : token;
}
