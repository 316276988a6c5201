-- What DingTalk says of approvals: the proof of a release, and what is to be looked into.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'releases' AND column_name = 'proof_state') > 0,
    'DO 0',
    'ALTER TABLE releases
        ADD COLUMN proof_state VARCHAR(16) NOT NULL DEFAULT '''',
        ADD COLUMN proof MEDIUMTEXT NULL');
PREPARE change_releases FROM @change;
EXECUTE change_releases;
DEALLOCATE PREPARE change_releases;

-- Events as they came in, and releases whose approval is to be read again. A key is the same on every repetition.
CREATE TABLE IF NOT EXISTS approval_checks (
    id           BIGINT         NOT NULL AUTO_INCREMENT,
    version      BIGINT         NOT NULL,
    check_key    VARBINARY(255) NOT NULL,
    instance     VARBINARY(255) NOT NULL,
    release_id   BIGINT         NOT NULL,
    state        VARCHAR(16)    NOT NULL,
    event        MEDIUMTEXT     NOT NULL,
    attempts     INT            NOT NULL,
    next_at      BIGINT         NULL,
    lease_owner  VARCHAR(64)    NOT NULL,
    lease_until  BIGINT         NULL,
    code         VARCHAR(64)    NOT NULL,
    message      MEDIUMTEXT     NOT NULL,
    created_at   BIGINT         NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY approval_checks_key (check_key),
    KEY approval_checks_due (state, next_at, id),
    KEY approval_checks_instance (instance),
    KEY approval_checks_created (created_at, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
