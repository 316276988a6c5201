package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/cache"
)

// database tells whether the database is there and has this program's schema.
func (d *examination) database(ctx context.Context, cfg config.Database) bool {
	if cfg.Driver == config.SQLite {
		folder := filepath.Dir(cfg.DSN.Reveal())
		f := d.check(ctx, "database folder", func(context.Context) finding { return checkFolder(folder) })
		if f.status == statusFail {
			return false
		}
	}
	f := d.check(ctx, "database", func(ctx context.Context) finding { return checkDatabase(ctx, cfg) })
	return f.status == statusOK
}

// checkFolder tells whether SQLite can make its files in the folder.
func checkFolder(folder string) finding {
	probe, err := os.CreateTemp(folder, ".oabridge-doctor-*")
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err != nil {
		if refused, ok := errors.AsType[*fs.PathError](err); ok {
			err = refused.Err // the path in it is the probe's
		}
		return broken(fmt.Sprintf("SQLite cannot write in %s · 无法写入数据库目录：%v", folder, err),
			"create the folder and give it to the user that runs oabridge, or change database.dsn · 创建该目录并授权，或修改 database.dsn")
	}
	return fine(folder + " is writable · 可写")
}

// checkDatabase makes no file and migrates nothing; a database of this program's schema gets the time of the check.
func checkDatabase(ctx context.Context, cfg config.Database) finding {
	if missing(cfg) {
		return doubtful("the SQLite file does not exist yet · 数据库文件尚未创建",
			"oabridge serve creates it; after a move check database.dsn · 首次启动时自动创建；若是迁移，请检查 database.dsn")
	}
	version, err := tryDatabase(ctx, cfg)
	if err != nil {
		t := troubleOf(cfg, err)
		return broken(t.what+" ("+explain(err)+")", t.remedy)
	}
	return schemaFinding(cfg.Driver, version, store.Newest())
}

func schemaFinding(driver string, version, newest int64) finding {
	switch {
	case version < newest:
		return doubtful(fmt.Sprintf("%s, schema version %d; this program needs %d · 表结构需要升级", driver, version, newest),
			"run oabridge migrate, or start oabridge serve, which does it too · 运行 oabridge migrate，或直接启动服务")
	case version > newest:
		return broken(fmt.Sprintf("%s, schema version %d is newer than this program's %d · 数据库比程序新", driver, version, newest),
			"start the newer program, or restore the backup made before the upgrade · 使用新版程序，或恢复升级前的备份")
	}
	return fine(fmt.Sprintf("%s, schema version %d, up to date · 正常", driver, version))
}

// tryDatabase reads the version of the schema and, when it is this program's, tries a write.
func tryDatabase(ctx context.Context, cfg config.Database) (version int64, err error) {
	s, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if version, err = s.Version(ctx); err != nil || version != store.Newest() {
		return version, err
	}
	return version, s.Writable(ctx)
}

// redis is checked only when it is configured. Without it everything works, more slowly.
func (d *examination) redis(ctx context.Context, cfg config.Redis) {
	if cfg.Addr == "" {
		return
	}
	cache.LogTo(slog.New(slog.DiscardHandler)) // what the library would say is in the finding
	d.check(ctx, "redis", func(ctx context.Context) finding {
		shared := cache.NewRedis(cache.RedisOptions{Addrs: cfg.Addrs(), Password: cfg.Password.Reveal(), DB: cfg.DB})
		defer func() { _ = shared.Close() }() // it was only asked
		if err := shared.Ping(ctx); err != nil {
			return doubtful("it does not answer, the bridge goes on without it · 无法访问，不影响正确性："+err.Error(),
				"check redis.addr and redis.password, and that Redis runs · 检查 redis.addr、redis.password 以及 Redis 是否运行")
		}
		return fine(cfg.Addr + " answers · 正常")
	})
}
