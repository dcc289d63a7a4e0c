/** What happened, in one plain sentence. */

import { when } from "./head.js";

/** @param {import("../state/app.js").App} app @param {any} mark @returns {string} */
export function markText(app, mark) {
  switch (mark.type) {
    case "serving":
      return servingText(app, mark.serving);
    case "pin":
      return app.say("mark.pin", { team: mark.team.name });
    case "status":
      return app.say("mark.resolved");
    case "rating":
      return app.say("mark.rating", { count: mark.rating.score });
    case "care":
      return app.say(`mark.care.${mark.care.preference}`);
    default:
      return app.say(`mark.call.${mark.callback.state}`, { time: when(app, mark.callback.due_at) });
  }
}

/** @param {import("../state/app.js").App} app @param {import("../lib/wire.js").Serving} serving */
export function servingText(app, { team, why }) {
  const home = app.thread.value?.team.name ?? "";
  const known = ["home", "cover", "bounce", "general"].includes(why) ? why : "home";
  return app.say(`mark.${known}`, { team: team.name, home });
}
