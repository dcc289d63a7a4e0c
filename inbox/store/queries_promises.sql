-- Promises: what was measured, and the ledger of what customers were told.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- name: add_promise_count
-- Count what was measured or settled, in its team's row of that kind, hour, day and bucket.
INSERT INTO promise_counts (team_id, kind, hour, day, bucket, count)
VALUES (:team, :kind, :hour, :day, :bucket, :count)
ON CONFLICT (team_id, kind, hour, day, bucket)
DO UPDATE SET count = promise_counts.count + excluded.count

-- name: measured_waits
-- Waits that a team answered in an hour of its week, by kind, day and bucket.
SELECT kind, day, bucket, count FROM promise_counts
WHERE team_id = :team AND kind IN ('first', 'next') AND hour = :hour AND day > :after

-- name: settled_promises
-- How many promises of a team ended in which way.
SELECT kind, SUM(count) FROM promise_counts
WHERE team_id = :team AND kind IN ('kept', 'broken', 'void') AND hour = 0 AND day > :after
GROUP BY kind

-- name: waiting_promises
-- How many promises wait for their end, by the team that gave them.
SELECT team_id, COUNT(*) FROM promises WHERE state = 'waiting' GROUP BY team_id

-- name: sweep_promise_counts
-- Forget some counts of days before one.
DELETE FROM promise_counts WHERE (team_id, kind, hour, day, bucket) IN (
    SELECT team_id, kind, hour, day, bucket FROM promise_counts WHERE day < :before LIMIT :limit
)

-- name: add_promise
-- Write into the ledger what a customer was told after a message.
INSERT INTO promises (thread_id, seq, conversation, team_id, kind, basis, minutes, samples, at, due)
VALUES (:thread, :seq, :conversation, :team, :kind, :basis, :minutes, :samples, :at, :due)

-- name: settle_promise
-- A promise was kept, broken or made void; nothing where that is settled already.
UPDATE promises SET state = :state, settled_at = :at
WHERE thread_id = :thread AND seq = :seq AND state = 'waiting'

-- name: due_promises
-- Promises whose time is over, the oldest first.
SELECT thread_id, seq FROM promises WHERE state = 'waiting' AND due < :now
ORDER BY due LIMIT :limit

-- name: break_promise
-- A promise has lapsed. Gives the team that gave it; no row where it was settled meanwhile.
UPDATE promises SET state = 'broken', settled_at = :now
WHERE thread_id = :thread AND seq = :seq AND state = 'waiting' AND due < :now
RETURNING team_id
