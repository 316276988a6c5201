package store

import (
	"context"
	"errors"

	"github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// Error numbers of MySQL and MariaDB that are about a value.
const (
	mysqlDuplicate  = 1062
	mysqlOutOfRange = 1264
	mysqlBadText    = 1366
	mysqlTooLong    = 1406
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
	return failureOf(err).explain(err)
}

// outcomeUnknown says that what was to be saved may be there or not.
func outcomeUnknown(err error) error {
	return model.Wrap(model.CodeDatabaseUnknown, err, "保存时与数据库的连接中断，不能确定是否已保存；请刷新后查看，或原样重新提交，不会重复执行")
}
