-- Every statement of Pinbox on shared tables, portable between SQLite 3.35+ and PostgreSQL 14+.
-- Full-text search alone has a file for each engine.

-- ================================================================================== meta

-- name: get_meta
-- A mark by its key.
SELECT value FROM meta WHERE key = :key

-- name: put_meta
-- Set a mark.
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: put_new_meta
-- Set a mark unless it is there.
INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING

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
t.customer_delivered, t.customer_read, t.agent_delivered, t.agent_read, t.unindexed

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
-- Store a thread's whole changed state.
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
    agent_delivered = :agent_delivered, agent_read = :agent_read, unindexed = :unindexed
WHERE id = :id

-- name: save_message_marks
-- Store what one more message changes and nothing else: the hot path of every send.
UPDATE threads SET head = :head, last_customer_seq = :last_customer_seq,
    last_agent_seq = :last_agent_seq, last_agent_id = :last_agent_id,
    last_message_at = :last_message_at, waiting_since = :waiting_since, unindexed = TRUE
WHERE id = :thread

-- name: save_receipts
-- Store how far each side has received and read, and the new head.
UPDATE threads SET head = :head, customer_delivered = :customer_delivered,
    customer_read = :customer_read, agent_delivered = :agent_delivered, agent_read = :agent_read
WHERE id = :thread

-- name: thread_bounds
-- Head and floor of a thread's log.
SELECT head, floor FROM threads WHERE id = :thread

-- name: add_item
-- Append to a thread's log.
INSERT INTO items (thread_id, seq, type, audience, at, author, conversation,
                   client_key, body_key, payload)
VALUES (:thread, :seq, :type, :audience, :at, :author, :conversation,
        :client_key, :body_key, :payload)

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

-- name: item_at
-- One item of a log.
SELECT seq, type, at, payload FROM items WHERE thread_id = :thread AND seq = :seq

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
-- A conversation began.
INSERT INTO conversations (thread_id, number, opened_at, opened_by, opened_team)
VALUES (:thread, :number, :at, :by, :team)

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

-- name: list_mine
-- An agent's own conversations that are not resolved, the longest waiting first.
SELECT {summary_columns} {summary_joins}
WHERE t.assignee_id = :agent AND t.state <> 'resolved'
  AND (COALESCE(t.waiting_since, 9007199254740991), t.id) > (:at, :id)
  AND (EXISTS (SELECT 1 FROM team_members k WHERE k.agent_id = :agent AND k.team_id = t.home_team)
   OR EXISTS (SELECT 1 FROM team_members k WHERE k.agent_id = :agent AND k.team_id = t.serving_team))
ORDER BY COALESCE(t.waiting_since, 9007199254740991), t.id LIMIT :limit

-- name: list_waiting
-- The queue of an agent's teams: customers who wait and whom nobody has taken, longest first.
SELECT {summary_columns} {summary_joins}
WHERE t.state = 'open' AND t.waiting_since IS NOT NULL AND t.assignee_id IS NULL
  AND t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
  AND (t.waiting_since, t.id) > (:at, :id)
ORDER BY t.waiting_since, t.id LIMIT :limit

-- name: list_team
-- Open conversations that an agent's teams serve, whoever has them, the longest waiting first.
SELECT {summary_columns} {summary_joins}
WHERE t.state = 'open'
  AND t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
  AND (COALESCE(t.waiting_since, 9007199254740991), t.id) > (:at, :id)
ORDER BY COALESCE(t.waiting_since, 9007199254740991), t.id LIMIT :limit

-- name: list_snoozed
-- Snoozed conversations of an agent's teams, the next to wake first.
SELECT {summary_columns} {summary_joins}
WHERE t.state = 'snoozed'
  AND t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
  AND (t.snoozed_until, t.id) > (:at, :id)
ORDER BY t.snoozed_until, t.id LIMIT :limit

-- name: list_all
-- Threads that an agent may see and in which something was written, newest message first.
SELECT {summary_columns} {summary_joins}
WHERE t.id IN (
    SELECT id FROM (
        SELECT x.id, x.last_message_at FROM threads x
        JOIN team_members k ON k.team_id = x.home_team AND k.agent_id = :agent
        WHERE (x.last_message_at, x.id) < (:at, :id)
        UNION
        SELECT x.id, x.last_message_at FROM threads x
        JOIN team_members k ON k.team_id = x.serving_team AND k.agent_id = :agent
        WHERE x.serving_why <> 'home' AND (x.last_message_at, x.id) < (:at, :id)
        ORDER BY 2 DESC, 1 DESC LIMIT :limit
    ) AS newest
)
ORDER BY t.last_message_at DESC, t.id DESC

