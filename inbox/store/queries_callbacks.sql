-- Callbacks: calls that customers want, who makes them, and what became of them.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- fragment: callback_columns
b.id, b.thread_id, b.team_id, b.state, b.due_at, b.ends_at, b.planned_end, b.phone, b.topic,
b.any_hour, b.attempts, b.agent_id, b.first_attempt_at, b.settled_at, b.remind_at, b.seq,
b.body_key, b.created_at

-- name: lock_team
-- One team for change, as all of them.
SELECT t.id FROM teams t WHERE t.id = :team FOR NO KEY UPDATE

-- name: get_callback
-- A callback as it is.
SELECT {callback_columns} FROM callbacks b WHERE b.id = :callback

-- name: lock_callback
-- A callback for change; its thread is locked before it.
SELECT {callback_columns} FROM callbacks b WHERE b.id = :callback FOR UPDATE

-- name: find_booked
-- What a thread has booked under a client_id before.
SELECT {callback_columns} FROM callbacks b
WHERE b.thread_id = :thread AND b.client_key = :client_key

-- name: open_callback_of
-- The callback of a thread that is not over, if there is one.
SELECT {callback_columns} FROM callbacks b WHERE b.thread_id = :thread AND b.settled_at IS NULL

-- name: callbacks_of
-- Every callback of a thread, in the order they were booked.
SELECT {callback_columns} FROM callbacks b WHERE b.thread_id = :thread
ORDER BY b.created_at, b.id

-- name: booked_between
-- When the calls of a team are made that overlap with a stretch of time.
SELECT b.due_at, b.ends_at FROM callbacks b
WHERE b.team_id = :team AND b.settled_at IS NULL AND b.due_at < :ends AND b.ends_at > :begins

-- name: add_callback
-- A customer wants to be called.
INSERT INTO callbacks (id, thread_id, team_id, state, due_at, ends_at, planned_end, phone, topic,
                       any_hour, remind_at, seq, client_key, body_key, created_at)
VALUES (:id, :thread, :team, :state, :due_at, :ends_at, :ends_at, :phone, :topic,
        :any_hour, :remind_at, :seq, :client_key, :body_key, :at)

-- name: save_callback
-- What has become of a callback.
UPDATE callbacks SET state = :state, due_at = :due_at, ends_at = :ends_at, attempts = :attempts,
    agent_id = :agent, first_attempt_at = :first_attempt_at, settled_at = :settled_at,
    remind_at = :remind_at, seq = :seq
WHERE id = :id

-- name: move_callbacks
-- The callback of a thread goes along to its new home team.
UPDATE callbacks SET team_id = :team WHERE thread_id = :thread AND settled_at IS NULL

-- name: due_callbacks
-- Callbacks whose time has come.
SELECT b.id, b.thread_id FROM callbacks b
WHERE b.state = 'booked' AND b.due_at <= :now ORDER BY b.due_at LIMIT :limit

-- name: list_open_callbacks
-- The callbacks of an agent's teams that are not over, the next one first, with their customers.
SELECT {callback_columns}, c.id, c.name, c.time_zone
FROM callbacks b
JOIN threads t ON t.id = b.thread_id
JOIN customers c ON c.id = t.customer_id
WHERE b.settled_at IS NULL
  AND b.team_id IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
  AND (b.due_at, b.id) > (:at, :id)
ORDER BY b.due_at, b.id LIMIT :limit

-- name: list_settled_callbacks
-- The callbacks of an agent's teams that are over, the newest first, with their customers.
SELECT {callback_columns}, c.id, c.name, c.time_zone
FROM callbacks b
JOIN threads t ON t.id = b.thread_id
JOIN customers c ON c.id = t.customer_id
WHERE b.settled_at IS NOT NULL
  AND b.team_id IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
  AND (b.settled_at, b.id) < (:at, :id)
ORDER BY b.settled_at DESC, b.id DESC LIMIT :limit

-- name: erase_callbacks
-- Forget a thread's callbacks.
DELETE FROM callbacks WHERE thread_id = :thread

-- name: sweep_callbacks
-- Forget callbacks that were over before a moment.
DELETE FROM callbacks WHERE id IN (
    SELECT id FROM callbacks WHERE settled_at < :before LIMIT :limit
)

-- ================================================================================== reminders

-- name: lock_reminders
-- Callbacks of which the customer is to be reminded, for change, always in one order.
SELECT b.id FROM callbacks b WHERE b.remind_at <= :now ORDER BY b.id LIMIT :limit FOR UPDATE
