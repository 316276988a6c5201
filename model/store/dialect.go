package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

// dialect is all that differs between the databases.
type dialect struct {
	goose      goose.Dialect
	migrations string // the folder of the embedded files
	migration  func(context.Context) (pool *sql.DB, done func() error, err error)
	hasTable   string // counts the tables of a name in this database
	appliedAt  string // when goose applied a version, in seconds since 1970

	pool *sql.DB
	gorm gorm.Dialector

	time       string // reads the database's clock in microseconds since 1970; "": it has none of its own
	useIndex   string // format that makes a statement use an index, whatever the statistics say
	primary    string // the same for the primary key
	inOrder    string // joins tables in the order in which the statement names them
	skipLocked string // ends a SELECT that locks what nobody else has locked
}

// using makes a statement use an index of its table.
func (d dialect) using(index string) string { return fmt.Sprintf(d.useIndex, index) }

func joinClose(err error, c io.Closer) error { return errors.Join(err, c.Close()) }
