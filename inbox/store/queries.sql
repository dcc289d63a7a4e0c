-- Streams, threads and lists. The queries on people and those of upkeep have files of their own;
-- all are portable between SQLite 3.35+ and PostgreSQL 14+, and full-text search alone has a file
-- for each engine.

-- ================================================================================== meta

-- name: get_meta
-- A mark by its key.
SELECT value FROM meta WHERE key = :key

-- name: put_meta
-- Set a mark.
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- ================================================================================== streams

-- name: advance_stream
-- Take the next :count numbers of a stream; waits for whoever took some and has not committed.
UPDATE streams SET head = head + :count WHERE id = :stream RETURNING head

-- name: add_stream
-- Begin a stream, once.
INSERT INTO streams (id) VALUES (:stream) ON CONFLICT (id) DO NOTHING

-- name: stream_bounds
-- Head and floor of a stream.
SELECT head, floor FROM streams WHERE id = :stream

-- name: all_heads
-- The once-a-second look: where every shared stream is now. A row per team, and one more.
SELECT id, head FROM streams

-- name: raise_floor
-- Say that items up to :floor are no longer kept.
UPDATE streams SET floor = :floor WHERE id = :stream AND floor < :floor AND head >= :floor

-- name: add_team_item
-- Point a team's stream to a thread item, or mark that it entered or left.
INSERT INTO team_items (team_id, seq, type, at, thread_id, thread_seq, payload)
VALUES (:team, :seq, :type, :at, :thread, :thread_seq, :payload)

-- name: team_page
-- Items of a team's stream after :since with what they point to and who may see the thread now.
SELECT s.seq, s.type, s.at, s.thread_id, s.thread_seq, s.payload,
       t.home_team = :team OR t.serving_team = :team,
       i.type, i.at, i.payload
FROM team_items s
JOIN threads t ON t.id = s.thread_id
LEFT JOIN items i ON s.type = 'item' AND i.thread_id = s.thread_id AND i.seq = s.thread_seq
WHERE s.team_id = :team AND s.seq > :since
ORDER BY s.seq LIMIT :limit

-- name: touched_threads
-- The threads that a stretch of a team's stream points to, with the newest place in each.
SELECT thread_id, MAX(thread_seq) FROM team_items
WHERE team_id = :team AND seq > :since AND seq <= :upto
GROUP BY thread_id

-- name: cut_team_items
-- Forget the oldest items of a team's stream.
DELETE FROM team_items WHERE team_id = :team AND seq <= :floor

-- ================================================================================== threads

-- fragment: thread_columns
t.id, t.customer_id, t.created_at, t.head, t.floor,
t.home_team, t.pin_reason, t.pin_by_region, t.pinned_at,
t.serving_team, t.serving_why, t.serving_until,
t.conversation, t.state, t.assignee_id, t.snoozed_until, t.resolved_at, t.waiting_since,
t.last_customer_seq, t.last_agent_seq, t.last_agent_id, t.last_message_at,
t.customer_delivered, t.customer_read, t.agent_delivered, t.agent_read, t.unindexed,
t.customer_seen, t.reachable, t.rings_from, t.badged, t.read_on, t.promise, t.due_at,
t.care, t.choice, t.choice_until,
t.take_back_at, t.left_by

-- name: lock_thread
-- A thread for change: nobody else writes it until this transaction ends.
SELECT {thread_columns} FROM threads t WHERE t.id = :thread FOR UPDATE

-- name: lock_thread_for_send
-- A thread for change, with what came before under the same client_id of the same sender. On
-- PostgreSQL a repeat that commits while this waits for the lock is not seen here: the unique index
-- stops it, and the engine runs the transaction again, which then sees it.
SELECT {thread_columns}, i.seq, i.type, i.at, i.body_key, i.payload
FROM threads t
LEFT JOIN items i ON i.thread_id = t.id AND i.client_key = :client_key
WHERE t.id = :thread FOR UPDATE OF t

-- name: get_thread
-- A thread as it is.
SELECT {thread_columns} FROM threads t WHERE t.id = :thread

-- name: get_thread_of
-- The one thread of a customer.
SELECT {thread_columns} FROM threads t WHERE t.customer_id = :customer

-- name: add_thread
-- Begin a customer's thread, once: the second of two that begin it at the same moment does nothing.
INSERT INTO threads (id, customer_id, created_at, home_team, pin_reason, pin_by_region, pinned_at,
                     serving_team, serving_why)
VALUES (:thread, :customer, :at, :team, :reason, :by_region, :at, :team, 'home')
ON CONFLICT (customer_id) DO NOTHING

