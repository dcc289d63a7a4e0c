-- compatible: 1
-- Hours: when each team is there. Older code does not look, and takes every team for always open.

CREATE TABLE team_hours (
    team_id TEXT PRIMARY KEY REFERENCES teams (id),
    weekly  TEXT NOT NULL,
    days    TEXT NOT NULL
);
