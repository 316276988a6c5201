-- What a job declared when its release was asked for, and how it changed since.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'deployments' AND column_name = 'definition') > 0,
    'DO 0',
    'ALTER TABLE deployments
        ADD COLUMN definition MEDIUMTEXT NULL,
        ADD COLUMN drift MEDIUMTEXT NULL');
PREPARE change_deployments FROM @change;
EXECUTE change_deployments;
DEALLOCATE PREPARE change_deployments;
