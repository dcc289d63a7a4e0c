/**
 * An item as an event; null for a type that this client does not know, and where a known type has
 * not the contract's shape: one bad item must not stop a thread for ever.
 *
 * @param {Item} item
 * @returns {ThreadEvent | null}
 */
export function readItem(item: Item): ThreadEvent | null;
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type TeamRef = {
    id: string;
    key: string;
    name: string;
};
/**
 * Who wrote it, as shown at that time.
 */
export type Author = {
    kind: "customer" | "agent" | "system";
    id: string;
    name?: string | null | undefined;
    photo_url?: string | null | undefined;
};
/**
 * A file as messages show it: enough to lay it out.
 */
export type Attachment = {
    id: string;
    name: string;
    type: string;
    /**
     * in bytes
     */
    size: number;
    /**
     * of a picture, in pixels as it is shown
     */
    width?: number | null | undefined;
    height?: number | null | undefined;
    /**
     * there is a small one
     */
    thumbnail?: boolean | undefined;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Message = {
    id: string;
    author: Author;
    body: string;
    /**
     * RFC 3339, UTC
     */
    sent_at: string;
    conversation: number;
    /**
     * ids of uploads
     */
    attachments: string[];
    /**
     * what each of them is, in the same order
     */
    files?: Attachment[] | undefined;
    urgent?: boolean | undefined;
    /**
     * on the customer's own
     */
    client_id?: string | undefined;
    /**
     * its place in the thread; in events it stands beside the message
     */
    seq?: number | undefined;
};
/**
 * By when an answer can be expected.
 */
export type Promised = {
    kind: "measured" | "target";
    basis: "first" | "next";
    /**
     * how `text` says it
     */
    form?: "within" | "back" | "by" | undefined;
    /**
     * of the team's business time
     */
    minutes: number;
    /**
     * RFC 3339, UTC
     */
    expect_by: string;
    /**
     * when the team is back, null while it is there
     */
    opens_at: string | null;
    samples: number;
    /**
     * in the customer's language
     */
    text: string;
};
/**
 * A message that is on the server's disk.
 */
export type Sent = {
    message: Message;
    /**
     * it was there already
     */
    duplicate: boolean;
    promise?: Promised | null | undefined;
    /**
     * the team is closed, and asks; as an event it comes, too
     */
    choice?: Choice | null | undefined;
};
/**
 * A message on its way, until it is answered.
 */
export type Draft = {
    client_id: string;
    body: string;
    attachments?: string[] | undefined;
    urgent?: boolean | undefined;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Refused = {
    draft: Draft;
    code: string;
    detail: string;
};
/**
 * Which team has the conversation, and why:
 * `home`, `cover`, `bounce` or `general`.
 */
export type Serving = {
    team: TeamRef;
    why: string;
};
/**
 * The team is closed until then: the customer is asked (`open`), or has said.
 */
export type Choice = {
    state: "open" | "wait" | "now";
    until: string;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Covered = {
    serving: Serving;
    choice: Choice | null;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Preference = "team" | "general" | "self_service";
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Care = {
    preference: Preference;
    offers: Preference[];
    self_service_url: string | null;
};
/**
 * The thread as it stands.
 */
export type Thread = {
    thread: string;
    team: TeamRef;
    serving: Serving;
    status: {
        state: string;
        conversation: number;
    } | null;
    promise: Promised | null;
    care: Care;
    choice: Choice | null;
    /**
     * where its stream is
     */
    cursor: string;
    /**
     * its last seq
     */
    head: number;
    unread: number;
    /**
     * how far the team has come
     */
    receipts?: {
        delivered: number;
        read: number;
    } | undefined;
    /**
     * of a conversation that is resolved
     */
    rating?: number | null | undefined;
};
/**
 * Newest first; `next` is the next `before`.
 */
export type Page = {
    items: Message[];
    next: string | null;
};
/**
 * `limited`: for urgent matters alone
 */
export type OpenState = "open" | "limited" | "closed";
/**
 * The team's date now, and its hours.
 */
export type Today = {
    date: string;
    state: OpenState;
    /**
     * of a holiday, say
     */
    name: string | null;
    /**
     * by the team's clock, and as instants
     */
    periods: {
        opens: string;
        closes: string;
        opens_at: string;
        closes_at: string;
    }[];
};
/**
 * The team page.
 */
export type Team = {
    id: string;
    key: string;
    name: string;
    place?: string | null | undefined;
    photo_url?: string | null | undefined;
    people: {
        name: string;
        photo_url?: string | null;
        line?: string | null;
    }[];
    time_zone: string;
    /**
     * null where it has set none: it is always open
     */
    hours: Today | null;
    open: boolean;
    state: OpenState;
    /**
     * null while it is closed
     */
    closes_at: string | null;
    /**
     * null while it is open
     */
    next_open: string | null;
    /**
     * what it says of the day
     */
    line?: string | null | undefined;
    /**
     * for a new matter
     */
    promise?: Promised | null | undefined;
    /**
     * the share of promises kept; null while they are few
     */
    kept_rate?: number | null | undefined;
    /**
     * what all of its customers must know now
     */
    notice?: {
        text: string;
        since: string;
        until: string | null;
    } | null | undefined;
};
/**
 * What a device says of itself.
 */
export type Registration = {
    platform: "apns" | "fcm" | "webpush";
    token?: string | undefined;
    subscription?: object | undefined;
    app_id?: string | undefined;
    environment?: string | undefined;
    locale?: string | undefined;
    push_enabled: boolean;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Registered = {
    device: object;
    fetch_token: string;
};
/**
 * RFC 9457, with the members that some codes add.
 */
export type Problem = {
    code?: string | undefined;
    detail?: string | undefined;
    errors?: {
        path: string;
        message: string;
    }[] | undefined;
    holder?: {
        id: string;
        name: string;
    } | undefined;
    reason?: string | undefined;
    cursor?: string | undefined;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Item = {
    seq: number;
    type: string;
    at: string;
    [member: string]: any;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Range = {
    since: string;
    until: string;
    items: Item[];
    more: boolean;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Frame = {
    type: string;
    [member: string]: any;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type ErrorFrame = Frame & {
    code: string;
    detail: string;
    temporary: boolean;
    retry_ms?: number;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type MessageEvent = {
    type: "message";
    seq: number;
    at: string;
    message: Message;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type StatusEvent = {
    type: "status";
    seq: number;
    at: string;
    status: {
        state: "open" | "resolved";
        conversation: number;
    };
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type PinEvent = {
    type: "pin";
    seq: number;
    at: string;
    team: TeamRef;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type ServingEvent = {
    type: "serving";
    seq: number;
    at: string;
    serving: Serving;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type ChoiceEvent = {
    type: "choice";
    seq: number;
    at: string;
    choice: Choice;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type CareEvent = {
    type: "care";
    seq: number;
    at: string;
    care: {
        preference: Preference;
    };
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type ReceiptEvent = {
    type: "read" | "delivered";
    seq: number;
    at: string;
    who: "customer" | "agent";
    upto: number;
};
/**
 * from 1 to 5
 */
export type Rating = {
    conversation: number;
    score: number;
    comment?: string;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type Rated = {
    seq: number;
    at: string;
    rating: Rating;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type RatingEvent = {
    type: "rating";
    seq: number;
    at: string;
    rating: Rating;
};
/**
 * a call that the customer wants
 */
export type Callback = {
    id: string;
    state: "booked" | "due" | "done" | "missed" | "canceled";
    due_at: string;
    ends_at: string;
    phone: string;
    topic: string;
    attempts?: number;
    agent?: {
        id: string;
        name: string;
    };
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type CallbackEvent = {
    type: "callback";
    seq: number;
    at: string;
    callback: Callback;
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type ErasedEvent = {
    type: "erased";
    seq: number;
    at: string;
    upto?: number;
};
/**
 * Now, and never again: not stored, no `seq`.
 */
export type PassingEvent = {
    type: "typing" | "viewing" | "presence";
    thread: string;
    on: boolean;
    who: {
        kind: "customer" | "agent";
        id: string;
        name?: string;
    };
};
/**
 * What the home team tells all its customers now: its state, so it comes at each connection where
 * there is a notice, and whenever that changes or the team opens or closes (`state`).
 */
export type NoticeEvent = {
    type: "notice";
    team: string;
    notice: {
        text: string;
        since: string;
        until: string | null;
    } | null;
    state?: OpenState;
};
/**
 * Forget what you hold of the thread; here is what stands now, and
 * events go on from there. They may repeat part of it: apply them as upserts, by `seq` and id.
 */
export type ResetEvent = {
    type: "reset";
    /**
     * as the server names it, or `begin` for a client that begins now
     */
    reason: string;
    cursor: string;
    thread: Thread;
    /**
     * the newest ones, newest first
     */
    messages: Message[];
};
/**
 * The shapes of the contract, as they come over the wire. Members that a newer server adds are
 * there too: what is not named here must not be relied on, and never does harm.
 */
export type ThreadEvent = MessageEvent | StatusEvent | PinEvent | ServingEvent | ChoiceEvent | CareEvent | ReceiptEvent | RatingEvent | CallbackEvent | ErasedEvent | PassingEvent | NoticeEvent | ResetEvent;
