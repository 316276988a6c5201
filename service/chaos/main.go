// Command chaos is the proof that nothing is lost and nothing happens twice: it runs three replicas of the bridge as real
// processes on one MariaDB with Redis, a pretended Jenkins and a pretended DingTalk, submits hundreds of approved forms,
// meanwhile kills, freezes and cuts what it can, lets everything settle, and compares the ledgers of Jenkins and DingTalk
// with what was answered. docs/chaos.md says what is counted.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes beside 0.
const (
	exitWrong = 1 // something was counted, or the run could not be made
	exitUsage = 2 // the command line is wrong
)

// leastReleases is what a run has to submit to prove anything.
const leastReleases = 300

// run is the whole program. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, asJSON, err := parse(args, stderr)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return exitUsage
	}
	progress := stdout
	if asJSON {
		progress = stderr
	}
	r, err := play(ctx, s, progress)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return exitWrong
	}
	if asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(r) // whoever reads it may be gone
	} else {
		r.write(stdout)
	}
	if r.Wrong() > 0 {
		return exitWrong
	}
	return 0
}

// parse reads the command line.
func parse(args []string, stderr io.Writer) (setting, bool, error) {
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(stderr)
	duration := flags.Duration("duration", 5*time.Minute, "how long to submit and to break things")
	seed := flags.Uint64("seed", 0, "what chance is made of; 0: a random one, which is printed")
	releases := flags.Int("releases", 0, "how many forms, at least 300; 0: one for each second, at least 300")
	short := flags.Bool("short", false, "half a minute with a few dozen forms")
	asJSON := flags.Bool("json", false, "print the result as JSON, the progress to standard error")
	if err := flags.Parse(args); err != nil {
		return setting{}, false, err
	}
	switch {
	case flags.NArg() > 0:
		return setting{}, false, fmt.Errorf("unknown argument %q", flags.Arg(0))
	case *duration < 10*time.Second:
		return setting{}, false, fmt.Errorf("-duration %s is too short; use 10s or more", *duration)
	case *releases != 0 && *releases < leastReleases:
		return setting{}, false, fmt.Errorf("-releases %d proves too little; use %d or more, or -short", *releases, leastReleases)
	}
	if *seed == 0 {
		*seed = uint64(rand.Uint32()) // #nosec G404 -- short enough to be typed again
	}
	if *short {
		return shortSetting(*seed), *asJSON, nil
	}
	if *releases == 0 {
		*releases = max(leastReleases, int(duration.Seconds()))
	}
	return setting{
		seed: *seed, duration: *duration, releases: *releases, gap: 2 * time.Second, patience: 6 * time.Minute, kinds: faultKinds(),
	}, *asJSON, nil
}

// shortSetting is a run that fits among the tests.
func shortSetting(seed uint64) setting {
	return setting{
		seed: seed, duration: 25 * time.Second, releases: 40, gap: 1200 * time.Millisecond, patience: 4 * time.Minute, kinds: faultKinds(),
	}
}
