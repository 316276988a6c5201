-- Digests, comments in approvals, what became of work notices, and messages that a person has sent again. The defaults let
-- replicas of the version before store messages while they are replaced one by one.

-- +goose Up
SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'messages' AND column_name = 'resent_at') > 0,
    'DO 0',
    'ALTER TABLE messages
        ADD COLUMN author    MEDIUMTEXT NOT NULL DEFAULT (''''),
        ADD COLUMN summary   MEDIUMTEXT NOT NULL DEFAULT (''''),
        ADD COLUMN link      MEDIUMTEXT NOT NULL DEFAULT (''''),
        ADD COLUMN digest_id BIGINT     NULL,
        ADD COLUMN task_id   BIGINT     NOT NULL DEFAULT 0,
        ADD COLUMN check_at  BIGINT     NULL,
        ADD COLUMN resent_by MEDIUMTEXT NOT NULL DEFAULT (''''),
        ADD COLUMN resent_at BIGINT     NULL,
        ADD KEY messages_state (state, id),
        ADD KEY messages_check (state, check_at, id)');
PREPARE change_messages FROM @change;
EXECUTE change_messages;
DEALLOCATE PREPARE change_messages;
