package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

func newServe(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the bridge · 运行服务",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.load()
			if err != nil {
				return err
			}
			return failed(serve(cmd.Context(), cfg, newLogger(cfg.Log, cmd.ErrOrStderr())))
		},
	}
}

func newLogger(cfg config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		level = slog.LevelInfo // a checked configuration has a level that is known
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// serve runs the bridge until ctx ends. It has its address before it touches the database; who calls meanwhile waits in
// the system's queue and is answered, or cut off, when the start is over.
func serve(ctx context.Context, cfg *config.Config, log *slog.Logger) error {
	listener, err := listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer a.Close()
	log.Info("listening", "address", listener.Addr().String(), "database", cfg.Database.Driver, "controllers", len(cfg.Jenkins))
	err = a.run(ctx, listener)
	if model.CodeOf(err).OfDatabase() {
		return explainDatabase(cfg.Database, err)
	}
	return err
}

// listen takes the configured address. One that cannot be had ends the program as a wrong configuration does.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, misused("listen: another process uses the address %s · 地址已被占用\n"+
			"      → end that process, or change listen · 请停止占用它的进程，或修改 listen\n      (%w)", address, err)
	case err != nil:
		return nil, misused("listen: the address %s cannot be used · 地址无法使用\n"+
			"      → change listen to an address of this machine and a port that this user may open · "+
			"请改为本机地址和有权使用的端口\n      (%w)", address, err)
	}
	return listener, nil
}

// How a shutdown goes: readiness turns 503 first, so that nothing new is sent here; then requests and steps in hand
// may end.
const (
	drainPause      = 500 * time.Millisecond
	shutdownTimeout = 9 * time.Second // with the pause, below the ten seconds that orchestrators usually allow
)

// run serves requests on listener and does the work behind them until ctx ends.
func (a *app) run(ctx context.Context, listener net.Listener) error {
	if err := a.service.Warm(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{
		Handler: a.api, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var work sync.WaitGroup
	work.Go(func() { a.service.Run(working) })
	work.Go(func() { a.meter.Run(working) })
	work.Go(func() { a.watchRedis(working) })
	work.Go(func() { a.runStream(working) })
	broken := make(chan error, 1)
	work.Go(func() { broken <- server.Serve(listener) })

	var err error
	select {
	case <-ctx.Done():
		a.log.Info("shutting down")
		a.api.Drain()
		time.Sleep(drainPause)
	case err = <-broken:
	}
	stopWork()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if closeErr := server.Shutdown(closing); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	work.Wait()
	a.meter.Flush(closing)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	a.log.Info("stopped")
	return err
}
