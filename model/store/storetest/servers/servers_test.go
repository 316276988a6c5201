package servers

import (
	"bufio"
	"context"
	"database/sql"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestMariaDBGivesEveryTestAnEmptyDatabase(t *testing.T) {
	first, second := open(t, MariaDB(t)), open(t, MariaDB(t))
	if _, err := first.ExecContext(t.Context(), "CREATE TABLE only_here (id INT)"); err != nil {
		t.Fatal(err)
	}
	var tables int
	count := "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
	if err := second.QueryRowContext(t.Context(), count).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("the second database has %d tables, error %v; want none", tables, err)
	}
}

func TestMariaDBDropsTheDatabaseAfterTheTest(t *testing.T) {
	var dsn string
	t.Run("inner", func(t *testing.T) { dsn = MariaDB(t) })
	err := open(t, dsn).PingContext(t.Context())
	if err == nil || !strings.Contains(err.Error(), "Unknown database") {
		t.Errorf("Ping = %v, want an unknown database", err)
	}
}

func TestRedisGivesEveryTestAServer(t *testing.T) {
	addresses := []string{Redis(t), Redis(t)}
	if addresses[0] == addresses[1] {
		t.Fatalf("both servers have the address %s", addresses[0])
	}
	for _, address := range addresses {
		client := redis.NewClient(&redis.Options{Addr: address})
		if added, err := client.SetNX(t.Context(), "key", "value", 0).Result(); err != nil || !added {
			t.Errorf("SETNX = %v, %v; want an empty server", added, err)
		}
		_ = client.Close()
	}
}

func TestRedisEndsWithTheTest(t *testing.T) {
	var address string
	t.Run("inner", func(t *testing.T) { address = Redis(t) })
	if connection, err := net.DialTimeout("tcp", address, time.Second); err == nil {
		_ = connection.Close()
		t.Error("the server still answers after its test")
	}
}

// TestHelperBinary is no test: TestServersDieWithTheTestBinary runs it in a process of its own and kills that.
func TestHelperBinary(t *testing.T) {
	if os.Getenv("OABRIDGE_TEST_SERVERS_HELPER") != "1" {
		t.Skip("only for TestServersDieWithTheTestBinary")
	}
	_, _ = os.Stdout.WriteString("redis at " + Redis(t) + "\n")
	time.Sleep(time.Minute)
}

func TestServersDieWithTheTestBinary(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only the Linux kernel kills the servers of a killed test binary")
	}
	find(t, "redis-server", "redis-server", "valkey-server")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHelperBinary$") // #nosec G204 G702 -- this very binary
	command.Env = append(os.Environ(), "OABRIDGE_TEST_SERVERS_HELPER=1", RequireVariable+"=1", "TMPDIR="+shortTempDir(t))
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	awaitSilence(t, strings.TrimSpace(strings.TrimPrefix(line, "redis at ")))
}

func awaitSilence(t *testing.T, address string) {
	t.Helper()
	for range 100 {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return
		}
		_ = connection.Close()
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("the server at %s outlived the test binary", address)
}
