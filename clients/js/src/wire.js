/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 *
 * @typedef {{ id: string, key: string, name: string }} TeamRef
 *
 * @typedef {object} Author Who wrote it, as shown at that time.
 * @property {"customer" | "agent" | "system"} kind
 * @property {string} id
 * @property {string | null} [name]
 * @property {string | null} [photo_url]
 *
 * @typedef {object} Attachment A file as messages show it: enough to lay it out.
 * @property {string} id
 * @property {string} name
 * @property {string} type
 * @property {number} size in bytes
 * @property {number | null} [width] of a picture, in pixels as it is shown
 * @property {number | null} [height]
 * @property {boolean} [thumbnail] there is a small one
 *
 * @typedef {object} Message
 * @property {string} id
 * @property {Author} author
 * @property {string} body
 * @property {string} sent_at RFC 3339, UTC
 * @property {number} conversation
 * @property {string[]} attachments ids of uploads
 * @property {Attachment[]} [files] what each of them is, in the same order
 * @property {boolean} [urgent]
 * @property {string} [client_id] on the customer's own
 * @property {number} [seq] its place in the thread; in events it stands beside the message
 *
 * @typedef {object} Promised By when an answer can be expected.
 * @property {"measured" | "target"} kind
 * @property {"first" | "next"} basis
 * @property {"within" | "back" | "by"} [form] how `text` says it
 * @property {number} minutes of the team's business time
 * @property {string} expect_by RFC 3339, UTC
 * @property {string | null} opens_at when the team is back, null while it is there
 * @property {number} samples
 * @property {string} text in the customer's language
 *
 * @typedef {object} Sent A message that is on the server's disk.
 * @property {Message} message
 * @property {boolean} duplicate it was there already
 * @property {Promised | null} [promise]
 * @property {Choice | null} [choice] the team is closed, and asks; as an event it comes, too
 *
 * @typedef {object} Draft A message on its way, until it is answered.
 * @property {string} client_id
 * @property {string} body
 * @property {string[]} [attachments]
 * @property {boolean} [urgent]
 *
 * @typedef {{ draft: Draft, code: string, detail: string }} Refused
 *
 * @typedef {{ team: TeamRef, why: string }} Serving Which team has the conversation, and why:
 *   `home`, `cover`, `bounce` or `general`.
 *
 * @typedef {{ state: "open" | "wait" | "now", until: string }} Choice
 *   The team is closed until then: the customer is asked (`open`), or has said.
 *
 * @typedef {{ serving: Serving, choice: Choice | null }} Covered
 *
 * @typedef {"team" | "general" | "self_service"} Preference
 * @typedef {{ preference: Preference, offers: Preference[],
 *   self_service_url: string | null }} Care
 *
 * @typedef {object} Thread The thread as it stands.
 * @property {string} thread
 * @property {TeamRef} team
 * @property {Serving} serving
 * @property {{ state: string, conversation: number } | null} status
 * @property {Promised | null} promise
 * @property {Care} care
 * @property {Choice | null} choice
 * @property {string} cursor where its stream is
 * @property {number} head its last seq
 * @property {number} unread
 * @property {{ delivered: number, read: number }} [receipts] how far the team has come
 * @property {number | null} [rating] of a conversation that is resolved
 *
 * @typedef {{ items: Message[], next: string | null }} Page
 *   Newest first; `next` is the next `before`.
 *
 * @typedef {"open" | "limited" | "closed"} OpenState `limited`: for urgent matters alone
 *
 * @typedef {object} Today The team's date now, and its hours.
 * @property {string} date
 * @property {OpenState} state
 * @property {string | null} name of a holiday, say
 * @property {{ opens: string, closes: string, opens_at: string, closes_at: string }[]} periods
 *   by the team's clock, and as instants
 *
 * @typedef {object} Team The team page.
 * @property {string} id
 * @property {string} key
 * @property {string} name
 * @property {string | null} [place]
 * @property {string | null} [photo_url]
 * @property {{ name: string, photo_url?: string | null, line?: string | null }[]} people
 * @property {string} time_zone
 * @property {Today | null} hours null where it has set none: it is always open
 * @property {boolean} open
 * @property {OpenState} state
 * @property {string | null} closes_at null while it is closed
 * @property {string | null} next_open null while it is open
 * @property {string | null} [line] what it says of the day
 * @property {Promised | null} [promise] for a new matter
 * @property {number | null} [kept_rate] the share of promises kept; null while they are few
 * @property {{ text: string, since: string, until: string | null } | null} [notice]
 *   what all of its customers must know now
 *
 * @typedef {object} Registration What a device says of itself.
 * @property {"apns" | "fcm" | "webpush"} platform
 * @property {string} [token]
 * @property {object} [subscription]
 * @property {string} [app_id]
 * @property {string} [environment]
 * @property {string} [locale]
 * @property {boolean} push_enabled
 *
 * @typedef {{ device: object, fetch_token: string }} Registered
 *
 * @typedef {object} Problem RFC 9457, with the members that some codes add.
 * @property {string} [code]
 * @property {string} [detail]
 * @property {{ path: string, message: string }[]} [errors]
 * @property {{ id: string, name: string }} [holder]
 * @property {string} [reason]
 * @property {string} [cursor]
 *
 * @typedef {{ seq: number, type: string, at: string, [member: string]: any }} Item
 * @typedef {{ since: string, until: string, items: Item[], more: boolean }} Range
 * @typedef {{ type: string, [member: string]: any }} Frame
 * @typedef {Frame & { code: string, detail: string, temporary: boolean,
 *   retry_ms?: number }} ErrorFrame
 *
 * @typedef {{ type: "message", seq: number, at: string, message: Message }} MessageEvent
 * @typedef {{ type: "status", seq: number, at: string,
 *   status: { state: "open" | "resolved", conversation: number } }} StatusEvent
 * @typedef {{ type: "pin", seq: number, at: string, team: TeamRef }} PinEvent
 * @typedef {{ type: "serving", seq: number, at: string, serving: Serving }} ServingEvent
 * @typedef {{ type: "choice", seq: number, at: string, choice: Choice }} ChoiceEvent
 * @typedef {{ type: "care", seq: number, at: string,
 *   care: { preference: Preference } }} CareEvent
 * @typedef {{ type: "read" | "delivered", seq: number, at: string,
 *   who: "customer" | "agent", upto: number }} ReceiptEvent
 * @typedef {{ conversation: number, score: number, comment?: string }} Rating from 1 to 5
 * @typedef {{ seq: number, at: string, rating: Rating }} Rated
 * @typedef {{ type: "rating", seq: number, at: string, rating: Rating }} RatingEvent
 * @typedef {{ id: string, state: "booked" | "due" | "done" | "missed" | "canceled",
 *   due_at: string, ends_at: string, phone: string, topic: string, attempts?: number,
 *   agent?: { id: string, name: string } }} Callback a call that the customer wants
 * @typedef {{ type: "callback", seq: number, at: string, callback: Callback }} CallbackEvent
 * @typedef {{ type: "erased", seq: number, at: string, upto?: number }} ErasedEvent
 * @typedef {{ type: "typing" | "viewing" | "presence", thread: string, on: boolean,
 *   who: { kind: "customer" | "agent", id: string, name?: string } }} PassingEvent
 *   Now, and never again: not stored, no `seq`.
 *
 * @typedef {{ type: "notice", team: string,
 *   notice: { text: string, since: string, until: string | null } | null,
 *   state?: OpenState }} NoticeEvent
 *   What the home team tells all its customers now: its state, so it comes at each connection where
 *   there is a notice, and whenever that changes or the team opens or closes (`state`).
 *
 * @typedef {object} ResetEvent Forget what you hold of the thread; here is what stands now, and
 *   events go on from there. They may repeat part of it: apply them as upserts, by `seq` and id.
 * @property {"reset"} type
 * @property {string} reason as the server names it, or `begin` for a client that begins now
 * @property {string} cursor
 * @property {Thread} thread
 * @property {Message[]} messages the newest ones, newest first
 *
 * @typedef {MessageEvent | StatusEvent | PinEvent | ServingEvent | ChoiceEvent | CareEvent
 *   | ReceiptEvent | RatingEvent | CallbackEvent | ErasedEvent | PassingEvent
 *   | NoticeEvent | ResetEvent} ThreadEvent
 */