-- name: waiting_by_team
-- How many customers wait, by the team that serves them.
SELECT serving_team, COUNT(*) FROM threads
WHERE state = 'open' AND waiting_since IS NOT NULL GROUP BY serving_team

-- ================================================================================== customers

-- fragment: customer_columns
c.id, c.name, c.region, c.time_zone, c.locale, c.phone, c.attributes, c.claims_iat,
c.signed_out_at, c.written_at, c.erased_at, c.created_at

-- name: get_customer
-- A customer as known.
SELECT {customer_columns} FROM customers c WHERE c.id = :customer

-- name: lock_customer
-- A customer for change.
SELECT {customer_columns} FROM customers c WHERE c.id = :customer FOR UPDATE

-- name: add_customer
-- A customer at first sight, once.
INSERT INTO customers (id, created_at) VALUES (:customer, :at) ON CONFLICT (id) DO NOTHING

-- name: save_profile
-- What a newer token says of a customer.
UPDATE customers SET name = :name, region = :region, time_zone = :time_zone, locale = :locale,
    phone = :phone, attributes = :attributes, claims_iat = :claims_iat
WHERE id = :customer

-- name: note_written
-- The customer's first message: from now on the team's capacity counts this customer.
UPDATE customers SET written_at = :at WHERE id = :customer AND written_at IS NULL

-- name: sign_out_customer
-- Refuse the customer's tokens made before a moment (Unix seconds); never goes back.
UPDATE customers SET signed_out_at = :at WHERE id = :customer AND signed_out_at < :at

-- ================================================================================== devices

-- name: put_device
-- Register a device, or what its app says of it now, with a new fetch token. seen_at moves with
-- every registration, registered_at only with another token or subscription.
INSERT INTO devices (customer_id, device_id, platform, token, subscription, app_id, environment,
                     locale, push_enabled, fetch_hash, registered_at, seen_at)
VALUES (:customer, :device, :platform, :token, :subscription, :app_id, :environment,
        :locale, :push_enabled, :fetch_hash, :at, :at)
ON CONFLICT (customer_id, device_id) DO UPDATE SET
    registered_at = CASE
        WHEN devices.platform = excluded.platform
         AND COALESCE(devices.token, '') = COALESCE(excluded.token, '')
         AND COALESCE(devices.subscription, '') = COALESCE(excluded.subscription, '')
        THEN devices.registered_at ELSE excluded.registered_at END,
    platform = excluded.platform, token = excluded.token, subscription = excluded.subscription,
    app_id = excluded.app_id, environment = excluded.environment, locale = excluded.locale,
    push_enabled = excluded.push_enabled, fetch_hash = excluded.fetch_hash,
    seen_at = excluded.seen_at

-- name: remove_device
-- Forget a device, and its fetch token with it.
DELETE FROM devices WHERE customer_id = :customer AND device_id = :device

-- name: remove_devices
-- Forget every device of a customer.
DELETE FROM devices WHERE customer_id = :customer

-- name: list_devices
-- A customer's devices, in the order they were registered.
SELECT device_id, platform, token, subscription, app_id, environment, locale, push_enabled,
       registered_at, seen_at
FROM devices WHERE customer_id = :customer ORDER BY registered_at, device_id

-- name: find_fetch_token
-- Whose fetch token this is: the customer, its thread and name.
SELECT d.customer_id, t.id, c.name FROM devices d
JOIN customers c ON c.id = d.customer_id
JOIN threads t ON t.customer_id = c.id
WHERE d.fetch_hash = :hash

-- ================================================================================== people

-- fragment: team_columns
t.id, t.key, t.name, t.place, t.photo_url, t.time_zone, t.languages, t.is_default,
t.max_customers, t.customers, t.created_at

-- name: all_teams
-- Every team, in the order they were made.
SELECT {team_columns} FROM teams t ORDER BY t.created_at, t.id

-- name: get_team
-- A team by id.
SELECT {team_columns} FROM teams t WHERE t.id = :team

-- name: lock_teams
-- Every team for change: the next one waits, and reads what this one has left. Rows that point to
-- a team may be written all the while (NO KEY), else whoever sends would wait in a ring.
SELECT t.id FROM teams t ORDER BY t.id FOR NO KEY UPDATE

-- name: find_team
-- A team by key.
SELECT {team_columns} FROM teams t WHERE t.key = :key

-- name: add_team
-- A new team.
INSERT INTO teams (id, key, name, place, photo_url, time_zone, languages, is_default,
                   max_customers, created_at)
VALUES (:team, :key, :name, :place, :photo_url, :time_zone, :languages, :is_default,
        :max_customers, :at)

-- name: save_team
-- A team's changed data. Its key stays for ever.
UPDATE teams SET name = :name, place = :place, photo_url = :photo_url, time_zone = :time_zone,
    languages = :languages, is_default = :is_default, max_customers = :max_customers
