-- compatible: 1
-- Duty that ends by itself, and conversations that go back to the queue. Older code lets both last.

CREATE TABLE duty (
    agent_id TEXT PRIMARY KEY REFERENCES agents (id),
    on_since BIGINT,
    seen_at  BIGINT NOT NULL,
    ends_at  BIGINT,
    left_at  BIGINT
);
INSERT INTO duty (agent_id, on_since, seen_at) SELECT id, 0, 0 FROM agents WHERE on_duty;

ALTER TABLE agents ADD COLUMN handed_at BIGINT;

ALTER TABLE threads ADD COLUMN take_back_at BIGINT;
ALTER TABLE threads ADD COLUMN left_by TEXT REFERENCES agents (id);
CREATE INDEX threads_take_back ON threads (take_back_at) WHERE take_back_at IS NOT NULL;

-- 0: the clock of what somebody has already is to be set.
UPDATE threads SET take_back_at = 0
WHERE state = 'open' AND assignee_id IS NOT NULL AND waiting_since IS NOT NULL;
