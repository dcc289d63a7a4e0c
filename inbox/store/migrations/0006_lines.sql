-- compatible: 1
-- A team's line of the day, which older code does not show.

CREATE TABLE team_lines (
    team_id TEXT PRIMARY KEY REFERENCES teams (id),
    line    TEXT NOT NULL,
    date    TEXT NOT NULL
);