WHERE id = :team

-- name: clear_default_team
-- Make room for another default team.
UPDATE teams SET is_default = FALSE WHERE is_default

-- name: count_customer
-- Count one more, or one fewer, customer of a team who has written.
UPDATE teams SET customers = customers + :change WHERE id = :team

-- name: all_regions
-- Every team's markets.
SELECT team_id, region FROM team_regions ORDER BY team_id, region

-- name: clear_regions
-- Forget a team's markets, before they are set anew.
DELETE FROM team_regions WHERE team_id = :team

-- name: add_region
-- One market of a team.
INSERT INTO team_regions (team_id, region) VALUES (:team, :region) ON CONFLICT DO NOTHING

-- name: member_counts
-- Active people by team.
SELECT m.team_id, COUNT(*) FROM team_members m JOIN agents a ON a.id = m.agent_id
WHERE a.disabled_at IS NULL AND NOT a.is_stand_in GROUP BY m.team_id

-- fragment: agent_columns
a.id, a.name, a.sign_in, a.role, a.photo_url, a.line, a.on_duty, a.is_stand_in, a.disabled_at,
a.created_at

-- name: all_agents
-- Every agent, in the order they were made.
SELECT {agent_columns} FROM agents a ORDER BY a.created_at, a.id

-- name: get_agent
-- An agent by id.
SELECT {agent_columns} FROM agents a WHERE a.id = :agent

-- name: lock_agent
-- An agent for change.
SELECT a.id FROM agents a WHERE a.id = :agent FOR NO KEY UPDATE

-- name: find_agent
-- An agent by folded sign-in name.
SELECT {agent_columns} FROM agents a WHERE a.sign_in = :sign_in

-- name: agent_password
-- The id and password hash of an agent who may sign in.
SELECT a.id, a.password_hash FROM agents a
WHERE a.sign_in = :sign_in AND a.disabled_at IS NULL AND NOT a.is_stand_in

-- name: add_agent
-- A new agent.
INSERT INTO agents (id, name, sign_in, role, photo_url, line, password_hash, is_stand_in, created_at)
VALUES (:agent, :name, :sign_in, :role, :photo_url, :line, :password_hash, :is_stand_in, :at)

-- name: save_agent
-- An agent's changed data.
UPDATE agents SET name = :name, sign_in = :sign_in, role = :role, photo_url = :photo_url,
    line = :line, disabled_at = :disabled_at
WHERE id = :agent

-- name: set_password
-- Replace an agent's password hash.
UPDATE agents SET password_hash = :password_hash WHERE id = :agent

-- name: renew_password
-- Keep the password by which an agent signs in, as it is or under a stronger hash; nothing where it
-- was changed, or the agent disabled, since it was read.
UPDATE agents SET password_hash = :renewed
WHERE id = :agent AND password_hash = :known AND disabled_at IS NULL

-- name: set_duty
-- On duty or off, by the agent's own choice.
UPDATE agents SET on_duty = :on_duty WHERE id = :agent

-- name: team_members
-- The agents of a team.
SELECT {agent_columns} FROM team_members m JOIN agents a ON a.id = m.agent_id
WHERE m.team_id = :team ORDER BY a.name, a.id

-- name: memberships
-- The teams of an agent.
SELECT {team_columns} FROM team_members m JOIN teams t ON t.id = m.team_id
WHERE m.agent_id = :agent ORDER BY t.id

-- name: all_memberships
-- Who belongs where.
SELECT m.agent_id, m.team_id FROM team_members m ORDER BY m.agent_id, m.team_id

-- name: add_membership
-- Make an agent a member of a team.
INSERT INTO team_members (team_id, agent_id) VALUES (:team, :agent) ON CONFLICT DO NOTHING

-- name: clear_memberships
-- Forget an agent's teams, before they are set anew.
DELETE FROM team_members WHERE agent_id = :agent

-- name: add_credential
-- A token or session, by its hash.
INSERT INTO credentials (id, agent_id, kind, hash, label, created_at, expires_at)
VALUES (:id, :agent, :kind, :hash, :label, :at, :expires_at)

-- name: find_credential
-- Whose token or session this is, while it stands and its agent is active.
SELECT r.id, r.kind, r.expires_at, {agent_columns}
FROM credentials r JOIN agents a ON a.id = r.agent_id
WHERE r.hash = :hash AND r.revoked_at IS NULL AND a.disabled_at IS NULL AND NOT a.is_stand_in

-- name: find_credential_by_id
-- The same by the credential's id, to look again at who was let in.
SELECT r.id, r.kind, r.expires_at, {agent_columns}
FROM credentials r JOIN agents a ON a.id = r.agent_id
WHERE r.id = :id AND r.revoked_at IS NULL AND a.disabled_at IS NULL AND NOT a.is_stand_in

