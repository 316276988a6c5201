package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oabridge/oabridge/config"
)

// TestBackupWhileServing submits releases while copies are made, and starts the bridge on the last of them.
func TestBackupWhileServing(t *testing.T) {
	folder := t.TempDir()
	database, target := filepath.Join(folder, "a.db"), filepath.Join(folder, "copy.db")
	o := newOutside(t, fmt.Sprintf("{dsn: %q}", database))
	serving := o.serve()
	var writing sync.WaitGroup
	stop := make(chan struct{})
	first := make(chan struct{})
	writing.Go(func() {
		for i := 0; ; i++ {
			o.call("releases", append(immediate(), "实例ID", fmt.Sprintf("backup-%d", i))...)
			if i == 0 {
				close(first)
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	<-first
	var copied struct {
		File     string
		Bytes    int64
		Version  int64
		Releases int64
	}
	for range 5 {
		made := oabridge(t, "backup", "--force", "--json", target, "-c", o.config)
		if made.code != 0 {
			t.Fatal(made)
		}
		decode(t, made, &copied)
	}
	close(stop)
	writing.Wait()
	if code, log := serving.stop(); code != 0 {
		t.Fatalf("exit %d\n%s", code, log)
	}
	info, err := os.Stat(target)
	if err != nil || info.Size() != copied.Bytes || info.Mode().Perm() != 0o600 || copied.Releases == 0 || copied.File != target {
		t.Errorf("%+v, %v, %v", copied, info, err)
	}
	restored := written(t, strings.ReplaceAll(document(t, o.config), database, target))
	if made := oabridge(t, "migrate", "status", "-c", restored); made.code != 0 || !strings.Contains(made.stdout, "up to date") {
		t.Errorf("the copy: %s", made)
	}
}

func TestBackup(t *testing.T) {
	folder := t.TempDir()
	database := filepath.Join(folder, "a.db")
	path := configured(t, config.SQLite, database)
	target := filepath.Join(folder, "copy.db")
	refused := func(want string, args ...string) {
		t.Helper()
		o := oabridge(t, append([]string{"backup", "-c", path}, args...)...)
		if o.code != exitConfiguration || !strings.Contains(o.stderr, want) || o.stdout != "" {
			t.Errorf("%v: want %q: %s", args, want, o)
		}
	}
	refused("there is no SQLite file", target)
	if o := oabridge(t, "migrate", "-c", path); o.code != 0 {
		t.Fatal(o)
	}
	refused("takes the name of one file")
	refused("is a folder", folder)
	for _, own := range []string{"a.db", "./a.db"} {
		refused("belongs to the database itself", "--force", filepath.Join(folder, own))
	}
	o := oabridge(t, "backup", target, "-c", path)
	if o.code != 0 || !strings.Contains(o.stdout, "0 releases, checked") || !strings.Contains(o.stderr, "(100 %)") {
		t.Fatal(o)
	}
	refused("exists already", target)
	if o := oabridge(t, "backup", "--force", target, "-c", path); o.code != 0 {
		t.Error(o)
	}
	refused("the folder "+filepath.Join(folder, "none")+" does not exist", filepath.Join(folder, "none", "b.db"))
	left, err := os.ReadDir(folder)
	var names []string
	for _, entry := range left {
		names = append(names, entry.Name())
	}
	if got := strings.Join(names, " "); err != nil || got != "a.db a.db.lock copy.db" {
		t.Errorf("in the folder: %s (%v)", got, err)
	}
	path = configured(t, config.MySQL, "bridge:hush@tcp(127.0.0.1:1)/oabridge")
	refused("mysqldump --single-transaction", target)
}
