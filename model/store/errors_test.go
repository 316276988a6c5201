package store

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/oabridge/oabridge/model"
)

func numbered(n uint16) error { return fmt.Errorf("wrapped: %w", &mysql.MySQLError{Number: n}) }

func said(n uint16, message string) error { return &mysql.MySQLError{Number: n, Message: message} }

func TestClassify(t *testing.T) {
	own := errors.New("the caller's")
	coded := model.Errorf(model.CodeConflict, "taken")
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for name, test := range map[string]struct {
		err  error
		want model.Code
	}{
		"nothing":              {nil, ""},
		"coded":                {coded, model.CodeConflict},
		"coded and wrapped":    {fmt.Errorf("x: %w", coded), model.CodeConflict},
		"not found":            {gorm.ErrRecordNotFound, model.CodeNotFound},
		"the caller's":         {refusal{own}, model.CodeInternal},
		"time-out":             {context.DeadlineExceeded, model.CodeDatabaseUnavailable},
		"connection refused":   {refused, model.CodeDatabaseUnavailable},
		"connection lost":      {driver.ErrBadConn, model.CodeDatabaseUnavailable},
		"connection cut":       {mysql.ErrInvalidConn, model.CodeDatabaseUnavailable},
		"server shuts down":    {numbered(1053), model.CodeDatabaseUnavailable},
		"connection killed":    {numbered(1927), model.CodeDatabaseUnavailable},
		"wrong password":       {numbered(1045), model.CodeDatabaseUnavailable},
		"too many clients":     {numbered(1040), model.CodeDatabaseBusy},
		"deadlock":             {numbered(1213), model.CodeDatabaseBusy},
		"lock wait":            {numbered(1205), model.CodeDatabaseBusy},
		"busy":                 {sqlite3.BUSY, model.CodeDatabaseBusy},
		"read only (mysql)":    {numbered(1290), model.CodeDatabaseReadOnly},
		"read-only server":     {numbered(1836), model.CodeDatabaseReadOnly},
		"read-only file":       {sqlite3.READONLY_DIRECTORY, model.CodeDatabaseReadOnly},
		"disk full (mysql)":    {numbered(1021), model.CodeDatabaseFull},
		"table full (mysql)":   {numbered(1114), model.CodeDatabaseFull},
		"engine has no room":   {said(1030, "Got error 28 \"No space left on device\" from storage engine InnoDB"), model.CodeDatabaseFull},
		"commit has no room":   {said(1180, "Got error 28 during COMMIT"), model.CodeDatabaseFull},
		"cannot write":         {said(1026, "Error writing file './x' (Errcode: 28)"), model.CodeDatabaseFull},
		"another engine error": {said(1030, "Got error 128 from storage engine"), model.CodeDatabaseUnavailable},
		"disk full (sqlite)":   {sqlite3.FULL, model.CodeDatabaseFull},
		"disk full (system)":   {fmt.Errorf("x: %w", syscall.ENOSPC), model.CodeDatabaseFull},
		"over quota (system)":  {fmt.Errorf("x: %w", syscall.EDQUOT), model.CodeDatabaseFull},
		"not written (sqlite)": {sqlite3.IOERR_WRITE, model.CodeDatabaseFull},
		"I/O error":            {sqlite3.IOERR, model.CodeDatabaseUnavailable},
		"too long (mysql)":     {numbered(1406), model.CodeInvalidRequest},
		"no text (mysql)":      {numbered(1366), model.CodeInvalidRequest},
		"too long (sqlite)":    {sqlite3.CONSTRAINT_CHECK, model.CodeInvalidRequest},
		"far too long sqlite":  {sqlite3.TOOBIG, model.CodeInvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			got := classify(t.Context(), test.err)
			if model.CodeOf(got) != test.want {
				t.Errorf("got %v, want code %q", got, test.want)
			}
			if test.err != nil && test.want != model.CodeInternal && !errors.Is(got, test.err) {
				t.Errorf("the cause is lost: %v", got)
			}
		})
	}
	if got := classify(t.Context(), fmt.Errorf("x: %w", refusal{own})); got != own {
		t.Errorf("the caller's error comes back as %v", got)
	}
}