-- name: save_thread
-- Store a thread's whole changed state; what its devices can and show is the fan-out's affair.
UPDATE threads SET
    head = :head, floor = :floor,
    home_team = :home_team, pin_reason = :pin_reason, pin_by_region = :pin_by_region,
    pinned_at = :pinned_at,
    serving_team = :serving_team, serving_why = :serving_why, serving_until = :serving_until,
    conversation = :conversation, state = :state, assignee_id = :assignee_id,
    snoozed_until = :snoozed_until, resolved_at = :resolved_at, waiting_since = :waiting_since,
    last_customer_seq = :last_customer_seq, last_agent_seq = :last_agent_seq,
    last_agent_id = :last_agent_id, last_message_at = :last_message_at,
    customer_delivered = :customer_delivered, customer_read = :customer_read,
    agent_delivered = :agent_delivered, agent_read = :agent_read, unindexed = :unindexed,
    customer_seen = :customer_seen, rings_from = :rings_from,
    promise = :promise, due_at = :due_at,
    care = :care, choice = :choice, choice_until = :choice_until,
    take_back_at = :take_back_at, left_by = :left_by
WHERE id = :id

-- name: save_message_marks
-- Store what one more message changes and nothing else: the hot path of every send.
UPDATE threads SET head = :head, last_customer_seq = :last_customer_seq,
    last_agent_seq = :last_agent_seq, last_agent_id = :last_agent_id,
    last_message_at = :last_message_at, waiting_since = :waiting_since,
    rings_from = :rings_from, unindexed = TRUE, promise = :promise, due_at = :due_at,
    take_back_at = :take_back_at
WHERE id = :thread

-- name: save_customer_marks
-- Store one more message of a customer who waits already. Apart from the others since SQLite writes
-- every index of a column that is set, whether or not its value is another.
UPDATE threads SET head = :head, last_customer_seq = :last_customer_seq,
    last_message_at = :last_message_at
WHERE id = :thread

-- name: save_unindexed_marks
-- The same of a thread of which search knew everything until now.
UPDATE threads SET head = :head, last_customer_seq = :last_customer_seq,
    last_message_at = :last_message_at, unindexed = TRUE
WHERE id = :thread

-- name: save_receipts
-- Store how far each side has received and read, and the new head.
UPDATE threads SET head = :head, customer_delivered = :customer_delivered,
    customer_read = :customer_read, agent_delivered = :agent_delivered, agent_read = :agent_read,
    customer_seen = :customer_seen, rings_from = :rings_from, read_on = :read_on
WHERE id = :thread

-- name: thread_bounds
-- Head and floor of a thread's log.
SELECT head, floor FROM threads WHERE id = :thread

-- name: add_item
-- Append to a thread's log.
INSERT INTO items (thread_id, seq, type, audience, at, author, conversation,
                   client_key, body_key, payload, team_id)
VALUES (:thread, :seq, :type, :audience, :at, :author, :conversation,
        :client_key, :body_key, :payload, :team)

-- name: find_sent
-- What came before with the same client_id of the same sender.
SELECT seq, type, at, body_key, payload FROM items
WHERE thread_id = :thread AND client_key = :client_key

-- name: thread_page
-- Items of a thread's log after :since, oldest first.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND seq > :since ORDER BY seq LIMIT :limit

-- name: thread_newest
-- Items of a thread's log before a place, newest first.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND seq < :before ORDER BY seq DESC LIMIT :limit

-- name: messages_newest
-- Messages of a thread before a place, newest first.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND seq < :before AND type = 'message' ORDER BY seq DESC LIMIT :limit

-- name: customer_messages_after
-- What the customer has written after a place, oldest first.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND seq > :seq AND type = 'message' AND author = 'customer'
ORDER BY seq LIMIT 50

-- name: other_side_between
-- Whether the other side has a message in a stretch of the log.
SELECT 1 FROM items
WHERE thread_id = :thread AND seq > :after AND seq <= :upto AND type = 'message'
  AND author <> :side LIMIT 1

-- name: count_unread
-- Messages of one side after a place, counted to 1,000.
SELECT COUNT(*) FROM (
    SELECT 1 FROM items
    WHERE thread_id = :thread AND seq > :after AND type = 'message' AND author = :author
    LIMIT 1000
) AS unread

-- name: add_conversation
-- A conversation began; its market is the customer's region as it is known now.
INSERT INTO conversations (thread_id, number, opened_at, opened_by, opened_team, market)
VALUES (:thread, :number, :at, :by, :team, (SELECT region FROM customers WHERE id = :customer))

