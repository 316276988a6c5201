// Command oabridge stands between DingTalk OA approvals (钉钉OA审批) and Jenkins: an approved form becomes the builds it
// asks for, once, and everyone concerned is told. This package is the command line and the wiring, the only place that
// knows every package.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
)

// Exit codes beside 0.
const (
	exitFailure       = 1 // what was asked for did not work
	exitConfiguration = 2 // the configuration or the command line is wrong: nothing was tried
)

// exitError ends the process with a code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program, with everything of the process that it uses handed in. It returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	root := newRoot(environ) //nolint:contextcheck // cobra hands the context to the command that runs
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if text := err.Error(); text != "" {
		_, _ = fmt.Fprintln(stderr, text)
	}
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	// Cobra's own errors: an unknown command, a wrong flag.
	_, _ = fmt.Fprintf(stderr, "see %s --help\n", command.CommandPath())
	return exitConfiguration
}

// environment is what commands take from the process' environment.
type environment struct {
	variables  []string
	configFile string
}

// variable is the last value given to an environment variable, as the system counts it; "" when there is none.
func (e *environment) variable(name string) string {
	value := ""
	for _, entry := range e.variables {
		if given, ok := strings.CutPrefix(entry, name+"="); ok {
			value = given
		}
	}
	return value
}

// load reads and checks the configuration. A wrong one ends the program with exit code 2.
func (e *environment) load() (*config.Config, error) {
	cfg, err := config.Load(e.configFile, e.variables)
	if err == nil {
		_, err = loadNotices(cfg, languageOf(cfg))
	}
	if err != nil {
		return nil, &exitError{exitConfiguration, err}
	}
	return cfg, nil
}

func newRoot(environ []string) *cobra.Command {
	env := &environment{variables: environ}
	root := &cobra.Command{
		Use:   "oabridge",
		Short: "钉钉审批通过后自动部署 Jenkins · deploys approved DingTalk OA forms through Jenkins",
		Long: "oabridge stands between DingTalk OA approvals (钉钉OA审批) and Jenkins: an approved form is checked, recorded\n" +
			"and deployed at once or at the set time, and everyone concerned is told.\n\n" +
			"  oabridge demo              see it work, with nothing to set up\n" +
			"  oabridge serve -c FILE     run it",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVarP(&env.configFile, "config", "c", env.variable("OABRIDGE_CONFIG"),
		"configuration file, else the one that OABRIDGE_CONFIG names; without any the OABRIDGE_… variables alone count")
	root.AddCommand(
		newServe(env), newDemo(), newMigrate(env), newBackup(env), newConfig(env), newDoctor(env), newSign(), newConnector(env), newReleases(env),
		newLogs(env),
		newMessages(env), newValidate(env), newCatalogue(env), newHealth(env), newFake(), newVersion(),
	)
	return root
}

// failed marks an error of what a command did, as opposed to how it was called.
func failed(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*exitError](err); ok {
		return err
	}
	return &exitError{exitFailure, err}
}
