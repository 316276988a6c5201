package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"syscall"

	"github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"

	"github.com/oabridge/oabridge/model"
)

// failure is a way in which a database fails.
type failure int

const (
	away      failure = iota // it does not answer, or says something that we know no better name for
	lost                     // the connection broke while it was in use
	contended                // the transaction lost against another one: it did nothing, and may run again at once
	crowded                  // it has no room for one more connection or thread
	readOnly                 // it takes no writes, as the old primary after a fail-over: the statement did nothing
	full                     // its disk, or the room that it was given, is used up
	unwritten                // the system refused what SQLite wrote, mostly for want of room; why is not always known
)

// mysqlFailures are the error numbers of MySQL and MariaDB, and of the proxies before them, that have a name.
var mysqlFailures = map[failure][]uint16{
	// shutting down; connection aborted, killed, gone, lost; idle for too long
	lost: {1053, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 4031},
	// row changed since it was read, lock time-out, deadlock (also of a cluster's nodes)
	contended: {1020, 1205, 1213},
	// too many connections, of all or of this user; no memory, no thread; too many transactions
	crowded: {1037, 1040, 1041, 1135, 1203, 1226, 1637},
	// --read-only, --super-read-only; read-only transaction, server, InnoDB
	readOnly: {1290, 1792, 1836, 1874},
	// disk, table
	full: {1021, 1114},
}

// noSpace is how a server says, in errors of several numbers, that its system had no room on the disk.
var noSpace = regexp.MustCompile(`(?i)no space left|\berr(or|no|code):? 28\b`)

// failureOf names what happened.
func failureOf(err error) failure {
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return mysqlFailure(e)
	}
	switch {
	case errors.Is(err, sqlite3.BUSY), errors.Is(err, sqlite3.LOCKED):
		return contended
	case errors.Is(err, sqlite3.READONLY):
		return readOnly
	case errors.Is(err, sqlite3.FULL), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return full
	case errors.Is(err, sqlite3.IOERR_WRITE):
		return unwritten
	case isLost(err):
		return lost
	}
	return away
}

func mysqlFailure(e *mysql.MySQLError) failure {
	for name, numbers := range mysqlFailures {
		if slices.Contains(numbers, e.Number) {
			return name
		}
	}
	if noSpace.MatchString(e.Message) {
		return full
	}
	return away
}

// isLost tells a connection that broke from one that could not be made.
func isLost(err error) bool {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return false
	}
	for _, broken := range []error{
		driver.ErrBadConn, mysql.ErrInvalidConn, mysql.ErrPktSync, mysql.ErrPktSyncMul, mysql.ErrMalformPkt, io.EOF, io.ErrUnexpectedEOF,
		syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed,
	} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}

// tries is how often a transaction may run altogether when it failed like this before it was committed. A connection to
// a primary that was deposed, or that broke, is worth one more try over a new one.
func (f failure) tries() int {
	switch f {
	case contended:
		return 6
	case lost, readOnly:
		return 2
	default:
		return 1
	}
}

// undone tells whether a COMMIT that failed surely saved nothing. What SQLite could not write to its log (wal) it never
// shows to anyone; the next transaction writes over it. A failed fsync is no such case: the log may be whole.
func undone(err error) bool {
	f := failureOf(err)
	return f == contended || f == readOnly || errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.IOERR_WRITE)
}

func (f failure) explain(err error) error {
	switch f {
	case contended, crowded:
		return model.Wrap(model.CodeDatabaseBusy, err, "数据库繁忙，没有保存，请稍后重试")
	case readOnly:
		return model.Wrap(model.CodeDatabaseReadOnly, err, "数据库目前只读，无法保存，请联系管理员检查主从切换或目录权限，恢复后重试")
	case full:
		return model.Wrap(model.CodeDatabaseFull, err, "数据库空间已满，无法保存，请联系管理员清理或扩容，之后重试")
	case unwritten: // the driver forgets at a COMMIT which error of the system it was
		return model.Wrap(model.CodeDatabaseFull, fmt.Errorf("no space left on the database's disk, or the disk fails: %w", err),
			"数据库写入磁盘失败(多半是空间已满)，没有保存，请联系管理员检查磁盘，之后重试")
	default:
		return model.Wrap(model.CodeDatabaseUnavailable, err, "数据库暂时不可用，请稍后重试")
	}
}

// mayRunAgain tells whether what failed surely did nothing and is worth one more try.
func mayRunAgain(err error, tried int) bool {
	if _, ok := errors.AsType[refusal](err); ok {
		return false
	}
	if _, ok := errors.AsType[*model.Error](err); ok {
		return false
	}
	return tried < failureOf(err).tries()
}
