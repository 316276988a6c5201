-- What builds ask and are answered, what they left behind, deployments that are tried again, and releases that roll others back.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'deployments' AND column_name = 'retries') > 0,
    'DO 0',
    'ALTER TABLE deployments
        ADD COLUMN pending_inputs MEDIUMTEXT NULL,
        ADD COLUMN answers   MEDIUMTEXT NULL,
        ADD COLUMN details   MEDIUMTEXT NULL,
        ADD COLUMN queued_at BIGINT     NULL,
        ADD COLUMN retries   INT        NOT NULL DEFAULT 0');
PREPARE change_deployments FROM @change;
EXECUTE change_deployments;
DEALLOCATE PREPARE change_deployments;

SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'releases' AND column_name = 'rollback_of') > 0,
    'DO 0',
    'ALTER TABLE releases ADD COLUMN rollback_of BIGINT NULL');
PREPARE change_releases FROM @change;
EXECUTE change_releases;
DEALLOCATE PREPARE change_releases;
