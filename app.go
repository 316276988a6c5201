package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/cache"
	"github.com/oabridge/oabridge/service"
)

// app is the whole bridge, wired but not started.
type app struct {
	cfg      *config.Config
	log      *slog.Logger
	store    *store.Store
	service  *service.Service
	meter    *service.Meter
	api      *api.Server
	dingtalk *dingtalk.Client // nil: no app is configured
	redis    *cache.Redis     // nil: none is configured
	stream   *dingtalk.Stream // nil: nothing comes over it
	closers  []func()
}

// newApp wires the bridge as the configuration says and brings the database up to date.
func newApp(ctx context.Context, cfg *config.Config, log *slog.Logger) (*app, error) {
	a := &app{cfg: cfg, log: log}
	if err := a.wire(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *app) wire(ctx context.Context) error {
	cfg := a.cfg
	if err := a.open(ctx); err != nil {
		return err
	}
	replica, err := a.replica(ctx)
	if err != nil {
		return err
	}
	metrics := api.NewMetrics()
	if err := a.connectRedis(ctx, metrics); err != nil {
		return err
	}
	controllers, err := a.controllers(metrics)
	if err != nil {
		return err
	}
	a.connectDingTalk(metrics)
	messenger, err := a.messenger()
	if err != nil {
		return err
	}
	texts, err := loadNotices(cfg, languageOf(cfg))
	if err != nil {
		return &exitError{exitConfiguration, err}
	}
	a.meter = a.newMeter(texts)
	messenger.Counted(a.meter.Count)
	a.service = service.New(unsettled(service.Options{
		Store: a.store, Controllers: controllers, Projects: explicitProjects(cfg.Projects), Messenger: messenger, Observer: metrics, Logger: a.log,
		Form: formRules(cfg.Form), Parameters: a.parameterRules(), Policies: projectPolicies(cfg), Robots: notifiedRobots(cfg), WorkNotices: worksNotices(cfg.DingTalk),
		Notices:  texts,
		Location: cfg.Location(), RunIfLateBy: cfg.Schedule.RunIfLateBy, Keep: cfg.Retention.Keep, Replica: replica,
		Logs: logRules(cfg.Logs), Again: service.AgainRules{Retries: cfg.Retry.Max, RollBack: cfg.Rollback.Allow},
		Now: a.store.Now, NewID: rand.Text, Random: mathrand.Float64,
		Shared: a.shared(metrics), RobotLimits: robotLimits(cfg.DingTalk.Robots), Together: messenger.Share,
		Fallbacks: fallbacks(cfg.DingTalk.Robots), Fates: a.fates(messenger),
		Comments:  service.Comments{On: cfg.DingTalk.AppKey != "", Author: cfg.DingTalk.CommentUserID},
		Patience:  service.Patience{Queued: cfg.Notify.QueuedAfter, Slow: cfg.Notify.SlowFactor},
		Approvals: a.approvals(), Policy: approvalPolicy(cfg), EventsSeen: a.eventsSeen(), Access: a.accessPolicy(),
	}))
	err = a.connectAPI(metrics) //nolint:contextcheck // requests bring contexts of their own
	a.connectStream(metrics)
	return err
}

// open opens the database, keeps others off a SQLite file, migrates it and closes it with the app.
func (a *app) open(ctx context.Context) error {
	s, err := openStore(ctx, a.cfg.Database, a.log)
	if err != nil {
		return unusable(a.cfg.Database, err)
	}
	a.store = s
	a.closeLater("database", s.Close)
	unlock, err := lockDatabase(a.cfg.Database)
	if err != nil {
		return unusable(a.cfg.Database, err)
	}
	a.closeLater("lock of the database", unlock)
	from, to, err := s.Migrate(ctx)
	if err != nil {
		return unusable(a.cfg.Database, err)
	}
	if from != to {
		a.log.Info("database migrated", "from", from, "to", to)
	}
	return nil
}

// replica is what other processes on the database are told of this one.
func (a *app) replica(ctx context.Context) (model.Replica, error) {
	if a.cfg.Database.Driver == config.SQLite { // the lock says that nobody else is alive
		if err := a.store.ForgetReplicas(ctx); err != nil {
			return model.Replica{}, unusable(a.cfg.Database, err)
		}
	}
	installation, err := a.store.Installation(ctx)
	if err != nil {
		return model.Replica{}, unusable(a.cfg.Database, err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return model.Replica{Host: host, Version: version, Fingerprints: fingerprints(a.cfg, installation)}, nil
}

// closeLater has Close end something, too; what does not end is logged under its name.
func (a *app) closeLater(what string, end func() error) {
	a.closers = append(a.closers, func() {
		if err := end(); err != nil {
			a.log.Error(what+" not closed", slog.Any("error", err))
		}
	})
}

func openStore(ctx context.Context, cfg config.Database, log *slog.Logger) (*store.Store, error) {
	if err := soleName(cfg); err != nil {
		return nil, err
	}
	maxOpen := cfg.MaxOpen
	if cfg.Driver == config.SQLite {
		maxOpen = 0
	}
	return store.Open(ctx, store.Options{Driver: cfg.Driver, DSN: cfg.DSN.Reveal(), MaxOpen: maxOpen, Local: processNow, Logger: log})
}

// Close releases what newApp took, in the opposite order.
func (a *app) Close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
	a.closers = nil
}

func (a *app) controllers(metrics *api.Metrics) ([]service.Controller, error) {
	var controllers []service.Controller
	for _, j := range a.cfg.Jenkins {
		client, err := newJenkins(j, a.store.Now, func(method, kind string, status int, took time.Duration) {
			metrics.JenkinsRequest(j.Name, method, kind, status, took)
		})
		if err != nil {
			return nil, err
		}
		a.closers = append(a.closers, client.Close)
		controllers = append(controllers, service.Controller{
			Name: j.Name, URL: j.URL, Client: client, User: j.User, Rules: catalogueRules(a.cfg, j), Inputs: inputRules(j.Inputs),
			ReleaseParameter: j.ReleaseParameter, Refresh: j.Refresh, RefreshMax: j.RefreshMax, StaleAfter: j.StaleAfter, MaxLoss: j.MaxLoss,
			Poll: j.Poll, PollMax: j.PollMax, MaxInFlight: j.MaxInFlight, MaxParallelPerJob: j.MaxParallelPerJob, OnDrift: model.DriftPolicy(j.OnDrift),
			Show: shownOf(j), Results: resultRules(j.Results), Stopping: service.StopRules{TermAfter: j.Stop.TermAfter, KillAfter: j.Stop.KillAfter},
			InputWait: service.InputWait{Reminder: j.InputReminder, Timeout: j.InputTimeout, Abort: j.OnInputTimeout == config.TimeoutAbort},
		})
	}
	return controllers, nil
}

func shownOf(j config.Jenkins) service.Shown {
	return service.Shown{
		Running: slices.Contains(j.Show, config.ShowRunning), Holder: slices.Contains(j.Show, config.ShowHolder), Version: j.VersionParameter,
	}
}

func newJenkins(
	j config.Jenkins, now func() time.Time, observe func(method, kind string, status int, took time.Duration),
) (*jenkins.Client, error) {
	return jenkins.New(jenkins.Options{
		Name: j.Name, URL: j.URL, User: j.User, Token: j.Token.Reveal(), MaxInFlight: j.MaxInFlight,
		ValuesTimeout: j.ValuesTimeout, Observe: observe, Now: now,
		Views: j.Project == config.ProjectByView,
	})
}

// The expressions below were compiled once already, when the configuration was checked.

func inputRules(inputs []config.Input) []service.InputRule {
	rules := make([]service.InputRule, len(inputs))
	for i, in := range inputs {
		rules[i] = service.InputRule{
			Job: regexp.MustCompile(in.Job), ID: regexp.MustCompile(in.ID), Message: regexp.MustCompile(in.Message),
			Abort: in.Answer == config.AnswerAbort, Parameters: in.Parameters, Fields: in.Fields, Build: in.BuildParameters, Limit: in.Limit,
		}
	}
	return rules
}

func resultRules(results []config.Result) []service.ResultRule {
	rules := make([]service.ResultRule, len(results))
	for i, x := range results {
		rules[i] = service.ResultRule{
			Job: regexp.MustCompile(x.Job), Unstable: x.Unstable == config.ResultSuccess, NotBuilt: x.NotBuilt == config.ResultSuccess,
		}
	}
	return rules
}

func formRules(f config.Form) service.FormRules {
	return service.FormRules{Fields: f.Names(), Parameters: f.Parameters, Ignore: f.Ignore, Order: model.Order(f.Order)}
}

func notifiedRobots(cfg *config.Config) []string {
	if len(cfg.Notify.Robots) > 0 {
		return cfg.Notify.Robots
	}
	names := make([]string, len(cfg.DingTalk.Robots))
	for i, r := range cfg.DingTalk.Robots {
		names[i] = r.Name
	}
	return names
}

// worksNotices tells whether people can be reached one by one: that needs an app and its agent.
func worksNotices(d config.DingTalk) bool { return d.AppKey != "" && d.AgentID > 0 }

// dingtalkTimeout bounds one request to DingTalk; it ends before a message's lease does.
const dingtalkTimeout = 8 * time.Second

func (a *app) messenger() (*dingtalk.Sender, error) {
	client := &http.Client{Timeout: dingtalkTimeout}
	robots := make([]*dingtalk.Robot, len(a.cfg.DingTalk.Robots))
	for i, r := range a.cfg.DingTalk.Robots {
		robot, err := dingtalk.NewRobot(r.Name, r.Webhook.Reveal(), r.Secret.Reveal(), r.AtMobiles, r.AtAll, client, processNow)
		if err == nil {
			err = robot.AtUsers(r.AtUserIDs)
		}
		if err != nil {
			return nil, fmt.Errorf("dingtalk.robots[%d]: %w", i, err)
		}
		robots[i] = robot
	}
	return dingtalk.NewSender(a.dingtalk, robots...).In(a.cfg.Location()), nil
}

func (a *app) apiOptions(metrics *api.Metrics) api.Options {
	connector := a.cfg.DingTalk.Connector
	auth := api.ConnectorAuth{
		BasicUser: connector.Basic.User, BasicPassword: connector.Basic.Password.Reveal(),
		Token: connector.Token.Reveal(), Insecure: connector.Insecure,
	}
	if connector.Secret != "" {
		key := dingtalk.NewConnectorKey(connector.Secret.Reveal())
		auth.Signature = func(h http.Header) error {
			return key.VerifyCall(h, processNow(), connector.MaxSkew)
		}
	}
	tokens := make([]api.Token, len(a.cfg.API.Tokens))
	for i, t := range a.cfg.API.Tokens {
		tokens[i] = api.Token{Name: t.Name, Token: t.Token.Reveal()}
	}
	return api.Options{
		Service: a.service, Connector: auth, Fields: a.cfg.Form.Names(), Tokens: tokens, Metrics: metrics, Logger: a.log,
		Zone: a.cfg.Location(), HookSecret: a.cfg.JenkinsHook.Secret.Reveal(), Pushes: a.service,
		Gauges: api.Gauges{
			Open: a.service.Open, Dead: a.service.Dead, Listed: a.service.Listed, Held: a.service.Held, RedisUp: a.redisUp(), Stream: a.streamState(),
			Used: a.meter.Used, Quota: a.meter.Quota(),
		},
		NewID: api.NewTraceID, Now: processNow,
		Checks: []api.Check{
			{Name: "database", Probe: a.store.Writable},
			{Name: "catalogue", Probe: func(context.Context) error { return a.catalogueLoaded() }, Warn: a.catalogueHeld},
		},
	}
}

// catalogueHeld names a Jenkins whose listing is held back. Requests may come all the same.
func (a *app) catalogueHeld() error {
	held := a.service.Held()
	for _, name := range slices.Sorted(maps.Keys(held)) {
		return model.Errorf(model.CodeCatalogueHeld, "Jenkins「%s」的应用清单骤减，自 %s 起暂不采用", name,
			held[name].In(a.cfg.Location()).Format(time.DateTime))
	}
	return nil
}

func (a *app) catalogueLoaded() error {
	if len(a.service.Listed()) == 0 {
		return model.Errorf(model.CodeCatalogueUnready, "还没有从 Jenkins 取得应用清单")
	}
	return nil
}

func logRules(l config.Logs) service.LogRules {
	return service.LogRules{Keep: l.Keep, MaxSize: int64(l.MaxSize), Mask: expressions(l.Mask), FailureLines: l.FailureLines}
}
