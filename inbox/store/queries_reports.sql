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
