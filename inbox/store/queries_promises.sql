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
-- In how many open conversations of each team a promise stands. All of it stands in the index: what
-- is due later than since when the customer waits was promised.
SELECT serving_team, COUNT(*) FROM threads
WHERE state = 'open' AND due_at >= :now AND due_at > waiting_since GROUP BY serving_team

-- name: sweep_promise_counts
-- Forget some counts of days before one.
DELETE FROM promise_counts WHERE (team_id, kind, hour, day, bucket) IN (
    SELECT team_id, kind, hour, day, bucket FROM promise_counts WHERE day < :before LIMIT :limit
)

-- name: add_promise
-- Write into the ledger what a customer was told after a message, and what became of it.
INSERT INTO promises (thread_id, seq, conversation, team_id, kind, basis, minutes, samples, at, due,
                      state, settled_at)
VALUES (:thread, :seq, :conversation, :team, :kind, :basis, :minutes, :samples, :at, :due,
        :state, :settled_at)

-- name: break_promise
-- What was promised to somebody who waits was broken; nothing where it stands no more as it was read.
UPDATE threads SET promise = :broken WHERE id = :thread AND promise = :stored

-- name: lapsed_promises
-- Threads whose customer waits beyond what was promised, after a place, in order: by team along the
-- open ones, and among those that are snoozed.
SELECT id, conversation, waiting_since, promise FROM (
    SELECT t.due_at, t.id, t.conversation, t.waiting_since, t.promise
    FROM teams g CROSS JOIN threads t
    WHERE t.serving_team = g.id AND t.state = 'open' AND t.promise IS NOT NULL
      AND (t.due_at, t.id) > (:since, :after) AND t.due_at < :now
    UNION ALL
    SELECT s.due_at, s.id, s.conversation, s.waiting_since, s.promise FROM threads s
    WHERE s.state = 'snoozed' AND s.promise IS NOT NULL
      AND (s.due_at, s.id) > (:since, :after) AND s.due_at < :now
) AS found
ORDER BY due_at, id LIMIT :limit
