-- compatible: 10
-- Promises: measured waits, the ledger, and the desk's lists in the order of what was promised. Older
-- code would not say when a new customer's answer is due, and so lose them in those lists.

ALTER TABLE threads ADD COLUMN promise TEXT;
ALTER TABLE threads ADD COLUMN due_at BIGINT;
UPDATE threads SET due_at = waiting_since WHERE waiting_since IS NOT NULL;
DROP INDEX threads_open;
CREATE INDEX threads_open ON threads (serving_team, due_at, id) WHERE state = 'open';
DROP INDEX threads_assignee;
CREATE INDEX threads_assignee ON threads (assignee_id, due_at, id)
    WHERE assignee_id IS NOT NULL AND state <> 'resolved';

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
    state        TEXT NOT NULL DEFAULT 'waiting'
                 CHECK (state IN ('waiting', 'kept', 'broken', 'void')),
    settled_at   BIGINT,
    PRIMARY KEY (thread_id, seq)
);
CREATE INDEX promises_due ON promises (due) WHERE state = 'waiting';
