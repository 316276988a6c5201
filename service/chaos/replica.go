package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// linkNames are the wires of each replica, in the order of replica.links.
var linkNames = []string{"MariaDB", "Redis", "Jenkins"}

// replica is one `oabridge serve` with its supervisor, which starts it again whenever it has ended.
type replica struct {
	number  int
	name    string
	cluster *cluster
	config  string
	log     string
	links   []*link
	stopRun context.CancelFunc
	running sync.WaitGroup
	hand    sync.Mutex // held while it is frozen or told to end: a frozen one cannot end

	mu      sync.Mutex
	program *servers.Program
	url     string
	up      bool      // it was ready since it started
	rest    time.Time // it stays down until then
	ended   int       // how often it ended by itself
	told    bool      // it was killed or asked to end
}

func newReplica(c *cluster, i int) (*replica, error) {
	r := &replica{
		number: i + 1, name: fmt.Sprintf("replica-%d", i+1), cluster: c,
		config: filepath.Join(c.folder, fmt.Sprintf("replica-%d.yaml", i+1)),
		log:    filepath.Join(c.folder, fmt.Sprintf("replica-%d.log", i+1)),
	}
	for n, addr := range []func() string{c.mariadb.Addr, c.redis.Addr, c.jenkins.host} {
		l, err := newLink(linkNames[n], addr)
		if err != nil {
			return nil, err
		}
		r.links = append(r.links, l)
	}
	return r, os.WriteFile(r.config, []byte(r.yaml()), 0o600)
}

func (r *replica) yaml() string {
	return fmt.Sprintf(`log: {level: info}
api: {tokens: [{name: chaos, token: %[1]s}]}
database: {driver: mysql, dsn: "root@tcp(%[2]s)/oabridge"}
redis: {addr: "%[3]s"}
jenkins:
  - name: %[4]s
    url: http://%[5]s
    user: %[6]s
    token: %[7]s
    folders: [chaos]
    refresh: 5s
    poll: 1s
    inputs:
      - {job: clearing, id: ".*", answer: proceed, parameters: {REGION: %[8]s}}
      - {job: ".*", id: "^Confirm$", answer: proceed}
dingtalk:
  api_url: %[9]s
  oapi_url: %[9]s
  app_key: fake-app-key
  app_secret: fake-app-secret
  agent_id: 1001
  connector: {secret: %[10]s}
  robots:
    - {name: %[11]s, webhook: "%[9]s/robot/send?access_token=fake-robot-token", secret: SECfake-robot-secret, per_minute: 6000}
  quota: {api: 0, webhook: 0}
form: {process_codes: [%[12]s]}
`, apiToken, r.links[0].addr(), r.links[1].addr(), controller, r.links[2].addr(), jenkinsUser, jenkinsToken, inputRegion,
		r.cluster.dingtalk.url, connectorSecret, robotName, template)
}

// environment is what the build for chaos reads.
func (r *replica) environment(address string) []string {
	pace, err := json.Marshal(map[string]time.Duration{
		"Lease": lease, "Step": step, "Settle": settle, "Forget": forget, "Idle": 250 * time.Millisecond,
		"Backoff": 500 * time.Millisecond, "Folded": time.Second,
	})
	if err != nil {
		panic(err) // numbers always marshal
	}
	list := append(os.Environ(), "OABRIDGE_LISTEN="+address, "OABRIDGE_CHAOS_PACE="+string(pace),
		"OABRIDGE_CHAOS_CLOCK_SKEW="+skews[r.number-1].String())
	if r.cluster.blind {
		list = append(list, "OABRIDGE_CHAOS_NO_ADOPTION=1")
	}
	return list
}

// run keeps the replica alive until stop.
func (r *replica) run(ctx context.Context) {
	ctx, r.stopRun = context.WithCancel(context.WithoutCancel(ctx))
	r.running.Go(func() {
		for ctx.Err() == nil {
			r.mu.Lock()
			rest := time.Until(r.rest)
			r.mu.Unlock()
			if pause(ctx, rest) {
				r.live(ctx)
			}
		}
	})
}

