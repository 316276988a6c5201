package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// The demo's organisation.
const (
	demoAgent     = 1001
	demoAppKey    = "dingdemoappkey"
	demoRobot     = "发布群"
	demoRobotPace = 18
	demoUser      = "bridge"
	demoInitiator = "zhangwei"
	demoTemplate  = "PROC-DEMO"
)

var demoApprovers = []string{"lina", "wangfang"}

// demoWorld is the bridge with a fake Jenkins and a fake DingTalk around it, all reached over HTTP on this machine.
type demoWorld struct {
	app        *app
	jenkins    *jenkinstest.Server
	dingtalk   *dingtalktest.Server
	connector  dingtalktest.Connector
	url        string
	jenkinsAt  string
	dingtalkAt string
	secret     string
	apiToken   string
	folder     string
	instances  map[string]string // DingTalk's id of each approval of the story
	stop       []func() error    // in the order of starting
}

func newDemoWorld(ctx context.Context, o demoOptions, stderr io.Writer) (*demoWorld, error) {
	w := &demoWorld{secret: rand.Text(), apiToken: rand.Text(), instances: map[string]string{}}
	if err := w.start(ctx, o, stderr); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *demoWorld) start(ctx context.Context, o demoOptions, stderr io.Writer) error {
	folder, err := os.MkdirTemp("", "oabridge-demo-")
	if err != nil {
		return err
	}
	w.stop = append(w.stop, func() error { return os.RemoveAll(folder) })
	w.folder = folder

	token, robotToken, robotSecret, appSecret := rand.Text(), rand.Text(), "SEC"+rand.Text(), rand.Text()
	w.jenkins = jenkinstest.New(jenkinstest.Options{
		Executors: 4, Users: []jenkinstest.User{{Name: demoUser, FullName: "发布桥", Token: token, Admin: true}},
	})
	for _, job := range jenkinstest.Company() {
		w.jenkins.AddJob(job)
	}
	w.dingtalk = dingtalktest.New(dingtalktest.Options{
		AppKey: demoAppKey, AppSecret: appSecret, AgentID: demoAgent,
		Robots: []dingtalktest.Robot{{Name: demoRobot, AccessToken: robotToken, Secret: robotSecret}},
		Users:  []dingtalktest.User{{ID: demoInitiator, Name: "张伟"}, {ID: "lina", Name: "李娜"}, {ID: "wangfang", Name: "王芳"}},
	})
	if w.jenkinsAt, err = w.listen(ctx, fakeJenkinsHandler(w.jenkins)); err != nil {
		return err
	}
	if w.dingtalkAt, err = w.listen(ctx, fakeDingTalkHandler(w.dingtalk)); err != nil {
		return err
	}
	cfg := config.Default()
	cfg.Database.DSN = config.Secret(filepath.Join(folder, "oabridge.db"))
	cfg.API.Tokens = []config.APIToken{{Name: "demo", Token: config.Secret(w.apiToken)}}
	cfg.Jenkins = []config.Jenkins{demoJenkins(w.jenkinsAt, token)}
	cfg.DingTalk.APIURL, cfg.DingTalk.OAPIURL = w.dingtalkAt, w.dingtalkAt
	cfg.DingTalk.AppKey, cfg.DingTalk.AppSecret, cfg.DingTalk.AgentID = demoAppKey, config.Secret(appSecret), demoAgent
	cfg.Form.ProcessCodes = []string{demoTemplate}
	cfg.DingTalk.Connector.Secret = config.Secret(w.secret)
	cfg.DingTalk.Robots = []config.Robot{{
		Name: demoRobot, Webhook: config.Secret(w.dingtalkAt + "/robot/send?access_token=" + robotToken), Secret: config.Secret(robotSecret),
		PerMinute: demoRobotPace,
	}}
	if err := cfg.Validate(); err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if o.verbose {
		log = newLogger(config.Log{Level: "info"}, stderr)
	}
	return w.startBridge(ctx, cfg, o.listen, log)
}

func demoJenkins(url, token string) config.Jenkins {
	j := config.DefaultJenkins()
	j.Name, j.URL, j.User, j.Token, j.Folders = "prod", url, demoUser, config.Secret(token), []string{"deploy"}
	j.Refresh, j.Poll = 5*time.Second, 400*time.Millisecond
	j.Inputs = []config.Input{{Job: "^deploy/pay/", ID: "^Confirm$", Answer: config.AnswerProceed, Limit: 1}}
	return j
}

// startBridge starts the bridge itself and waits until it is ready.
func (w *demoWorld) startBridge(ctx context.Context, cfg *config.Config, address string, log *slog.Logger) error {
	listener, err := demoListener(ctx, address)
	if err != nil {
		return err
	}
	w.app, err = newApp(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- w.app.run(running, listener) }()
	w.stop = append(w.stop, func() error {
		cancel()
		err := <-done
		w.app.Close()
		return err
	})
	w.url = "http://" + listener.Addr().String()
	w.connector = dingtalktest.Connector{BaseURL: w.url + "/connector", Secret: w.secret}
	return w.await(ctx, func(ctx context.Context) (bool, error) {
		status, err := probe(ctx, w.url+"/readyz")
		return status == http.StatusOK, err
	})
}

// demoListener listens where it was told to, else on the usual port, else on any.
func demoListener(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	if address != "" {
		return lc.Listen(ctx, "tcp", address)
	}
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:8080")
	if err == nil {
		return listener, nil
	}
	return lc.Listen(ctx, "tcp", "127.0.0.1:0")
}

// listen serves a handler on a free port and returns its URL.
func (w *demoWorld) listen(ctx context.Context, handler http.Handler) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // ends with Close, below
	w.stop = append(w.stop, func() error {
		err := server.Close()
		serving.Wait()
		return err
	})
	return "http://" + listener.Addr().String(), nil
}

// close stops everything, the last started first.
func (w *demoWorld) close() error {
	var failures []error
	for i := len(w.stop) - 1; i >= 0; i-- {
		failures = append(failures, w.stop[i]())
	}
	w.stop = nil
	return errors.Join(failures...)
}

// await asks again and again until the condition holds.
func (w *demoWorld) await(ctx context.Context, holds func(context.Context) (bool, error)) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := holds(ctx)
		if err != nil {
			return err
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the demo did not come to its end: %w", ctx.Err())
		case <-tick.C:
		}
	}
}
