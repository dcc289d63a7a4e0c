-- Pushes: what rings, who is in front, the outbox of one row per device, dead addresses.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- ================================================================================== in front

-- name: put_in_front
-- A connection's app is in front.
INSERT INTO apps_in_front (connection, thread_id, until) VALUES (:connection, :thread, :until)
ON CONFLICT (connection) DO UPDATE SET until = excluded.until

-- name: drop_in_front
-- A connection's app is in front no longer.
DELETE FROM apps_in_front WHERE connection = :connection

-- name: sweep_in_front
-- Forget connections whose process has not said for long that they are in front.
DELETE FROM apps_in_front WHERE until < :now

-- ================================================================================== fan-out

-- name: lock_ringing
-- Threads with something to bring to devices, for change, always in one order.
SELECT t.id FROM threads t WHERE t.rings_from IS NOT NULL ORDER BY t.id LIMIT :limit FOR UPDATE

-- fragment: unread
(SELECT COUNT(*) FROM (
    SELECT 1 FROM items i
    WHERE i.thread_id = t.id AND i.seq > t.customer_read AND i.type = 'message'
      AND i.author = 'agent' LIMIT 1000
) AS unread)

-- fragment: unseen
(SELECT COUNT(*) FROM (
    SELECT 1 FROM items i
    WHERE i.thread_id = t.id AND i.seq > t.customer_seen AND i.seq > t.customer_read
      AND i.seq <= p.seq AND i.type = 'message' AND i.author = 'agent' LIMIT 1000
) AS unseen)

-- fragment: facts
t.customer_seen, t.customer_read, {unread},
d.platform, d.token, d.subscription, d.app_id, d.environment, d.seen_at,
COALESCE(d.push_after, 0), COALESCE(d.locale, c.locale), c.time_zone, c.quiet, t.home_team

-- fragment: device_join
LEFT JOIN devices d ON d.customer_id = t.customer_id AND d.push_enabled AND d.address IS NOT NULL

-- name: ringing_devices
-- What rings in a stretch of such threads, with each device that takes pushes; a thread without any
-- has one row.
SELECT t.id, d.device_id, t.last_agent_seq, COALESCE(m.at, t.last_message_at, :now), {facts},
       t.rings_from, t.badged, t.read_on, COALESCE(d.badge_at, 0), t.customer_id,
       EXISTS (SELECT 1 FROM apps_in_front f WHERE f.thread_id = t.id AND f.until > :now),
       EXISTS (SELECT 1 FROM push_outbox o
               WHERE o.thread_id = t.id AND o.device_id = d.device_id AND o.state < 2)
FROM threads t
JOIN customers c ON c.id = t.customer_id
LEFT JOIN items m ON m.thread_id = t.id AND m.seq = t.last_agent_seq
{device_join}
WHERE t.rings_from IS NOT NULL AND t.id >= :first AND t.id <= :last
ORDER BY t.id, d.device_id

-- name: waiting_badges
-- The devices of a thread for which a badge waits: its value is taken when it is claimed.
SELECT device_id FROM push_outbox WHERE thread_id = :thread AND state = 0 AND kind = 'badge'

-- name: add_push
-- A push to a device: it waits, or is leased at once, or over before it could be sent.
INSERT INTO push_outbox (id, kind, thread_id, device_id, first_seq, seq, provider, queue, state,
                         not_before, expires_at, lease_by, lease_until, claimed_at, last_reason,
                         created_at, done_at)
VALUES (:id, :kind, :thread, :device, :first_seq, :seq, :provider, :queue, :state,
        :not_before, :expires_at, :claim, :until, :claimed_at, :reason, :at, :done_at)

-- name: clear_ringing
-- What rang was brought to the devices, which may show a badge now, or do so no longer.
UPDATE threads SET rings_from = NULL, read_on = NULL, badged = :badged WHERE id = :thread

-- name: note_badge
-- For when a device is given a badge alone.
UPDATE devices SET badge_at = :at WHERE customer_id = :customer AND device_id = :device

-- name: clear_reachable
-- The customer has no device left that takes pushes. Only while the thread is locked.
UPDATE threads SET reachable = FALSE WHERE id = :thread

-- ================================================================================== claim

-- name: push_lines
-- The lines in which pushes of a provider wait, in order, and when the first of each is due. Goes
-- from one to the next along the index, however many wait in each.
WITH RECURSIVE lines (queue) AS (
    SELECT MIN(p.queue) FROM push_outbox p WHERE p.provider = :provider AND p.state = 0
    UNION ALL
    SELECT (SELECT MIN(p.queue) FROM push_outbox p
            WHERE p.provider = :provider AND p.state = 0 AND p.queue > lines.queue)
    FROM lines WHERE lines.queue IS NOT NULL
)
SELECT lines.queue, (SELECT MIN(p.not_before) FROM push_outbox p
                     WHERE p.provider = :provider AND p.state = 0 AND p.queue = lines.queue)
