package service

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const (
	generatedForms = 10_000
	generatedJobs  = 60
	targetBuilds   = 3
)

// press makes jobs of all kinds, forms for them, and looks at what becomes of these in the service and in Jenkins.
type press struct {
	*Service
	t      *testing.T
	fake   *jenkinstest.Server
	client *jenkins.Client
	jobs   [][]species // by job

	mu       sync.Mutex
	sent     map[int64]sentForm // by queue item
	seen     map[string]int     // how many values of each kind and fate
	accepted int
}

// sentForm is what Jenkins took.
type sentForm struct {
	name string
	want map[string]string // nil: it was sent to see what Jenkins makes of it
	raw  map[string]string
}

func newPress(t *testing.T, r *rand.Rand) *press {
	t.Helper()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := &press{t: t, sent: map[int64]sentForm{}, seen: map[string]int{}}
	p.fake = jenkinstest.New(jenkinstest.Options{Now: func() time.Time { return at }})
	server := httptest.NewServer(p.fake)
	t.Cleanup(server.Close)
	var err error
	p.client, err = jenkins.New(jenkins.Options{Name: "prod", URL: server.URL, User: "admin", Token: "admin-token"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.client.Close)
	p.fake.AddJob(jenkinstest.Job{FullName: "target", Kind: jenkinstest.Pipeline})
	for range targetBuilds {
		if _, err := p.client.Trigger(t.Context(), "target", false, nil); err != nil {
			t.Fatal(err)
		}
	}
	rules := p.makeJobs(r)
	p.Service = New(Options{
		Controllers: []Controller{{Name: "prod", ReleaseParameter: "RELEASE_ID", Client: p.client}}, Parameters: rules,
		Policies: []ProjectPolicy{{Busy: BusyIgnore}},
		Form:     FormRules{Fields: config.Default().Form.Names()}, Location: shanghai, Observer: silent{},
		Logger: slog.New(slog.DiscardHandler), NewID: counter(), Now: func() time.Time { return at },
	})
	listing, err := p.client.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	listing.Controller, listing.At, listing.Changed = "prod", at, at
	p.offer(listing)
	return p
}

// makeJobs declares every kind somewhere.
func (p *press) makeJobs(r *rand.Rand) []ParameterRule {
	all := kinds(targetBuilds)
	var rules []ParameterRule
	for i := range generatedJobs {
		job := jenkinstest.Job{FullName: fmt.Sprintf("all/job-%d", i), Kind: jenkinstest.Pipeline, Parameters: []jenkinstest.Parameter{{Name: "RELEASE_ID"}}}
		var declared []species
		for j := range 5 {
			k := all[(i+j*7+r.IntN(2))%len(all)]
			k.parameter.Name = fmt.Sprintf("P%d_%d", i, j)
			if k.rule != nil {
				rule := *k.rule
				rule.Name = k.parameter.Name
				rules = append(rules, rule)
			}
			job.Parameters = append(job.Parameters, k.parameter)
			declared = append(declared, k)
		}
		p.fake.AddJob(job)
		p.jobs = append(p.jobs, declared)
	}
	return rules
}

// pressed is a form for one job.
type pressed struct {
	job    int
	fields map[string][]string
	values map[string]given // by parameter
}

func (p *press) form(r *rand.Rand) pressed {
	g := pressed{job: r.IntN(len(p.jobs)), fields: map[string][]string{}, values: map[string]given{}}
	g.fields["project"], g.fields["app"] = []string{"prod:all"}, []string{fmt.Sprintf("job-%d", g.job)}
	for _, k := range p.jobs[g.job] {
		v := k.otherwise
		if r.IntN(4) > 0 {
			v = k.values(r)
			g.fields[k.parameter.Name] = v.raw
		} else if r.IntN(2) == 0 {
			g.fields[k.parameter.Name] = []string{draw(r, "", "null", " ", "[]")}
		}
		g.values[k.parameter.Name] = v
	}
	return g
}

// try validates a form and lets Jenkins judge: what is accepted is sent as planned, what is impossible as it was given.
func (p *press) try(n int, g pressed) {
	f, problems := p.Service.form.Read(g.fields)
	plan, found, err := p.checkForm(p.t.Context(), f, problems, fillingIn)
	if err != nil {
		p.t.Errorf("form %d: %v", n, err)
		return
	}
	refused := map[string]bool{}
	for _, problem := range found.Problems {
		refused[problem.Field] = true
	}
	told := map[string]bool{}
	for _, w := range found.warnings {
		told[w.Field] = true
	}
	for _, k := range p.jobs[g.job] {
		name, v := k.parameter.Name, g.values[k.parameter.Name]
		if refused[name] != (v.fate >= impossible) || told[name] != (v.fate == unknown) {
			p.t.Errorf("form %d, %s, %s: %q refused: %v, warned: %v; %q", n, k.name, v.why, v.raw, refused[name], told[name], found.Message())
		}
		p.note(k, v)
		if v.fate == impossible {
			p.send(n, g.job, k.name+", "+v.why, nil, []model.ParameterValue{{Name: name, Value: v.raw[0], Each: v.raw}})
		}
	}
	if len(found.Problems) > 0 {
		return
	}
	p.send(n, g.job, "accepted", p.wanted(g), plan.apps[0].parameters)
}

func (p *press) note(k species, v given) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[fmt.Sprintf("%s: %d", k.name, v.fate)]++
}