-- name: note_first_response
-- The first answer to a conversation, credited to who and which team gave it.
UPDATE conversations SET first_response_at = :at, first_response_by = :agent,
    first_response_team = :team
WHERE thread_id = :thread AND number = :number AND first_response_at IS NULL

-- name: note_resolved
-- A conversation was resolved, by whom and by which team.
UPDATE conversations SET resolved_at = :at, resolved_by = :agent, resolved_team = :team
WHERE thread_id = :thread AND number = :number

-- name: note_reopened
-- A resolved conversation went on.
UPDATE conversations SET resolved_at = NULL, resolved_by = NULL, resolved_team = NULL,
    reopened = reopened + 1
WHERE thread_id = :thread AND number = :number

-- name: note_bounced
-- A conversation was transferred to another team that is not a cover.
UPDATE conversations SET bounces = bounces + 1 WHERE thread_id = :thread AND number = :number

-- name: get_rating
-- What decides about a conversation's rating: when it was resolved, and where it was rated last.
SELECT resolved_at, rated_seq FROM conversations WHERE thread_id = :thread AND number = :number

-- name: score_given
-- How a customer rated a conversation; null where not at all.
SELECT rating FROM conversations WHERE thread_id = :thread AND number = :number

-- name: save_rating
-- A conversation was rated by its customer, at a place in the log.
UPDATE conversations SET rating = :score, rated_at = :at, rated_seq = :seq,
    rated_team = resolved_team
WHERE thread_id = :thread AND number = :number

-- name: get_item
-- One item of a thread's log.
SELECT seq, type, at, payload FROM items WHERE thread_id = :thread AND seq = :seq

-- name: due_snoozes
-- Snoozed conversations whose time has come.
SELECT id FROM threads WHERE state = 'snoozed' AND snoozed_until <= :now
ORDER BY snoozed_until LIMIT :limit

-- name: raise_agent_read
-- An agent has read a thread up to a place; never goes back.
INSERT INTO agent_reads (agent_id, thread_id, upto) VALUES (:agent, :thread, :upto)
ON CONFLICT (agent_id, thread_id) DO UPDATE SET upto = excluded.upto
WHERE excluded.upto > agent_reads.upto

-- name: agent_read
-- How far an agent has read a thread.
SELECT upto FROM agent_reads WHERE agent_id = :agent AND thread_id = :thread

-- ================================================================================== lists

-- fragment: summary_columns
{thread_columns},
c.name, c.region, c.time_zone, c.locale, c.phone, c.attributes,
a.name, h.key, h.name, s.key, s.name,
m.seq, m.type, m.at, m.payload

-- fragment: summary_joins
FROM threads t
JOIN customers c ON c.id = t.customer_id
JOIN teams h ON h.id = t.home_team
JOIN teams s ON s.id = t.serving_team
LEFT JOIN agents a ON a.id = t.assignee_id
LEFT JOIN items m ON m.thread_id = t.id
    AND m.seq = CASE WHEN t.last_customer_seq > t.last_agent_seq
                     THEN t.last_customer_seq ELSE t.last_agent_seq END

-- name: get_summary
-- Everything that a list shows of one thread.
SELECT {summary_columns} {summary_joins} WHERE t.id = :thread

-- fragment: by_due
ORDER BY COALESCE(t.due_at, 9007199254740991), t.id

-- fragment: after_those_who_wait
CASE WHEN :at < 9007199254740991 THEN '' ELSE :id END

-- name: list_mine
-- An agent's own conversations that are not resolved, the first that is due first. Here and below
-- the ids are chosen first, in the order of an index, and what is shown of them is joined after.
SELECT {summary_columns} {summary_joins}
WHERE t.id IN (
    SELECT id FROM (
        SELECT id, since FROM (
            SELECT x.id, x.due_at AS since FROM threads x
            WHERE x.assignee_id = :agent AND x.state <> 'resolved'
              AND (x.due_at, x.id) > (:at, :id)
              AND (x.home_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
                OR x.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent))
            ORDER BY x.due_at, x.id LIMIT :limit
        ) AS waits
        UNION ALL
        SELECT id, since FROM (
            SELECT x.id, 9007199254740991 AS since FROM threads x
            WHERE x.assignee_id = :agent AND x.state <> 'resolved' AND x.due_at IS NULL
              AND x.id > {after_those_who_wait}
              AND (x.home_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
                OR x.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent))
            ORDER BY x.due_at, x.id LIMIT :limit
        ) AS answered
        ORDER BY 2, 1 LIMIT :limit
    ) AS first
)
{by_due}

