package service

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/model"
)

// What is told of a build that failed.
const (
	failurePatience = 2 * time.Second // Jenkins' to tell where it failed; its end is told without that then
	failureAgain    = time.Minute     // after which a Jenkins that was too slow is asked again, for another build
	logEnd          = 64 << 10        // bytes of a log that are looked at for its last lines
	maxFailureLine  = 300             // characters
	maxFailureText  = 1500            // bytes of all lines
)

// failure tells where a build failed and what it wrote last; nil when it did not fail, or nobody knows. It never takes long, and
// holds up nothing: what Jenkins does not say in time is missing.
func (f follower) failure(ctx context.Context, d *model.Deployment, b model.Build) *model.Failure {
	event, _ := f.c.verdict(d.FullName, b.Result)
	stopped := event == model.EventAborted && d.Stop != nil // nothing went wrong
	if event == model.EventSucceeded || stopped || !f.c.watch.maySayWhy(f.now()) {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer time.AfterFunc(failurePatience, cancel).Stop() // cancelled, so that Jenkins does not count as away for it
	var stages []model.Stage
	var text string
	var both errgroup.Group
	both.Go(func() (err error) {
		stages, err = f.c.Client.Stages(ctx, d.BuildJob(), b.Number)
		return err
	})
	if f.logRules.FailureLines > 0 {
		both.Go(func() (err error) {
			text, err = f.c.Client.LogEnd(ctx, d.BuildJob(), b.Number, logEnd)
			return err
		})
	}
	if err := both.Wait(); err != nil {
		if ctx.Err() != nil {
			f.c.watch.tooSlowToSayWhy(f.now())
		}
		f.log.InfoContext(ctx, "not all is known of a failure", "controller", f.c.Name, "app", d.Key(), "build", b.Number, slog.Any("error", err))
	}
	return f.failureOf(d, stages, text)
}

// failureOf is the first stage that failed, and the last lines of the text, without secrets.
func (f follower) failureOf(d *model.Deployment, stages []model.Stage, text string) *model.Failure {
	clean := f.cleaner(d)
	failed := model.Failure{Lines: lastWords(text, f.logRules.FailureLines, clean.Line)}
	if s := failedStage(stages); s != nil {
		failed.Stage = model.Cut(clean.Line(s.Name), maxFailureLine)
		failed.Error = model.Cut(clean.Line(s.Error), maxFailureLine)
	}
	if failed.Stage == "" && len(failed.Lines) == 0 {
		return nil
	}
	return &failed
}

// failedStage is the first that failed; where none did, the first that was aborted or is unstable: of stages side by side those
// that are aborted for another's failure may come before it.
func failedStage(stages []model.Stage) *model.Stage {
	for _, status := range []string{"FAILED", "ABORTED", "UNSTABLE"} {
		if i := slices.IndexFunc(stages, func(s model.Stage) bool { return s.Status == status }); i >= 0 {
			return &stages[i]
		}
	}
	return nil
}

// lastWords are the last n lines that tell people something, within maxFailureText.
func lastWords(text string, n int, clean func(string) string) []string {
	lines := strings.Split(text, "\n")
	var words []string
	size := 0
	for i := len(lines) - 1; i >= 0 && len(words) < n; i-- {
		line := strings.TrimRight(clean(lines[i]), " \t")
		if !saysSomething(line) {
			continue
		}
		line = model.Cut(line, maxFailureLine)
		if size += len(line) + 1; size > maxFailureText {
			break
		}
		words = append(words, line)
	}
	slices.Reverse(words)
	return words
}

// framework is what Jenkins writes around what a build does; the Timestamper plugin may put a time before it.
var framework = regexp.MustCompile(`^(?:\[[0-9T:.Z-]+\] )?(?:\[Pipeline\] |Finished: )`)

func saysSomething(line string) bool { return line != "" && !framework.MatchString(line) }

// maySayWhy tells whether Jenkins is to be asked where builds failed.
func (w *watch) maySayWhy(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !now.Before(w.silent)
}

// tooSlowToSayWhy notes that it took too long.
func (w *watch) tooSlowToSayWhy(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = now.Add(failureAgain)
}