// wanted is what Jenkins must show of an accepted form.
func (p *press) wanted(g pressed) map[string]string {
	want := map[string]string{}
	for _, k := range p.jobs[g.job] {
		if v := g.values[k.parameter.Name]; v.fate == taken && k.parameter.Kind != jenkinstest.Password && (v.raw != nil || v.want != "") {
			want[k.parameter.Name] = v.want
		}
	}
	return want
}

// send lets Jenkins judge. Each request carries a number of its own, so that none is folded into another.
func (p *press) send(n, job int, name string, want map[string]string, parameters []model.ParameterValue) {
	raw := map[string]string{}
	for _, v := range parameters {
		raw[v.Name] = v.Value
		if want == nil {
			raw[v.Name] = strings.Join(v.Each, ",")
		}
	}
	parameters = append(parameters[:len(parameters):len(parameters)], model.ParameterValue{Name: "RELEASE_ID", Value: fmt.Sprint(n, name)})
	id, err := p.client.Trigger(p.t.Context(), fmt.Sprintf("all/job-%d", job), true, parameters)
	switch {
	case err == nil:
		p.mu.Lock()
		p.sent[id] = sentForm{fmt.Sprintf("form %d, %s", n, name), want, raw}
		p.mu.Unlock()
	case want != nil:
		p.t.Errorf("form %d was accepted, and Jenkins says %v", n, err)
	}
}

// judge compares what Jenkins took with what was wanted.
func (p *press) judge() {
	for _, trigger := range p.fake.Ledger().Triggers {
		sent, ours := p.sent[trigger.QueueID]
		if !ours {
			continue
		}
		delete(p.sent, trigger.QueueID)
		if sent.want == nil {
			for name, value := range sent.raw {
				if trigger.Parameters[name] == value {
					p.t.Errorf("%s: refused, and Jenkins takes %q as it is", sent.name, value)
				}
			}
			continue
		}
		p.accepted++
		for name, value := range sent.want {
			if got, ok := trigger.Parameters[name]; !ok || got != value {
				p.t.Errorf("%s: %s is %q, want %q", sent.name, name, got, value)
			}
		}
	}
	if len(p.sent) > 0 {
		p.t.Errorf("Jenkins has nothing of %d forms", len(p.sent))
	}
}

// TestTenThousandForms: whatever validate accepts is triggered with exactly the values that were chosen, and Jenkins shows them
// as they are; whatever it refuses Jenkins would refuse, drop or change, or a rule forbids it.
func TestTenThousandForms(t *testing.T) {
	const seed = 20261122
	p := newPress(t, rand.New(rand.NewPCG(seed, 0)))
	for _, project := range p.offered.Load().Projects {
		for _, app := range project.Apps { // what is remote is known before the first form
			for i := range app.Parameters {
				p.parameter(app, &app.Parameters[i]).list()
			}
		}
	}
	(&world{Service: p.Service, t: t}).readAll()
	const workers = 4
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(worker+1)))
			for n := worker; n < generatedForms && !t.Failed(); n += workers {
				p.try(n, p.form(r))
			}
		})
	}
	all.Wait()
	p.judge()
	if p.accepted < generatedForms/10 || p.accepted > generatedForms*9/10 {
		t.Errorf("%d of %d forms were accepted: too one-sided", p.accepted, generatedForms)
	}
	for _, k := range kinds(targetBuilds) {
		refusals := p.seen[k.name+": 2"] + p.seen[k.name+": 3"] + p.seen[k.name+": 1"]
		if p.seen[k.name+": 0"] == 0 || refusals == 0 && k.name != "extended, several in one text" {
			t.Errorf("%s: %d values taken, %d not", k.name, p.seen[k.name+": 0"], refusals)
		}
	}
}
