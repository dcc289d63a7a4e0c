-- compatible: 17
-- The ledger of promises holds what is settled; what stands, the thread's row holds alone. Older code
-- would look for the row that is no more.

UPDATE threads SET promise = substr(promise, 1, length(promise) - 1) || ',true]'
WHERE promise IS NOT NULL AND EXISTS (
    SELECT 1 FROM promises p
    WHERE p.thread_id = threads.id AND p.state = 'broken' AND p.at = threads.waiting_since
);

CREATE TABLE settled AS SELECT * FROM promises WHERE state <> 'waiting';
DROP TABLE promises;
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
INSERT INTO promises SELECT thread_id, seq, conversation, team_id, kind, basis, minutes, samples, at, due,
                            state, settled_at
FROM settled;
DROP TABLE settled;

DROP INDEX threads_snoozed;
CREATE INDEX threads_snoozed ON threads (snoozed_until, due_at) WHERE state = 'snoozed';
