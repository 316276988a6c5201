package servers

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql" // the driver that asks the server whether it is ready
)

// shared is the one MariaDB server of this test binary: it takes a second to start, so tests get a database each.
var shared struct {
	mariaDB
	once      sync.Once // the first test that needs it starts it
	err       error
	databases atomic.Int64
}

// mariaDB is one server and its data.
type mariaDB struct {
	folder  string
	program string
	options []string
	port    int
	server  *process
	admin   *sql.DB
}

// MariaDB returns the DSN of a fresh, empty database, which is dropped after the test. The server is shared by the test
// binary and stopped by Main.
func MariaDB(t testing.TB) (dsn string) {
	t.Helper()
	find(t, "mariadb-server", "mariadb-install-db")
	find(t, "mariadb-server", "mariadbd")
	shared.once.Do(func() { shared.err = shared.start("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF") })
	if shared.err != nil {
		t.Fatalf("mariadbd does not start: %v", shared.err)
	}
	name := fmt.Sprintf("oabridge_%d", shared.databases.Add(1))
	shared.exec(t, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	t.Cleanup(func() { shared.exec(t, "DROP DATABASE IF EXISTS "+name) })
	return fmt.Sprintf("root@tcp(127.0.0.1:%d)/%s", shared.port, name)
}

func (m *mariaDB) exec(t testing.TB, statement string) {
	t.Helper()
	if _, err := m.admin.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// start installs and starts a server on a free port. The further options are for both.
func (m *mariaDB) start(further ...string) error {
	install, err := installed("mariadb-server", "mariadb-install-db")
	if err != nil {
		return err
	}
	if m.program, err = installed("mariadb-server", "mariadbd"); err != nil {
		return err
	}
	if m.folder, err = os.MkdirTemp("", "oabridge-mariadb-"); err != nil {
		return err
	}
	socket := filepath.Join(m.folder, "s.sock")
	m.options = append(m.small(socket), further...)
	if err := m.install(install); err != nil {
		return err
	}
	if m.admin, err = openAdmin(socket); err != nil {
		return err
	}
	m.server, m.port, err = startReady(m.folder, m.command, m.admin.Ping)
	return err
}

// openAdmin says nothing of connections that end with the server: they are meant to.
func openAdmin(socket string) (*sql.DB, error) {
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.Logger = "root", "unix", socket, &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func (m *mariaDB) command(port int) *exec.Cmd {
	options := append(slices.Clone(m.options), "--bind-address=127.0.0.1", "--port="+strconv.Itoa(port))
	return exec.Command(m.program, options...)
}

// install creates the system tables. The settings must be the server's, or it refuses the files.
func (m *mariaDB) install(program string) error {
	options := append([]string{m.options[0], "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"},
		m.options[1:]...)
	output, err := exec.Command(program, options...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mariadb-install-db: %w: %s", err, output)
	}
	return nil
}

// small are the options of a server that starts quickly and keeps its files small.
func (m *mariaDB) small(socket string) []string {
	list := []string{
		"--no-defaults", "--datadir=" + filepath.Join(m.folder, "data"), "--socket=" + socket,
		"--pid-file=" + filepath.Join(m.folder, "pid"), "--tmpdir=" + m.folder,
		"--skip-log-bin", "--skip-name-resolve", "--performance-schema=OFF", "--max-connections=500",
		"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-use-native-aio=OFF", "--sync-binlog=0",
	}
	if os.Geteuid() == 0 {
		list = append(list, "--user=root")
	}
	return list
}

// stop ends the server, if one was started, and removes its data.
func (m *mariaDB) stop() {
	if m.admin != nil {
		_ = m.admin.Close()
	}
	if m.server != nil {
		m.server.stop()
	}
	if m.folder != "" {
		_ = os.RemoveAll(m.folder)
	}
}
