package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

const slowStatement = 500 * time.Millisecond

// statementLogger is gorm's logger: slow statements go to slog, without their values. Errors are returned, not logged.
type statementLogger struct{ log *slog.Logger }

func newStatementLogger(l *slog.Logger) logger.Interface { return statementLogger{l} }

// LogMode changes nothing: the slog handler has the level.
func (l statementLogger) LogMode(logger.LogLevel) logger.Interface { return l }

// Info, Warn and Error drop what gorm says beside its statements: it comes back as an error too.
func (l statementLogger) Info(context.Context, string, ...any) {}

// Warn does nothing, as Info.
func (l statementLogger) Warn(context.Context, string, ...any) {}

// Error does nothing, as Info.
func (l statementLogger) Error(context.Context, string, ...any) {}

// Trace logs the statement when it was slow.
func (l statementLogger) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), _ error) {
	elapsed := time.Since(begin)
	if elapsed < slowStatement {
		return
	}
	text, rows := statement()
	l.log.WarnContext(ctx, "slow statement", "sql", text, "rows", rows, "elapsed", elapsed)
}

// ParamsFilter keeps the values out of what Trace gets.
func (l statementLogger) ParamsFilter(_ context.Context, text string, _ ...any) (string, []any) {
	return text, nil
}
