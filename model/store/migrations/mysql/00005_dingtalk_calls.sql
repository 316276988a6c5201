-- How many calls of DingTalk all replicas made in a month that count against its quotas.

-- +goose Up
CREATE TABLE IF NOT EXISTS dingtalk_calls (
    month VARBINARY(7)  NOT NULL,
    kind  VARBINARY(32) NOT NULL,
    calls BIGINT        NOT NULL,
    PRIMARY KEY (month, kind)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
