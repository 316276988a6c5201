-- The logs of builds, so that they outlive Jenkins' own.

-- +goose Up
CREATE TABLE IF NOT EXISTS build_logs (
    deployment_id BIGINT     NOT NULL,
    build         BIGINT     NOT NULL,
    from_offset   BIGINT     NOT NULL,
    size          BIGINT     NOT NULL,
    kept_at       BIGINT     NOT NULL,
    zip           MEDIUMBLOB NOT NULL,
    PRIMARY KEY (deployment_id, build, from_offset),
    KEY build_logs_kept (kept_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'deployments' AND column_name = 'log_due_at') > 0,
    'DO 0',
    'ALTER TABLE deployments ADD COLUMN log_due_at BIGINT NULL, ADD KEY deployments_log (controller, log_due_at)');
PREPARE change_deployments FROM @change;
EXECUTE change_deployments;
DEALLOCATE PREPARE change_deployments;
