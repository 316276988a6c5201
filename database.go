package main

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"github.com/oabridge/oabridge/config"
)

const damagedRemedy = "restore a backup or change database.dsn · 请恢复备份，或修改 database.dsn"

// damaged tells whether SQLite cannot make sense of its file.
func damaged(err error) bool {
	return errors.Is(err, sqlite3.NOTADB) || errors.Is(err, sqlite3.CORRUPT)
}

// damage says which file it is.
func damage(cfg config.Database) string {
	return fmt.Sprintf("the SQLite file %s is damaged or no database · 数据库文件已损坏，或不是 SQLite 文件", cfg.DSN.Reveal())
}

// explainDatabase adds to an error of the database what only its configuration knows.
func explainDatabase(cfg config.Database, err error) error {
	if cfg.Driver != config.SQLite || !damaged(err) {
		return err
	}
	return fmt.Errorf("%s; %s (%w)", damage(cfg), damagedRemedy, err)
}
