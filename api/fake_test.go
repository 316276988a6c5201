package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// fake is a service that answers what it is told to and remembers who asked for what.
type fake struct {
	mu      sync.Mutex
	asked   []string
	fields  map[string][]string
	by      string
	reason  string
	at      string
	on      int64 // deployment
	answer  model.AnswerRequest
	filter  model.ReleaseFilter
	letters model.MessageFilter

	catalogue model.CatalogueFilter
	report    *model.CatalogueReport
	ctx       context.Context

	err      error
	problems string
	warnings string
	dryRun   model.DryRun
	wish     model.RollbackWish
	rollback model.Rollback
	receipt  model.Receipt
	age      time.Duration
	loss     model.Loss
	release  *model.Release
	releases []*model.Release
	events   []model.Event
	messages []model.Message
	pieces   []model.LogPiece
	wanted   model.LogQuery
	logEnd   error // after the pieces
	progress []model.Progress
	pushed   []model.Push
	during   func(context.Context) // runs inside every call
}

func (f *fake) note(ctx context.Context, what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, what)
	f.ctx = ctx
	if f.during != nil {
		f.during(ctx)
	}
}

func (f *fake) choices(what string) (*model.Choices, error) {
	f.note(context.Background(), what)
	if f.err != nil {
		return nil, f.err
	}
	return &model.Choices{List: []model.Option{{ID: "prod:a", Name: "甲"}, {ID: "prod:b", Name: "乙"}}, Total: 2}, nil
}

func (f *fake) ProjectOptions(_ context.Context, q model.Question) (*model.Choices, error) {
	return f.choices("projects " + q.Keyword + by(q))
}

func (f *fake) AppOptions(_ context.Context, q model.Question) (*model.Choices, error) {
	return f.choices("apps " + q.Project + " " + q.Keyword + by(q))
}

func (f *fake) ParameterOptions(_ context.Context, q model.Question) (*model.Choices, error) {
	return f.choices("parameters " + q.Project + " " + strings.Join(q.Apps, "+") + " " + q.Parameter + " " + q.Keyword + by(q))
}

// by tells who asks, when the form does.
func by(q model.Question) string {
	if q.By == "" {
		return ""
	}
	return " by " + q.By
}

func (f *fake) Stale(string) (time.Duration, bool) { return f.age, f.age > 0 }

func (f *fake) AcceptListing(ctx context.Context, controller, loss, by string) (model.Loss, error) {
	f.note(ctx, "accept "+controller+" "+loss)
	f.by = by
	return f.loss, f.err
}

func (f *fake) NewRequestID() string {
	f.note(context.Background(), "request")
	return "request-1"
}

func (f *fake) Validate(ctx context.Context, fields map[string][]string) (model.Verdict, error) {
	f.note(ctx, "validate")
	f.fields = fields
	return model.Verdict{Problems: f.problems, Warnings: f.warnings}, f.err
}

func (f *fake) DryRun(ctx context.Context, fields map[string][]string, asApproved bool) (model.DryRun, error) {
	f.note(ctx, fmt.Sprint("dry run ", asApproved))
	f.fields = fields
	return f.dryRun, f.err
}

func (f *fake) Submit(ctx context.Context, fields map[string][]string, source string) (model.Receipt, error) {
	f.note(ctx, "submit "+source)
	f.fields = fields
	return f.receipt, f.err
}

func (f *fake) List(ctx context.Context, filter model.ReleaseFilter) ([]*model.Release, error) {
	f.note(ctx, "list")
	f.filter = filter
	return f.releases, f.err
}

func (f *fake) Export(ctx context.Context, filter model.ReleaseFilter, deliver func(*model.Release) error) error {
	f.note(ctx, "export")
	f.filter = filter
	for _, r := range f.releases {
		if err := deliver(r); err != nil {
			return err
		}
	}
	return f.err
}

func (f *fake) Release(ctx context.Context, _ int64) (*model.Release, error) {
	f.note(ctx, "release")
	return f.release, f.err
}

func (f *fake) Progress(ctx context.Context, _ *model.Release) []model.Progress {
	f.note(ctx, "progress")
	return f.progress
}

func (f *fake) Push(p model.Push) bool {
	f.note(context.Background(), "push")
	f.pushed = append(f.pushed, p)
	return p.Job != "unknown"
}

func (f *fake) History(ctx context.Context, _, _ int64, _ int) ([]model.Event, error) {
	f.note(ctx, "history")
	return f.events, f.err
}

