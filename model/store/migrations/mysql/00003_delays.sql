-- Since when Jenkins does not take a deployment, so that people are told once of each such wait.
-- MySQL has no ADD COLUMN IF NOT EXISTS, and a migration cut off half-way has to be repeatable: information_schema is asked.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'deployments' AND column_name = 'delayed_since') > 0,
    'DO 0',
    'ALTER TABLE deployments ADD COLUMN delayed_since BIGINT NULL');
PREPARE change_deployments FROM @change;
EXECUTE change_deployments;
DEALLOCATE PREPARE change_deployments;
