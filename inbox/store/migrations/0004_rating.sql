-- compatible: 1
-- Ratings: how well a customer found a conversation, and where in the log it was said.

ALTER TABLE conversations ADD COLUMN rating BIGINT CHECK (rating BETWEEN 1 AND 5);
ALTER TABLE conversations ADD COLUMN rated_at BIGINT;
ALTER TABLE conversations ADD COLUMN rated_seq BIGINT;
