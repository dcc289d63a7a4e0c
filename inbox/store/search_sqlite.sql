-- Full-text search of messages, notes and customers' names on SQLite, filled behind the send.
--
-- `words` holds the words of one item as `core/words.py` makes them, with spaces between; seq 0 is
-- the customer's name and id. An item's id grows with its time, so the newest come first without a
-- sort; a name's is below 0. The index stands beside its table (external content), so that a
-- thread's rows are found and taken out without a scan.
CREATE TABLE search (
    id        INTEGER PRIMARY KEY,
    thread_id TEXT NOT NULL REFERENCES threads (id),
    seq       BIGINT NOT NULL,
    words     TEXT NOT NULL,
    UNIQUE (thread_id, seq)
);
CREATE VIRTUAL TABLE search_words USING fts5(
    words,
    content = 'search',
    content_rowid = 'id',
    columnsize = 0,
    detail = 'none',
    prefix = '2 3',
    tokenize = 'ascii'
);
