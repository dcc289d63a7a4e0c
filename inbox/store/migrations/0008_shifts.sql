-- compatible: 1
-- Agents' weekly shifts, which older code does not know.

CREATE TABLE agent_shifts (
    agent_id  TEXT PRIMARY KEY REFERENCES agents (id),
    time_zone TEXT NOT NULL,
    weekly    TEXT NOT NULL
);
