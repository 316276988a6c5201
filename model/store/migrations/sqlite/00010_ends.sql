-- What builds ask and are answered, what they left behind, deployments that are tried again, and releases that roll others back.

-- +goose Up
ALTER TABLE deployments ADD COLUMN pending_inputs TEXT;
ALTER TABLE deployments ADD COLUMN answers TEXT;
ALTER TABLE deployments ADD COLUMN details TEXT;
ALTER TABLE deployments ADD COLUMN queued_at INTEGER;
ALTER TABLE deployments ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE releases ADD COLUMN rollback_of INTEGER;
