-- compatible: 1
-- Files that people send in.
-- state: 0 comes in, 1 is there, 2 goes. due_at: when it is to be taken
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
