package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"testing"
)

// Dedicated is a MariaDB server for one test or program alone, which may end it and start it again with the same data
// on the same port. What it said to be committed outlives Kill.
type Dedicated struct{ m mariaDB }

// StartMariaDB starts a server with one empty database. The further options of mariadbd win over our own.
func StartMariaDB(options ...string) (*Dedicated, error) {
	d := &Dedicated{}
	err := d.m.start(append([]string{"--innodb-flush-log-at-trx-commit=2"}, options...)...) // 2: the kernel has it
	if err == nil {
		err = d.Exec(context.Background(), "CREATE DATABASE oabridge CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	}
	if err != nil {
		d.Stop()
		return nil, fmt.Errorf("mariadbd does not start: %w", err)
	}
	return d, nil
}

// DedicatedMariaDB is StartMariaDB for a test, with which the server ends.
func DedicatedMariaDB(t testing.TB, options ...string) *Dedicated {
	t.Helper()
	find(t, "mariadb-server", "mariadb-install-db")
	find(t, "mariadb-server", "mariadbd")
	d, err := StartMariaDB(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Stop)
	return d
}

// Addr is where the server listens, also after Restart.
func (d *Dedicated) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(d.m.port)) }

// DSN leads to the database as root, which may do everything.
func (d *Dedicated) DSN() string { return "root@tcp(" + d.Addr() + ")/oabridge" }

// Exec runs a statement as root over the server's own socket.
func (d *Dedicated) Exec(ctx context.Context, statement string) error {
	_, err := d.m.admin.ExecContext(ctx, statement)
	return err
}

// Kill ends the server at once, as kill -9 does.
func (d *Dedicated) Kill() { d.m.server.stop() }

// Shutdown ends the server in good order.
func (d *Dedicated) Shutdown() error { return d.m.server.terminate() }

// Freeze stops the server in the middle of whatever it does; it answers nobody until Thaw.
func (d *Dedicated) Freeze() error { return d.m.server.freeze() }

// Thaw lets a frozen server go on.
func (d *Dedicated) Thaw() error { return d.m.server.thaw() }

// Restart starts a server that has ended again, and waits until it answers.
func (d *Dedicated) Restart() error { return d.RestartWith() }

// RestartWith is Restart with options that win over those of before.
func (d *Dedicated) RestartWith(options ...string) error {
	select {
	case <-d.m.server.ended:
	default:
		return errors.New("the server still runs")
	}
	d.m.options = append(d.m.options, options...)
	started, err := start(d.m.command(d.m.port), filepath.Join(d.m.folder, "server.log"))
	if err != nil {
		return err
	}
	d.m.server = started
	return started.await(d.m.admin.Ping)
}

// Stop ends the server and removes its data.
func (d *Dedicated) Stop() { d.m.stop() }
