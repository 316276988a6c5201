package servers

import (
	"testing"
)

func TestDedicatedKeepsWhatWasCommitted(t *testing.T) {
	d := DedicatedMariaDB(t)
	before := d.Addr()
	db := open(t, d.DSN())
	write := func(value int) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), "INSERT INTO kept VALUES (?)", value); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Exec(t.Context(), "CREATE TABLE oabridge.kept (id INT)"); err != nil {
		t.Fatal(err)
	}
	write(1)
	d.Kill()
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("a killed server answers")
	}
	if err := d.Restart(); err != nil {
		t.Fatal(err)
	}
	write(2)
	if err := d.Restart(); err == nil {
		t.Error("Restart starts a second server on the same data")
	}
	if err := d.Shutdown(); err != nil {
		t.Fatal(err)
	}
	if err := d.Restart(); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM kept").Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d rows are left (%v), want both", rows, err)
	}
	if d.Addr() != before {
		t.Errorf("the server moved from %s to %s", before, d.Addr())
	}
}
