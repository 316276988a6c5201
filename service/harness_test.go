package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
)

func TestMain(m *testing.M) {
	// gorm's cache of prepared statements keeps a goroutine for the life of the process.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("gorm.io/gorm/internal/lru.NewLRU[...].func1"))
}

var shanghai = time.FixedZone("CST", 8*3600)

// inbox is a Messenger that keeps what it was given, and fails while told to.
type inbox struct {
	mu  sync.Mutex
	got []model.Message
	err error
}

func (i *inbox) Deliver(_ context.Context, m model.Message) (int64, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.err != nil {
		return 0, i.err
	}
	i.got = append(i.got, m)
	return 0, nil
}

// titles are the titles that one recipient got, in order.
func (i *inbox) titles(recipient string) []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var titles []string
	for _, m := range i.got {
		if m.Recipient == recipient {
			titles = append(titles, m.Title)
		}
	}
	return titles
}

type silent struct{}

func (silent) Accepted(string)                     {}
func (silent) Duplicate(string)                    {}
func (silent) Refused(string)                      {}
func (silent) Moved(string, model.DeploymentState) {}
func (silent) Delivered(model.Channel, model.Code) {}
func (silent) GaveUp(model.Channel, model.Code)    {}
func (silent) Refreshed(string, model.Code, int)   {}
func (silent) Polled(string, model.Code)           {}
func (silent) Reachable(string, bool)              {}
func (silent) Pruned(model.Pruned)                 {}
func (silent) Differing(int)                       {}

func (silent) Answered(string, bool, model.AnswerOutcome) {}

// world is the service with the real store and client, a fake Jenkins, and one clock for all of them. Nothing runs by
// itself: the test says when the service looks.
type world struct {
	*Service
	t       *testing.T
	clock   *clock
	jenkins *jenkinstest.Server
	url     string
	store   *store.Store
	inbox   *inbox
	options Options
	ahead   time.Duration // of Jenkins' clock
	desk    *desk         // of a world that proves approvals
	file    string        // of the database
}

