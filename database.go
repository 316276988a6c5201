package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
)

// trouble is what is wrong with the database, and what to do about it; both in English and Chinese.
type trouble struct{ what, remedy string }

// explainDatabase says what an error of the database means for whoever configured it. Its text carries no password.
func explainDatabase(cfg config.Database, err error) error {
	t := troubleOf(cfg, err)
	return fmt.Errorf("database.dsn: %s\n      → %s\n      (%s)", t.what, t.remedy, withoutPassword(cfg, explain(err)))
}

// unusable ends the program as a wrong configuration does: the database that it names cannot be worked with.
func unusable(cfg config.Database, err error) error {
	if _, ok := errors.AsType[*exitError](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	return &exitError{exitConfiguration, explainDatabase(cfg, err)}
}

// withoutPassword is for errors of others, which might quote what they were given.
func withoutPassword(cfg config.Database, text string) string {
	for _, secret := range (&config.Config{Database: cfg}).Secrets() {
		text = strings.ReplaceAll(text, secret, model.Masked)
	}
	return text
}

func troubleOf(cfg config.Database, err error) trouble {
	switch {
	case errors.Is(err, store.ErrNewerDatabase):
		return trouble{
			"the database belongs to a newer version of oabridge · 数据库比程序新",
			"start the newer program, or restore the backup made before the upgrade · 使用新版程序，或恢复升级前的备份",
		}
	case cfg.Driver == config.SQLite:
		return troubleOfSQLite(cfg.DSN.Reveal(), err)
	}
	return troubleOfMySQL(cfg, err)
}

// damaged tells whether SQLite cannot make sense of its file.
func damaged(err error) bool {
	return errors.Is(err, sqlite3.NOTADB) || errors.Is(err, sqlite3.CORRUPT)
}

// isFull tells whether there is no room for what SQLite writes. Often its driver says only that a write failed.
func isFull(err error) bool {
	return errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.IOERR_WRITE) || errors.Is(err, syscall.ENOSPC) ||
		model.CodeOf(err) == model.CodeDatabaseFull
}

func troubleOfSQLite(file string, err error) trouble {
	switch {
	case errors.Is(err, errServed):
		return trouble{
			fmt.Sprintf("another oabridge process serves the SQLite file %s · 已有另一个 oabridge 进程在使用该数据库文件", file),
			"end that process, or give this one a file of its own; several replicas need MySQL or MariaDB · " +
				"请先停止该进程，或改用其他文件；多实例请使用 MySQL 或 MariaDB",
		}
	case errors.Is(err, errSeveralNames):
		return trouble{
			fmt.Sprintf("the SQLite file %s has several names (hard links), and SQLite loses data under a second one · 数据库文件有多个硬链接", file),
			"end every process that uses it, keep the name with a -wal file beside it, if any has one, and remove the others " +
				"(find -samefile shows them); a symbolic link is fine · " +
				"停止使用它的进程，保留旁边有 -wal 文件的那个名字，删除其余硬链接(用 find -samefile 查找)；符号链接没有问题",
		}
	case damaged(err):
		return trouble{
			fmt.Sprintf("the SQLite file %s is damaged or no database · 数据库文件已损坏，或不是 SQLite 文件", file),
			"restore a backup or change database.dsn · 请恢复备份，或修改 database.dsn",
		}
	case errors.Is(err, fs.ErrNotExist):
		return trouble{
			fmt.Sprintf("the folder of the SQLite file %s does not exist · 数据库文件所在目录不存在", file),
			"create the folder, or change database.dsn · 创建该目录，或修改 database.dsn",
		}
	case errors.Is(err, sqlite3.BUSY), errors.Is(err, sqlite3.LOCKED):
		return trouble{
			fmt.Sprintf("another program keeps the SQLite file %s locked · 数据库文件被其他程序锁定", file),
			"end that program (a sqlite3 shell, a copy under way) · 结束占用它的程序",
		}
	case isFull(err):
		return trouble{
			fmt.Sprintf("the disk of the SQLite file %s is full · 磁盘已满", file),
			"make room, or change database.dsn · 清理磁盘，或修改 database.dsn",
		}
	}
	return trouble{
		fmt.Sprintf("the SQLite file %s cannot be read and written · 数据库文件无法读写", file),
		"give the file and its folder to the user that runs oabridge, on a local disk that is not read-only, or change database.dsn · " +
			"检查文件与目录的权限、磁盘是否只读，或修改 database.dsn",
	}
}

// unreachable tells whether nobody was reached at all.
func unreachable(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, context.DeadlineExceeded)
}
