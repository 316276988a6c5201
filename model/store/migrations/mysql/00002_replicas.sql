-- Several processes on one database, the line that forms before a job, and what old releases are pruned by.
-- MySQL has no ADD COLUMN IF NOT EXISTS, and a migration cut off half-way has to be repeatable: information_schema is asked.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'deployments' AND column_name = 'job_slot') > 0,
    'DO 0',
    'ALTER TABLE deployments
        ADD COLUMN job_slot INT NULL,
        ADD UNIQUE KEY deployments_slot (controller, job, job_slot),
        ADD KEY deployments_line (controller, job, state, id)');
PREPARE change_deployments FROM @change;
EXECUTE change_deployments;
DEALLOCATE PREPARE change_deployments;

SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = 'releases' AND index_name = 'releases_finished') > 0,
    'DO 0',
    'ALTER TABLE releases ADD KEY releases_finished (finished_at, id)');
PREPARE change_releases FROM @change;
EXECUTE change_releases;
DEALLOCATE PREPARE change_releases;

-- Keys outlive their release, or an approval that comes again after years would be deployed again.
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.table_constraints
     WHERE table_schema = DATABASE() AND table_name = 'idempotency_keys' AND constraint_name = 'idempotency_keys_of_release') > 0,
    'ALTER TABLE idempotency_keys DROP FOREIGN KEY idempotency_keys_of_release, DROP KEY idempotency_keys_release',
    'DO 0');
PREPARE change_keys FROM @change;
EXECUTE change_keys;
DEALLOCATE PREPARE change_keys;

-- What a repeated submission is answered, when all else of its release was pruned.
CREATE TABLE IF NOT EXISTS pruned_releases (
    id                  BIGINT       NOT NULL,
    state               VARCHAR(32)  NOT NULL,
    accepted_state      VARCHAR(32)  NOT NULL,
    fingerprint         VARCHAR(128) NOT NULL,
    process_instance_id MEDIUMTEXT   NOT NULL,
    scheduled_at        BIGINT       NULL,
    created_at          BIGINT       NOT NULL,
    finished_at         BIGINT       NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS replicas (
    id           VARBINARY(64) NOT NULL,
    host         MEDIUMTEXT    NOT NULL,
    version      MEDIUMTEXT    NOT NULL,
    started_at   BIGINT        NOT NULL,
    seen_at      BIGINT        NOT NULL,
    fingerprints MEDIUMTEXT    NOT NULL,
    PRIMARY KEY (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS installation (
    name  VARBINARY(64) NOT NULL,
    value MEDIUMTEXT    NOT NULL,
    PRIMARY KEY (name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT IGNORE INTO installation (name, value) VALUES ('id', REPLACE(UUID(), '-', ''));
