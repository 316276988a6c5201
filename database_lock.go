package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/oabridge/oabridge/config"
)

// errServed is why a second process does not get a SQLite file.
var errServed = errors.New("another oabridge process serves it")

// errSeveralNames is why a SQLite file with hard links is used by none of them. Both the lock and SQLite's own log, which
// holds what was stored last, lie beside a name: another name has others.
var errSeveralNames = errors.New("it has hard links")

// soleName refuses a SQLite file that has another name. One that is not there, or cannot be looked at, is left to those
// who open it. Errors: errSeveralNames.
func soleName(cfg config.Database) error {
	if cfg.Driver != config.SQLite {
		return nil
	}
	if info, err := os.Stat(cfg.DSN.Reveal()); err == nil && info.Mode().IsRegular() && severalNames(info) {
		return errSeveralNames
	}
	return nil
}

// lockDatabase makes this process the only one that works on a SQLite file, which has nothing that replicas could share
// it by. The system takes the lock away when the process ends, however it ends; its file stays, empty. On MySQL there
// is nothing to lock. Errors: errServed.
func lockDatabase(cfg config.Database) (unlock func() error, err error) {
	if cfg.Driver != config.SQLite {
		return func() error { return nil }, nil
	}
	file, err := filepath.Abs(cfg.DSN.Reveal())
	if err != nil {
		return nil, err
	}
	if file, err = filepath.EvalSymlinks(file); err != nil { // one file, one lock, by whatever name it is reached
		return nil, err
	}
	lock := flock.New(file+".lock", flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err == nil && !locked {
		err = fmt.Errorf("%w (it holds %s.lock)", errServed, file)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock.Close, nil
}
