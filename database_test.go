package main

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// configured is a configuration that is complete but for its database.
func configured(t *testing.T, driver, dsn string) string {
	t.Helper()
	return written(t, fmt.Sprintf("listen: 127.0.0.1:0\ndatabase: {driver: %s, dsn: %q}\n", driver, dsn)+
		"jenkins: [{name: prod, url: 'http://127.0.0.1:1', user: bridge, token: hush-jenkins}]\n"+
		"dingtalk: {api_url: 'http://127.0.0.1:1', oapi_url: 'http://127.0.0.1:1', connector: {insecure: true}}\n")
}

// wantUnusable runs every command that needs the database: each says what is wrong and what to do.
func wantUnusable(t *testing.T, driver, dsn string, wants ...string) {
	t.Helper()
	path := configured(t, driver, dsn)
	for _, command := range []string{"serve", "migrate", "migrate status", "doctor"} {
		o, code := oabridge(t, append(strings.Fields(command), "-c", path)...), exitConfiguration
		if command == "doctor" {
			code = exitFailure
		}
		for _, want := range append(wants, "database") {
			if o.code != code || !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("%s: want exit %d and %q: %s", command, code, want, o)
			}
		}
		keepsSecrets(t, o, "hush")
	}
}

// bridgeUser makes a user of the server with some rights in the database, and returns its DSN.
func bridgeUser(t *testing.T, rights string) *mysql.Config {
	t.Helper()
	dsn, err := mysql.ParseDSN(servers.MariaDB(t))
	if err != nil {
		t.Fatal(err)
	}
	name := dsn.DBName + "_user"
	change(t, "mysql", dsn.FormatDSN(), "CREATE USER "+name+"@'127.0.0.1' IDENTIFIED BY 'hush-right'")
	change(t, "mysql", dsn.FormatDSN(), "GRANT "+rights+" ON "+dsn.DBName+".* TO "+name+"@'127.0.0.1'")
	dsn.User, dsn.Passwd = name, "hush-right"
	return dsn
}

func TestAWrongMySQLDSNIsExplained(t *testing.T) {
	for name, test := range map[string]struct {
		rights string
		spoil  func(*mysql.Config)
		wants  []string
	}{
		"wrong password":   {"ALL", func(c *mysql.Config) { c.Passwd = "hush-wrong" }, []string{"refuses the login of user", "check user and password in database.dsn"}},
		"unknown user":     {"ALL", func(c *mysql.Config) { c.User = "nobody" }, []string{`refuses the login of user "nobody"`, "check user and password"}},
		"unknown database": {"ALL", func(c *mysql.Config) { c.User, c.Passwd, c.DBName = "root", "", "nowhere" }, []string{`no database "nowhere"`, "CREATE DATABASE"}},
		"a foreign one":    {"ALL", func(c *mysql.Config) { c.DBName = "mysql" }, []string{"lacks rights", "GRANT ALL"}},
		"nobody listens":   {"ALL", func(c *mysql.Config) { c.Addr = closedAddress(t) }, []string{"no database answers at 127.0.0.1:", "check host and port in database.dsn"}},
		"unknown host":     {"ALL", func(c *mysql.Config) { c.Addr = "nowhere.invalid:3306" }, []string{"no database answers at nowhere.invalid:3306"}},
		"no MySQL":         {"ALL", func(c *mysql.Config) { c.Addr = babbler(t) }, []string{"does not speak as MySQL does", "check host and port"}},
		"unknown setting":  {"ALL", func(c *mysql.Config) { c.Params = map[string]string{"shoe_size": "43"} }, []string{"a parameter of the DSN", "question mark"}},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := bridgeUser(t, test.rights)
			test.spoil(dsn)
			wantUnusable(t, config.MySQL, dsn.FormatDSN(), test.wants...)
		})
	}
}

// TestAUserWithoutRightsIsExplained: reading is allowed, so only migrating fails.
func TestAUserWithoutRightsIsExplained(t *testing.T) {
	path := configured(t, config.MySQL, bridgeUser(t, "SELECT").FormatDSN())
	for _, command := range []string{"serve", "migrate"} {
		o := oabridge(t, command, "-c", path)
		if o.code != exitConfiguration || !strings.Contains(o.stderr, "lacks rights") || !strings.Contains(o.stderr, "GRANT ALL") {
			t.Errorf("%s: %s", command, o)
		}
		keepsSecrets(t, o, "hush")
	}
}

// execute changes a SQLite file behind the program's back.
func execute(t *testing.T, file, statement string) {
	t.Helper()
	change(t, "sqlite3", "file:"+filepath.ToSlash(file), statement)
}

// change runs a statement on a database, by the name of its Go driver.
func change(t *testing.T, driver, dsn, statement string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// babbler is a server that speaks something else, as one on a wrong port does.
func babbler(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("220 mail.example.com ESMTP ready, with a long greeting\r\n"))
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func TestAWrongSQLiteFileIsExplained(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	wantUnusable(t, config.SQLite, text, text, "is damaged or no database", "restore a backup or change database.dsn")
	wantUnusable(t, config.SQLite, folder, folder, "cannot be read and written", "change database.dsn")
	locked := filepath.Join(folder, "locked.db")
	if o := oabridge(t, "migrate", "-c", configured(t, config.SQLite, locked)); o.code != 0 {
		t.Fatal(o)
	}
	execute(t, locked, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	wantUnusable(t, config.SQLite, locked, "newer", "start the newer program, or restore the backup")
	nowhere := configured(t, config.SQLite, filepath.Join(folder, "none", "a.db"))
	for _, command := range []string{"serve", "migrate"} {
		if o := oabridge(t, command, "-c", nowhere); o.code != exitConfiguration || !strings.Contains(o.stderr, "create the folder") {
			t.Errorf("%s: %s", command, o)
		}
	}
}

func TestARedisThatIsAwayIsAWarning(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{dsn: %q}\nredis: {addr: %q}", filepath.Join(t.TempDir(), "a.db"), closedAddress(t)))
	code, log := o.serve().stop()
	if code != 0 || !strings.Contains(log, `"level":"WARN"`) || !strings.Contains(log, `"key":"redis.addr"`) ||
		!strings.Contains(log, "check the address and that Redis runs") {
		t.Errorf("exit %d\n%s", code, log)
	}
}
