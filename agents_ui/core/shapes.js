/**
 * The shapes of the desk's API that the desk relies on. What a newer server adds does no harm.
 *
 * @typedef {{ id: string, key: string, name: string }} TeamRef
 * @typedef {{ id: string, name: string }} AgentRef
 * @typedef {{ kind: "customer" | "agent" | "system", id: string, name?: string | null,
 *   photo_url?: string | null }} Author
 * @typedef {{ id: string, seq?: number, author: Author, body: string, sent_at: string,
 *   conversation: number, attachments?: string[], files?: File_[], urgent?: boolean, client_id?: string }} Message
 * @typedef {{ id: string, name: string, type: string, size: number, width?: number, height?: number,
 *   thumbnail?: boolean }} File_
 * @typedef {{ id: string, client_id: string, author: Author, body: string, sent_at: string }} Note
 * @typedef {{ state: "open" | "snoozed" | "resolved", conversation: number, until?: string,
 *   by?: string }} Status
 * @typedef {{ team: TeamRef, why: "home" | "cover" | "bounce" | "general", until?: string }} Serving
 *
 * @typedef {{ kind: "measured" | "target", expect_by: string, text: string }} Promise_
 * @typedef {{ state: "open" | "wait" | "now", until: string }} Choice
 * @typedef {{ name: string, why: "off" | "late" | "left" }} TakenBack
 *
 * @typedef {object} Card What the company has told about a customer.
 * @property {string} id
 * @property {string | null} name
 * @property {string | null} region
 * @property {string | null} time_zone
 * @property {string | null} locale
 * @property {string | null} phone
 * @property {Record<string, string>} attributes
 *
 * @typedef {object} Summary A thread in a line.
 * @property {string} id
 * @property {Card} customer
 * @property {Status | null} status
 * @property {number} conversation
 * @property {AgentRef | null} assignee
 * @property {TeamRef} team
 * @property {Serving} serving
 * @property {Message | null} last_message
 * @property {string | null} waiting_since
 * @property {Promise_ | null} promise what the customer who waits was told
 * @property {"team" | "general" | "self_service"} care how the customer wants to be cared for
 * @property {Choice | null} choice what they were asked or have said while their team is closed
 * @property {number} head
 * @property {number} [unread] of the signed-in agent
 * @property {TakenBack | null} [back] known here alone: from whom it went back to the queue
 *
 * @typedef {{ seq: number, type: string, at: string, [member: string]: any }} Item
 *   A place in a thread's log. In a team's stream `seq` counts there; `log` gives the thread's.
 *
 * @typedef {{ id: string, name: string, role: "agent" | "lead" | "admin", photo_url: string | null,
 *   line: string | null, on_duty: boolean, active?: number, on_shift?: boolean | null }} Colleague
 * @typedef {{ team: TeamRef, members: Colleague[], state: "open" | "limited" | "closed",
 *   closes_at: string | null, next_open: string | null, handing: "pull" | "push",
 *   time_zone: string, soft_limit: number, hard_limit: number, calls_back: boolean }} Sheet A team of mine.
 * @typedef {{ team: TeamRef, place: string | null, state: "open" | "limited" | "closed",
 *   next_open: string | null, covers: boolean, mine: boolean }} AnyTeam
 */

/**
 * An item of a team's stream as an item of its thread's log.
 *
 * @param {Item} item
 * @returns {Item}
 */
export function inLog(item) {
  const { thread: _thread, thread_seq, ...rest } = item;
  return { ...rest, seq: thread_seq };
}
