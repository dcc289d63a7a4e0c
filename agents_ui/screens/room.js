/** A room of leads and admins, with the screen to itself. What agents never open is not loaded. */

import { allowed, commandOf } from "../commands/table.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @type {Record<import("../state/place.js").Room, () => Promise<any>>} */
const DOORS = {
  board: () => import("./board.js"),
  reports: () => import("./reports.js"),
  teams: () => import("./teams/room.js"),
  admin: () => import("./admin/room.js"),
};
const TEXTS = "office";

/** @param {{ desk: import("../state/desk.js").Desk, room: import("../state/place.js").Room }} props */
export function Room({ desk, room }) {
  const { words } = desk;
  const [screen, setScreen] = useState(/** @type {{ room: string, Screen: any } | null} */ (null));
  const [lost, setLost] = useState(false);
  const [tries, setTries] = useState(0);
  const may = allowed(desk, commandOf(room));
  useEffect(() => {
    if (!may) return;
    setLost(false);
    Promise.all([DOORS[room](), words.need(TEXTS)]).then(
      ([{ Screen }]) => setScreen({ room, Screen }),
      () => setLost(true),
    );
  }, [room, may, tries]);
  const name = words.say(`view.${room}`);
  const there = may && screen?.room === room;
  const live = desk.connection.value === "live";
  // A server that was renewed has another release's rooms, which the desk that is open does not take.
  const again = () => (live ? location.reload() : setTries(tries + 1));
  return html`<section id="room" class="pane room" data-region="room" aria-label=${name} tabindex="-1"
    aria-busy=${may && !there && !lost}>
    ${there
      ? html`<${screen.Screen} desk=${desk} />`
      : html`<header class="pane-head"><h2 tabindex="-1" data-entry>${name}</h2></header>
          <p class="hint center" role=${may && lost ? "alert" : null}>${words.say(may ? (lost ? (live ? "room.renewed" : "lost.away") : "view.loading") : "room.forbidden")}</p>
          ${may && lost && html`<div class="center"><button type="button" onClick=${again}>${words.say("thread.retry")}</button></div>`}`}
  </section>`;
}
