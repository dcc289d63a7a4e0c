-- compatible: 1
-- Reports: what happened to conversations, credited to the team that held them then, and of which
-- team and market. Of before, what is known is taken over: the last resolve and the first answer of
-- each conversation, with the market as it is today; a place below 0 tells such rows apart. Messages
-- of before stay uncounted. What older code adds meanwhile is missing in reports.

ALTER TABLE items ADD COLUMN team_id TEXT;
CREATE INDEX items_said ON items (at) WHERE team_id IS NOT NULL;

ALTER TABLE conversations ADD COLUMN market TEXT;
ALTER TABLE conversations ADD COLUMN rated_team TEXT;
UPDATE conversations SET rated_team = resolved_team WHERE rating IS NOT NULL;
UPDATE conversations SET market = (
    SELECT c.region FROM threads t JOIN customers c ON c.id = t.customer_id
    WHERE t.id = conversations.thread_id);
CREATE INDEX conversations_opened ON conversations (opened_at, thread_id, number);
CREATE INDEX conversations_rated ON conversations (rated_at, thread_id, number)
    WHERE rating IS NOT NULL;

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
CREATE INDEX milestones_at ON milestones (at, thread_id, seq, kind);

INSERT INTO milestones (thread_id, seq, kind, at, conversation, team_id, home_team, serving_why,
                        market, since, is_first)
SELECT c.thread_id, -c.number, 'answered', c.first_response_at, c.number, c.first_response_team,
       t.home_team, CASE WHEN c.first_response_team = t.home_team THEN 'home' ELSE 'bounce' END,
       c.market, c.opened_at, TRUE
FROM conversations c JOIN threads t ON t.id = c.thread_id
WHERE c.first_response_at IS NOT NULL AND c.opened_by = 'customer';
INSERT INTO milestones (thread_id, seq, kind, at, conversation, team_id, home_team, serving_why,
                        market, since)
SELECT c.thread_id, -c.number, 'resolved', c.resolved_at, c.number, c.resolved_team,
       t.home_team, CASE WHEN c.resolved_team = t.home_team THEN 'home' ELSE 'bounce' END,
       c.market, c.opened_at
FROM conversations c JOIN threads t ON t.id = c.thread_id
WHERE c.resolved_at IS NOT NULL;
