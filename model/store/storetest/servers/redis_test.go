package servers

import (
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestRedisServerComesBackEmptyAtItsAddress(t *testing.T) {
	r := DedicatedRedis(t)
	client := redis.NewClient(&redis.Options{Addr: r.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	fill := func() {
		t.Helper()
		if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	empty := func() {
		t.Helper()
		if n, err := client.DBSize(t.Context()).Result(); err != nil || n != 0 {
			t.Errorf("%d keys, %v; want none", n, err)
		}
	}
	fill()
	r.Kill()
	if err := r.Restart(); err != nil {
		t.Fatal(err)
	}
	empty()
	fill()
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	empty()
}

func TestFrozenServersAnswerNobodyUntilTheyThaw(t *testing.T) {
	r, d := DedicatedRedis(t), DedicatedMariaDB(t)
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	if err := r.ping(); err == nil {
		t.Error("a frozen Redis answers")
	}
	if err := r.Thaw(); err != nil {
		t.Fatal(err)
	}
	if err := r.ping(); err != nil {
		t.Error(err)
	}
	if err := d.Freeze(); err != nil {
		t.Fatal(err)
	}
	if err := d.Thaw(); err != nil {
		t.Fatal(err)
	}
	if err := d.Exec(t.Context(), "SELECT 1"); err != nil {
		t.Error(err)
	}
}
