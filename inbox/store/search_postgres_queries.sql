-- The statements of full-text search on PostgreSQL. The same names stand in the file for SQLite.

-- name: unindexed
-- The next threads by id whose log has something that search may not know yet: [thread, ...].
SELECT CAST(COALESCE(json_agg(id), '[]') AS TEXT)
FROM (SELECT id FROM threads WHERE unindexed AND id > :after ORDER BY id LIMIT :limit) next

-- name: due_of
-- Those of the threads (a JSON array of ids) that have something new, and how far search knows them:
-- [[thread, customer, name, known, head], ...].
SELECT CAST(COALESCE(json_agg(json_build_array(
    t.id, t.customer_id, c.name,
    COALESCE((SELECT MAX(s.seq) FROM search s WHERE s.thread_id = t.id), 0), t.head)), '[]') AS TEXT)
FROM threads t JOIN customers c ON c.id = t.customer_id
WHERE t.id IN (SELECT jsonb_array_elements_text(CAST(CAST(:threads AS TEXT) AS JSONB))) AND t.unindexed

-- name: lock_due
-- The same threads for change: nobody else writes or indexes them until this transaction ends.
-- [[thread, known, name], ...].
SELECT CAST(COALESCE(json_agg(json_build_array(due.id, due.known, due.name)), '[]') AS TEXT)
FROM (
    SELECT t.id, c.name,
           COALESCE((SELECT MAX(s.seq) FROM search s WHERE s.thread_id = t.id), 0) AS known
    FROM threads t JOIN customers c ON c.id = t.customer_id
    WHERE t.id IN (SELECT jsonb_array_elements_text(CAST(CAST(:threads AS TEXT) AS JSONB)))
      AND t.unindexed
    ORDER BY t.id FOR UPDATE OF t
) due

-- name: texts_of
-- Messages and notes in stretches of threads, a JSON array of [thread, after, last]:
-- [[thread, seq, type, at, payload], ...].
SELECT CAST(COALESCE(json_agg(json_build_array(i.thread_id, i.seq, i.type, i.at, i.payload)), '[]')
            AS TEXT)
FROM jsonb_array_elements(CAST(CAST(:stretches AS TEXT) AS JSONB)) w
JOIN items i ON i.thread_id = w ->> 0
    AND i.seq > CAST(w ->> 1 AS BIGINT) AND i.seq <= CAST(w ->> 2 AS BIGINT)
WHERE i.type IN ('message', 'note')

-- name: mark_indexed
-- Search knows these threads up to a head: a JSON array of [thread, head].
UPDATE threads SET unindexed = FALSE
WHERE (id, head) IN (SELECT w ->> 0, CAST(w ->> 1 AS BIGINT)
                     FROM jsonb_array_elements(CAST(CAST(:seen AS TEXT) AS JSONB)) w)

-- name: known_places
-- Which of these places (a JSON array) are taken.
SELECT id FROM search
WHERE id IN (SELECT CAST(jsonb_array_elements_text(CAST(CAST(:places AS TEXT) AS JSONB)) AS BIGINT))

-- name: add_rows
-- The words of many items that are not erased and whose id is free: a JSON array of
-- [id, thread, seq, words].
INSERT INTO search (id, thread_id, seq, words)
SELECT CAST(w ->> 0 AS BIGINT), i.thread_id, i.seq,
       array_to_tsvector(string_to_array(w ->> 3, ' '))
FROM jsonb_array_elements(CAST(CAST(:rows AS TEXT) AS JSONB)) w
JOIN items i ON i.thread_id = w ->> 1 AND i.seq = CAST(w ->> 2 AS BIGINT)
WHERE i.type IN ('message', 'note')
ON CONFLICT (id) DO NOTHING

-- name: rows_there
-- Those of a JSON array of [id, thread, seq, words] that search knows.
SELECT s.id, s.thread_id, s.seq
FROM jsonb_array_elements(CAST(CAST(:rows AS TEXT) AS JSONB)) w
JOIN search s ON s.id = CAST(w ->> 0 AS BIGINT)
    AND s.thread_id = w ->> 1 AND s.seq = CAST(w ->> 2 AS BIGINT)

-- name: add_row
-- One item's words, unless its id is taken by another. The words are lexemes as they are.
INSERT INTO search (id, thread_id, seq, words)
VALUES (:id, :thread, :seq, array_to_tsvector(string_to_array(CAST(:words AS TEXT), ' ')))
ON CONFLICT (id) DO NOTHING

-- name: forget_rows
-- Take a stretch of a thread out.
DELETE FROM search WHERE thread_id = :thread AND seq >= :first AND seq <= :last

-- name: match_beyond
-- The place of the match that comes after so many newer ones.
SELECT s.id FROM search s
WHERE s.words @@ CAST(CAST(:match AS TEXT) AS tsquery) AND s.id < :before AND s.id > 0
ORDER BY s.id DESC LIMIT 1 OFFSET :passed

-- name: find_items
-- Messages and notes with all the words, newest first, in threads that the agent may see now.
SELECT s.id, s.thread_id, s.seq, i.type, i.at, i.payload, c.id, c.name
FROM search s
JOIN threads t ON t.id = s.thread_id
JOIN items i ON i.thread_id = s.thread_id AND i.seq = s.seq
JOIN customers c ON c.id = t.customer_id
WHERE s.words @@ CAST(CAST(:match AS TEXT) AS tsquery) AND s.id < :before AND s.id > :floor
  AND (t.home_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
    OR t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent))
  AND i.type IN ('message', 'note')
ORDER BY s.id DESC LIMIT :limit

-- name: find_names
-- Customers by name or id, of threads that the agent may see now.
SELECT t.id, c.id, c.name
FROM search s
JOIN threads t ON t.id = s.thread_id
JOIN customers c ON c.id = t.customer_id
WHERE s.words @@ CAST(CAST(:match AS TEXT) AS tsquery) AND s.id < 0
  AND (t.home_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
    OR t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent))
ORDER BY s.id LIMIT :limit
