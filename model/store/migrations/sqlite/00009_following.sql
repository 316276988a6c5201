-- What people are told of a build while they wait for it, and where it went when its job was renamed.

-- +goose Up
ALTER TABLE deployments ADD COLUMN estimate_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN paused_at INTEGER;
ALTER TABLE deployments ADD COLUMN paused_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN queued_told INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN slow_told INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
