-- compatible: 14
-- Cover, storms, notices and the customer's choice of care. Older code would resolve a covered
-- conversation and leave its lease running.

ALTER TABLE threads ADD COLUMN care TEXT NOT NULL DEFAULT 'team'
    CHECK (care IN ('team', 'general', 'self_service'));
ALTER TABLE threads ADD COLUMN choice TEXT CHECK (choice IN ('open', 'wait', 'now', 'home'));
ALTER TABLE threads ADD COLUMN choice_until BIGINT;

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
CREATE INDEX covers_thread ON covers (thread_id, began_at);

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