-- name: list_waiting
-- The queue of an agent's teams: customers who wait and whom nobody has taken, first due first.
-- Of each team no more are looked at than a page needs.
SELECT {summary_columns} {summary_joins}
WHERE t.id IN (
    SELECT id FROM (
        SELECT x.id, x.due_at FROM team_members k
        JOIN threads x ON x.serving_team = k.team_id
        WHERE k.agent_id = :agent AND x.state = 'open' AND x.assignee_id IS NULL
          AND (x.due_at, x.id) > (:at, :id)
          AND x.due_at <= COALESCE((
            SELECT y.due_at FROM threads y
            WHERE y.serving_team = k.team_id AND y.state = 'open' AND y.assignee_id IS NULL
              AND (y.due_at, y.id) > (:at, :id)
            ORDER BY y.due_at, y.id LIMIT 1 OFFSET :limit), 9007199254740991)
        ORDER BY 2, 1 LIMIT :limit
    ) AS first
)
{by_due}

-- name: list_team
-- Open conversations that an agent's teams serve, whoever has them, the first that is due first;
-- those in which nobody waits come last, by id.
SELECT {summary_columns} {summary_joins}
WHERE t.id IN (
    SELECT id FROM (
        SELECT x.id, x.due_at AS since FROM team_members k
        JOIN threads x ON x.serving_team = k.team_id
        WHERE k.agent_id = :agent AND x.state = 'open' AND (x.due_at, x.id) > (:at, :id)
          AND x.due_at <= COALESCE((
            SELECT y.due_at FROM threads y
            WHERE y.serving_team = k.team_id AND y.state = 'open'
              AND (y.due_at, y.id) > (:at, :id)
            ORDER BY y.due_at, y.id LIMIT 1 OFFSET :limit), 9007199254740991)
        UNION ALL
        SELECT x.id, 9007199254740991 AS since FROM team_members k
        JOIN threads x ON x.serving_team = k.team_id
        WHERE k.agent_id = :agent AND x.state = 'open' AND x.due_at IS NULL
          AND x.id > {after_those_who_wait}
          AND x.id <= COALESCE((
            SELECT y.id FROM threads y
            WHERE y.serving_team = k.team_id AND y.state = 'open' AND y.due_at IS NULL
              AND y.id > {after_those_who_wait}
            ORDER BY y.due_at, y.id LIMIT 1 OFFSET :limit), 'g')
        ORDER BY 2, 1 LIMIT :limit
    ) AS first
)
{by_due}

-- name: list_snoozed
-- Snoozed conversations of an agent's teams, the next to wake first.
SELECT {summary_columns} {summary_joins}
WHERE t.state = 'snoozed'
  AND t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
  AND (t.snoozed_until, t.id) > (:at, :id)
ORDER BY t.snoozed_until, t.id LIMIT :limit

-- name: list_all
-- Threads that an agent may see and in which something was written, newest message first. Of each
-- team no more are looked at than a page needs.
SELECT {summary_columns} {summary_joins}
WHERE t.id IN (
    SELECT id FROM (
        SELECT x.id, x.last_message_at FROM team_members k
        JOIN threads x ON x.home_team = k.team_id
        WHERE k.agent_id = :agent AND (x.last_message_at, x.id) < (:at, :id)
          AND x.last_message_at >= COALESCE((
            SELECT y.last_message_at FROM threads y
            WHERE y.home_team = k.team_id AND (y.last_message_at, y.id) < (:at, :id)
            ORDER BY y.last_message_at DESC, y.id DESC LIMIT 1 OFFSET :limit), -9007199254740991)
        UNION
        SELECT x.id, x.last_message_at FROM team_members k
        JOIN threads x ON x.serving_team = k.team_id
        WHERE k.agent_id = :agent AND x.serving_why <> 'home'
          AND (x.last_message_at, x.id) < (:at, :id)
          AND x.last_message_at >= COALESCE((
            SELECT y.last_message_at FROM threads y
            WHERE y.serving_team = k.team_id AND y.serving_why <> 'home'
              AND (y.last_message_at, y.id) < (:at, :id)
            ORDER BY y.last_message_at DESC, y.id DESC LIMIT 1 OFFSET :limit), -9007199254740991)
        ORDER BY 2 DESC, 1 DESC LIMIT :limit
    ) AS newest
)
ORDER BY t.last_message_at DESC, t.id DESC

-- name: waiting_by_team
-- How many customers wait, by the team that serves them.
SELECT serving_team, COUNT(*) FROM threads
WHERE state = 'open' AND due_at IS NOT NULL GROUP BY serving_team
