package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
	"github.com/oabridge/oabridge/model/store/storetest/wire"
)

func migrated(t *testing.T, dsn string) *store.Store {
	t.Helper()
	s := open(t, store.Options{Driver: store.DriverMySQL, DSN: dsn, Now: storetest.NewClock().Now})
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// app is a user who may not write to a server that is read-only.
const app = "CREATE USER app@'127.0.0.1'; GRANT SELECT, INSERT, UPDATE, DELETE ON oabridge.* TO app@'127.0.0.1'"

// primary is a server with a migrated database and the user app.
func primary(t *testing.T) *servers.Dedicated {
	t.Helper()
	d := servers.DedicatedMariaDB(t)
	migrated(t, d.DSN())
	for statement := range strings.SplitSeq(app, "; ") {
		if err := d.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func asApp(dsn string) string { return strings.Replace(dsn, "root@", "app@", 1) }

func TestReadOnlyServer(t *testing.T) {
	server := primary(t)
	s := open(t, store.Options{Driver: store.DriverMySQL, DSN: asApp(server.DSN()), Now: storetest.NewClock().Now})
	setReadOnly(t, server, "ON")
	for name, err := range map[string]error{
		"create":   s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{"a"}, compose),
		"post":     s.Post(t.Context(), model.Message{Key: "k"}),
		"writable": s.Writable(t.Context()),
	} {
		if model.CodeOf(err) != model.CodeDatabaseReadOnly {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if len(releases(t, s)) != 0 {
		t.Error("something was stored")
	}
	setReadOnly(t, server, "OFF")
	if err := s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{"a"}, compose); err != nil {
		t.Fatal(err)
	}
	stored(t, s, "a")
	if err := s.Writable(t.Context()); err != nil {
		t.Error(err)
	}
}

func setReadOnly(t *testing.T, d *servers.Dedicated, value string) {
	t.Helper()
	if err := d.Exec(t.Context(), "SET GLOBAL read_only = "+value); err != nil {
		t.Fatal(err)
	}
}

// TestFailOver: the address leads to another server from now on, while the connections of the pool lead to the one that
// is read-only.
func TestFailOver(t *testing.T) {
	before, after := primary(t), primary(t)
	proxy := wire.New(t, asApp(before.DSN()))
	s := open(t, store.Options{Driver: store.DriverMySQL, DSN: proxy.DSN(), Now: storetest.NewClock().Now})
	atOnce(t, 8, func(n int) error { // opens as many connections
		return s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{fmt.Sprint("before ", n)}, compose)
	})
	setReadOnly(t, before, "ON")
	proxy.Lead(after.Addr())
	atOnce(t, 8, func(n int) error {
		return s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{fmt.Sprint("after ", n)}, compose)
	})
	if n := len(releases(t, s)); n != 8 {
		t.Errorf("%d releases on the new primary, want 8", n)
	}
}

func atOnce(t *testing.T, n int, work func(n int) error) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := work(i); err != nil {
				t.Error(i, err)
			}
		})
	}
	all.Wait()
}

// TestFullServer: what the server was given is used up; room is made later.
func TestFullServer(t *testing.T) {
	server := servers.DedicatedMariaDB(t, "--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M:autoextend:max:24M")
	s := migrated(t, server.DSN())
	if err := server.Exec(t.Context(), "CREATE TABLE oabridge.ballast (id INT AUTO_INCREMENT PRIMARY KEY, weight LONGTEXT) ENGINE=InnoDB"); err != nil {
		t.Fatal(err)
	}
	for weight := 1 << 20; weight > 100; {
		if err := server.Exec(t.Context(), fmt.Sprintf("INSERT INTO oabridge.ballast (weight) VALUES (REPEAT('x', %d))", weight)); err != nil {
			weight /= 2
		}
	}
	fillUp(t, s, "key")
	server.Kill()
	if err := server.RestartWith("--innodb-data-file-path=ibdata1:12M:autoextend:max:48M"); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{"later"}, compose); err != nil {
		t.Fatal(err)
	}
	stored(t, s, "later")
}

func TestFullFile(t *testing.T) {
	s := oneConnection(t)
	if err := s.Exec(t.Context(), "PRAGMA max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	fillUp(t, s, "key")
	if err := s.Exec(t.Context(), "PRAGMA max_page_count = 6000"); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{"later"}, compose); err != nil {
		t.Fatal(err)
	}
	stored(t, s, "later")
}

// oneConnection is SQLite with one connection, so that a pragma holds for everything.
func oneConnection(t *testing.T) *store.Store {
	t.Helper()
	s := open(t, store.Options{
		Driver: store.DriverSQLite, DSN: t.TempDir() + "/oabridge.db", MaxOpen: 1, Now: storetest.NewClock().Now,
	})
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// fillUp creates releases until there is no room, and checks that each is there whole, or not at all.
func fillUp(t *testing.T, s *store.Store, name string) {
	t.Helper()
	for n := range 5000 {
		r, key := due(storetest.NewClock().Now()), fmt.Sprint(name, " ", n)
		r.Reason = strings.Repeat("因", 500)
		err := s.CreateRelease(t.Context(), r, []string{key}, compose)
		if err == nil {
			stored(t, s, key)
			continue
		}
		if model.CodeOf(err) != model.CodeDatabaseFull {
			t.Fatal(err)
		}
		if _, err := s.ReleaseByKeys(t.Context(), []string{key}); model.CodeOf(err) != model.CodeNotFound || r.ID != 0 {
			t.Fatalf("#%d: %v", r.ID, err)
		}
		return
	}
	t.Fatal("it never was full")
}

func TestReadOnlyFile(t *testing.T) {
	s := oneConnection(t)
	if err := s.Exec(t.Context(), "PRAGMA query_only = ON"); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"create":   s.CreateRelease(t.Context(), due(storetest.NewClock().Now()), []string{"a"}, compose),
		"writable": s.Writable(t.Context()),
	} {
		if model.CodeOf(err) != model.CodeDatabaseReadOnly {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(releases(t, s)) != 0 {
		t.Error("something was stored")
	}
}
