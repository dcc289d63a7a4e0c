-- compatible: 1
-- Canned responses, which older code does not look for.

CREATE TABLE canned (
    id         TEXT PRIMARY KEY,
    team_id    TEXT REFERENCES teams (id),
    shortcut   TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_shortcut ON canned (COALESCE(team_id, ''), shortcut);
