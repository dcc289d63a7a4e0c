-- What reports count, written as it happens and read by its time. Portable between SQLite 3.35+ and
-- PostgreSQL 14+, as all files of queries here.

-- name: note_answered
-- A customer who waited was answered; whether it was the conversation's first answer.
INSERT INTO milestones (thread_id, seq, kind, at, conversation, team_id, home_team, serving_why,
                        market, since, business_ms, is_first)
SELECT c.thread_id, CAST(:seq AS BIGINT), 'answered', CAST(:at AS BIGINT), c.number,
       CAST(:team AS TEXT), CAST(:home AS TEXT), CAST(:why AS TEXT),
       c.market, CAST(:since AS BIGINT), CAST(:business_ms AS BIGINT), c.first_response_at IS NULL
FROM conversations c WHERE c.thread_id = :thread AND c.number = :number
RETURNING is_first

-- name: add_milestone
-- A conversation was resolved, reopened or bounced. A reopening is credited to who had resolved it.
INSERT INTO milestones (thread_id, seq, kind, at, conversation, team_id, home_team, serving_why,
                        market, since)
SELECT c.thread_id, CAST(:seq AS BIGINT), CAST(:kind AS TEXT), CAST(:at AS BIGINT), c.number,
       COALESCE(CASE WHEN CAST(:kind AS TEXT) = 'reopened' THEN c.resolved_team END,
                CAST(:team AS TEXT)),
       CAST(:home AS TEXT), CAST(:why AS TEXT), c.market, c.opened_at
FROM conversations c WHERE c.thread_id = :thread AND c.number = :number

-- ================================================================================== the board

-- name: board_open
-- A team's open conversations: how many, in how many somebody waits, nobody having it or anybody,
-- since when; and whose promise lapses soon, or has. All of it stands in the index: 20,000 cost some milliseconds, and twenty or more
-- if they were grouped, or looked up in the table.
SELECT COUNT(*), COUNT(waiting_since), COUNT(CASE WHEN assignee_id IS NULL THEN waiting_since END),
       MIN(waiting_since),
       COUNT(CASE WHEN due_at > waiting_since AND due_at >= :now AND due_at <= :soon THEN 1 END),
       COUNT(CASE WHEN due_at > waiting_since AND due_at < :now THEN 1 END)
FROM threads WHERE serving_team = :team AND state = 'open'

-- name: board_waiting
-- In how many open conversations of each of a team's people somebody waits; likewise.
SELECT m.agent_id, (
    SELECT COUNT(*) FROM threads t
    WHERE t.assignee_id = m.agent_id AND t.state <> 'resolved' AND t.state = 'open'
      AND t.due_at IS NOT NULL)
FROM team_members m WHERE m.team_id = :team

-- name: board_answered_lately
-- Those in which nobody waits and something was written after a moment: they are still at work.
SELECT assignee_id, COUNT(*) FROM threads
WHERE home_team = :team AND last_message_at > :since AND serving_team = :team
  AND state = 'open' AND waiting_since IS NULL AND assignee_id IS NOT NULL
GROUP BY assignee_id
UNION ALL
SELECT assignee_id, COUNT(*) FROM threads
WHERE serving_team = :team AND serving_why <> 'home' AND last_message_at > :since
  AND state = 'open' AND waiting_since IS NULL AND assignee_id IS NOT NULL
GROUP BY assignee_id

-- name: board_covers
-- How many leases run, by the team that lent and the one that covers.
SELECT back_team, to_team, COUNT(*) FROM covers WHERE ended_at IS NULL
GROUP BY back_team, to_team

-- ================================================================================== reports

-- name: report_milestones
-- What happened to conversations after a place and before a moment, in order.
SELECT at, thread_id, seq, kind, team_id, home_team, serving_why, market, since, business_ms,
       is_first
FROM milestones
WHERE (at, thread_id, seq, kind) > (:at, :thread, :seq, :kind) AND at < :until
ORDER BY at, thread_id, seq, kind LIMIT :limit

-- name: report_conversations
-- Conversations that began after a place and before a moment, in order.
SELECT opened_at, thread_id, number, opened_by, opened_team, market FROM conversations
WHERE (opened_at, thread_id, number) > (:at, :thread, :number) AND opened_at < :until
ORDER BY opened_at, thread_id, number LIMIT :limit

-- name: report_ratings
-- Ratings that stand, given after a place and before a moment, in order.
SELECT rated_at, thread_id, number, rating, COALESCE(rated_team, opened_team), market
FROM conversations
WHERE rating IS NOT NULL AND (rated_at, thread_id, number) > (:at, :thread, :number)
  AND rated_at < :until
ORDER BY rated_at, thread_id, number LIMIT :limit

-- name: report_promises
-- Promises that were kept or broken after a place and before a moment, in order.
SELECT p.settled_at, p.thread_id, p.seq, p.state, p.team_id, c.market
FROM promises p
LEFT JOIN conversations c ON c.thread_id = p.thread_id AND c.number = p.conversation
WHERE (p.settled_at, p.thread_id, p.seq) > (:at, :thread, :seq)
  AND p.settled_at < :until
ORDER BY p.settled_at, p.thread_id, p.seq LIMIT :limit

-- name: report_callbacks
-- Callbacks that were settled otherwise than by calling them off, after a place and before a moment,
-- in order: whether the team called in time. The market is that of the thread's newest matter.
SELECT called.settled_at, called.id, called.in_time, called.team_id, c.market
FROM (
    SELECT settled_at, id, first_attempt_at <= planned_end AS in_time, team_id, thread_id
    FROM callbacks
    WHERE state IN ('done', 'missed') AND (settled_at, id) > (:at, :id) AND settled_at < :until
    ORDER BY settled_at, id LIMIT :limit
) called
JOIN threads t ON t.id = called.thread_id
LEFT JOIN conversations c ON c.thread_id = t.id AND c.number = t.conversation
ORDER BY called.settled_at, called.id

-- name: report_messages
-- How many messages there were between two moments, by team, side and market.
SELECT i.team_id, i.author, c.market, COUNT(*) FROM items i
LEFT JOIN conversations c ON c.thread_id = i.thread_id AND c.number = i.conversation
WHERE i.team_id IS NOT NULL AND i.at >= :since AND i.at < :until
GROUP BY i.team_id, i.author, c.market
