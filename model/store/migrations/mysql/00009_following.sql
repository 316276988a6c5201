-- What people are told of a build while they wait for it, and where it went when its job was renamed. The defaults let replicas
-- of the version before store deployments while they are replaced one by one.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'deployments' AND column_name = 'moved_to') > 0,
    'DO 0',
    'ALTER TABLE deployments
        ADD COLUMN estimate_ns BIGINT     NOT NULL DEFAULT 0,
        ADD COLUMN paused_at   BIGINT     NULL,
        ADD COLUMN paused_ns   BIGINT     NOT NULL DEFAULT 0,
        ADD COLUMN queued_told BOOLEAN    NOT NULL DEFAULT FALSE,
        ADD COLUMN slow_told   BOOLEAN    NOT NULL DEFAULT FALSE,
        ADD COLUMN moved_to    MEDIUMTEXT NOT NULL DEFAULT ('''')');
PREPARE change_deployments FROM @change;
EXECUTE change_deployments;
DEALLOCATE PREPARE change_deployments;
