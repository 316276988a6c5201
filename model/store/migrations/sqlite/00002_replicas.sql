-- Several processes on one database, the line that forms before a job, and what old releases are pruned by.

-- +goose Up
ALTER TABLE deployments ADD COLUMN job_slot INTEGER;

-- Who holds a slot may have a build: no two hold the same one.
CREATE UNIQUE INDEX deployments_slot ON deployments (controller, job, job_slot) WHERE job_slot IS NOT NULL;
CREATE INDEX deployments_line ON deployments (controller, job, state, id);
CREATE INDEX releases_finished ON releases (finished_at, id) WHERE finished_at IS NOT NULL;

-- Keys outlive their release, or an approval that comes again after years would be deployed again. SQLite drops no
-- foreign key, so the table is made anew.
CREATE TABLE lasting_keys (
    submission_key TEXT NOT NULL PRIMARY KEY CHECK (octet_length(submission_key) <= 255),
    release_id     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO lasting_keys (submission_key, release_id) SELECT submission_key, release_id FROM idempotency_keys;
DROP TABLE idempotency_keys;
ALTER TABLE lasting_keys RENAME TO idempotency_keys;

-- What a repeated submission is answered, when all else of its release was pruned.
CREATE TABLE pruned_releases (
    id                  INTEGER PRIMARY KEY,
    state               TEXT NOT NULL CHECK (length(state) <= 32),
    accepted_state      TEXT NOT NULL CHECK (length(accepted_state) <= 32),
    fingerprint         TEXT NOT NULL CHECK (length(fingerprint) <= 128),
    process_instance_id TEXT NOT NULL,
    scheduled_at        INTEGER,
    created_at          INTEGER NOT NULL,
    finished_at         INTEGER NOT NULL
) STRICT;

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
