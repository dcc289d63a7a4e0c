-- compatible: 1
-- Webhooks: endpoints, and what the outbox keeps of what is told to them. Older code tells nothing.

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

ALTER TABLE outbox ADD COLUMN thread_id TEXT;
ALTER TABLE outbox ADD COLUMN last_status BIGINT;
ALTER TABLE outbox ADD COLUMN last_reason TEXT;
CREATE INDEX outbox_failed ON outbox (kind, subject) WHERE state = 3;
CREATE INDEX outbox_thread ON outbox (thread_id) WHERE thread_id IS NOT NULL;
