-- The logs of builds, so that they outlive Jenkins' own.

-- +goose Up
CREATE TABLE build_logs (
    deployment_id INTEGER NOT NULL,
    build         INTEGER NOT NULL,
    from_offset   INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    kept_at       INTEGER NOT NULL,
    zip           BLOB    NOT NULL,
    PRIMARY KEY (deployment_id, build, from_offset)
) STRICT;
CREATE INDEX build_logs_kept ON build_logs (kept_at);

ALTER TABLE deployments ADD COLUMN log_due_at INTEGER;
CREATE INDEX deployments_log ON deployments (controller, log_due_at) WHERE log_due_at IS NOT NULL;
