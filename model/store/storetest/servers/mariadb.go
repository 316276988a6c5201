package servers

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/go-sql-driver/mysql" // the driver that asks the server whether it is ready
)

// shared is the one MariaDB server of this test binary: it takes a second to start, so tests get a database each.
var shared mariaDB

// mariaDB is a server that starts when the first test needs it.
type mariaDB struct {
	once      sync.Once
	err       error
	folder    string
	port      int
	server    *process
	admin     *sql.DB
	databases atomic.Int64
}

// MariaDB returns the DSN of a fresh, empty database, which is dropped after the test. The server is shared by the test
// binary and stopped by Main.
func MariaDB(t testing.TB) (dsn string) {
	t.Helper()
	install := find(t, "mariadb-server", "mariadb-install-db")
	server := find(t, "mariadb-server", "mariadbd")
	shared.once.Do(func() { shared.err = shared.start(install, server) })
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

func (m *mariaDB) start(install, server string) (err error) {
	if m.folder, err = os.MkdirTemp("", "oabridge-mariadb-"); err != nil {
		return err
	}
	socket := filepath.Join(m.folder, "s.sock")
	common := m.options(socket)
	if err := m.install(install, common); err != nil {
		return err
	}
	if m.admin, err = sql.Open("mysql", "root@unix("+socket+")/"); err != nil {
		return err
	}
	build := func(port int) *exec.Cmd {
		options := append(common[:len(common):len(common)], "--bind-address=127.0.0.1", "--port="+strconv.Itoa(port))
		return exec.Command(server, options...)
	}
	m.server, m.port, err = startReady(m.folder, build, m.admin.Ping)
	return err
}

// install creates the system tables. The settings must be the server's, or it refuses the files.
func (m *mariaDB) install(program string, common []string) error {
	options := append([]string{common[0], "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"},
		common[1:]...)
	output, err := exec.Command(program, options...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mariadb-install-db: %w: %s", err, output)
	}
	return nil
}

// options are for speed: small files, and no care for the data after a crash.
func (m *mariaDB) options(socket string) []string {
	list := []string{
		"--no-defaults", "--datadir=" + filepath.Join(m.folder, "data"), "--socket=" + socket,
		"--pid-file=" + filepath.Join(m.folder, "pid"), "--tmpdir=" + m.folder,
		"--skip-log-bin", "--skip-name-resolve", "--performance-schema=OFF", "--max-connections=500",
		"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=0",
		"--innodb-doublewrite=OFF", "--innodb-use-native-aio=OFF", "--sync-binlog=0",
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
