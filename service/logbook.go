package service

import (
	"context"
	"io"
	"regexp"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/logs"
)

// Logbook keeps builds' logs, so that they outlive Jenkins' own.
type Logbook interface {
	// KeepLog stores the log of a build, in the place of what is stored of it, and notes that it is not due any more.
	KeepLog(ctx context.Context, ref model.LogRef, blocks []model.LogBlock) error
	// LogBlock returns the first block of a kept log that ends after the offset. Errors: not_found (none does).
	LogBlock(ctx context.Context, ref model.LogRef, offset int64) (model.LogBlock, error)
	// LogSize is the length of a kept log's text. Errors: not_found.
	LogSize(ctx context.Context, ref model.LogRef) (int64, error)
}

// LogUpkeep says which logs are to be kept, and for how long.
type LogUpkeep interface {
	// DueLogs returns deployments of the controller whose build's log is to be kept now, the oldest first, at most limit.
	DueLogs(ctx context.Context, controller string, limit int) ([]*model.Deployment, error)
	// PostponeLog says when the log of a build is to be kept; the zero time gives it up.
	PostponeLog(ctx context.Context, ref model.LogRef, next time.Time) error
	// PruneLogs deletes at most limit blocks of logs that were kept before the time, and says how many.
	PruneLogs(ctx context.Context, before time.Time, limit int) (int, error)
}

// Scribe reads what builds write.
type Scribe interface {
	// Log passes on a build's log from the raw offset start on. After an error Written bytes of the text were passed on.
	// Errors: jenkins_not_found.
	Log(ctx context.Context, job string, number, start int64, to io.Writer) (model.LogRead, error)
	// LogEnd returns a build's log, or of one of which Jenkins keeps more than last bytes the whole lines in the last ones. Errors:
	// jenkins_not_found.
	LogEnd(ctx context.Context, job string, number, last int64) (string, error)
}

// LogRules say what becomes of builds' logs.
type LogRules struct {
	Keep    time.Duration    // how long they are kept; 0: they are not
	MaxSize int64            // bytes of text of one log: its beginning and its end
	Mask    []*regexp.Regexp // what else is secret: the first group, or all of it
	Pause   time.Duration    // between two looks at a log that grows; 1 s
	// FailureLines are how many of its last lines people are told when a build failed; 0: none.
	FailureLines int
}

func (r LogRules) withDefaults() LogRules {
	if r.MaxSize == 0 {
		r.MaxSize = 20 << 20
	}
	if r.Pause == 0 {
		r.Pause = time.Second
	}
	return r
}

// openLogs are the logs that are being read, each by one reader however many wait for it.
type openLogs struct {
	mu    sync.Mutex
	tails map[model.LogRef]*openLog
}

type openLog struct {
	*logs.Tail
	users int
}

func newOpenLogs() *openLogs { return &openLogs{tails: map[model.LogRef]*openLog{}} }

// use returns the tail of a build's log, made by open when nobody has it yet, and what ends the use.
func (o *openLogs) use(ref model.LogRef, open func() *logs.Tail) (*logs.Tail, func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	shared := o.tails[ref]
	if shared == nil {
		shared = &openLog{Tail: open()}
		o.tails[ref] = shared
	}
	shared.users++
	return shared.Tail, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if shared.users--; shared.users == 0 {
			delete(o.tails, ref)
		}
	}
}

func logOf(d *model.Deployment) model.LogRef { return model.LogRef{Deployment: d.ID, Build: d.Build} }

// cleaner makes what the deployment's build writes fit for people. What the form holds as a secret is masked.
func (s *Service) cleaner(d *model.Deployment) *logs.Cleaner {
	var secrets []string
	for _, p := range d.Parameters {
		if p.Secret {
			secrets = append(append(secrets, p.Value), p.Each...)
		}
	}
	return logs.NewCleaner(secrets, s.logRules.Mask)
}

// tail reads the log of the deployment's build from Jenkins.
func (s *Service) tail(d *model.Deployment) (*logs.Tail, func()) {
	return s.openLogs.use(logOf(d), func() *logs.Tail {
		source := func(ctx context.Context, start int64, to io.Writer) (model.LogRead, error) {
			c := s.controllers[d.Controller]
			if c == nil {
				return model.LogRead{}, model.Errorf(model.CodeNotFound, "配置里没有名为“%s”的 Jenkins", d.Controller)
			}
			return c.Client.Log(ctx, d.BuildJob(), d.Build, start, to)
		}
		return logs.NewTail(source, s.cleaner(d), s.logRules.MaxSize, s.logRules.Pause)
	})
}
