/**
 * What a mark of the log says, pure: changes of state, of hands, of teams; ratings.
 *
 * @param {import("./shapes.js").Item} item
 * @param {import("./rows.js").Say} say
 * @param {import("./times.js").Times} times
 * @returns {string}
 */
export function markText(item, say, times) {
  switch (item.type) {
    case "status": {
      const { state, until } = item.status;
      return say(`mark.${state}`, { until: until && times.near(until, Date.parse(item.at)) });
    }
    case "assignee":
      return item.assignee === null
        ? say("mark.released")
        : say("mark.assignee", { name: item.assignee.name });
    case "serving": {
      const text = say(`mark.${item.serving.why}`, { team: item.serving.team.name });
      const reason = item.reason || item.note;
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
    case "callback":
    case "erased":
      return say(`mark.${item.type}`);
    default:
      return "";
  }
}
