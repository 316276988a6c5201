package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// logFlags say what of a log is wanted.
type logFlags struct {
	bridge     *bridgeFlags
	deployment int64
	build      int64
	lines      int
	follow     bool
}

func newLogs(env *environment) *cobra.Command {
	f := &logFlags{bridge: &bridgeFlags{env: env}}
	cmd := &cobra.Command{
		Use:   "logs R-1042",
		Short: "Print the log of a release's build, or follow it · 查看构建日志",
		Long: "Prints what the build of a release wrote: without colours and secrets, also when Jenkins has deleted it. Of several apps\n" +
			"the one that runs is meant, else the one that ended last; --deployment names another (its id, as releases show has it), --build one that it had before a retry.\n\n" +
			"  oabridge logs R-1042 -n 50\n" +
			"  oabridge logs -f R-1042\n\n" +
			"With -f it waits for a build that is still to start and ends with it. A connection that breaks is taken up again.\n" +
			"With --json every piece is one line of JSON: deployment, at (its offset) and text.",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.bridge.add(cmd.Flags())
	cmd.Flags().Int64Var(&f.deployment, "deployment", 0, "id of one deployment of the release")
	cmd.Flags().Int64Var(&f.build, "build", 0, "number of one build that it had, such as the one before a retry")
	cmd.Flags().IntVarP(&f.lines, "lines", "n", 0, "only so many last lines (default: all of it, 100 with -f)")
	cmd.Flags().BoolVarP(&f.follow, "follow", "f", false, "print what comes until the build ends")
	return cmd
}

// followedLines is how much of a log is shown at first to who follows it.
const followedLines = 100

func (f *logFlags) run(cmd *cobra.Command, number string) error {
	if f.lines < 0 || f.lines > 10_000 {
		return misused("-n takes a number of lines up to 10000")
	}
	c, err := f.bridge.connect()
	if err != nil {
		return err
	}
	stream := &logStream{client: c, path: releasePath(number) + "/logs", flags: f, out: cmd.OutOrStdout(), asJSON: f.bridge.asJSON}
	return failed(stream.copy(cmd.Context()))
}

// logStream prints one log, over as many connections as it takes.
type logStream struct {
	client *bridgeClient
	path   string
	flags  *logFlags
	out    io.Writer
	asJSON bool
	begun  bool   // the bridge was there
	last   string // id of the last piece that was printed
	at     int64  // offset of what follows it
}

// retries is how many connections in a row may bring nothing.
const retries = 10

func (s *logStream) copy(ctx context.Context) error {
	for tries := 0; ; tries++ {
		before := s.last
		err := s.connection(ctx)
		broken, ok := errors.AsType[*brokenStream](err)
		if s.last != before {
			tries = 0
		}
		if !ok || tries >= retries || ctx.Err() != nil {
			return err
		}
		pause := time.Duration(tries+1) * (500*time.Millisecond + rand.N(500*time.Millisecond))
		select {
		case <-ctx.Done():
			return broken
		case <-time.After(pause):
		}
	}
}

// brokenStream is a connection that ended before the log did.
type brokenStream struct{ error }

func (b *brokenStream) Unwrap() error { return b.error }

func (s *logStream) query() string {
	q := url.Values{"follow": {strconv.FormatBool(s.flags.follow)}}
	if s.flags.deployment > 0 {
		q.Set("deployment", strconv.FormatInt(s.flags.deployment, 10))
	}
	if s.flags.build > 0 {
		q.Set("build", strconv.FormatInt(s.flags.build, 10))
	}
	switch {
	case s.flags.lines > 0:
		q.Set("lines", strconv.Itoa(s.flags.lines))
	case s.flags.follow:
		q.Set("lines", strconv.Itoa(followedLines))
	}
	return "?" + q.Encode()
}

// connection prints what one connection brings.
func (s *logStream) connection(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.client.url+s.path+s.query(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.client.token)
	req.Header.Set("Accept", "text/event-stream")
	if s.last != "" {
		req.Header.Set("Last-Event-ID", s.last)
	}
	res, err := s.client.http.Do(req)
	if err != nil {
		err = unanswered(ctx, http.MethodGet, s.path, err)
		if !s.begun {
			return err // it was never there
		}
		return &brokenStream{err}
	}
	defer func() { _ = res.Body.Close() }() // it was only read
	switch {
	case res.StatusCode == http.StatusServiceUnavailable && s.begun:
		return &brokenStream{errors.New("the bridge is stopping · 服务正在停止")}
	case res.StatusCode != http.StatusOK:
		raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
		if err != nil {
			return unanswered(ctx, http.MethodGet, s.path, err)
		}
		_, err = s.client.understand(res, raw)
		return err
	}
	s.begun = true
	return s.events(res.Body)
}
