-- Shifts, and who is on duty.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- name: all_shifts
-- Every agent's shift.
SELECT agent_id, time_zone, weekly FROM agent_shifts ORDER BY agent_id

-- name: put_shift
-- When an agent is at work, from now on.
INSERT INTO agent_shifts (agent_id, time_zone, weekly) VALUES (:agent, :time_zone, :weekly)
ON CONFLICT (agent_id) DO UPDATE SET time_zone = excluded.time_zone, weekly = excluded.weekly

-- name: drop_shift
-- Let it be unsaid when an agent is at work.
DELETE FROM agent_shifts WHERE agent_id = :agent

-- name: get_duty
-- Since when an agent is on duty, until when, and when they left what they had.
SELECT on_since, seen_at, ends_at, left_at FROM duty WHERE agent_id = :agent

-- name: begin_duty
-- On duty from now on.
INSERT INTO duty (agent_id, on_since, seen_at, ends_at) VALUES (:agent, :at, :at, :ends_at)
ON CONFLICT (agent_id) DO UPDATE SET on_since = excluded.on_since, seen_at = excluded.seen_at,
    ends_at = excluded.ends_at, left_at = NULL

-- name: end_duty
-- Off duty from now on; what they had is yet to be looked through.
INSERT INTO duty (agent_id, seen_at, left_at) VALUES (:agent, :at, :at)
ON CONFLICT (agent_id) DO UPDATE SET on_since = NULL, ends_at = NULL, left_at = excluded.left_at

-- name: leave_team
-- Out of a team from now on, on duty or off: what they had is to be looked through.
INSERT INTO duty (agent_id, seen_at, left_at) VALUES (:agent, :at, :at)
ON CONFLICT (agent_id) DO UPDATE SET left_at = excluded.left_at

-- name: move_duty_end
-- The shift was changed: who is on duty goes home at another time.
UPDATE duty SET ends_at = :ends_at WHERE agent_id = :agent AND on_since IS NOT NULL

-- name: saw_agent
-- An agent on duty was seen. Never goes back.
UPDATE duty SET seen_at = :at
WHERE agent_id = :agent AND on_since IS NOT NULL AND seen_at < :at

-- name: saw_everybody
-- Nobody could be seen for a while: their grace begins anew.
UPDATE duty SET seen_at = :at WHERE on_since IS NOT NULL AND seen_at < :at

-- name: due_duty
-- Who is on duty and has not been seen since, or whose shift is over.
SELECT agent_id FROM duty
WHERE on_since IS NOT NULL AND (seen_at <= :unseen OR ends_at <= :now)
ORDER BY agent_id

-- name: all_left
-- Whose conversations are to be looked through.
SELECT agent_id, left_at FROM duty WHERE left_at IS NOT NULL ORDER BY agent_id

-- name: looked_through
-- That was done.
UPDATE duty SET left_at = NULL WHERE agent_id = :agent AND left_at = :left_at

-- name: held_by
-- What an agent has that is not resolved.
SELECT id FROM threads WHERE assignee_id = :agent AND state <> 'resolved' ORDER BY id

-- name: lock_duty
-- An agent who is on duty, so that what they have does not grow while it is counted.
SELECT a.id FROM agents a WHERE a.id = :agent AND a.on_duty AND a.disabled_at IS NULL
FOR NO KEY UPDATE

-- name: lock_team_duty
-- Everybody of a team who is on duty, likewise.
SELECT a.id FROM agents a JOIN team_members m ON m.agent_id = a.id AND m.team_id = :team
WHERE a.on_duty AND a.disabled_at IS NULL ORDER BY a.id FOR NO KEY UPDATE OF a

-- fragment: active
-- Whose customer waits has a time it is due, which the index of the assignee's work holds.
t.state = 'open' AND (t.due_at IS NOT NULL OR t.last_message_at > :since)

-- name: count_active
-- How many active conversations an agent has.
SELECT COUNT(*) FROM threads t WHERE t.assignee_id = :agent AND t.state <> 'resolved' AND {active}

-- fragment: load
(SELECT COUNT(*) FROM threads t
 WHERE t.assignee_id = a.id AND t.state <> 'resolved' AND {active}), COALESCE(a.handed_at, 0), a.id

-- name: agent_load
-- An agent who is on duty: what they have, and when they were handed something last.
SELECT {load} FROM agents a WHERE a.id = :agent AND a.on_duty AND a.disabled_at IS NULL

-- name: least_loaded
-- The two of a team whose turn it is first, likewise.
SELECT {load}
FROM agents a JOIN team_members m ON m.agent_id = a.id AND m.team_id = :team
WHERE a.on_duty AND a.disabled_at IS NULL ORDER BY 1, 2, 3 LIMIT 2

-- name: team_active
-- How many active conversations each of a team has.
SELECT m.agent_id, (
    SELECT COUNT(*) FROM threads t
    WHERE t.assignee_id = m.agent_id AND t.state <> 'resolved' AND {active})
FROM team_members m WHERE m.team_id = :team

-- name: note_handed
-- An agent was handed a conversation.
UPDATE agents SET handed_at = :at WHERE id = :agent

-- name: note_handed_unless_queue
-- Likewise, unless the team's queue has somebody else, who has waited longer then.
UPDATE agents SET handed_at = :at
WHERE id = :agent AND NOT EXISTS (
    SELECT 1 FROM threads t
    WHERE t.serving_team = :team AND t.state = 'open' AND t.assignee_id IS NULL
      AND t.due_at IS NOT NULL AND t.id <> :thread)

-- name: due_take_backs
-- What goes back to its queue now, unless it was answered.
SELECT id FROM threads WHERE take_back_at <= :now ORDER BY take_back_at, id LIMIT :limit

-- name: in_queue
-- A team's queue, the next promise first.
SELECT id, due_at FROM threads
WHERE serving_team = :team AND state = 'open' AND assignee_id IS NULL
  AND (due_at, id) > (:since, :after)
ORDER BY due_at, id LIMIT :limit

-- name: queue_of_known
-- What of a team's queue was last answered by somebody who is on duty now.
SELECT t.id, t.due_at FROM threads t JOIN agents a ON a.id = t.last_agent_id
WHERE t.serving_team = :team AND t.state = 'open' AND t.assignee_id IS NULL
  AND (t.due_at, t.id) > (:since, :after) AND a.on_duty AND COALESCE(t.left_by, '') <> a.id
ORDER BY t.due_at, t.id LIMIT :limit

-- name: on_duty_by_team
-- How many are on duty in each team.
SELECT m.team_id, COUNT(*) FROM team_members m JOIN agents a ON a.id = m.agent_id
WHERE a.on_duty AND a.disabled_at IS NULL GROUP BY m.team_id

-- name: places_of
-- Who had a conversation, and which teams served it, newest first.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND conversation = :conversation AND type IN ('assignee', 'serving')
ORDER BY seq DESC LIMIT 200

-- name: held_in
-- What somebody has in a team while its customer waits.
SELECT id FROM threads
WHERE serving_team = :team AND state = 'open' AND due_at IS NOT NULL AND assignee_id IS NOT NULL
ORDER BY id

-- name: unset_clock
-- Have the clock of such a conversation set within a second, by the rules of then.
UPDATE threads SET take_back_at = 0
WHERE id = :thread AND state = 'open' AND waiting_since IS NOT NULL AND assignee_id IS NOT NULL
