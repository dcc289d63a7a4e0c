-- Cover: leases, storms and notices. Portable between SQLite 3.35+ and PostgreSQL 14+.

-- ================================================================================== leases

-- name: add_cover
-- A lease begins.
INSERT INTO covers (id, thread_id, conversation, back_team, back_why, to_team, why, storm_id,
                    kept_id, began_at, began_by, reason, ends_at, due_at, note)
VALUES (:id, :thread, :conversation, :back_team, :back_why, :to_team, :why, :storm,
        :kept, :at, :by, :reason, :ends_at, :ends_at, :note)

-- name: running_cover
-- The lease of a thread that runs, if one does.
SELECT id, to_team, back_team, back_why, began_at, ends_at, kept_id, note, why FROM covers
WHERE thread_id = :thread AND ended_at IS NULL

-- name: change_cover
-- A lease gets another end or note; one that a storm began is from then on a person's.
UPDATE covers SET ends_at = :ends_at, due_at = :ends_at, note = :note, reason = :reason,
    storm_id = NULL
WHERE id = :id

-- name: put_off_cover
-- Look at a lease again at a later time.
UPDATE covers SET due_at = :due_at WHERE id = :id

-- name: end_cover
-- A lease is over; never before it began, though the clock was set back.
UPDATE covers SET ended_at = CASE WHEN began_at > :at THEN began_at ELSE :at END,
    ended_why = :why, ended_by = :by, note = :note
WHERE id = :id AND ended_at IS NULL

-- name: due_covers
-- The threads whose leases are to be looked at, the first due first.
SELECT thread_id FROM covers WHERE ended_at IS NULL AND due_at <= :now
ORDER BY due_at, thread_id LIMIT :limit

-- name: covers_by_team
-- How many leases run, by the team that covers.
SELECT to_team, COUNT(*) FROM covers WHERE ended_at IS NULL GROUP BY to_team

-- name: covers_of
-- All leases of a thread, the oldest first.
SELECT conversation, back_team, back_why, to_team, why, began_at, began_by, reason, ends_at, note,
       ended_at, ended_by, ended_why
FROM covers WHERE thread_id = :thread ORDER BY began_at, id

-- name: forget_cover_words
-- Take what people wrote out of a thread's leases.
UPDATE covers SET reason = NULL, note = NULL
WHERE thread_id = :thread AND (reason IS NOT NULL OR note IS NOT NULL)

-- name: sweep_covers
-- Forget leases that were over before a moment.
DELETE FROM covers WHERE id IN (
    SELECT id FROM covers WHERE ended_at < :before LIMIT :limit
)

-- ================================================================================== storms

-- name: all_storms
-- The storms that have not ended.
SELECT id, team_id, began_at, until, plan, notice FROM storms WHERE ended_at IS NULL

-- name: add_storm
-- A storm begins.
INSERT INTO storms (id, team_id, began_at, began_by, until, plan, notice)
VALUES (:id, :team, :at, :by, :until, :plan, :notice)

-- name: end_storm
-- A storm is over.
UPDATE storms SET ended_at = :at, ended_by = :by WHERE id = :id AND ended_at IS NULL

-- name: spent_storms
-- The storms whose time is over and whose conversations have not all been called back.
SELECT id, team_id, until, ended_at FROM storms
WHERE NOT swept AND (ended_at IS NOT NULL OR until <= :now) ORDER BY until, id LIMIT :limit

-- name: call_back
-- Some leases of a storm end with it.
UPDATE covers SET ends_at = :at, due_at = :at WHERE id IN (
    SELECT id FROM covers
    WHERE storm_id = :storm AND ended_at IS NULL AND ends_at > :at ORDER BY id LIMIT :limit
)

-- name: storm_swept
-- All of a storm's leases have been called back.
UPDATE storms SET swept = TRUE WHERE id = :id

-- ================================================================================== notices

-- name: home_of
-- The home team of a thread.
SELECT home_team FROM threads WHERE id = :thread

-- name: all_notices
-- What teams say to their customers until it is taken back.
SELECT team_id, notice, since FROM team_notices

-- name: put_notice
-- Say something in place of what was said.
INSERT INTO team_notices (team_id, notice, since) VALUES (:team, :notice, :at)
ON CONFLICT (team_id) DO UPDATE SET notice = excluded.notice, since = excluded.since

-- name: drop_notice
-- Take a notice back.
DELETE FROM team_notices WHERE team_id = :team

-- name: chosen_in
-- The customers of a team of whose choice something holds still.
SELECT id FROM threads WHERE home_team = :team AND choice_until > :at
ORDER BY id

-- name: end_choice
-- Have it hold until another instant, if it still does.
UPDATE threads SET choice_until = :until WHERE id = :thread AND choice_until > :at
