package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// demoOptions are the flags of demo.
type demoOptions struct {
	listen  string
	once    bool
	asJSON  bool
	verbose bool
}

func newDemo() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work: the bridge with a fake Jenkins and a fake DingTalk, nothing to set up · 演示",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return failed(demo(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	cmd.Flags().StringVar(&o.listen, "listen", "", "address of the bridge (default 127.0.0.1:8080, or any free port when it is taken)")
	cmd.Flags().BoolVar(&o.once, "once", false, "end after the story, with a last line of figures")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print the figures as one JSON object; the story goes to standard error")
	cmd.Flags().BoolVar(&o.verbose, "verbose", false, "show the bridge's log as well")
	return cmd
}

// demoTimeout bounds the story; it takes about ten seconds.
const demoTimeout = 2 * time.Minute

// demo plays the story. It fails unless everything ended as it should.
func demo(ctx context.Context, o demoOptions, stdout, stderr io.Writer) (err error) {
	if o.listen != "" {
		if err := checkListen(o.listen); err != nil {
			return err
		}
	}
	story := stdout
	if o.asJSON {
		story = stderr
	}
	w, err := newDemoWorld(ctx, o, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()

	n := newNarrator(story, w.dingtalk)
	n.open(w)
	started := time.Now()
	telling, cancel := context.WithTimeout(ctx, demoTimeout)
	defer cancel()
	outcome, err := playStory(telling, w, n)
	if err != nil {
		return err
	}
	figures := w.figures(telling, outcome, time.Since(started))
	if err := w.printFigures(figures, o.asJSON, stdout, story); err != nil {
		return err
	}
	if wrong := w.verdict(telling, outcome, figures); wrong != nil {
		return wrong
	}
	if o.once {
		return nil
	}
	n.invite(w)
	<-ctx.Done()
	return nil
}

// figures are what the story came to.
type figures struct {
	Releases        int   `json:"releases"`
	Deployments     int   `json:"deployments"`
	Succeeded       int   `json:"succeeded"` // deployments
	Failed          int   `json:"failed"`    // deployments
	Refused         int   `json:"refused"`
	Duplicates      int   `json:"duplicates"`
	Messages        int   `json:"messages"` // that arrived
	JenkinsRequests int   `json:"jenkins_requests"`
	ElapsedMS       int64 `json:"elapsed_ms"`
}

func (w *demoWorld) printFigures(f figures, asJSON bool, stdout, story io.Writer) error {
	if asJSON {
		return json.NewEncoder(stdout).Encode(f)
	}
	_, err := fmt.Fprintf(story, "releases=%d deployments=%d succeeded=%d failed=%d refused=%d duplicates=%d messages=%d "+
		"jenkins_requests=%d elapsed_ms=%d\n", f.Releases, f.Deployments, f.Succeeded, f.Failed, f.Refused, f.Duplicates,
		f.Messages, f.JenkinsRequests, f.ElapsedMS)
	return err
}
