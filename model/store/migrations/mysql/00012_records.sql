-- What releases are found by: their project, their people, their apps, how they ended, and when they were recorded. The program
-- fills the terms of the releases that are there.

-- +goose Up
CREATE TABLE IF NOT EXISTS release_terms (
    release_id BIGINT NOT NULL,
    term       BIGINT NOT NULL,
    PRIMARY KEY (release_id, term),
    KEY release_terms_term (term, release_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

SET @change = IF(
    (SELECT COUNT(*) FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = 'releases' AND index_name = 'releases_created') > 0,
    'DO 0',
    'ALTER TABLE releases ADD INDEX releases_created (created_at, id)');
PREPARE change_releases FROM @change;
EXECUTE change_releases;
DEALLOCATE PREPARE change_releases;
