-- Shifts, and who is on duty.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- name: all_shifts
-- Every agent's shift.
SELECT agent_id, time_zone, weekly FROM agent_shifts ORDER BY agent_id

-- name: put_shift
-- When an agent is at work, from now on.
INSERT INTO agent_shifts (agent_id, time_zone, weekly) VALUES (:agent, :time_zone, :weekly)
ON CONFLICT (agent_id) DO UPDATE SET time_zone = excluded.time_zone, weekly = excluded.weekly

-- name: drop_shift
-- Let it be unsaid when an agent is at work.
DELETE FROM agent_shifts WHERE agent_id = :agent
