-- Customers, their devices, teams, agents, and what they sign in with.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- ================================================================================== customers

-- fragment: customer_columns
c.id, c.name, c.region, c.time_zone, c.locale, c.phone, c.attributes, c.claims_iat,
c.signed_out_at, c.written_at, c.erased_at, c.created_at, c.quiet

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

-- name: save_quiet
-- The quiet hours that a customer has chosen, or none.
UPDATE customers SET quiet = :quiet WHERE id = :customer

-- name: sign_out_customer
-- Refuse the customer's tokens made before a moment (Unix seconds); never goes back.
UPDATE customers SET signed_out_at = :at WHERE id = :customer AND signed_out_at < :at

-- ================================================================================== devices

-- name: put_device
-- Register a device, or what its app says of it now, with a new fetch token. seen_at moves with
-- every registration, registered_at only with another address or other keys. A new address owes
-- nothing to what a provider said of the old one.
INSERT INTO devices (customer_id, device_id, platform, token, subscription, app_id, environment,
                     locale, push_enabled, fetch_hash, registered_at, seen_at, address)
VALUES (:customer, :device, :platform, :token, :subscription, :app_id, :environment,
        :locale, :push_enabled, :fetch_hash, :at, :at, :address)
ON CONFLICT (customer_id, device_id) DO UPDATE SET
    registered_at = CASE
        WHEN COALESCE(devices.address, '') = excluded.address
         AND COALESCE(devices.subscription, '') = COALESCE(excluded.subscription, '')
        THEN devices.registered_at ELSE excluded.registered_at END,
    push_after = CASE WHEN devices.address = excluded.address THEN devices.push_after ELSE 0 END,
    platform = excluded.platform, token = excluded.token, subscription = excluded.subscription,
    app_id = excluded.app_id, environment = excluded.environment, locale = excluded.locale,
    push_enabled = excluded.push_enabled, fetch_hash = excluded.fetch_hash,
    seen_at = excluded.seen_at, address = excluded.address

-- name: take_address
-- Whoever registers an address has it from now on: take it from any other device.
DELETE FROM devices
WHERE address = :address AND NOT (customer_id = :customer AND device_id = :device)

-- name: revive_address
-- An address that is registered again is not dead.
DELETE FROM dead_addresses WHERE address = :address

-- name: make_reachable
-- From now on something may ring on a device of this customer.
UPDATE threads SET reachable = TRUE WHERE id = :thread AND NOT reachable

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
-- Every team with its hours, its line of a day and its rules, in the order they were made.
SELECT {team_columns}, h.weekly, h.days, l.line, l.date, r.rules
FROM teams t
LEFT JOIN team_hours h ON h.team_id = t.id
LEFT JOIN team_lines l ON l.team_id = t.id
LEFT JOIN team_rules r ON r.team_id = t.id
ORDER BY t.created_at, t.id

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

-- name: save_page
-- The head of a team's page.
UPDATE teams SET place = :place, photo_url = :photo_url WHERE id = :team

-- name: put_hours
-- When a team is there: its ordinary week, and the dates on which something else holds.
INSERT INTO team_hours (team_id, weekly, days) VALUES (:team, :weekly, :days)
ON CONFLICT (team_id) DO UPDATE SET weekly = excluded.weekly, days = excluded.days

-- name: drop_hours
-- Let a team always be there.
DELETE FROM team_hours WHERE team_id = :team

-- name: put_rules
-- How a team works.
INSERT INTO team_rules (team_id, rules) VALUES (:team, :rules)
ON CONFLICT (team_id) DO UPDATE SET rules = excluded.rules

-- name: put_line
-- What a team says of a day.
INSERT INTO team_lines (team_id, line, date) VALUES (:team, :line, :date)
ON CONFLICT (team_id) DO UPDATE SET line = excluded.line, date = excluded.date

-- name: drop_line
-- Let a team say nothing of the day.
DELETE FROM team_lines WHERE team_id = :team

-- name: list_canned
-- Every canned response, the shared ones first.
SELECT id, team_id, shortcut, title, body, changed_at FROM canned
ORDER BY COALESCE(team_id, ''), shortcut

-- name: get_canned
-- One canned response.
SELECT id, team_id, shortcut, title, body, changed_at FROM canned WHERE id = :id

-- name: put_canned
-- Keep a canned response, in place of the one with this shortcut in the same team.
INSERT INTO canned (id, team_id, shortcut, title, body, changed_at)
VALUES (:id, :team, :shortcut, :title, :body, :at)
ON CONFLICT (COALESCE(team_id, ''), shortcut) DO UPDATE SET
    title = excluded.title, body = excluded.body, changed_at = excluded.changed_at
RETURNING id, team_id, shortcut, title, body, changed_at

-- name: drop_canned
-- Forget a canned response.
DELETE FROM canned WHERE id = :id

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

-- name: save_face
-- What customers see of an agent.
UPDATE agents SET photo_url = :photo_url, line = :line WHERE id = :agent

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
