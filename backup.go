package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model/store"
)

// backup is one copy to make.
type backup struct {
	cfg    config.Database
	file   string
	force  bool
	report io.Writer // of the progress
}

func newBackup(env *environment) *cobra.Command {
	var force, asJSON bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the SQLite database, also while serve runs · 备份数据库",
		Long: "Copies the SQLite database as it is at this moment into FILE, checks the copy from end to end, and only then\n" +
			"gives it its name. serve may run meanwhile. For MySQL and MariaDB use mysqldump --single-transaction.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("%s takes the name of one file, but was given %q", cmd.CommandPath(), args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.load()
			if err != nil {
				return err
			}
			b := backup{cfg: cfg.Database, file: args[0], force: force, report: cmd.ErrOrStderr()}
			if asJSON {
				b.report = io.Discard
			}
			copied, err := b.make(cmd.Context())
			if err != nil {
				return failed(err)
			}
			if asJSON {
				return failed(json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{
					"file": b.file, "bytes": copied.Bytes, "version": copied.Version, "releases": copied.Releases,
				}))
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes, schema version %d, %d releases, checked · 备份完成并已校验\n",
				b.file, copied.Bytes, copied.Version, copied.Releases)
			return failed(err)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace FILE when it exists")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object {file, bytes, version, releases}")
	return cmd
}

// check refuses what surely is a mistake, before anything is tried.
func (b backup) check() error {
	if b.cfg.Driver == config.MySQL {
		return misused("database.driver is mysql, and this command copies SQLite files only\n" +
			"      → use mysqldump --single-transaction (mariadb-dump for MariaDB) · MySQL 和 MariaDB 请用 mysqldump --single-transaction 备份")
	}
	if missing(b.cfg) {
		return misused("database.dsn: there is no SQLite file %s to copy · 数据库文件不存在", b.cfg.DSN.Reveal())
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		own, err := os.Stat(b.cfg.DSN.Reveal() + suffix)
		target, targetErr := os.Stat(b.file)
		if err == nil && targetErr == nil && os.SameFile(own, target) {
			return misused("%s belongs to the database itself; name another file · 不能备份到数据库自身的文件", b.file)
		}
	}
	if _, err := os.Stat(filepath.Dir(b.file)); errors.Is(err, fs.ErrNotExist) {
		return misused("the folder %s does not exist · 目录不存在，请先创建或换一个目录", filepath.Dir(b.file))
	}
	info, err := os.Lstat(b.file)
	switch {
	case err == nil && info.IsDir():
		return misused("%s is a folder; name a file in it · 这是一个目录，请写文件名", b.file)
	case err == nil && !b.force:
		return misused("%s exists already; name another file, or use --force to replace it · 文件已存在，请换名或加 --force", b.file)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return misused("%s cannot be written: %w", b.file, err)
	}
	return nil
}

// make copies under a name of its own in the same folder: the file is there complete and checked, or not at all.
func (b backup) make(ctx context.Context) (copied store.Copied, err error) {
	if err := b.check(); err != nil {
		return copied, err
	}
	s, err := openStore(ctx, b.cfg, newLogger(config.Log{Level: "error"}, b.report))
	if err != nil {
		return copied, unusable(b.cfg, err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	folder := filepath.Dir(b.file)
	unfinished, err := os.CreateTemp(folder, "."+filepath.Base(b.file)+".*.unfinished") // readable by its owner only
	if err != nil {
		return copied, fmt.Errorf("the backup cannot be written: %w", err)
	}
	name := unfinished.Name()
	defer func() { err = errors.Join(err, removed(name, name+"-journal", name+"-wal", name+"-shm")) }()
	if err := unfinished.Close(); err != nil {
		return copied, err
	}
	if copied, err = s.Copy(ctx, name, b.progress()); isFull(err) {
		return copied, fmt.Errorf("there is no room for the copy in the folder %s · 备份目录所在磁盘空间不足\n"+
			"      → make room, or name a file on another disk · 清理磁盘，或换到其他磁盘\n      (%w)", folder, err)
	} else if err != nil {
		return copied, err
	}
	return copied, b.place(name, folder)
}

// progress reports every tenth of the way.
func (b backup) progress() func(pages, of int) {
	told := 0
	return func(pages, of int) {
		if tenth := pages * 10 / max(of, 1); tenth > told {
			told = tenth
			_, _ = fmt.Fprintf(b.report, "copied %d of %d pages (%d %%)\n", pages, of, tenth*10) // only a courtesy
		}
	}
}

// place gives the copy its name. Without --force it never replaces a file, be it one made a moment ago.
func (b backup) place(unfinished, folder string) error {
	if !b.force {
		reserved, err := os.OpenFile(b.file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("the backup cannot get its name: %w", err)
		}
		if err := reserved.Close(); err != nil {
			return err
		}
	}
	if err := os.Rename(unfinished, b.file); err != nil {
		return fmt.Errorf("the backup cannot get its name: %w", err)
	}
	return syncFolder(folder)
}

// syncFolder makes sure that the new name outlives a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder) //nolint:gosec // the path is the operator's own
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// removed removes what is there of the files.
func removed(files ...string) error {
	var errs []error
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