-- name: list_credentials
-- An agent's tokens and sessions, newest first. Never their hashes.
SELECT r.id, r.agent_id, r.kind, r.label, r.created_at, r.expires_at, r.revoked_at
FROM credentials r WHERE r.agent_id = :agent ORDER BY r.created_at DESC, r.id DESC

-- name: revoke_credential
-- End a token or session.
UPDATE credentials SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL

-- name: revoke_hash
-- End a token or session by its hash.
UPDATE credentials SET revoked_at = :at WHERE hash = :hash AND revoked_at IS NULL

-- name: revoke_all
-- End every token and session of an agent.
UPDATE credentials SET revoked_at = :at WHERE agent_id = :agent AND revoked_at IS NULL

-- ================================================================================== outbox

-- name: add_job
-- Write a delivery job; one of its kind and subject.
INSERT INTO outbox (id, kind, subject, payload, not_before, expires_at, created_at)
VALUES (:id, :kind, :subject, :payload, :not_before, :expires_at, :at)
ON CONFLICT (kind, subject) DO NOTHING

-- name: claim_jobs
-- Lease waiting jobs of one kind. The condition stands in the outer WHERE too: without that,
-- PostgreSQL workers that chose the same rows at the same moment would claim them twice.
UPDATE outbox SET state = 1, lease_by = :worker, lease_until = :lease_until,
    attempts = attempts + 1
WHERE id IN (
    SELECT id FROM outbox WHERE kind = :kind AND state = 0 AND not_before <= :now
    ORDER BY not_before, id LIMIT :limit
) AND state = 0 AND not_before <= :now
RETURNING id, subject, payload, attempts, expires_at

-- name: finish_job
-- End a job: done (2) or failed (3). Only its holder can: a worker past its lease changes nothing.
UPDATE outbox SET state = :state, done_at = :now, lease_by = NULL, lease_until = NULL
WHERE id = :id AND state = 1 AND lease_by = :worker

-- name: postpone_job
-- Give a job back for a later try. Only its holder can.
UPDATE outbox SET state = 0, not_before = :not_before, lease_by = NULL, lease_until = NULL
WHERE id = :id AND state = 1 AND lease_by = :worker

-- name: return_lapsed_jobs
-- Give back what a dead worker held.
UPDATE outbox SET state = 0, lease_by = NULL, lease_until = NULL
WHERE state = 1 AND lease_until < :now

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
  AND (CAST(:thread AS TEXT) IS NULL OR thread_id = :thread)
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

-- name: unindexed_threads
-- Threads whose log has something that search may not know yet.
SELECT id FROM threads WHERE unindexed ORDER BY id LIMIT :limit

-- name: indexed_upto
-- The last place of a thread that search knows, and whether it knows the customer by this name.
SELECT COALESCE(MAX(seq), 0), COALESCE(MAX(CASE WHEN id = :name_place THEN 1 ELSE 0 END), 0)
FROM search WHERE thread_id = :thread

-- name: texts_after
-- Messages and notes of a thread after a place, oldest first.
SELECT seq, type, at, payload FROM items
WHERE thread_id = :thread AND seq > :after AND type IN ('message', 'note')
ORDER BY seq LIMIT :limit

-- name: mark_indexed
-- Search knows all of this thread.
UPDATE threads SET unindexed = FALSE WHERE id = :thread

-- ================================================================================== erasing

-- name: forget_customer
-- Null a profile, and refuse the tokens made before a moment (Unix seconds).
UPDATE customers SET name = NULL, region = NULL, time_zone = NULL, locale = NULL, phone = NULL,
    attributes = '{}', written_at = NULL, erased_at = :at,
    signed_out_at = CASE WHEN signed_out_at > :signed_out THEN signed_out_at ELSE :signed_out END
WHERE id = :customer

-- name: erase_items
-- Leave `erased` in the place of a thread's items up to :last. The key of client_id stays, so that
-- a repeated send is known for ever; when it was sent stays too.
UPDATE items SET type = 'erased', payload = '{}', body_key = NULL
WHERE thread_id = :thread AND seq > :after AND seq <= :last AND type <> 'erased'

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
    WHERE i.thread_id = p.id AND i.type IN ('message', 'note') AND i.at < :before
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
WHERE thread_id = :thread AND type IN ('message', 'note') AND at < :before
  AND conversation < :open_from
ORDER BY seq LIMIT :limit

-- ================================================================================== export

-- name: conversations_of
-- A thread's conversations, in order.
SELECT number, opened_at, opened_by, opened_team, first_response_at, first_response_by,
       first_response_team, resolved_at, resolved_by, resolved_team, reopened, bounces
FROM conversations WHERE thread_id = :thread ORDER BY number
