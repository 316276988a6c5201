package api_test

import (
	"testing"

	"go.uber.org/goleak"
)

// gorm's statement cache keeps a goroutine of its own for as long as the process lives.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("gorm.io/gorm/internal/lru.NewLRU[...].func1"))
}
