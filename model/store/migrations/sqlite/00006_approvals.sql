-- What DingTalk says of approvals: the proof of a release, and what is to be looked into.

-- +goose Up
ALTER TABLE releases ADD COLUMN proof_state TEXT NOT NULL DEFAULT '' CHECK (length(proof_state) <= 16);
ALTER TABLE releases ADD COLUMN proof TEXT;

-- Events as they came in, and releases whose approval is to be read again. A key is the same on every repetition.
CREATE TABLE approval_checks (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    version      INTEGER NOT NULL,
    check_key    TEXT    NOT NULL UNIQUE CHECK (octet_length(check_key) <= 255),
    instance     TEXT    NOT NULL CHECK (octet_length(instance) <= 255),
    release_id   INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (length(state) <= 16),
    event        TEXT    NOT NULL,
    attempts     INTEGER NOT NULL,
    next_at      INTEGER,
    lease_owner  TEXT    NOT NULL CHECK (length(lease_owner) <= 64),
    lease_until  INTEGER,
    code         TEXT    NOT NULL CHECK (length(code) <= 64),
    message      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_checks_due ON approval_checks (state, next_at, id);
CREATE INDEX approval_checks_instance ON approval_checks (instance);
CREATE INDEX approval_checks_created ON approval_checks (created_at, id);
