-- Times are microseconds since 1970 in UTC: no session time zone can shift them, and both databases count alike.
-- Columns with a number after VARCHAR are names of ours or of Jenkins; whatever people typed is MEDIUMTEXT.
-- Keys are VARBINARY: compared byte by byte, trailing blanks included.
-- MySQL commits after every CREATE, so that a migration cut off half-way has to be repeatable: IF NOT EXISTS.

-- +goose Up
CREATE TABLE IF NOT EXISTS releases (
    id                  BIGINT       NOT NULL AUTO_INCREMENT,
    version             BIGINT       NOT NULL,
    state               VARCHAR(32)  NOT NULL,
    accepted_state      VARCHAR(32)  NOT NULL,
    fingerprint         VARCHAR(128) NOT NULL,
    source              VARCHAR(32)  NOT NULL,
    process_instance_id MEDIUMTEXT   NOT NULL,
    business_id         MEDIUMTEXT   NOT NULL,
    request_id          MEDIUMTEXT   NOT NULL,
    project             MEDIUMTEXT   NOT NULL,
    project_name        MEDIUMTEXT   NOT NULL,
    execute_mode        VARCHAR(32)  NOT NULL,
    scheduled_at        BIGINT       NULL,
    deploy_order        VARCHAR(32)  NOT NULL,
    initiator_id        MEDIUMTEXT   NOT NULL,
    initiator_name      MEDIUMTEXT   NOT NULL,
    approvers           MEDIUMTEXT   NOT NULL,
    reason              MEDIUMTEXT   NOT NULL,
    db_change           BOOLEAN      NOT NULL,
    form                LONGTEXT     NOT NULL,
    created_at          BIGINT       NOT NULL,
    updated_at          BIGINT       NOT NULL,
    finished_at         BIGINT       NULL,
    PRIMARY KEY (id),
    KEY releases_state (state, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC AUTO_INCREMENT=1001 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS deployments (
    id                BIGINT         NOT NULL AUTO_INCREMENT,
    release_id        BIGINT         NOT NULL,
    position          INT            NOT NULL,
    controller        VARCHAR(100)   NOT NULL,
    job               VARCHAR(500)   NOT NULL,
    app_name          MEDIUMTEXT     NOT NULL,
    state             VARCHAR(32)    NOT NULL,
    version           BIGINT         NOT NULL,
    wait_reason       VARCHAR(32)    NOT NULL,
    next_at           BIGINT         NULL,
    lease_owner       VARBINARY(255) NOT NULL,
    lease_until       BIGINT         NULL,
    attempts          INT            NOT NULL,
    parameters        LONGTEXT       NOT NULL,
    release_parameter MEDIUMTEXT     NOT NULL,
    parameterised     BOOLEAN        NOT NULL,
    submitted_at      BIGINT         NULL,
    posted_at         BIGINT         NULL,
    posted_ahead_ns   BIGINT         NOT NULL,
    unanswered        INT            NOT NULL,
    queue_id          BIGINT         NOT NULL,
    build             BIGINT         NOT NULL,
    build_url         MEDIUMTEXT     NOT NULL,
    described         BOOLEAN        NOT NULL,
    missing_since     BIGINT         NULL,
    started_at        BIGINT         NULL,
    finished_at       BIGINT         NULL,
    duration_ns       BIGINT         NOT NULL,
    result            MEDIUMTEXT     NOT NULL,
    asked             MEDIUMTEXT     NOT NULL,
    code              VARCHAR(64)    NOT NULL,
    message           MEDIUMTEXT     NOT NULL,
    stop_request      MEDIUMTEXT     NOT NULL,
    PRIMARY KEY (id),
    KEY deployments_release (release_id),
    KEY deployments_due (controller, next_at, id),
    KEY deployments_state (state, controller),
    KEY deployments_build (controller, job, build),
    CONSTRAINT deployments_of_release FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS events (
    id            BIGINT      NOT NULL AUTO_INCREMENT,
    release_id    BIGINT      NOT NULL,
    deployment_id BIGINT      NULL,
    happened_at   BIGINT      NOT NULL,
    actor         MEDIUMTEXT  NOT NULL,
    kind          VARCHAR(64) NOT NULL,
    from_state    VARCHAR(32) NOT NULL,
    to_state      VARCHAR(32) NOT NULL,
    code          VARCHAR(64) NOT NULL,
    message       MEDIUMTEXT  NOT NULL,
    PRIMARY KEY (id),
    KEY events_release (release_id, id),
    CONSTRAINT events_of_release FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS messages (
    id          BIGINT         NOT NULL AUTO_INCREMENT,
    message_key VARBINARY(255) NOT NULL,
    release_id  BIGINT         NULL,
    kind        VARCHAR(32)    NOT NULL,
    channel     VARCHAR(32)    NOT NULL,
    recipient   MEDIUMTEXT     NOT NULL,
    title       MEDIUMTEXT     NOT NULL,
    markdown    LONGTEXT       NOT NULL,
    state       VARCHAR(32)    NOT NULL,
    version     BIGINT         NOT NULL,
    attempts    INT            NOT NULL,
    next_at     BIGINT         NULL,
    lease_owner VARBINARY(255) NOT NULL,
    lease_until BIGINT         NULL,
    last_code   VARCHAR(64)    NOT NULL,
    last_error  MEDIUMTEXT     NOT NULL,
    created_at  BIGINT         NOT NULL,
    sent_at     BIGINT         NULL,
    PRIMARY KEY (id),
    UNIQUE KEY messages_key (message_key),
    KEY messages_due (state, next_at, id),
    KEY messages_release (release_id, id),
    CONSTRAINT messages_of_release FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS idempotency_keys (
    submission_key VARBINARY(255) NOT NULL,
    release_id     BIGINT         NOT NULL,
    PRIMARY KEY (submission_key),
    KEY idempotency_keys_release (release_id),
    CONSTRAINT idempotency_keys_of_release FOREIGN KEY (release_id) REFERENCES releases (id) ON DELETE CASCADE
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS leases (
    name        VARBINARY(255) NOT NULL,
    lease_owner VARBINARY(255) NOT NULL,
    lease_until BIGINT         NOT NULL,
    PRIMARY KEY (name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS listings (
    controller VARCHAR(100) NOT NULL,
    listed_at  BIGINT       NOT NULL,
    jobs       LONGBLOB     NOT NULL,
    PRIMARY KEY (controller)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
