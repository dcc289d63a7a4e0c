-- Webhooks: endpoints of the company's systems, and what is told to them by the outbox.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- ================================================================================== endpoints

-- fragment: webhook_columns
w.id, w.url, w.label, w.types, w.with_text, w.secret_number, w.old_until, w.failing_since,
w.failures, w.paused_until, w.last_reason, w.off_at, w.off_reason, w.created_at

-- name: all_webhooks
-- Every endpoint, the oldest first.
SELECT {webhook_columns} FROM webhooks w ORDER BY w.id

-- name: get_webhook
-- One endpoint.
SELECT {webhook_columns} FROM webhooks w WHERE w.id = :id

-- name: lock_webhook
-- One endpoint, for change.
SELECT {webhook_columns} FROM webhooks w WHERE w.id = :id FOR UPDATE

-- name: webhooks_on
-- The endpoints that are told something, and of what.
SELECT id, types FROM webhooks WHERE off_at IS NULL ORDER BY id

-- name: add_webhook
-- A new endpoint.
INSERT INTO webhooks (id, url, label, types, with_text, created_at)
VALUES (:id, :url, :label, :types, :with_text, :at)

-- name: save_webhook
-- What an admin may change of an endpoint. Another address is a new chance.
UPDATE webhooks SET url = :url, label = :label, types = :types, with_text = :with_text,
    off_at = :off_at, off_reason = :off_reason, failing_since = :failing_since,
    failures = :failures, paused_until = :paused_until, last_reason = :last_reason
WHERE id = :id

-- name: rotate_webhook
-- The next secret, beside which the one before is valid for a while.
UPDATE webhooks SET secret_number = secret_number + 1, old_until = :old_until WHERE id = :id

-- name: drop_webhook
-- An endpoint is no more.
DELETE FROM webhooks WHERE id = :id

-- name: webhook_failed
-- A round has failed: one that began before the last failure was counted is part of that round.
UPDATE webhooks SET failing_since = COALESCE(failing_since, :now), failures = failures + 1,
    paused_until = :until, last_reason = :reason
WHERE id = :id AND paused_until < :began

-- name: webhook_waits
-- An endpoint asks to be left alone.
UPDATE webhooks SET paused_until = :until WHERE id = :id AND paused_until < :until

-- name: webhook_works
-- An endpoint has taken something.
UPDATE webhooks SET failing_since = NULL, failures = 0, paused_until = 0
WHERE id = :id AND failing_since IS NOT NULL

-- name: webhook_off
-- An endpoint is told nothing any more.
UPDATE webhooks SET off_at = :now, off_reason = :reason WHERE id = :id AND off_at IS NULL

-- ================================================================================== deliveries

-- name: add_delivery
-- Write what is to be told to one endpoint.
INSERT INTO outbox (id, kind, subject, payload, not_before, expires_at, created_at, thread_id)
VALUES (:id, :kind, :subject, :payload, :at, :expires_at, :at, :thread)

-- name: webhooks_due
-- When the next delivery of each endpoint that is on is due; none where nothing waits.
SELECT w.id, w.paused_until, (SELECT MIN(o.not_before) FROM outbox o
                              WHERE o.kind = 'webhook:' || w.id AND o.state = 0)
FROM webhooks w WHERE w.off_at IS NULL

-- name: claim_jobs
-- Lease waiting jobs of one kind. The condition stands in the outer WHERE too: without that,
-- PostgreSQL workers that chose the same rows at the same moment would claim them twice.
UPDATE outbox SET state = 1, lease_by = :worker, lease_until = :lease_until,
    attempts = attempts + 1
WHERE id IN (
    SELECT id FROM outbox WHERE kind = :kind AND state = 0 AND not_before <= :now
    ORDER BY not_before, id LIMIT :limit
) AND state = 0 AND not_before <= :now
RETURNING id, subject, payload, attempts, expires_at, created_at

-- name: finish_job
-- End a job: done (2) or failed (3). Only its holder can: a worker past its lease changes nothing.
UPDATE outbox SET state = :state, done_at = :now, lease_by = NULL, lease_until = NULL,
    last_status = :status, last_reason = :reason
WHERE id = :id AND state = 1 AND lease_by = :worker

-- name: postpone_job
-- Give a job back for a later try. Only its holder can.
UPDATE outbox SET state = 0, not_before = :not_before, lease_by = NULL, lease_until = NULL,
    last_status = :status, last_reason = :reason
WHERE id = :id AND state = 1 AND lease_by = :worker

-- name: return_lapsed_jobs
-- Give back what a dead worker held.
UPDATE outbox SET state = 0, lease_by = NULL, lease_until = NULL, last_status = NULL,
    last_reason = 'the server stopped before it had an answer'
WHERE state = 1 AND lease_until < :now

-- name: expire_deliveries
-- Deliveries of one endpoint that have waited too long become dead letters.
UPDATE outbox SET state = 3, done_at = :now, last_reason = COALESCE(last_reason, 'expired')
WHERE id IN (
    SELECT id FROM outbox
    WHERE kind = :kind AND state = 0 AND not_before <= :now AND expires_at <= :now LIMIT :limit
) AND state = 0

-- name: count_deliveries
-- How many deliveries of each endpoint wait (0), are on their way (1), or are dead (3), and when the
-- oldest of them was written.
SELECT kind, state, COUNT(*), MIN(created_at) FROM outbox
WHERE kind LIKE 'webhook:%' AND state IN (0, 1, 3) GROUP BY kind, state

-- fragment: delivery_columns
id, subject, payload, state, attempts, last_status, last_reason, created_at, not_before, done_at

-- name: list_deliveries
-- What was or is to be told to an endpoint, newest first.
SELECT {delivery_columns} FROM outbox WHERE kind = :kind AND subject < :before
ORDER BY subject DESC LIMIT :limit

-- name: list_dead_deliveries
-- What an endpoint could not be told, newest first.
SELECT {delivery_columns} FROM outbox WHERE kind = :kind AND subject < :before AND state = 3
ORDER BY subject DESC LIMIT :limit

-- name: list_waiting_deliveries
-- What is to be told to an endpoint, newest first.
SELECT {delivery_columns} FROM outbox
WHERE kind = :kind AND subject < :before AND state IN (0, 1)
ORDER BY subject DESC LIMIT :limit

-- name: get_delivery
-- One delivery.
SELECT {delivery_columns} FROM outbox WHERE kind = :kind AND id = :id

-- name: retry_delivery
-- Send a delivery that has ended, or waits, again from the start.
UPDATE outbox SET state = 0, not_before = :now, expires_at = :expires_at, attempts = 0,
    done_at = NULL
WHERE kind = :kind AND id = :id AND state IN (0, 2, 3)

-- name: retry_dead_deliveries
-- Send some dead letters of an endpoint again from the start.
UPDATE outbox SET state = 0, not_before = :now, expires_at = :expires_at, attempts = 0,
    done_at = NULL
WHERE id IN (SELECT id FROM outbox WHERE kind = :kind AND state = 3 ORDER BY subject LIMIT :limit)
  AND state = 3

-- name: drop_deliveries
-- Forget some of what is kept of an endpoint that is no more.
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE kind = :kind LIMIT :limit)

-- name: erase_deliveries
-- Forget all that was or is to be told of a thread.
DELETE FROM outbox WHERE thread_id = :thread
