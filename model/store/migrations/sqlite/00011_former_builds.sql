-- The builds that a deployment had before it was deployed again.

-- +goose Up
ALTER TABLE deployments ADD COLUMN former_builds TEXT;
