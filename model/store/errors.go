package store

import (
	"context"
	"errors"

	"github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// Error numbers of MySQL and MariaDB.
const (
	mysqlDuplicate   = 1062
	mysqlLockTimeout = 1205
	mysqlDeadlock    = 1213
	mysqlOutOfRange  = 1264
	mysqlBadText     = 1366
	mysqlTooLong     = 1406
)

func mysqlNumber(err error) uint16 {
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return e.Number
	}
	return 0
}

// isDuplicate tells whether a unique key is taken.
func isDuplicate(err error) bool {
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY) ||
		mysqlNumber(err) == mysqlDuplicate
}

// isTransient tells whether the transaction surely did nothing and may be run again at once.
func isTransient(err error) bool {
	n := mysqlNumber(err)
	return n == mysqlDeadlock || n == mysqlLockTimeout || errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.LOCKED)
}

// isUnfit tells whether a value does not fit its column.
func isUnfit(err error) bool {
	switch mysqlNumber(err) {
	case mysqlOutOfRange, mysqlBadText, mysqlTooLong:
		return true
	}
	return errors.Is(err, sqlite3.CONSTRAINT_CHECK) || errors.Is(err, sqlite3.TOOBIG)
}

// refusal is an error of the caller's own function on its way through the transaction.
type refusal struct{ error }

// classify gives a database's error its code. Errors that have one, and the caller's own, stay as they are.
func classify(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if own, ok := errors.AsType[refusal](err); ok {
		return own.error
	}
	if _, ok := errors.AsType[*model.Error](err); ok {
		return err
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = errors.Join(cause, err)
	}
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return model.Wrap(model.CodeNotFound, err, "没有找到")
	case isUnfit(err):
		return model.Wrap(model.CodeInvalidRequest, err, "有内容过长或含有无法保存的字符")
	}
	return model.Wrap(model.CodeDatabaseUnavailable, err, "数据库暂时不可用，请稍后重试")
}
