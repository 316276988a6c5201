-- Several processes on one database, the line that forms before a job, and what old releases are pruned by.

-- +goose Up
ALTER TABLE deployments ADD COLUMN job_slot INTEGER;

-- Who holds a slot may have a build: no two hold the same one.
CREATE UNIQUE INDEX deployments_slot ON deployments (controller, job, job_slot) WHERE job_slot IS NOT NULL;
CREATE INDEX deployments_line ON deployments (controller, job, state, id);
CREATE INDEX releases_finished ON releases (finished_at, id) WHERE finished_at IS NOT NULL;

CREATE TABLE replicas (
    id           TEXT PRIMARY KEY CHECK (length(id) <= 64),
    host         TEXT NOT NULL,
    version      TEXT NOT NULL,
    started_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    fingerprints TEXT NOT NULL
) STRICT;

CREATE TABLE installation (
    name  TEXT PRIMARY KEY CHECK (length(name) <= 64),
    value TEXT NOT NULL
) STRICT;

INSERT INTO installation (name, value) VALUES ('id', lower(hex(randomblob(16))));
