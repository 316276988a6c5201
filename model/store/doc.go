// Package store keeps releases, their history, the outbox, leases and listings in SQLite or MySQL/MariaDB. The database is
// the queue: work is claimed with leases, changes are guarded by versions. The package decides nothing about releases and
// knows no HTTP, Jenkins or DingTalk.
package store