/** @type {Record<string, (item: Item) => boolean>} */
const KNOWN = {
  message: ({ message }) => isObject(message?.author) && isText(message.body),
  status: ({ status }) => isText(status?.state),
  pin: ({ team }) => isObject(team),
  serving: ({ serving }) => isObject(serving?.team),
  choice: ({ choice }) => isText(choice?.state),
  care: ({ care }) => isText(care?.preference),
  read: ({ who, upto }) => isText(who) && Number.isInteger(upto),
  delivered: ({ who, upto }) => isText(who) && Number.isInteger(upto),
  rating: ({ rating }) => Number.isInteger(rating?.score),
  callback: ({ callback }) => isText(callback?.id) && isText(callback.state),
  erased: () => true,
};

/**
 * An item as an event; null for a type that this client does not know, and where a known type has
 * not the contract's shape: one bad item must not stop a thread for ever.
 *
 * @param {Item} item
 * @returns {ThreadEvent | null}
 */
export function readItem(item) {
  const fits = Object.hasOwn(KNOWN, item.type) ? KNOWN[item.type] : undefined;
  return fits?.(item) ? /** @type {ThreadEvent} */ (/** @type {unknown} */ (item)) : null;
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** @param {unknown} value */
function isText(value) {
  return typeof value === "string";
}
