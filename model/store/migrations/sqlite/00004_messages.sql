-- Digests, comments in approvals, what became of work notices, and messages that a person has sent again.

-- +goose Up
ALTER TABLE messages ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN summary TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN digest_id INTEGER;
ALTER TABLE messages ADD COLUMN task_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN check_at INTEGER;
ALTER TABLE messages ADD COLUMN resent_by TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN resent_at INTEGER;

CREATE INDEX messages_state ON messages (state, id);
CREATE INDEX messages_check ON messages (state, check_at, id) WHERE check_at IS NOT NULL;