// live runs the replica once. Its port is a new one each time, since others may have taken the old one meanwhile.
func (r *replica) live(ctx context.Context) {
	address, err := freeAddress(ctx)
	if err != nil {
		pause(ctx, time.Second)
		return
	}
	command := exec.CommandContext(ctx, r.cluster.binary, "serve", "-c", r.config) // #nosec G204 -- built by us
	command.Env = r.environment(address)
	program, err := servers.StartProgram(command, r.log)
	if err != nil {
		pause(ctx, time.Second)
		return
	}
	r.mu.Lock()
	r.program, r.url, r.up, r.told = program, "http://"+address, false, false
	r.mu.Unlock()
	var watching sync.WaitGroup
	watched, cancel := context.WithCancel(ctx)
	watching.Go(func() { r.watch(watched) })
	select {
	case <-program.Ended():
	case <-ctx.Done():
		program.Kill()
	}
	cancel()
	watching.Wait()
	r.mu.Lock()
	r.up = false
	byItself := !r.told && ctx.Err() == nil
	if byItself {
		r.ended++ // as it may when the database is away at its start
	}
	r.mu.Unlock()
	if byItself {
		pause(ctx, 500*time.Millisecond)
	}
}

// watch finds out when the replica is ready.
func (r *replica) watch(ctx context.Context) {
	for !r.ready(ctx) {
		if !pause(ctx, 50*time.Millisecond) {
			return
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.up = true
}

func (r *replica) ready(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	status, _, err := call(ctx, "GET", r.address()+"/readyz", "", "")
	return err == nil && status == 200
}

func (r *replica) address() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.url
}

// isUp is what a load balancer would believe: ready once, and not ended since. A frozen one counts as up.
func (r *replica) isUp() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.up
}

func (r *replica) awaitUp(ctx context.Context, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for !r.isUp() {
		if !pause(ctx, 50*time.Millisecond) {
			return fmt.Errorf("%s is not ready:\n%s", r.name, r.tail(10))
		}
	}
	return nil
}

// kill is kill -9; the replica stays down for a while.
func (r *replica) kill(down time.Duration) {
	if p := r.tell(down); p != nil {
		p.Kill()
	}
}

// slowestEnd is how long a replica may take to end in good order.
const slowestEnd = 20 * time.Second

// terminate is SIGTERM, as in a rolling upgrade.
func (r *replica) terminate() error {
	r.hand.Lock()
	defer r.hand.Unlock()
	p := r.tell(0)
	if p == nil {
		return nil
	}
	if err := p.Terminate(); err != nil {
		return nil //nolint:nilerr // it ended already
	}
	select {
	case <-p.Ended():
		return nil
	case <-time.After(slowestEnd):
		p.Kill()
		return fmt.Errorf("%s had not ended %s after SIGTERM", r.name, slowestEnd)
	}
}

// tell notes that the replica is about to be ended by us.
func (r *replica) tell(down time.Duration) *servers.Program {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told, r.rest = true, time.Now().Add(down)
	return r.program
}

// freeze stops the replica while f runs. One that has just ended cannot be stopped.
func (r *replica) freeze(f func()) {
	r.hand.Lock()
	defer r.hand.Unlock()
	r.mu.Lock()
	p := r.program
	r.mu.Unlock()
	if p.Freeze() == nil {
		f()
		_ = p.Thaw() // fails when it was killed meanwhile
	}
}

// stop ends the replica for good.
func (r *replica) stop() {
	if r.stopRun != nil {
		r.stopRun()
	}
	r.running.Wait()
	for _, l := range r.links {
		l.close()
	}
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := listener.Addr().String()
	return address, listener.Close()
}

// tail is the end of the replica's log.
func (r *replica) tail(lines int) string {
	text, err := os.ReadFile(r.log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