FROM lines WHERE lines.queue IS NOT NULL ORDER BY 1

-- name: claim_pushes
-- Lease due pushes of one line. PostgreSQL workers that choose the same rows at the same moment are
-- kept apart twice, by the locks of the choice and by the condition that stands in the outer WHERE
-- too: without both they would claim them twice.
WITH due AS MATERIALIZED (
    SELECT id FROM push_outbox
    WHERE provider = :provider AND queue = :queue AND state = 0 AND not_before <= :now
    ORDER BY not_before, id LIMIT :limit FOR UPDATE
)
UPDATE push_outbox SET state = 1, lease_by = :claim, lease_until = :until, claimed_at = :now
WHERE id IN (SELECT id FROM due) AND state = 0 AND not_before <= :now
RETURNING id

-- name: claimed_pushes
-- What was leased under a claim, with all by which it is decided and built. No device: it is gone.
-- What is unseen is counted apart only where it may differ from what is unread.
SELECT p.thread_id, p.device_id, p.seq, p.created_at, {facts},
       p.id, p.kind, p.attempts, p.expires_at,
       CASE WHEN t.customer_seen > t.customer_read OR p.seq < t.last_agent_seq
            THEN {unseen} END
FROM push_outbox p
JOIN threads t ON t.id = p.thread_id
JOIN customers c ON c.id = t.customer_id
{device_join} AND d.device_id = p.device_id
WHERE p.lease_by = :claim AND p.state = 1
ORDER BY p.id

-- name: beside_claimed
-- What else waits or is under way for the devices of a claim.
SELECT w.id, w.kind, w.thread_id, w.device_id, w.seq, w.state
FROM push_outbox p
JOIN push_outbox w ON w.thread_id = p.thread_id AND w.device_id = p.device_id AND w.state < 2
WHERE p.lease_by = :claim AND p.state = 1 AND COALESCE(w.lease_by, '') <> :claim

-- name: told_by_pushes
-- The messages that a claim tells of, for what may be shown of them.
SELECT p.id, i.payload FROM push_outbox p
JOIN items i ON i.thread_id = p.thread_id AND i.seq = p.seq
WHERE p.lease_by = :claim AND p.state = 1 AND i.type = 'message'

-- name: end_push
-- A push is over that was not sent: one that waits, or is under this claim.
UPDATE push_outbox SET state = :state, last_reason = :reason, collapsed_into = :into,
    done_at = :at, lease_by = NULL, lease_until = NULL
WHERE id = :id AND state < 2 AND COALESCE(lease_by, :claim) = :claim

-- name: put_off_push
-- Give a push of this claim back for later.
UPDATE push_outbox SET state = 0, not_before = :not_before, expires_at = :expires_at,
    last_reason = :reason, lease_by = NULL, lease_until = NULL
WHERE id = :id AND state = 1 AND lease_by = :claim

-- name: wake_quiet
-- What waits for the end of quiet hours is decided anew.
UPDATE push_outbox SET not_before = :now
WHERE thread_id = :thread AND state = 0 AND last_reason = 'quiet hours'

-- name: still_wanted
-- What is still under a claim, and whether the customer has seen it or the device is another now.
SELECT p.id, d.device_id IS NOT NULL, d.token, d.subscription, t.customer_seen, t.customer_read
FROM push_outbox p
JOIN threads t ON t.id = p.thread_id
{device_join} AND d.device_id = p.device_id
WHERE p.lease_by = :claim AND p.state = 1

-- ================================================================================== settle

-- name: finish_push
-- A push is over, with what the provider said. Only under the claim that still holds it.
UPDATE push_outbox SET state = :state, attempts = attempts + 1, provider_id = :provider_id,
    last_status = :status, last_reason = :reason, done_at = :at,
    lease_by = NULL, lease_until = NULL
WHERE id = :id AND state = 1 AND lease_by = :claim

-- name: retry_push
-- A push goes back for another try. Only under the claim that still holds it.
UPDATE push_outbox SET state = 0, attempts = attempts + :tries, not_before = :not_before,
    last_status = :status, last_reason = :reason, lease_by = NULL, lease_until = NULL
WHERE id = :id AND state = 1 AND lease_by = :claim

-- name: release_push
-- A push that was not tried goes back. Only under the claim that still holds it.
UPDATE push_outbox SET state = 0, lease_by = NULL, lease_until = NULL
WHERE id = :id AND state = 1 AND lease_by = :claim

-- name: return_lapsed_pushes
-- Give back what a dead worker held. Whether it was sent is not known: that counts as a try.
UPDATE push_outbox SET state = 0, attempts = attempts + 1, last_reason = 'lease lapsed',
    lease_by = NULL, lease_until = NULL
