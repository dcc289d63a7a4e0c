-- Pinbox: the whole present truth, loaded unchanged on SQLite and PostgreSQL.
--
-- Ids are UUIDv7 in lower-case text unless said otherwise. Times are Unix milliseconds (BIGINT).
-- JSON stands in TEXT. No triggers, no autoincrement, no BLOB, no arrays: what both engines share.
-- Locks are taken thread first, then streams by ascending id.

-- What this database is: schema and compatibility numbers, epoch, marks of background jobs.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- A dense counter per stream: 'team:<id>', and 'registry', which moves when people, teams, tokens
-- or sign-outs change. Items floor+1..head exist. (A thread's counter stands in its own row.)
CREATE TABLE streams (
    id    TEXT PRIMARY KEY,
    head  BIGINT NOT NULL DEFAULT 0,
    floor BIGINT NOT NULL DEFAULT 0,
    CHECK (floor <= head)
);
INSERT INTO streams (id) VALUES ('registry');

-- ---------------------------------------------------------------------------------- people

CREATE TABLE teams (
    id            TEXT PRIMARY KEY,
    key           TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    place         TEXT,
    photo_url     TEXT,
    time_zone     TEXT NOT NULL,
    languages     TEXT NOT NULL DEFAULT '[]',
    is_default    BOOLEAN NOT NULL DEFAULT FALSE,
    max_customers BIGINT,
    customers     BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL
);
-- At most one default team.
CREATE UNIQUE INDEX teams_default ON teams (is_default) WHERE is_default;

-- The markets of a team: ISO 3166-2 or longer ('US-WA', 'US-WA-SEA'). The longest prefix wins.
CREATE TABLE team_regions (
    team_id TEXT NOT NULL REFERENCES teams (id),
    region  TEXT NOT NULL,
    PRIMARY KEY (team_id, region)
);

-- When a team is there, as JSON: the periods of an ordinary week, and the dates on which something
-- else holds. A team without a row is always there.
CREATE TABLE team_hours (
    team_id TEXT PRIMARY KEY REFERENCES teams (id),
    weekly  TEXT NOT NULL,
    days    TEXT NOT NULL
);

-- How a team works, as JSON: what it has set otherwise than the defaults.
CREATE TABLE team_rules (
    team_id TEXT PRIMARY KEY REFERENCES teams (id),
    rules   TEXT NOT NULL
);

CREATE TABLE agents (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    sign_in       TEXT UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('agent', 'lead', 'admin')),
    photo_url     TEXT,
    line          TEXT,
    password_hash TEXT,
    on_duty       BOOLEAN NOT NULL DEFAULT FALSE,
    is_stand_in   BOOLEAN NOT NULL DEFAULT FALSE,
    disabled_at   BIGINT,
    created_at    BIGINT NOT NULL,
    -- when a conversation was handed to them last
    handed_at     BIGINT
);

