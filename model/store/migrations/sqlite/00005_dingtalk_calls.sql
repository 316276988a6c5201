-- How many calls of DingTalk all replicas made in a month that count against its quotas.

-- +goose Up
CREATE TABLE dingtalk_calls (
    month TEXT NOT NULL CHECK (length(month) <= 7),
    kind  TEXT NOT NULL CHECK (length(kind) <= 32),
    calls INTEGER NOT NULL,
    PRIMARY KEY (month, kind)
) STRICT, WITHOUT ROWID;
