-- What releases are found by: their project, their people, their apps, how they ended, and when they were recorded. The program
-- fills the terms of the releases that are there.

-- +goose Up
CREATE TABLE release_terms (
    release_id INTEGER NOT NULL,
    term       INTEGER NOT NULL,
    PRIMARY KEY (release_id, term)
) STRICT, WITHOUT ROWID;

CREATE INDEX release_terms_term ON release_terms (term, release_id);
CREATE INDEX releases_created ON releases (created_at, id);
