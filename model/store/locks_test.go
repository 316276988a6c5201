package store_test

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver of the other session

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// other is another session that holds locks.
type other struct {
	t  *testing.T
	db *sql.DB
	tx *sql.Tx
}

func otherSession(t *testing.T, dsn string) *other {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := &other{t: t, db: db}
	if o.tx, err = db.BeginTx(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *other) exec(statement string) {
	o.t.Helper()
	if _, err := o.tx.ExecContext(o.t.Context(), statement); err != nil {
		o.t.Fatalf("%s: %v", statement, err)
	}
}

// awaitStatus waits until a counter of the server is above a value, and returns it.
func (o *other) awaitStatus(name string, above int) (value int) {
	o.t.Helper()
	query := "SELECT variable_value FROM information_schema.global_status WHERE variable_name = '" + name + "'"
	for range 3000 {
		if err := o.db.QueryRowContext(o.t.Context(), query).Scan(&value); err != nil {
			o.t.Fatal(err)
		}
		if value > above {
			return value
		}
		time.Sleep(5 * time.Millisecond)
	}
	o.t.Fatalf("%s stays at %d", name, value)
	return 0
}

func count(r *model.Release) error {
	r.Deployments[0].Attempts++
	r.Record(model.Event{Kind: "counted"})
	return nil
}

// wantCounted checks that count was stored so many times, with its history.
func wantCounted(t *testing.T, s *store.Store, id int64, want int) {
	t.Helper()
	r, err := s.Release(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	events, err := s.History(t.Context(), id, 0, 1000)
	if err != nil || r.Deployments[0].Attempts != want || len(events) != 1+want {
		t.Errorf("%d attempts and %d events, want %d and one more (%v)", r.Deployments[0].Attempts, len(events), want, err)
	}
}

func TestDeadlockIsRunAgain(t *testing.T) {
	server := servers.DedicatedMariaDB(t)
	s, o := migrated(t, server.DSN()), otherSession(t, server.DSN())
	r := due(storetest.NewClock().Now())
	if err := s.CreateRelease(t.Context(), r, []string{"a"}, compose); err != nil {
		t.Fatal(err)
	}
	if err := server.Exec(t.Context(), "CREATE TABLE oabridge.ballast (id INT PRIMARY KEY) ENGINE=InnoDB"); err != nil {
		t.Fatal(err)
	}
	waits := o.awaitStatus("Innodb_row_lock_waits", -1)
	o.exec("INSERT INTO ballast SELECT seq FROM seq_1_to_1000") // the one that changed less is given up: the store
	o.exec(fmt.Sprintf("SELECT * FROM deployments WHERE release_id = %d FOR UPDATE", r.ID))
	var all sync.WaitGroup
	var err error
	all.Go(func() { err = s.UpdateRelease(t.Context(), r.ID, count) })
	o.awaitStatus("Innodb_row_lock_waits", waits) // the store has the release and wants its deployments
	o.exec(fmt.Sprintf("SELECT * FROM releases WHERE id = %d FOR UPDATE", r.ID))
	o.awaitStatus("Innodb_deadlocks", 0)
	if rollback := o.tx.Rollback(); rollback != nil {
		t.Fatal(rollback)
	}
	all.Wait()
	if err != nil {
		t.Fatal(err)
	}
	wantCounted(t, s, r.ID, 1)
}

func TestLockTimeoutIsRunAgain(t *testing.T) {
	dsn := servers.DedicatedMariaDB(t).DSN()
	s, o := migrated(t, dsn), otherSession(t, dsn)
	r := due(storetest.NewClock().Now())
	if err := s.CreateRelease(t.Context(), r, []string{"a"}, compose); err != nil {
		t.Fatal(err)
	}
	waits := o.awaitStatus("Innodb_row_lock_waits", -1)
	o.exec(fmt.Sprintf("SELECT * FROM releases WHERE id = %d FOR UPDATE", r.ID))
	var all sync.WaitGroup
	var err error
	all.Go(func() { err = s.UpdateRelease(t.Context(), r.ID, count) })
	o.awaitStatus("Innodb_row_lock_waits", waits+1) // it waited in vain once, and waits again
	if rollback := o.tx.Rollback(); rollback != nil {
		t.Fatal(rollback)
	}
	all.Wait()
	if err != nil {
		t.Fatal(err)
	}
	wantCounted(t, s, r.ID, 1)
}