// TestClassifyCancelled keeps the cancellation recognisable when the driver says something else.
func TestClassifyCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range []error{sqlite3.INTERRUPT, mysql.ErrInvalidConn, context.Canceled} {
		if got := classify(ctx, err); !errors.Is(got, context.Canceled) || !errors.Is(got, err) {
			t.Error(got)
		}
	}
}

func openTemporary(t *testing.T, log *slog.Logger) *Store {
	t.Helper()
	o := Options{Driver: DriverSQLite, DSN: filepath.Join(t.TempDir(), "oabridge.db"), Logger: log}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestRetries(t *testing.T) {
	s := openTemporary(t, nil)
	for _, test := range []struct {
		err       error
		fails     int
		wantTries int
		wantCode  model.Code
	}{
		{numbered(1213), 2, 3, ""},
		{numbered(1205), 1, 2, ""},
		{sqlite3.BUSY, 1, 2, ""},
		{numbered(1213), 100, 6, model.CodeDatabaseBusy},
		{mysql.ErrInvalidConn, 1, 2, ""}, // before the COMMIT: it surely was not committed
		{mysql.ErrInvalidConn, 100, 2, model.CodeDatabaseUnavailable},
		{numbered(1290), 1, 2, ""},
		{numbered(1290), 100, 2, model.CodeDatabaseReadOnly},
		{numbered(1114), 1, 1, model.CodeDatabaseFull},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, 1, 1, model.CodeDatabaseUnavailable},
		{refusal{model.Errorf(model.CodeConflict, "")}, 1, 1, model.CodeConflict},
	} {
		tries := 0
		err := s.write(t.Context(), func(*gorm.DB) error {
			if tries++; tries <= test.fails {
				return test.err
			}
			return nil
		})
		if tries != test.wantTries || model.CodeOf(err) != test.wantCode {
			t.Errorf("%v: %d tries and %v, want %d and %q", test.err, tries, err, test.wantTries, test.wantCode)
		}
	}
}

func TestNoRetryWhenCancelled(t *testing.T) {
	s := openTemporary(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	err := s.write(ctx, func(*gorm.DB) error { tries++; cancel(); return numbered(1213) })
	if tries != 1 || !errors.Is(err, context.Canceled) {
		t.Fatal(tries, err)
	}
}

// TestSlowStatements wants the statement in the log, and none of its values.
func TestSlowStatements(t *testing.T) {
	var lines bytes.Buffer
	log := newStatementLogger(slog.New(slog.NewTextHandler(&lines, nil)))
	s := openTemporary(t, nil)
	s.db = s.db.Session(&gorm.Session{Logger: delayed{log}})
	if err := s.db.Exec("SELECT ?, ?", "very secret", 4711).Error; err != nil {
		t.Fatal(err)
	}
	got := lines.String()
	if !strings.Contains(got, "SELECT ?, ?") || strings.Contains(got, "secret") || strings.Contains(got, "4711") {
		t.Errorf("logged %q", got)
	}
	lines.Reset()
	s.db = s.db.Session(&gorm.Session{Logger: log})
	if err := s.db.Exec("SELECT 'quick'").Error; err != nil || lines.Len() != 0 {
		t.Errorf("logged %q (%v)", lines.String(), err)
	}
}

// delayed makes every statement look slow.
type delayed struct{ logger.Interface }

func (d delayed) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	d.Interface.Trace(ctx, begin.Add(-time.Hour), statement, err)
}

func (d delayed) ParamsFilter(ctx context.Context, text string, args ...any) (string, []any) {
	return d.Interface.(gorm.ParamsFilter).ParamsFilter(ctx, text, args...)
}
