-- What happens behind: jobs, audit, search's marks, erasing, retention, export.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- ================================================================================== outbox

-- name: add_job
-- Write a job; one of its kind and subject.
INSERT INTO outbox (id, kind, subject, payload, not_before, expires_at, created_at)
VALUES (:id, :kind, :subject, :payload, :not_before, :expires_at, :at)
ON CONFLICT (kind, subject) DO NOTHING

-- name: due_jobs
-- Jobs of one kind that are done within one transaction, without a lease.
SELECT id, subject FROM outbox WHERE kind = :kind AND state = 0 AND not_before <= :now
ORDER BY not_before, id LIMIT :limit FOR UPDATE

-- name: put_off_job
-- Look at such a job again later.
UPDATE outbox SET not_before = :not_before WHERE id = :id

-- name: drop_job
-- Such a job is over, and may be written anew.
DELETE FROM outbox WHERE id = :id

-- name: sweep_stale_jobs
-- Forget some jobs that nobody has taken before their end. A webhook's
-- become dead letters instead, while there is that webhook.
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox
    WHERE state = 0 AND expires_at < :before
      AND (kind NOT LIKE 'webhook:%' OR SUBSTR(kind, 9) NOT IN (SELECT id FROM webhooks))
    LIMIT :limit
)

-- name: sweep_jobs
-- Forget some jobs that ended before a moment.
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE done_at < :before ORDER BY done_at LIMIT :limit
)

-- ================================================================================== audit

-- name: add_audit
-- One line of the audit log.
INSERT INTO audit (id, at, actor_id, action, thread_id, detail)
VALUES (:id, :at, :actor, :action, :thread, :detail)

-- name: list_audit
-- The audit log before a moment, newest first.
SELECT id, at, actor_id, action, thread_id, detail FROM audit
WHERE (at, id) < (:at, :id)
  AND (CAST(:actor AS TEXT) IS NULL OR actor_id = :actor)
ORDER BY at DESC, id DESC LIMIT :limit

-- name: list_audit_of_thread
-- The audit log of one thread before a moment, newest first.
SELECT id, at, actor_id, action, thread_id, detail FROM audit
WHERE thread_id = :thread AND (at, id) < (:at, :id)
  AND (CAST(:actor AS TEXT) IS NULL OR actor_id = :actor)
ORDER BY at DESC, id DESC LIMIT :limit

-- name: sweep_audit
-- Forget some audit lines older than a moment.
DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < :before ORDER BY at, id LIMIT :limit)

-- name: add_look
-- One look at a customer's data; written once, however often it is tried.
INSERT INTO audit (id, at, actor_id, action, thread_id) VALUES (:id, :at, :actor, :action, :thread)
ON CONFLICT (id) DO NOTHING

-- ================================================================================== search's marks

-- name: find_text
-- Whether a message or note stands at a place.
SELECT 1 FROM items WHERE thread_id = :thread AND seq = :seq AND type IN ('message', 'note')

-- name: texts_after
-- Messages and notes of a thread after a place, oldest first.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND seq > :after AND type IN ('message', 'note')
ORDER BY seq LIMIT :limit

-- ================================================================================== erasing

-- name: forget_customer
-- Null a profile, and refuse the tokens made before a moment (Unix seconds).
UPDATE customers SET name = NULL, region = NULL, time_zone = NULL, locale = NULL, phone = NULL,
    attributes = '{}', written_at = NULL, quiet = NULL, erased_at = :at,
    signed_out_at = CASE WHEN signed_out_at > :signed_out THEN signed_out_at ELSE :signed_out END
WHERE id = :customer

-- name: erase_items
-- Leave `erased` in the place of a thread's items up to :last. The key of client_id stays, so that
-- a repeated send is known for ever; when it was sent stays too.
UPDATE items SET type = 'erased', payload = '{}', body_key = NULL
WHERE thread_id = :thread AND seq > :after AND seq <= :last AND type <> 'erased'

-- name: forget_ratings
-- Null what a customer thought of their conversations.
UPDATE conversations SET rating = NULL, rated_at = NULL, rated_seq = NULL, rated_team = NULL
WHERE thread_id = :thread AND rating IS NOT NULL

-- name: forget_market
-- Null where a customer's conversations came from.
UPDATE conversations SET market = NULL WHERE thread_id = :thread AND market IS NOT NULL

-- name: forget_market_of_milestones
-- And what happened to them.
UPDATE milestones SET market = NULL WHERE thread_id = :thread AND market IS NOT NULL

-- name: entered_marks
-- The summaries of a thread in the streams of teams.
SELECT team_id, seq, payload FROM team_items
WHERE thread_id = :thread AND type <> 'item' AND payload IS NOT NULL

-- name: save_entered_mark
-- Replace, or with none erase, such a summary.
UPDATE team_items SET payload = :payload WHERE team_id = :team AND seq = :seq

-- name: erasures_begun
-- Erasures that were begun and not finished.
SELECT key FROM meta WHERE key LIKE 'erase:%' ORDER BY key

-- name: drop_erasure
-- An erasure is finished.
DELETE FROM meta WHERE key = :key

-- ================================================================================== retention

-- name: threads_with_old_texts
-- The next threads by id, and whether one has something written before a moment. What belongs to
-- a conversation that is still open does not count, nor a thread that came here after the moment.
SELECT p.id, p.created_at < :before AND EXISTS (
    SELECT 1 FROM items i
    WHERE i.thread_id = p.id AND i.type IN ('message', 'note', 'rating', 'callback') AND i.at < :before
      AND (i.conversation < p.conversation OR p.state IS NULL OR p.state = 'resolved'))
FROM (
    SELECT id, created_at, conversation, state FROM threads
    WHERE id > :after ORDER BY id LIMIT :limit
) AS p
ORDER BY p.id

-- name: all_floors
-- Where each team's stream begins and ends.
SELECT id, head, floor FROM streams WHERE id LIKE 'team:%' ORDER BY id

-- name: first_kept
-- The first place of a thread that is too young, or too open, to be erased.
SELECT MIN(seq) FROM items
WHERE thread_id = :thread AND type <> 'erased' AND (at >= :before OR conversation >= :open_from)

-- name: old_texts
-- What was written in a thread before a moment, oldest place first.
SELECT seq FROM items
WHERE thread_id = :thread AND type IN ('message', 'note', 'rating', 'callback') AND at < :before
  AND conversation < :open_from
ORDER BY seq LIMIT :limit

-- ================================================================================== export

-- name: conversations_of
-- A thread's conversations, in order.
SELECT number, opened_at, opened_by, opened_team, first_response_at, first_response_by,
       first_response_team, resolved_at, resolved_by, resolved_team, reopened, bounces,
       rating, rated_at, market
FROM conversations WHERE thread_id = :thread ORDER BY number

-- name: milestones_of
-- What happened to a thread's conversations, as reports count it, in order.
SELECT kind, at, conversation, team_id, home_team, since, business_ms
FROM milestones WHERE thread_id = :thread ORDER BY at, seq, kind
