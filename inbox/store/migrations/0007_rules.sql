-- compatible: 1
-- A team's own rules. Older code does not look, and takes the defaults for all.

CREATE TABLE team_rules (
    team_id TEXT PRIMARY KEY REFERENCES teams (id),
    rules   TEXT NOT NULL
);