func newWorld(t *testing.T, adjust ...func(*Options)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}, inbox: &inbox{}}
	w.jenkins = jenkinstest.New(jenkinstest.Options{Now: func() time.Time { return w.clock.Now().Add(w.ahead) }, Users: []jenkinstest.User{
		{Name: "admin", Token: "admin-token", Admin: true}, {Name: "li", Token: "li-token", Admin: true},
	}})
	for _, j := range jenkinstest.Company() {
		w.jenkins.AddJob(j)
	}
	server := httptest.NewServer(w.jenkins)
	t.Cleanup(server.Close)
	w.url = server.URL
	client, err := jenkins.New(jenkins.Options{Name: "prod", URL: server.URL, User: "admin", Token: "admin-token", Now: w.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	w.file = filepath.Join(t.TempDir(), "test.db")
	w.store, err = store.Open(t.Context(), store.Options{
		Driver: store.DriverSQLite, DSN: w.file, Now: w.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	if _, _, err := w.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.options = Options{
		Store: w.store, Messenger: w.inbox, Observer: silent{}, Logger: slog.New(slog.DiscardHandler),
		Controllers: []Controller{{
			Name: "prod", URL: server.URL, Client: client, User: "admin", ReleaseParameter: "RELEASE_ID",
			Rules: CatalogueRules{Folders: []string{"deploy"}}, Refresh: 30 * time.Second, Poll: 2 * time.Second, MaxInFlight: 8,
		}},
		Form:   FormRules{Fields: config.Default().Form.Names(), Order: model.OrderSequence},
		Robots: []string{"ops"}, WorkNotices: true, Location: shanghai, RunIfLateBy: 30 * time.Minute,
		Now: w.clock.Now, NewID: counter(),
	}
	for _, f := range adjust {
		f(&w.options)
	}
	w.Service = New(w.options)
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	return w
}

func counter() func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("id-%d", n)
	}
}

// reborn is the service after a crash: the same database and Jenkins, nothing of what was in memory.
func (w *world) reborn() {
	w.Service = New(w.options)
	if err := w.Warm(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) controller() *Controller { return w.ordered[0] }

// submitDueNow does one step for everything that is due, and returns how many there were.
func (w *world) submitDueNow() int {
	w.t.Helper()
	w.sweep(w.t.Context(), w.controller())
	due, err := w.store.ClaimDeployments(w.t.Context(), "prod", w.claimName(), w.pace.Lease, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	if due, err = w.admit(w.t.Context(), w.controller(), due); err != nil {
		w.t.Fatal(err)
	}
	for _, d := range due {
		if err := (submitter{worker{w.Service, w.controller()}}).step(w.t.Context(), d); err != nil {
			w.t.Fatalf("step of %s: %v", d.Key(), err)
		}
	}
	return len(due)
}

func (w *world) look() error {
	_, err := follower{worker{w.Service, w.controller()}}.tick(w.t.Context())
	return err
}

// turn lets a moment pass and everything be done once.
func (w *world) turn() {
	w.t.Helper()
	w.clock.Advance(time.Second)
	if w.controller().line.away() != nil {
		w.probe(w.t.Context(), w.controller())
	}
	w.submitDueNow()
	if err := w.look(); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.deliverDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) turns(n int) {
	w.t.Helper()
	for range n {
		w.turn()
	}
}

// form is a complete form for one app; pairs of name and value change it, an empty value takes a field out.
func form(pairs ...string) map[string][]string {
	f := map[string][]string{
		"项目名称": {"商城"}, "应用名称": {"商城前端"}, "VERSION": {"v2.1.0"}, "ENV": {"prod"}, "DRY_RUN": {"否"},
		"发起人": {"zhang"}, "审批人": {"wang,zhao"}, "上线说明": {"修复结算"}, "实例ID": {"inst-1"}, "审批编号": {"202611220001"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			delete(f, pairs[i])
			continue
		}
		f[pairs[i]] = []string{pairs[i+1]}
	}
	return f
}

func (w *world) submit(pairs ...string) model.Receipt {
	w.t.Helper()
	r, err := w.Submit(w.t.Context(), form(pairs...), "connector")
	if err != nil {
		w.t.Fatalf("submit: %v", err)
	}
	return r
}

func (w *world) release(number string) *model.Release {
	w.t.Helper()
	id, err := model.ParseNumber(number)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := w.Release(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// want checks the release's state and its deployments' states.
func (w *world) want(number string, state model.ReleaseState, deployments ...model.DeploymentState) *model.Release {
	w.t.Helper()
	r := w.release(number)
	var got []model.DeploymentState
	for _, d := range r.Deployments {
		got = append(got, d.State)
	}
	if r.State != state || !slices.Equal(got, deployments) {
		w.t.Fatalf("%s is %s %v (%s), want %s %v", number, r.State, got, r.Deployments[0].Message, state, deployments)
	}
	return r
}

// builds are the builds that Jenkins really made of a job.
func (w *world) builds(job string) []jenkinstest.Build {
	var builds []jenkinstest.Build
	for _, b := range w.jenkins.Ledger().Builds {
		if b.Job == job {
			builds = append(builds, b)
		}
	}
	return builds
}

// byHand triggers a job as another user would.
func (w *world) byHand(user, path, body string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.SetBasicAuth(user, user+"-token")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode >= 400 {
		w.t.Fatalf("POST %s by hand: %s", path, res.Status)
	}
	http.DefaultClient.CloseIdleConnections()
}

func codeIs(t *testing.T, err error, want model.Code) {
	t.Helper()
	if got := model.CodeOf(err); got != want {
		t.Fatalf("got code %q (%v), want %q", got, err, want)
	}
}

var errDown = errors.New("down")
