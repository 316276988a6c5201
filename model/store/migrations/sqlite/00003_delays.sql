-- Since when Jenkins does not take a deployment, so that people are told once of each such wait.

-- +goose Up
ALTER TABLE deployments ADD COLUMN delayed_since INTEGER;
