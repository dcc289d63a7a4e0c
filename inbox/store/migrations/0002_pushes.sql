-- compatible: 1
-- Pushes: what rings is marked on the thread, brought to devices, and kept in an outbox.

ALTER TABLE customers ADD COLUMN quiet TEXT;

ALTER TABLE devices ADD COLUMN address TEXT;
ALTER TABLE devices ADD COLUMN badge_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN push_after BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX devices_address ON devices (address);

CREATE TABLE dead_addresses (
    address    TEXT PRIMARY KEY,
    platform   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    removed_at BIGINT NOT NULL
);
CREATE INDEX dead_addresses_removed ON dead_addresses (removed_at);

ALTER TABLE threads ADD COLUMN customer_seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE threads ADD COLUMN reachable BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE threads ADD COLUMN rings_from BIGINT;
ALTER TABLE threads ADD COLUMN badged BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE threads ADD COLUMN read_on TEXT;
CREATE INDEX threads_ringing ON threads (id) WHERE rings_from IS NOT NULL;

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

CREATE TABLE apps_in_front (
    connection TEXT PRIMARY KEY,
    thread_id  TEXT NOT NULL,
    until      BIGINT NOT NULL
);
CREATE INDEX apps_in_front_thread ON apps_in_front (thread_id);
