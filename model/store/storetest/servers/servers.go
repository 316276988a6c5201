// Package servers starts private MariaDB and Redis servers for tests, on free ports and in temporary folders, and stops
// them again. It never uses a server that already runs, and it knows nothing of what the tests store.
package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// RequireVariable is the environment variable that turns a missing server from a skipped test into a failed one.
const RequireVariable = "OABRIDGE_TEST_REQUIRE_SERVERS"

// Runner runs the tests of a package; *testing.M is one.
type Runner interface {
	Run() int
}

// Main runs the tests, stops the servers they share and returns the exit code:
//
//	func TestMain(m *testing.M) { os.Exit(servers.Main(m)) }
func Main(m Runner) int {
	defer shared.stop()
	return m.Run()
}

// Need ends a test where MariaDB or Redis is not installed, as MariaDB and Redis do, and starts nothing.
func Need(t testing.TB) {
	t.Helper()
	find(t, "mariadb-server", "mariadb-install-db")
	find(t, "mariadb-server", "mariadbd")
	find(t, redisPackage, redisPrograms...)
}

// find returns the path of the first program that is installed. Without one the test ends: as failed when
// RequireVariable is 1, else as skipped.
func find(t testing.TB, debianPackage string, names ...string) string {
	t.Helper()
	path, err := installed(debianPackage, names...)
	if err == nil {
		return path
	}
	if os.Getenv(RequireVariable) == "1" {
		t.Fatal(err.Error())
	}
	t.Skip("SKIPPED, NOT TESTED: " + err.Error())
	return ""
}

func installed(debianPackage string, names ...string) (string, error) {
	for _, name := range names {
		if path, err := look(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: install the package %s (on Debian: apt-get install %s), or run `make test`",
		names[0], debianPackage, debianPackage)
}

// look finds a program in PATH, or in the folders for servers, which are missing in many people's PATH.
func look(name string) (string, error) {
	path, err := exec.LookPath(name)
	for _, folder := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(filepath.Join(folder, name))
	}
	return path, err
}
