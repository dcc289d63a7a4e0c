-- The statements of full-text search on PostgreSQL. The same names stand in the file for SQLite.

-- name: add_row
-- One item's words, unless its id is taken by another. The words are lexemes as they are.
INSERT INTO search (id, thread_id, seq, words)
VALUES (:id, :thread, :seq, array_to_tsvector(string_to_array(CAST(:words AS TEXT), ' ')))
ON CONFLICT (id) DO NOTHING

-- name: forget_rows
-- Take a stretch of a thread out.
DELETE FROM search WHERE thread_id = :thread AND seq >= :first AND seq <= :last

-- name: find_items
-- Messages and notes with all the words, newest first, in threads that the agent may see now.
SELECT s.id, s.thread_id, s.seq, i.type, i.at, i.payload, c.id, c.name
FROM search s
JOIN threads t ON t.id = s.thread_id
JOIN items i ON i.thread_id = s.thread_id AND i.seq = s.seq
JOIN customers c ON c.id = t.customer_id
WHERE s.words @@ CAST(CAST(:match AS TEXT) AS tsquery) AND s.id < :before AND s.id > 0
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
