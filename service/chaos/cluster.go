package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// replicas is how many bridges run on the one database.
const replicas = 3

// skews is how far each replica's clock is ahead.
var skews = [replicas]time.Duration{0, 30 * time.Second, -30 * time.Second}

// The engine's times, shorter than in production by the same ratio so that a run is bounded. What holds in production has to
// hold here: nothing that delays a POST (longestFreeze and longestStall together) takes longer than settle.
const (
	lease         = 6 * time.Second
	step          = 5 * time.Second
	settle        = 15 * time.Second
	forget        = 10 * time.Second
	longestFreeze = 8 * time.Second
	longestStall  = 4 * time.Second
)

// cluster is every process of a run.
type cluster struct {
	folder   string // configuration, logs, and the binary
	binary   string
	mariadb  *servers.Dedicated
	redis    *servers.RedisServer
	jenkins  *fake
	dingtalk *fake
	bridges  [replicas]*replica
	say      func(format string, args ...any)
	blind    bool // whether the bridges' search for builds is switched off
}

// start builds the bridge and starts everything. What was started is ended by stop, also after an error.
func (c *cluster) start(ctx context.Context) error {
	c.binary = filepath.Join(c.folder, "oabridge")
	c.say("building the bridge")
	build := exec.CommandContext(ctx, // #nosec G204 -- nothing here comes from outside
		"go", "build", "-tags", "nomsgpack chaos", "-o", c.binary, "github.com/oabridge/oabridge")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output)
	}
	c.say("starting MariaDB, Redis, Jenkins, DingTalk and %d replicas", replicas)
	var err error
	if c.mariadb, err = servers.StartMariaDB(); err != nil { //nolint:contextcheck // it ends with stop
		return err
	}
	if c.redis, err = servers.StartRedis(); err != nil {
		return err
	}
	if c.jenkins, err = c.fake(ctx, "jenkins", "--user", jenkinsUser, "--token", jenkinsToken, "--delay", "5ms"); err != nil {
		return err
	}
	if c.dingtalk, err = c.fake(ctx, "dingtalk"); err != nil {
		return err
	}
	if err := c.furnish(ctx); err != nil {
		return err
	}
	for i := range c.bridges {
		if c.bridges[i], err = newReplica(c, i); err != nil {
			return err
		}
		c.bridges[i].run(ctx)
	}
	for _, r := range c.bridges {
		if err := r.awaitUp(ctx, time.Minute); err != nil {
			return err
		}
	}
	return nil
}

// furnish tells the fakes of the jobs and people of this world.
func (c *cluster) furnish(ctx context.Context) error {
	for _, order := range []string{"executors?n=12", "user?name=" + colleagueUser + "&token=" + colleagueToken} {
		if err := c.jenkins.set(ctx, order); err != nil {
			return err
		}
	}
	for _, p := range projects() {
		for _, j := range p.jobs {
			body, err := json.Marshal(struct {
				jenkinstest.Job
				Duration, QuietPeriod string
			}{j, j.Duration.String(), j.QuietPeriod.String()})
			if err != nil {
				return err
			}
			if err := c.jenkins.post(ctx, "job", string(body)); err != nil {
				return err
			}
		}
	}
	for n := range people {
		if err := c.dingtalk.set(ctx, "user?id="+url.QueryEscape(person(n))); err != nil {
			return err
		}
	}
	// DingTalk's 20 a minute would stretch a run of five minutes to half an hour, and a block lasts ten minutes.
	return c.dingtalk.set(ctx, "robot-rate?per-minute=100000")
}

// stop ends every process.
func (c *cluster) stop() {
	var all sync.WaitGroup
	for _, r := range c.bridges {
		if r != nil {
			all.Go(r.stop)
		}
	}
	all.Wait()
	for _, f := range []*fake{c.jenkins, c.dingtalk} {
		if f != nil {
			f.program.Kill()
		}
	}
	if c.redis != nil {
		c.redis.Stop()
	}
	if c.mariadb != nil {
		c.mariadb.Stop()
	}
}

// fake is a pretended Jenkins or DingTalk in a process of its own, which lives as long as the run: its ledger must.
type fake struct {
	program *servers.Program
	url     string
}

func (c *cluster) fake(ctx context.Context, name string, args ...string) (*fake, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	args = append([]string{"fake", name, "--listen", "127.0.0.1:0", "--json"}, args...)
	command := exec.CommandContext(ctx, c.binary, args...) // #nosec G204 -- built above
	command.Stdout = writer
	program, err := servers.StartProgram(command, filepath.Join(c.folder, "fake-"+name+".log"))
	_ = writer.Close()
	if err != nil {
		return nil, err
	}
	f := &fake{program: program}
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err == nil {
		err = json.Unmarshal([]byte(line), &struct{ URL *string }{&f.url})
	}
	if err != nil {
		program.Kill()
		return nil, fmt.Errorf("fake %s: %w", name, err)
	}
	return f, nil
}

// host is where it listens.
func (f *fake) host() string { return strings.TrimPrefix(f.url, "http://") }

// set calls one of the fake's switches.
func (f *fake) set(ctx context.Context, order string) error { return f.post(ctx, order, "") }

func (f *fake) post(ctx context.Context, order, body string) error {
	status, answer, err := call(ctx, "POST", f.url+"/_control/"+order, "", body)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("%s: HTTP %d: %s", order, status, answer)
	}
	return err
}

// ledger reads what really happened.
func (f *fake) ledger(ctx context.Context, into any) error {
	status, answer, err := call(ctx, "GET", f.url+"/_control/ledger", "", "")
	if err != nil || status != 200 {
		return fmt.Errorf("ledger: HTTP %d, %w", status, err)
	}
	return json.Unmarshal(answer, into)
}
