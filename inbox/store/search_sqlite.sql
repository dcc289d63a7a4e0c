-- Full-text search of messages and notes on SQLite: FTS5, filled behind the send.
CREATE VIRTUAL TABLE search USING fts5 (
    body,
    thread_id UNINDEXED,
    seq UNINDEXED,
    tokenize = 'unicode61 remove_diacritics 2'
);
