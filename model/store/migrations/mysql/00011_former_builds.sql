-- The builds that a deployment had before it was deployed again.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'deployments' AND column_name = 'former_builds') > 0,
    'DO 0',
    'ALTER TABLE deployments ADD COLUMN former_builds MEDIUMTEXT NULL');
PREPARE change_deployments FROM @change;
EXECUTE change_deployments;
DEALLOCATE PREPARE change_deployments;