WHERE state = 1 AND lease_until < :now

-- name: slow_device
-- A provider asks us to leave a device alone for a while.
UPDATE devices SET push_after = :until
WHERE customer_id = (SELECT customer_id FROM threads WHERE id = :thread) AND device_id = :device
  AND push_after < :until

-- name: put_off_device
-- What waits for a device waits longer.
UPDATE push_outbox SET not_before = :until
WHERE thread_id = :thread AND device_id = :device AND state = 0 AND not_before < :until

-- name: find_push_device
-- The device of a thread's customer as it is now.
SELECT d.customer_id, d.platform, d.address, d.token, d.subscription, d.seen_at
FROM threads t JOIN devices d ON d.customer_id = t.customer_id
WHERE t.id = :thread AND d.device_id = :device

-- name: forget_device
-- Forget a device, unless its app has registered it anew since.
DELETE FROM devices
WHERE customer_id = :customer AND device_id = :device AND address = :address
  AND seen_at = :seen_at

-- name: bury_address
-- Remember for a while that an address is dead.
INSERT INTO dead_addresses (address, platform, reason, removed_at)
VALUES (:address, :platform, :reason, :at)
ON CONFLICT (address) DO UPDATE SET reason = excluded.reason, removed_at = excluded.removed_at

-- ================================================================================== trail

-- name: pushes_of
-- A thread's pushes before one of them, newest first.
SELECT id, kind, device_id, provider, first_seq, seq, state, last_reason, attempts, last_status,
       provider_id, collapsed_into, created_at, not_before, expires_at, claimed_at, done_at
FROM push_outbox WHERE thread_id = :thread AND id < :before ORDER BY id DESC LIMIT :limit

-- name: receipts_after
-- How far which side has received and read, as the log says it after a place.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND seq > :seq AND type IN ('delivered', 'read')
ORDER BY seq LIMIT :limit

-- name: sweep_pushes
-- Forget some pushes that were over before a moment.
DELETE FROM push_outbox WHERE id IN (
    SELECT id FROM push_outbox WHERE done_at < :before ORDER BY done_at LIMIT :limit
)

-- name: sweep_dead_addresses
-- Forget some addresses that have been dead for long.
DELETE FROM dead_addresses WHERE address IN (
    SELECT address FROM dead_addresses WHERE removed_at < :before ORDER BY removed_at LIMIT :limit
)

-- name: erase_pushes
-- Forget all pushes of a thread.
DELETE FROM push_outbox WHERE thread_id = :thread

-- name: erase_in_front
-- Forget that anybody was in front of a thread.
DELETE FROM apps_in_front WHERE thread_id = :thread

-- ================================================================================== unread

-- name: unreached
-- An agent's messages after a place: how many, the newest, and when the first was written.
SELECT COUNT(*), COALESCE(MAX(seq), 0), COALESCE(MIN(at), 0) FROM items
WHERE thread_id = :thread AND seq > :after AND type = 'message' AND author = 'agent'

-- name: states_of_pushes
-- What became of the pushes that tell of a message, or of a newer one.
SELECT DISTINCT state FROM push_outbox
WHERE thread_id = :thread AND seq >= :seq AND kind = 'message'

-- name: erase_unread
-- A thread's unread messages are watched no longer.
DELETE FROM outbox WHERE kind = 'unread' AND subject = :thread

-- ================================================================================== upkeep

-- name: expire_pushes
-- End pushes that wait though nobody needs them any more.
UPDATE push_outbox SET state = 6, last_reason = 'expired', done_at = :now
WHERE id IN (SELECT id FROM push_outbox WHERE state = 0 AND expires_at <= :now LIMIT :limit)
  AND state = 0
RETURNING provider

-- name: return_all_pushes
-- Give back all that is held. Whether it was sent is not known: that counts as a try.
UPDATE push_outbox SET state = 0, attempts = attempts + 1, last_reason = 'lease lapsed',
    lease_by = NULL, lease_until = NULL
WHERE state = 1

-- name: count_waiting_pushes
-- How many wait for each service, and since when the first of those that are due.
SELECT provider, COUNT(*), MIN(CASE WHEN not_before <= :now THEN not_before END)
FROM push_outbox WHERE state = 0 GROUP BY provider

-- ================================================================================== reminders

-- name: reminded_devices
-- The devices at which some callbacks are brought to mind.
SELECT t.id, d.device_id, b.seq, b.remind_at, {facts}, b.id, b.due_at
FROM callbacks b
JOIN threads t ON t.id = b.thread_id
JOIN customers c ON c.id = t.customer_id
{device_join}
WHERE b.id >= :first AND b.id <= :last AND b.remind_at <= :now

-- name: take_reminder_off
-- The customer was reminded of a callback, or there was no device at which to do so.
UPDATE callbacks SET remind_at = NULL WHERE id = :callback
