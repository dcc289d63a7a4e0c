-- compatible: 1
-- Callbacks: calls that customers want. Older code does not know of them, so nobody is called by it.

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
CREATE UNIQUE INDEX callbacks_of ON callbacks (thread_id) WHERE settled_at IS NULL;
CREATE INDEX callbacks_open ON callbacks (team_id, due_at, id) WHERE settled_at IS NULL;
CREATE INDEX callbacks_booked ON callbacks (due_at) WHERE state = 'booked';
CREATE INDEX callbacks_to_remind ON callbacks (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX callbacks_settled ON callbacks (team_id, settled_at, id) WHERE settled_at IS NOT NULL;
