-- Times are microseconds since 1970 in UTC, as in the schema for MySQL; the limits of the names are the same there.

-- +goose Up
CREATE TABLE releases (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    version             INTEGER NOT NULL,
    state               TEXT NOT NULL CHECK (length(state) <= 32),
    accepted_state      TEXT NOT NULL CHECK (length(accepted_state) <= 32),
    fingerprint         TEXT NOT NULL CHECK (length(fingerprint) <= 128),
    source              TEXT NOT NULL CHECK (length(source) <= 32),
    process_instance_id TEXT NOT NULL,
    business_id         TEXT NOT NULL,
    request_id          TEXT NOT NULL,
    project             TEXT NOT NULL,
    project_name        TEXT NOT NULL,
    execute_mode        TEXT NOT NULL CHECK (length(execute_mode) <= 32),
    scheduled_at        INTEGER,
    deploy_order        TEXT NOT NULL CHECK (length(deploy_order) <= 32),
    initiator_id        TEXT NOT NULL,
    initiator_name      TEXT NOT NULL,
    approvers           TEXT NOT NULL,
    reason              TEXT NOT NULL,
    db_change           INTEGER NOT NULL,
    form                TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    finished_at         INTEGER
) STRICT;

CREATE INDEX releases_state ON releases (state, id);

INSERT INTO sqlite_sequence (name, seq) VALUES ('releases', 1000);

CREATE TABLE deployments (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id        INTEGER NOT NULL,
    position          INTEGER NOT NULL,
    controller        TEXT NOT NULL CHECK (length(controller) <= 100),
    job               TEXT NOT NULL CHECK (length(job) <= 500),
    app_name          TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (length(state) <= 32),
    version           INTEGER NOT NULL,
    wait_reason       TEXT NOT NULL CHECK (length(wait_reason) <= 32),
    next_at           INTEGER,
    lease_owner       TEXT NOT NULL CHECK (octet_length(lease_owner) <= 255),
    lease_until       INTEGER,
    attempts          INTEGER NOT NULL,
    parameters        TEXT NOT NULL,
    release_parameter TEXT NOT NULL,
    parameterised     INTEGER NOT NULL,
    submitted_at      INTEGER,
    posted_at         INTEGER,
    posted_ahead_ns   INTEGER NOT NULL,
    unanswered        INTEGER NOT NULL,
    queue_id          INTEGER NOT NULL,
    build             INTEGER NOT NULL,
    build_url         TEXT NOT NULL,
    described         INTEGER NOT NULL,
    missing_since     INTEGER,
    started_at        INTEGER,
    finished_at       INTEGER,
    duration_ns       INTEGER NOT NULL,
    result            TEXT NOT NULL,
    asked             TEXT NOT NULL,
    code              TEXT NOT NULL CHECK (length(code) <= 64),
    message           TEXT NOT NULL,
    stop_request      TEXT NOT NULL,
    FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX deployments_release ON deployments (release_id);
CREATE INDEX deployments_due ON deployments (controller, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX deployments_state ON deployments (state, controller);
CREATE INDEX deployments_build ON deployments (controller, job, build);

CREATE TABLE events (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id    INTEGER NOT NULL,
    deployment_id INTEGER,
    happened_at   INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (length(kind) <= 64),
    from_state    TEXT NOT NULL CHECK (length(from_state) <= 32),
    to_state      TEXT NOT NULL CHECK (length(to_state) <= 32),
    code          TEXT NOT NULL CHECK (length(code) <= 64),
    message       TEXT NOT NULL,
    FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX events_release ON events (release_id, id);

CREATE TABLE messages (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    message_key TEXT NOT NULL CHECK (octet_length(message_key) <= 255),
    release_id  INTEGER,
    kind        TEXT NOT NULL CHECK (length(kind) <= 32),
    channel     TEXT NOT NULL CHECK (length(channel) <= 32),
    recipient   TEXT NOT NULL,
    title       TEXT NOT NULL,
    markdown    TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (length(state) <= 32),
    version     INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    next_at     INTEGER,
    lease_owner TEXT NOT NULL CHECK (octet_length(lease_owner) <= 255),
    lease_until INTEGER,
    last_code   TEXT NOT NULL CHECK (length(last_code) <= 64),
    last_error  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER,
    FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX messages_key ON messages (message_key);
CREATE INDEX messages_due ON messages (state, next_at, id);
CREATE INDEX messages_release ON messages (release_id, id);

CREATE TABLE idempotency_keys (
    submission_key TEXT NOT NULL PRIMARY KEY CHECK (octet_length(submission_key) <= 255),
    release_id     INTEGER NOT NULL,
    FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_release ON idempotency_keys (release_id);

CREATE TABLE leases (
    name        TEXT NOT NULL PRIMARY KEY CHECK (octet_length(name) <= 255),
    lease_owner TEXT NOT NULL CHECK (octet_length(lease_owner) <= 255),
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE listings (
    controller TEXT NOT NULL PRIMARY KEY CHECK (length(controller) <= 100),
    listed_at  INTEGER NOT NULL,
    jobs       BLOB NOT NULL
) STRICT;