func (f *fake) Messages(ctx context.Context, _ int64) ([]model.Message, error) {
	f.note(ctx, "messages")
	return f.messages, f.err
}

func (f *fake) Catalogue(filter model.CatalogueFilter) (*model.CatalogueReport, error) {
	f.catalogue = filter
	return f.report, f.err
}

func (f *fake) ListMessages(ctx context.Context, filter model.MessageFilter) ([]model.Message, error) {
	f.note(ctx, "letters")
	f.letters = filter
	return f.messages, f.err
}

func (f *fake) Message(ctx context.Context, id int64) (model.Message, error) {
	f.note(ctx, "letter")
	f.on = id
	return f.letter(), f.err
}

func (f *fake) Resend(ctx context.Context, id int64, by string) (model.Message, error) {
	f.note(ctx, "resend")
	f.on, f.by = id, by
	return f.letter(), f.err
}

func (f *fake) letter() model.Message {
	if len(f.messages) == 0 {
		return model.Message{}
	}
	return f.messages[0]
}

func (f *fake) Cancel(ctx context.Context, _, deployment int64, by, reason string) (*model.Release, error) {
	f.note(ctx, "cancel")
	f.on, f.by, f.reason = deployment, by, reason
	return f.release, f.err
}

func (f *fake) Start(ctx context.Context, _ int64, by, reason string) (*model.Release, error) {
	f.note(ctx, "start")
	f.by, f.reason = by, reason
	return f.release, f.err
}

func (f *fake) Replan(ctx context.Context, _ int64, at, by, reason string) (*model.Release, error) {
	f.note(ctx, "replan")
	f.at, f.by, f.reason = at, by, reason
	return f.release, f.err
}

func (f *fake) Continue(ctx context.Context, _ int64, c model.Continuation) (*model.Release, error) {
	f.note(ctx, "continue")
	f.on, f.at, f.by, f.reason = c.Deployment, c.Job, c.By, c.Reason
	return f.release, f.err
}

func (f *fake) Answer(ctx context.Context, _ int64, q model.AnswerRequest) (*model.Release, error) {
	f.note(ctx, "answer")
	f.answer = q
	return f.release, f.err
}

func (f *fake) RollBack(ctx context.Context, id int64, wish model.RollbackWish) (model.Rollback, error) {
	f.note(ctx, "rollback")
	f.on, f.by, f.reason, f.wish = id, wish.By, wish.Reason, wish
	return f.rollback, f.err
}

func (f *fake) Retry(ctx context.Context, _, deployment int64, by, reason string) (*model.Release, error) {
	f.note(ctx, "retry")
	f.on, f.by, f.reason = deployment, by, reason
	return f.release, f.err
}

func (f *fake) Abandon(ctx context.Context, _, deployment int64, by, reason string) (*model.Release, error) {
	f.note(ctx, "abandon")
	f.on, f.by, f.reason = deployment, by, reason
	return f.release, f.err
}

// aRelease has everything that a view shows, with times that are not in UTC and a secret parameter.
func aRelease() *model.Release {
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("CST", 8*3600))
	return &model.Release{
		ID: 1042, State: model.ReleaseActive, Source: "connector", ProcessInstanceID: "PROC-1", BusinessID: "2026-1",
		Project: "prod:trade", ProjectName: "交易平台", Mode: model.ExecuteScheduled, ScheduledAt: &at,
		Order: model.OrderSequence, Initiator: model.Person{ID: "u1", Name: "张三"}, Reason: "修复",
		Form:      map[string][]string{"API_TOKEN": {"form-secret"}},
		CreatedAt: at, UpdatedAt: at,
		Deployments: []*model.Deployment{{
			ID: 7, Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: "trade/order"}, AppName: "订单服务",
			State: model.StateRunning, Build: 12, StartedAt: &at, Duration: 1500 * time.Millisecond, BuildURL: "http://jenkins.test/12/",
			Parameters: []model.ParameterValue{
				{Name: "BRANCH", Value: "main", Chosen: true}, {Name: "API_TOKEN", Value: "parameter-secret", Secret: true},
			},
			Stop: &model.StopRequest{By: "ops", Reason: "停", At: at},
		}},
	}
}

func (f *fake) ReadLog(ctx context.Context, _ int64, q model.LogQuery, deliver func(model.LogPiece) error) error {
	f.wanted = q
	f.note(ctx, "log")
	if f.err != nil {
		return f.err
	}
	for _, p := range f.pieces {
		if err := deliver(p); err != nil {
			return err
		}
	}
	return f.logEnd
}
