-- compatible: 14
-- The board counts open conversations by team and by agent in the indexes alone; reports find promises
-- by when they ended. Milestones are found by their time alone: that index is half as wide.

DROP INDEX threads_open;
CREATE INDEX threads_open ON threads (serving_team, due_at, id, waiting_since, assignee_id, state)
    WHERE state = 'open';
DROP INDEX threads_assignee;
CREATE INDEX threads_assignee ON threads (assignee_id, due_at, id, state)
    WHERE assignee_id IS NOT NULL AND state <> 'resolved';
CREATE INDEX promises_settled ON promises (settled_at, thread_id, seq)
    WHERE settled_at IS NOT NULL;

DROP INDEX milestones_at;
CREATE INDEX milestones_at ON milestones (at);
CREATE INDEX covers_teams ON covers (back_team, to_team, ended_at) WHERE ended_at IS NULL;
