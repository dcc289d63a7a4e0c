/**
 * What a mark of the log says, pure: changes of state, of hands, of teams; calls; ratings.
 *
 * @typedef {import("./shapes.js").Item} Item
 * @typedef {import("./rows.js").Say} Say
 * @typedef {import("./times.js").Times} Times
 */

import { callbackMark } from "./callbacks.js";
import { handedBy, wentBack } from "./hands.js";

/** Why another team has it, as the server names it, where no person wrote a reason. */
const WHY = {
  policy: "policy",
  choice: "choice",
  urgent: "urgent",
  storm: "storm",
  hand: "hand",
  time: "time",
  resolved: "resolved",
  bounce: "bounce",
  care: "care",
  pin: "pin",
  moved: "moved",
  "new home team": "pin",
  "storm is over": "calm",
};

/**
 * @param {Item} item
 * @param {Say} say
 * @param {Times} times
 * @param {string} [from] who had the conversation before, where its hands change; who woke it, where
 *   it was snoozed
 * @returns {string}
 */
export function markText(item, say, times, from) {
  switch (item.type) {
    case "status": {
      const { state, until } = item.status;
      if (from !== undefined) return say(from === "customer" ? "mark.woke.customer" : "mark.woke");
      return say(`mark.${state}`, { until: until && times.soon(until, Date.parse(item.at)) });
    }
    case "assignee":
      return handsText(item, say, from);
    case "choice":
      return say(`mark.choice.${item.choice.state}`);
    case "care":
      return say(`mark.care.${item.care.preference}`);
    case "callback":
      return callbackMark(item.callback, Date.parse(item.at), { say, times });
    case "serving": {
      const { team, why, until } = item.serving;
      const word = why === "cover" && until ? "mark.cover.until" : `mark.${why}`;
      const given = { team: team.name, until: until && times.soon(until, Date.parse(item.at)) };
      const text = say(word, given);
      const reason = reasonText(item, say);
      return reason ? say("mark.reason", { text, reason }) : text;
    }
    case "pin": {
      const text = say("mark.pin", { team: item.team.name });
      return item.reason ? say("mark.reason", { text, reason: item.reason }) : text;
    }
    case "rating": {
      const { score, comment } = item.rating;
      return say(comment ? "mark.rating.comment" : "mark.rating", { score, comment });
    }
    case "customer":
    case "erased":
      return say(`mark.${item.type}`);
    default:
      return "";
  }
}

/** A person's words as they are, the server's in the agent's language. @param {Item} item @param {Say} say */
function reasonText({ reason, note }, say) {
  if (!Object.hasOwn(WHY, reason ?? "")) return reason || note;
  return say(`mark.why.${WHY[/** @type {keyof typeof WHY} */ (reason)]}`);
}

/** @param {Item} item @param {Say} say @param {string} [from] */
function handsText({ assignee, reason }, say, from) {
  if (assignee !== null) {
    const rule = handedBy(reason);
    return say(rule ? `mark.assignee.${rule}` : "mark.assignee", { name: assignee.name });
  }
  const why = wentBack(reason);
  return why && from ? say(`mark.back.${why}`, { name: from }) : say("mark.released");
}
