-- What a job declared when its release was asked for, and how it changed since.

-- +goose Up
ALTER TABLE deployments ADD COLUMN definition TEXT;
ALTER TABLE deployments ADD COLUMN drift TEXT;
