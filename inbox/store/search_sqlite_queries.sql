-- The statements of full-text search on SQLite. The same names stand in the file for PostgreSQL.
-- What keeps the index gives all its rows as one JSON array: for each row that it takes, a thread
-- beside a busy event loop waits for the interpreter's lock anew.

-- name: unindexed
-- The next threads by id whose log has something that search may not know yet: [thread, ...].
SELECT json_group_array(id)
FROM (SELECT id FROM threads WHERE unindexed AND id > :after ORDER BY id LIMIT :limit)

-- name: due_of
-- Those of the threads (a JSON array of ids) that have something new, and how far search knows them:
-- [[thread, customer, name, known, head], ...].
SELECT json_group_array(json_array(
    t.id, t.customer_id, c.name,
    COALESCE((SELECT MAX(s.seq) FROM search s WHERE s.thread_id = t.id), 0), t.head))
FROM threads t JOIN customers c ON c.id = t.customer_id
WHERE t.id IN (SELECT value FROM json_each(:threads)) AND t.unindexed

-- name: lock_due
-- The same threads for change: nobody else writes or indexes them until this transaction ends.
-- [[thread, known, name], ...].
SELECT json_group_array(json_array(
    t.id, COALESCE((SELECT MAX(s.seq) FROM search s WHERE s.thread_id = t.id), 0), c.name))
FROM threads t JOIN customers c ON c.id = t.customer_id
WHERE t.id IN (SELECT value FROM json_each(:threads)) AND t.unindexed

-- name: texts_of
-- Messages and notes in stretches of threads, a JSON array of [thread, after, last]:
-- [[thread, seq, type, at, payload], ...].
SELECT json_group_array(json_array(i.thread_id, i.seq, i.type, i.at, i.payload))
FROM json_each(:stretches) w
CROSS JOIN items i ON i.thread_id = json_extract(w.value, '$[0]')
    AND i.seq > json_extract(w.value, '$[1]') AND i.seq <= json_extract(w.value, '$[2]')
WHERE i.type IN ('message', 'note')

-- name: mark_indexed
-- Search knows these threads up to a head: a JSON array of [thread, head].
UPDATE threads SET unindexed = FALSE
WHERE (id, head) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')
                     FROM json_each(:seen))

-- name: known_places
-- Which of these places (a JSON array) are taken.
SELECT id FROM search WHERE id IN (SELECT value FROM json_each(:places))

-- name: add_rows
-- The words of many items that are not erased and whose id is free: a JSON array of
-- [id, thread, seq, words].
INSERT INTO search (id, thread_id, seq, words)
SELECT json_extract(w.value, '$[0]'), i.thread_id, i.seq, json_extract(w.value, '$[3]')
FROM json_each(:rows) w
CROSS JOIN items i ON i.thread_id = json_extract(w.value, '$[1]')
    AND i.seq = json_extract(w.value, '$[2]')
WHERE i.type IN ('message', 'note')
ON CONFLICT (id) DO NOTHING

-- name: rows_there
-- Those of a JSON array of [id, thread, seq, words] that search knows.
SELECT s.id, s.thread_id, s.seq
FROM json_each(:rows) w
CROSS JOIN search s ON s.id = json_extract(w.value, '$[0]')
    AND s.thread_id = json_extract(w.value, '$[1]') AND s.seq = json_extract(w.value, '$[2]')

-- name: add_all_words
-- Put rows that were added into the index: a JSON array of their ids.
INSERT INTO search_words (rowid, words)
SELECT id, words FROM search WHERE id IN (SELECT value FROM json_each(:places))

-- name: add_row
-- One item's words, unless its id is taken by another.
INSERT INTO search (id, thread_id, seq, words) VALUES (:id, :thread, :seq, :words)
ON CONFLICT (id) DO NOTHING

-- name: add_words
-- Put the row that was added into the index.
INSERT INTO search_words (rowid, words) VALUES (:id, :words)

-- name: forget_words
-- Take a stretch of a thread out of the index: FTS5 wants the words that stand in it.
INSERT INTO search_words (search_words, rowid, words)
SELECT 'delete', id, words FROM search
WHERE thread_id = :thread AND seq >= :first AND seq <= :last

-- name: forget_rows
-- Take a stretch of a thread out of the table.
DELETE FROM search WHERE thread_id = :thread AND seq >= :first AND seq <= :last

-- name: match_beyond
-- The place of the match that comes after so many newer ones.
SELECT rowid FROM search_words
WHERE search_words MATCH :match AND rowid < :before AND rowid > 0
ORDER BY rowid DESC LIMIT 1 OFFSET :passed

-- name: find_items
-- Messages and notes with all the words, newest first, in threads that the agent may see now. The
-- order of the joins is kept: the index gives its rows in order, and enough of them end the search.
SELECT w.rowid, s.thread_id, s.seq, i.type, i.at, i.payload, c.id, c.name
FROM search_words w
CROSS JOIN search s ON s.id = w.rowid
CROSS JOIN threads t ON t.id = s.thread_id
CROSS JOIN items i ON i.thread_id = s.thread_id AND i.seq = s.seq
CROSS JOIN customers c ON c.id = t.customer_id
WHERE w.search_words MATCH :match AND w.rowid < :before AND w.rowid > :floor
  AND (t.home_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
    OR t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent))
  AND i.type IN ('message', 'note')
ORDER BY w.rowid DESC LIMIT :limit

-- name: find_names
-- Customers by name or id, of threads that the agent may see now.
SELECT t.id, c.id, c.name
FROM search_words w
CROSS JOIN search s ON s.id = w.rowid
CROSS JOIN threads t ON t.id = s.thread_id
CROSS JOIN customers c ON c.id = t.customer_id
WHERE w.search_words MATCH :match AND w.rowid < 0
  AND (t.home_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent)
    OR t.serving_team IN (SELECT team_id FROM team_members WHERE agent_id = :agent))
ORDER BY w.rowid LIMIT :limit
