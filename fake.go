package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

func newFake() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fake",
		Short: "Run a pretended Jenkins or DingTalk to try things out · 模拟的 Jenkins 或钉钉",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFakeJenkins(), newFakeDingTalk())
	return cmd
}

// controlPath is where the switches of a fake are; neither Jenkins nor DingTalk knows such a path.
const controlPath = "/_control/"

// fakeJenkinsHandler is the fake with its switches.
func fakeJenkinsHandler(s *jenkinstest.Server) http.Handler {
	return withControl(s, s.ControlHandler())
}

// fakeDingTalkHandler is the fake with its switches.
func fakeDingTalkHandler(s *dingtalktest.Server) http.Handler {
	return withControl(s, s.ControlHandler())
}

// withControl is no http.ServeMux: one would redirect unclean paths, which are the fake's own to answer.
func withControl(fake, control http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, controlPath) {
			control.ServeHTTP(w, r)
			return
		}
		fake.ServeHTTP(w, r)
	})
}

// fakeServer is one fake to be served as a process of its own.
type fakeServer struct {
	listen  string
	asJSON  bool
	handler http.Handler
	guide   func(url string) string // what a person needs to know to use it
}

// run serves until ctx ends.
func (f fakeServer) run(ctx context.Context, stdout io.Writer) error {
	if err := checkListen(f.listen); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen: %w (another process may use the address; change --listen)", err)
	}
	server := &http.Server{Handler: f.handler, ReadHeaderTimeout: 5 * time.Second}
	var serving sync.WaitGroup
	broken := make(chan error, 1)
	serving.Go(func() { broken <- server.Serve(listener) })

	err = f.announce(stdout, "http://"+localAddress(listener.Addr().String()))
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-broken:
		}
	}
	// What is still answered may be slow on purpose, so it is cut and not waited for.
	err = errors.Join(err, server.Close())
	serving.Wait()
	return err
}

func (f fakeServer) announce(stdout io.Writer, url string) error {
	if f.asJSON {
		return json.NewEncoder(stdout).Encode(map[string]string{"url": url})
	}
	_, err := io.WriteString(stdout, f.guide(url))
	return err
}
