-- Full-text search of messages and notes on PostgreSQL: a tsvector, filled behind the send.
CREATE TABLE search (
    thread_id TEXT NOT NULL REFERENCES threads (id),
    seq       BIGINT NOT NULL,
    words     TSVECTOR NOT NULL,
    PRIMARY KEY (thread_id, seq)
);
CREATE INDEX search_words ON search USING gin (words);