CREATE TABLE team_members (
    team_id  TEXT NOT NULL REFERENCES teams (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    PRIMARY KEY (team_id, agent_id)
);
CREATE INDEX team_members_agent ON team_members (agent_id);

-- Agents who are on duty (since when), were seen last by any node, and go home with their shift.
-- left_at: off duty, or out of a team, since then, and what they had is yet to be looked through.
CREATE TABLE duty (
    agent_id TEXT PRIMARY KEY REFERENCES agents (id),
    on_since BIGINT,
    seen_at  BIGINT NOT NULL,
    ends_at  BIGINT,
    left_at  BIGINT
);

-- When an agent is at work in an ordinary week, as JSON, by the clock of a zone of their own.
CREATE TABLE agent_shifts (
    agent_id  TEXT PRIMARY KEY REFERENCES agents (id),
    time_zone TEXT NOT NULL,
    weekly    TEXT NOT NULL
);

-- What a team says of a day, as 'Bo and Mia are in until six', and of which: its own date.
CREATE TABLE team_lines (
    team_id TEXT PRIMARY KEY REFERENCES teams (id),
    line    TEXT NOT NULL,
    date    TEXT NOT NULL
);

-- What a team says to its customers until it is taken back: the notice on its page.
CREATE TABLE team_notices (
    team_id TEXT PRIMARY KEY REFERENCES teams (id),
    notice  TEXT NOT NULL,
    since   BIGINT NOT NULL
);

-- Storm mode: while it lasts, new conversations of a team spill over to others. plan (JSON): their
-- shares of a hundred, and by how much promises widen. swept: what was spilled has been called back.
CREATE TABLE storms (
    id       TEXT PRIMARY KEY,
    team_id  TEXT NOT NULL REFERENCES teams (id),
    began_at BIGINT NOT NULL,
    began_by TEXT NOT NULL,
    until    BIGINT NOT NULL,
    plan     TEXT NOT NULL,
    notice   TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    swept    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX storms_running ON storms (team_id) WHERE ended_at IS NULL;
CREATE INDEX storms_unswept ON storms (until) WHERE NOT swept;

-- Canned responses: a team's own, or with no team everybody's. The shortcut is the key there.
CREATE TABLE canned (
    id         TEXT PRIMARY KEY,
    team_id    TEXT REFERENCES teams (id),
    shortcut   TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_shortcut ON canned (COALESCE(team_id, ''), shortcut);

-- What an agent signs in with: personal tokens ('token') and browser sessions ('session'). Only a
-- hash is kept; the token itself is shown once.
CREATE TABLE credentials (
    id         TEXT PRIMARY KEY,
    agent_id   TEXT NOT NULL REFERENCES agents (id),
    kind       TEXT NOT NULL CHECK (kind IN ('token', 'session')),
    hash       TEXT NOT NULL UNIQUE,
    label      TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX credentials_agent ON credentials (agent_id);

-- Keyed by the subject of the company's tokens (1 to 128 characters).
-- claims_iat: the newest token whose claims were taken. signed_out_at: tokens made earlier (Unix
-- seconds, both) are refused. written_at: the first message; a team's capacity counts from it.
CREATE TABLE customers (
    id            TEXT PRIMARY KEY,
    name          TEXT,
    region        TEXT,
    time_zone     TEXT,
    locale        TEXT,
    phone         TEXT,
    attributes    TEXT NOT NULL DEFAULT '{}',
    claims_iat    BIGINT NOT NULL DEFAULT 0,
    signed_out_at BIGINT NOT NULL DEFAULT 0,
    written_at    BIGINT,
    erased_at     BIGINT,
    created_at    BIGINT NOT NULL,
    -- the customer's own quiet hours as JSON; none: those of the settings
    quiet         TEXT
);

-- A customer's device, as its app registered it: the provider's token or Web Push subscription
-- (JSON), and the hash of the fetch token by which its extension may read and acknowledge.
-- address: a hash of platform, app, environment and token; whoever registers it last has it.
-- badge_at: for when it was last given a badge alone. push_after: so long the provider wants to be
-- left alone.
CREATE TABLE devices (
    customer_id   TEXT NOT NULL REFERENCES customers (id),
    device_id     TEXT NOT NULL,
    platform      TEXT NOT NULL CHECK (platform IN ('apns', 'fcm', 'webpush')),
    token         TEXT,
    subscription  TEXT,
    app_id        TEXT,
    environment   TEXT,
    locale        TEXT,
    push_enabled  BOOLEAN NOT NULL,
    fetch_hash    TEXT NOT NULL UNIQUE,
    registered_at BIGINT NOT NULL,
    seen_at       BIGINT NOT NULL,
    address       TEXT,
    badge_at      BIGINT NOT NULL DEFAULT 0,
    push_after    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, device_id)
);
CREATE UNIQUE INDEX devices_address ON devices (address);

-- Addresses that a provider has called dead, for a while, by their hash.
CREATE TABLE dead_addresses (
    address    TEXT PRIMARY KEY,
    platform   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    removed_at BIGINT NOT NULL
);
CREATE INDEX dead_addresses_removed ON dead_addresses (removed_at);

-- ---------------------------------------------------------------------------------- threads

-- One lifelong line per customer, its pin, the live state of its newest conversation, and the
-- counter of its log. conversation = 0 and state IS NULL: none has begun yet.
CREATE TABLE threads (
    id                 TEXT PRIMARY KEY,
    customer_id        TEXT NOT NULL UNIQUE REFERENCES customers (id),
    created_at         BIGINT NOT NULL,
    head               BIGINT NOT NULL DEFAULT 0,
    floor              BIGINT NOT NULL DEFAULT 0,
    -- the pin: home team, the reason of the choice in words, whether a region decided it
    home_team          TEXT NOT NULL REFERENCES teams (id),
    pin_reason         TEXT NOT NULL,
    pin_by_region      BOOLEAN NOT NULL,
    pinned_at          BIGINT NOT NULL,
    -- the team that holds the open conversation
    serving_team       TEXT NOT NULL REFERENCES teams (id),
    serving_why        TEXT NOT NULL CHECK (serving_why IN ('home', 'cover', 'bounce', 'general')),
    serving_until      BIGINT,
    -- the newest conversation
    conversation       BIGINT NOT NULL DEFAULT 0,
    state              TEXT CHECK (state IN ('open', 'snoozed', 'resolved')),
    assignee_id        TEXT REFERENCES agents (id),
    snoozed_until      BIGINT,
    resolved_at        BIGINT,
    waiting_since      BIGINT,
    -- marks in the log
    last_customer_seq  BIGINT NOT NULL DEFAULT 0,
    last_agent_seq     BIGINT NOT NULL DEFAULT 0,
    last_agent_id      TEXT REFERENCES agents (id),
    last_message_at    BIGINT,
    customer_delivered BIGINT NOT NULL DEFAULT 0,
    customer_read      BIGINT NOT NULL DEFAULT 0,
    agent_delivered    BIGINT NOT NULL DEFAULT 0,
    agent_read         BIGINT NOT NULL DEFAULT 0,
    -- the log has items that the search index does not know yet
    unindexed          BOOLEAN NOT NULL DEFAULT FALSE,
    -- pushes: how far an app in front has acknowledged; whether a device may take any; the first
    -- message that was not brought to the devices yet (0: the unread count alone has changed);
    -- whether devices may show a badge; on which device it was read, which needs to be told nothing
    customer_seen      BIGINT NOT NULL DEFAULT 0,
    reachable          BOOLEAN NOT NULL DEFAULT FALSE,
    rings_from         BIGINT,
    badged             BOOLEAN NOT NULL DEFAULT FALSE,
    read_on            TEXT,
    -- while the customer waits: what they were told (JSON; none: nothing), and
    -- where that places them in the lists: its time, or where nothing was told since when they wait
    promise            TEXT,
    due_at             BIGINT,
    -- how the customer wants to be cared for; and, while the home team is closed, whether they are
    -- asked to wait or be answered by others, or what they said, which holds until then
    care               TEXT NOT NULL DEFAULT 'team'
                       CHECK (care IN ('team', 'general', 'self_service')),
    choice             TEXT CHECK (choice IN ('open', 'wait', 'now', 'home')),
    choice_until       BIGINT,
    -- inside the team: when it goes back to the queue unless answered, and who gave it up in this
    -- wait and is not handed it again
    take_back_at       BIGINT,
    left_by            TEXT REFERENCES agents (id),
    CHECK (floor <= head),
    CHECK (customer_read <= customer_delivered AND customer_delivered <= head),
    CHECK (agent_read <= agent_delivered AND agent_delivered <= head),
    CHECK ((conversation = 0) = (state IS NULL))
);
CREATE INDEX threads_home ON threads (home_team, last_message_at, id);
CREATE INDEX threads_serving ON threads (serving_team, last_message_at, id)
    WHERE serving_why <> 'home';
CREATE INDEX threads_open ON threads (serving_team, due_at, id, waiting_since, assignee_id, state)
    WHERE state = 'open';
CREATE INDEX threads_assignee ON threads (assignee_id, due_at, id, state)
    WHERE assignee_id IS NOT NULL AND state <> 'resolved';
CREATE INDEX threads_take_back ON threads (take_back_at) WHERE take_back_at IS NOT NULL;
CREATE INDEX threads_snoozed ON threads (snoozed_until, due_at) WHERE state = 'snoozed';
CREATE INDEX threads_unindexed ON threads (id) WHERE unindexed;
CREATE INDEX threads_ringing ON threads (id) WHERE rings_from IS NOT NULL;

-- The log: every message, note and change takes the next number of its thread in the transaction
-- that stores it. payload is the wire member as the desk sees it; a customer sees a filtered view
-- of items with audience 'all'. client_key and body_key are keyed hashes by which a repeated send
-- is known for ever, also after the item was erased.
CREATE TABLE items (
    thread_id    TEXT NOT NULL REFERENCES threads (id),
    seq          BIGINT NOT NULL,
    type         TEXT NOT NULL,
    audience     TEXT NOT NULL CHECK (audience IN ('all', 'desk')),
    at           BIGINT NOT NULL,
    author       TEXT CHECK (author IN ('customer', 'agent', 'system')),
    conversation BIGINT NOT NULL,
    client_key   TEXT,
    body_key     TEXT,
    payload      TEXT NOT NULL,
    -- of a message, for reports: the team that held the thread then; it outlives the text
    team_id      TEXT,
    PRIMARY KEY (thread_id, seq)
);
CREATE UNIQUE INDEX items_client ON items (thread_id, client_key) WHERE client_key IS NOT NULL;
CREATE INDEX items_said ON items (at) WHERE team_id IS NOT NULL;

-- A team's stream: points to thread items ('item'), and marks when the team begins ('entered',
-- payload: the thread's summary then) and ceases ('left') to serve a thread.
CREATE TABLE team_items (
    team_id    TEXT NOT NULL REFERENCES teams (id),
    seq        BIGINT NOT NULL,
    type       TEXT NOT NULL CHECK (type IN ('item', 'entered', 'left')),
    at         BIGINT NOT NULL,
    thread_id  TEXT NOT NULL REFERENCES threads (id),
    thread_seq BIGINT NOT NULL,
    payload    TEXT,
    PRIMARY KEY (team_id, seq)
);
CREATE INDEX team_items_marks ON team_items (thread_id) WHERE type <> 'item';

-- One row per matter, for history and reports: who opened it, who answered first and for which
-- team, how it ended, how it was rated.
CREATE TABLE conversations (
    thread_id           TEXT NOT NULL REFERENCES threads (id),
    number              BIGINT NOT NULL,
    opened_at           BIGINT NOT NULL,
    opened_by           TEXT NOT NULL CHECK (opened_by IN ('customer', 'agent')),
    opened_team         TEXT NOT NULL REFERENCES teams (id),
    first_response_at   BIGINT,
    first_response_by   TEXT REFERENCES agents (id),
    first_response_team TEXT REFERENCES teams (id),
    resolved_at         BIGINT,
    resolved_by         TEXT REFERENCES agents (id),
    resolved_team       TEXT REFERENCES teams (id),
    reopened            BIGINT NOT NULL DEFAULT 0,
    bounces             BIGINT NOT NULL DEFAULT 0,
    -- what the customer thought of it, and where in the log that (with the comment) was said
    rating              BIGINT CHECK (rating BETWEEN 1 AND 5),
    rated_at            BIGINT,
    rated_seq           BIGINT,
    -- the customer's region when it began, and the team that had resolved what was rated
    market              TEXT,
    rated_team          TEXT,
    PRIMARY KEY (thread_id, number)
);
CREATE INDEX conversations_opened ON conversations (opened_at, thread_id, number);
CREATE INDEX conversations_rated ON conversations (rated_at, thread_id, number)
    WHERE rating IS NOT NULL;

-- What happened to conversations, for reports; rows are added and never changed, so that a past week's
-- figures stay. Each is credited to who held the thread then: team_id served it (of a reopening: had
-- resolved it; of a bounce: gave it away), home_team had the pin, serving_why says how they differ.
-- seq is where in the log the act began, since when the customer waited ('answered') or the
-- conversation began; business_ms is how much of a wait lay in the hours of the team that answered.
CREATE TABLE milestones (
    thread_id    TEXT NOT NULL REFERENCES threads (id),
    seq          BIGINT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('answered', 'resolved', 'reopened', 'bounced')),
    at           BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    team_id      TEXT NOT NULL,
    home_team    TEXT NOT NULL,
    serving_why  TEXT NOT NULL,
    market       TEXT,
    since        BIGINT NOT NULL,
    business_ms  BIGINT,
    is_first     BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (thread_id, seq, kind)
);
CREATE INDEX milestones_at ON milestones (at);

-- Leases by which another team serves a conversation, one row each: where it was (back_*), who
-- covers, since when and until when. kept_id had the conversation before. due_at: when the timer
-- looks at it next. A lease that runs has no ended_at, and its thread has serving_why = 'cover'.
CREATE TABLE covers (
    id           TEXT PRIMARY KEY,
    thread_id    TEXT NOT NULL REFERENCES threads (id),
    conversation BIGINT NOT NULL,
    back_team    TEXT NOT NULL REFERENCES teams (id),
    back_why     TEXT NOT NULL CHECK (back_why IN ('home', 'bounce', 'general')),
    to_team      TEXT NOT NULL REFERENCES teams (id),
    why          TEXT NOT NULL CHECK (why IN ('policy', 'choice', 'urgent', 'storm', 'hand')),
    storm_id     TEXT,
    kept_id      TEXT REFERENCES agents (id),
    began_at     BIGINT NOT NULL,
    began_by     TEXT REFERENCES agents (id),
    reason       TEXT,
    ends_at      BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    note         TEXT,
    ended_at     BIGINT,
    ended_by     TEXT REFERENCES agents (id),
    ended_why    TEXT CHECK (ended_why IN
                     ('time', 'hand', 'resolved', 'bounce', 'care', 'pin', 'moved')),
    CHECK ((ended_at IS NULL) = (ended_why IS NULL))
);
CREATE UNIQUE INDEX covers_running ON covers (thread_id) WHERE ended_at IS NULL;
CREATE INDEX covers_due ON covers (due_at, thread_id) WHERE ended_at IS NULL;
CREATE INDEX covers_storm ON covers (storm_id, id) WHERE ended_at IS NULL AND storm_id IS NOT NULL;
CREATE INDEX covers_teams ON covers (back_team, to_team, ended_at) WHERE ended_at IS NULL;
CREATE INDEX covers_thread ON covers (thread_id, began_at);
CREATE INDEX covers_over ON covers (ended_at) WHERE ended_at IS NOT NULL;

-- How far each agent has read a thread; unread counts stand on it.
CREATE TABLE agent_reads (
    agent_id  TEXT NOT NULL REFERENCES agents (id),
    thread_id TEXT NOT NULL REFERENCES threads (id),
    upto      BIGINT NOT NULL,
    PRIMARY KEY (agent_id, thread_id)
);

-- What was measured of a team, and what became of its promises, by kind and by day (a number that
-- grows by one, by the team's calendar). first, next: waits that were answered, by the hour of the
-- team's week (0 to 167) from which they count and the bucket of their business time. kept, broken,
-- void: promises that were settled; hour and bucket are 0.
CREATE TABLE promise_counts (
    team_id TEXT NOT NULL REFERENCES teams (id),
    kind    TEXT NOT NULL CHECK (kind IN ('first', 'next', 'kept', 'broken', 'void')),
    hour    BIGINT NOT NULL,
    day     BIGINT NOT NULL,
    bucket  BIGINT NOT NULL,
    count   BIGINT NOT NULL,
    PRIMARY KEY (team_id, kind, hour, day, bucket)
);
CREATE INDEX promise_counts_day ON promise_counts (day);

-- The ledger of promises: what a customer was told after the message `seq`, by which team, and what
-- became of it. What stands still has no row: the thread's own holds it.
CREATE TABLE promises (
    thread_id    TEXT NOT NULL REFERENCES threads (id),
    seq          BIGINT NOT NULL,
    conversation BIGINT NOT NULL,
    team_id      TEXT NOT NULL REFERENCES teams (id),
    kind         TEXT NOT NULL CHECK (kind IN ('measured', 'target')),
    basis        TEXT NOT NULL CHECK (basis IN ('first', 'next')),
    minutes      BIGINT NOT NULL,
    samples      BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('kept', 'broken', 'void')),
    settled_at   BIGINT NOT NULL,
    PRIMARY KEY (settled_at, thread_id, seq)
);

-- A call that a customer wants from the team (home then, or since): due from due_at to ends_at, where
-- the first plan ended at planned_end. remind_at: when the customer is to be reminded, none where
-- that is done or of no use. agent_id: who has taken it. seq: the newest place in the log that tells
-- of it.
CREATE TABLE callbacks (
    id               TEXT PRIMARY KEY,
    thread_id        TEXT NOT NULL REFERENCES threads (id),
    team_id          TEXT NOT NULL REFERENCES teams (id),
    state            TEXT NOT NULL
        CHECK (state IN ('booked', 'due', 'done', 'missed', 'canceled')),
    due_at           BIGINT NOT NULL,
    ends_at          BIGINT NOT NULL,
    planned_end      BIGINT NOT NULL,
    phone            TEXT NOT NULL,
    topic            TEXT NOT NULL,
    any_hour         BOOLEAN NOT NULL,
    attempts         BIGINT NOT NULL DEFAULT 0,
    agent_id         TEXT REFERENCES agents (id),
    first_attempt_at BIGINT,
    settled_at       BIGINT,
    remind_at        BIGINT,
    seq              BIGINT NOT NULL,
    client_key       TEXT NOT NULL,
    body_key         TEXT NOT NULL,
    created_at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX callbacks_client ON callbacks (thread_id, client_key);
-- At most one that is not over.
CREATE UNIQUE INDEX callbacks_of ON callbacks (thread_id) WHERE settled_at IS NULL;
CREATE INDEX callbacks_open ON callbacks (team_id, due_at, id) WHERE settled_at IS NULL;
CREATE INDEX callbacks_booked ON callbacks (due_at) WHERE state = 'booked';
CREATE INDEX callbacks_to_remind ON callbacks (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX callbacks_settled ON callbacks (team_id, settled_at, id) WHERE settled_at IS NOT NULL;
CREATE INDEX callbacks_over ON callbacks (settled_at, id) WHERE settled_at IS NOT NULL;

-- Files that people sent in. state: 0 comes in, 1 is there, 2 goes. due_at: when it is to be taken
-- away: what comes in or was not sent soon, what goes at once, what a message or a photo holds never.
-- thread_id, seq: the message that it was sent with, once.
CREATE TABLE uploads (
    id          TEXT PRIMARY KEY,
    by_kind     TEXT NOT NULL CHECK (by_kind IN ('customer', 'agent')),
    by_id       TEXT NOT NULL,
    state       BIGINT NOT NULL CHECK (state IN (0, 1, 2)),
    name        TEXT NOT NULL,
    type        TEXT NOT NULL,
    size        BIGINT NOT NULL,
    width       BIGINT,
    height      BIGINT,
    small_type  TEXT,
    created_at  BIGINT NOT NULL,
    due_at      BIGINT,
    thread_id   TEXT REFERENCES threads (id),
    seq         BIGINT,
    is_photo    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX uploads_due ON uploads (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX uploads_thread ON uploads (thread_id, seq) WHERE thread_id IS NOT NULL;
CREATE INDEX uploads_by ON uploads (by_kind, by_id, created_at);

-- ---------------------------------------------------------------------------------- behind

-- Delivery jobs, written in the transaction of what they tell about, claimed under a fenced lease.
-- subject makes a job unique of its kind. state: 0 waits, 1 is leased, 2 is done, 3 has failed.
-- A webhook's jobs ('webhook:<id>') have their event's id as subject, and remember the thread that is
-- told of, what the endpoint answered last (a status), and why that was no success.
CREATE TABLE outbox (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    payload     TEXT NOT NULL,
    state       BIGINT NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2, 3)),
    not_before  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    lease_by    TEXT,
    created_at  BIGINT NOT NULL,
    done_at     BIGINT,
    thread_id   TEXT,
    last_status BIGINT,
    last_reason TEXT,
    UNIQUE (kind, subject)
);
CREATE INDEX outbox_waiting ON outbox (kind, not_before, id) WHERE state = 0;
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE state = 1;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (kind, subject) WHERE state = 3;
CREATE INDEX outbox_thread ON outbox (thread_id) WHERE thread_id IS NOT NULL;

-- Where the company's systems are told what happens. types: JSON list of event types. Secrets are
-- made of the server's own and secret_number; the one before is valid, too, until old_until.
-- failing_since: the first failure since the last success; failures: rounds since then;
-- paused_until: it is left alone so long; last_reason: why it failed last. off_at: it is told nothing
-- any more, and why.
CREATE TABLE webhooks (
    id            TEXT PRIMARY KEY,
    url           TEXT NOT NULL,
    label         TEXT NOT NULL DEFAULT '',
    types         TEXT NOT NULL,
    with_text     BOOLEAN NOT NULL DEFAULT FALSE,
    secret_number BIGINT NOT NULL DEFAULT 1,
    old_until     BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    failures      BIGINT NOT NULL DEFAULT 0,
    paused_until  BIGINT NOT NULL DEFAULT 0,
    last_reason   TEXT,
    off_at        BIGINT,
    off_reason    TEXT,
    created_at    BIGINT NOT NULL,
    CHECK ((off_at IS NULL) = (off_reason IS NULL))
);

-- One push to one device, written by the fan-out, claimed under a fenced lease (lease_by is the claim),
-- kept for a while as the trail. id is also the push's id at the provider. It tells of first_seq..seq.
-- queue: the line it waits in, an alert's ('0:…') before a badge's ('1:…'), of one circuit.
-- state: 0 waits, 1 is leased, 2 was sent, 3 has failed, 4 was not wanted any more, 5 went into
-- another, 6 has expired, 7 had no device left. last_reason says why, and last_status what the
-- provider answered.
CREATE TABLE push_outbox (
    id             TEXT PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind IN ('message', 'callback', 'badge', 'test')),
    thread_id      TEXT NOT NULL REFERENCES threads (id),
    device_id      TEXT NOT NULL,
    first_seq      BIGINT NOT NULL,
    seq            BIGINT NOT NULL,
    provider       TEXT NOT NULL,
    queue          TEXT NOT NULL,
    state          BIGINT NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2, 3, 4, 5, 6, 7)),
    not_before     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    attempts       BIGINT NOT NULL DEFAULT 0,
    lease_by       TEXT,
    lease_until    BIGINT,
    claimed_at     BIGINT,
    collapsed_into TEXT,
    provider_id    TEXT,
    last_status    BIGINT,
    last_reason    TEXT,
    created_at     BIGINT NOT NULL,
    done_at        BIGINT
);
CREATE INDEX push_outbox_waiting ON push_outbox (provider, queue, not_before, id) WHERE state = 0;
CREATE INDEX push_outbox_leased ON push_outbox (lease_by) WHERE state = 1;
CREATE INDEX push_outbox_open ON push_outbox (thread_id, device_id) WHERE state < 2;
CREATE INDEX push_outbox_thread ON push_outbox (thread_id, seq);
CREATE INDEX push_outbox_done ON push_outbox (done_at) WHERE done_at IS NOT NULL;

-- Live connections of customers whose app is in front, as far as their nodes have said; a node that
-- dies leaves some until their time is over.
CREATE TABLE apps_in_front (
    connection TEXT PRIMARY KEY,
    thread_id  TEXT NOT NULL,
    until      BIGINT NOT NULL
);
CREATE INDEX apps_in_front_thread ON apps_in_front (thread_id);

-- Who looked at or changed what. Written in batches within a second; kept as long as retention.
CREATE TABLE audit (
    id        TEXT PRIMARY KEY,
    at        BIGINT NOT NULL,
    actor_id  TEXT NOT NULL,
    action    TEXT NOT NULL,
    thread_id TEXT,
    detail    TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_thread ON audit (thread_id, at) WHERE thread_id IS NOT NULL;
