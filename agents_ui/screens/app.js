/** What stands on the screen: the sign-in page, or the desk with whatever dialog is open. */

import { html, useEffect } from "../vendor/preact.js";
import { AssignDialog } from "./assign.js";
import { CannedDialog } from "./canned.js";
import { Conversation } from "./conversation.js";
import { CallbackDialog } from "./callback.js";
import { CallbacksPane } from "./callbacks.js";
import { CoverDialog, HandBackDialog } from "./cover.js";
import { CustomerPanel } from "./customer.js";
import { DutyDialog } from "./duty.js";
import { PictureDialog } from "./files.js";
import { FullDialog } from "./full.js";
import { HelpDialog } from "./help.js";
import { ListPane } from "./list.js";
import { PaletteDialog } from "./palette.js";
import { Rail } from "./rail.js";
import { Room } from "./room.js";
import { SearchPane } from "./search.js";
import { SettingsDialog } from "./settings.js";
import { SignIn } from "./signin.js";
import { SnoozeDialog } from "./snooze.js";
import { StormBanner } from "./storm_banner.js";
import { Toasts } from "./toasts.js";
import { TransferDialog } from "./transfer.js";
import { front, isRoom, place } from "../state/place.js";
import { nameOf } from "../core/announcing.js";

const DIALOGS = {
  assign: AssignDialog,
  callback: CallbackDialog,
  canned: CannedDialog,
  cover: CoverDialog,
  full: FullDialog,
  handback: HandBackDialog,
  help: HelpDialog,
  load: DutyDialog,
  palette: PaletteDialog,
  picture: PictureDialog,
  settings: SettingsDialog,
  snooze: SnoozeDialog,
  transfer: TransferDialog,
};

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function App({ desk }) {
  const phase = desk.phase.value;
  useEffect(() => {
    document.title = titleOf(desk);
  });
  if (phase === "out") return html`<${SignIn} desk=${desk} />`;
  if (phase !== "in") {
    const word = phase === "starting" ? "app.starting" : "app.unreachable";
    return html`<main class="opening"><p role="status">${desk.words.say(word)}</p></main>`;
  }
  const { view, thread } = place.value;
  const dialog = /** @type {keyof typeof DIALOGS | null} */ (desk.dialog.value);
  return html`
    <div class="shell" data-front=${front.value} data-aside=${desk.aside.value}
      data-room=${isRoom(view)} data-storm=${desk.weather.storms.value.length > 0}>
      <a class="skip" href=${isRoom(view) ? "#room" : "#conversation"} onClick=${skip}>${desk.words.say("app.skip")}</a>
      <${StormBanner} desk=${desk} />
      <${Rail} desk=${desk} />
      <main class="main-parts">
        <h1 class="unseen">${desk.words.say("app.name")}</h1>
        ${isRoom(view)
          ? html`<${Room} desk=${desk} room=${view} />`
          : html`<${Pane} desk=${desk} view=${view} />
              <${Conversation} desk=${desk} thread=${thread} />`}
        <${Toasts} desk=${desk} />
      </main>
      ${desk.open.value && html`<${CustomerPanel} desk=${desk} thread=${desk.open.value} />`}
    </div>
    ${dialog !== null && html`<${DIALOGS[dialog]} desk=${desk} key=${dialog} />`}
  `;
}

/** What stands where the list is. @param {{ desk: import("../state/desk.js").Desk, view: string }} props */
function Pane({ desk, view }) {
  if (view === "search") return html`<${SearchPane} desk=${desk} />`;
  if (view === "callbacks") return html`<${CallbacksPane} desk=${desk} />`;
  return html`<${ListPane} desk=${desk} view=${view} />`;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  (document.getElementById("conversation") ?? document.getElementById("room"))?.focus();
}

/** @param {import("../state/desk.js").Desk} desk */
function titleOf(desk) {
  const { words } = desk;
  if (desk.phase.value !== "in") return words.say("app.name");
  const count = desk.lists.shown.mine.value.filter(({ unread }) => unread).length;
  const name = nameOf(desk.open.value ?? undefined) ?? words.say(`view.${place.value.view}`);
  return words.say(count > 0 ? "app.title.unread" : "app.title", { count, place: name });
}
