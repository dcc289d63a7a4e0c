-- Files that people send in: what is known of each, whom it belongs to, when it goes.
-- Portable between SQLite 3.35+ and PostgreSQL 14+, as all files of queries here.

-- name: uploaded_since
-- How many bytes somebody has uploaded since a moment.
SELECT COALESCE(SUM(size), 0) FROM uploads
WHERE by_kind = :by_kind AND by_id = :by_id AND created_at > :since

-- name: add_upload
-- A file that has come in and is about to be put in its place.
INSERT INTO uploads (id, by_kind, by_id, state, name, type, size, width, height, small_type,
                     created_at, due_at)
VALUES (:upload, :by_kind, :by_id, 0, :name, :type, :size, :width, :height, :small_type,
        :at, :due_at)

-- name: keep_upload
-- It is in its place; none where it was told to go meanwhile.
UPDATE uploads SET state = 1, due_at = :due_at WHERE id = :upload AND state = 0

-- fragment: upload_columns
id, by_kind, by_id, state, name, type, size, width, height, small_type, created_at, due_at,
thread_id, seq, is_photo

-- name: get_upload
-- What is known of an upload that is there.
SELECT {upload_columns} FROM uploads WHERE id = :upload AND state = 1

-- name: lock_upload
-- The same, for change.
SELECT {upload_columns} FROM uploads WHERE id = :upload AND state = 1 FOR UPDATE

-- name: attach_upload
-- It was sent with a message: the one place where it is used.
UPDATE uploads SET thread_id = :thread, seq = :seq, due_at = NULL WHERE id = :upload

-- name: make_photo
-- It is the photo of somebody or of a team, and stays: messages of the past show it.
UPDATE uploads SET is_photo = TRUE, due_at = NULL WHERE id = :upload

-- name: drop_upload
-- Let an upload go.
UPDATE uploads SET state = 2, due_at = 0, name = '' WHERE id = :upload

-- name: drop_uploads_of_items
-- Let the uploads of a stretch of a log go.
UPDATE uploads SET state = 2, due_at = 0, name = ''
WHERE thread_id = :thread AND seq > :after AND seq <= :last AND state <> 2

-- name: drop_uploads_of_customer
-- Let go what a customer has uploaded and not sent, also what comes in at this moment.
UPDATE uploads SET state = 2, due_at = 0, name = ''
WHERE by_kind = 'customer' AND by_id = :customer AND thread_id IS NULL AND state <> 2

-- name: claim_due_uploads
-- Some uploads whose time is over: from here on nobody can send or see them. The condition stands
-- in the outer WHERE too, for two that look at the same moment.
UPDATE uploads SET state = 2, name = ''
WHERE id IN (SELECT id FROM uploads WHERE due_at <= :now ORDER BY due_at, id LIMIT :limit)
  AND due_at <= :now
RETURNING id

-- name: postpone_upload
-- Its files could not be taken away: try again later.
UPDATE uploads SET due_at = :due_at WHERE id = :upload AND state = 2

-- name: forget_upload
-- Its files are gone.
DELETE FROM uploads WHERE id = :upload AND state = 2

-- name: uploads_of_thread
-- What was sent in a thread, and what its customer has not sent yet, oldest first.
SELECT {upload_columns} FROM uploads
WHERE (thread_id = :thread OR (by_kind = 'customer' AND by_id = :customer AND thread_id IS NULL))
  AND state = 1 AND id > :after
ORDER BY id LIMIT :limit

-- name: some_uploads
-- The next uploads by id that are there.
SELECT {upload_columns} FROM uploads WHERE state = 1 AND id > :after ORDER BY id LIMIT :limit
