-- Full-text search of messages, notes and customers' names on PostgreSQL, filled behind the send.
--
-- `words` holds the words of one item as `core/words.py` makes them; seq 0 is the customer's name
-- and id. An item's id grows with its time, so the newest come first; a name's is below 0.
CREATE TABLE search (
    id        BIGINT PRIMARY KEY,
    thread_id TEXT NOT NULL REFERENCES threads (id),
    seq       BIGINT NOT NULL,
    words     TSVECTOR NOT NULL,
    UNIQUE (thread_id, seq)
);
CREATE INDEX search_words ON search USING gin (words);
