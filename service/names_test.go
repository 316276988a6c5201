package service

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// clashing are words that collide: equal, equal after cutting, equal to another's made-up name.
var clashing = []string{
	"前端", "前端", "前端 (web)", "前端 #2", "前端 #3", "web", strings.Repeat("长", 49), strings.Repeat("长", 50),
	strings.Repeat("长", 51), strings.Repeat("长", 80), strings.Repeat("长", 49) + "…", strings.Repeat("a ", 40), "👨‍👩‍👧", "e\u0301",
}

// generated is a listing of folders and jobs whose labels clash as often as they can.
func generated(random *rand.Rand) []model.Job {
	pick := func() string { return clashing[random.IntN(len(clashing))] }
	var jobs []model.Job
	for f := range 1 + random.IntN(8) {
		folder := "f" + strconv.Itoa(f)
		if random.IntN(3) == 0 {
			folder = strings.Repeat("deep/", random.IntN(20)) + folder
		}
		jobs = append(jobs, container(folder, pick()))
		for i := range random.IntN(30) {
			name := "j" + strconv.Itoa(i)
			if random.IntN(4) == 0 {
				name = strings.Repeat("n", random.IntN(70)) + name
			}
			j := plainJob(folder+"/"+name, pick())
			j.Buildable = random.IntN(5) > 0
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// generatedCatalogue is two controllers under any rules, with explicit projects whose ids and labels clash, too.
func generatedCatalogue(random *rand.Rand) ([]source, []ExplicitProject) {
	listings := []model.Listing{{Controller: "north", Jobs: generated(random)}, {Controller: "south", Jobs: generated(random)}}
	var explicit []ExplicitProject
	for _, id := range []string{"web", "f1", "前端"}[:random.IntN(4)] {
		p := ExplicitProject{ID: id, Label: clashing[random.IntN(len(clashing))]}
		for range 1 + random.IntN(5) {
			l := listings[random.IntN(2)]
			ref := model.JobRef{Controller: l.Controller, FullName: l.Jobs[random.IntN(len(l.Jobs))].FullName}
			known := func(a ExplicitApp) bool { return a.JobRef == ref }
			if !slices.ContainsFunc(p.Apps, known) {
				p.Apps = append(p.Apps, ExplicitApp{JobRef: ref, Label: clashing[random.IntN(len(clashing))]})
			}
		}
		explicit = append(explicit, p)
	}
	var sources []source
	for _, l := range listings {
		rules := CatalogueRules{
			Depth: random.IntN(3), JoinPath: random.IntN(2) == 0, Named: NamedJobs(explicit, l.Controller),
			By: []Grouping{ByFolder, ByFolder, ByView}[random.IntN(3)], BranchParameter: []string{"", "BRANCH"}[random.IntN(2)],
		}
		for i := range l.Jobs {
			if l.Jobs[i].Container && random.IntN(3) == 0 {
				l.Jobs[i].Kind = model.JobMultibranch
			}
		}
		for i := range random.IntN(6) {
			v := model.View{Name: clashing[random.IntN(len(clashing))] + strconv.Itoa(i%4)}
			for range random.IntN(8) {
				v.Jobs = append(v.Jobs, l.Jobs[random.IntN(len(l.Jobs))].FullName)
			}
			l.Views = append(l.Views, v)
		}
		sources = append(sources, source{rules: rules, listing: l})
	}
	return sources, explicit
}

func checkNames(t *testing.T, seed uint64, what string, options []model.Option) {
	t.Helper()
	names, ids := map[string]bool{}, map[string]bool{}
	for _, o := range options {
		if names[o.Name] || ids[o.ID] || o.Name == "" || o.ID == "" {
			t.Fatalf("seed %d: %s has %q (%s) twice, or one is empty", seed, what, o.Name, o.ID)
		}
		if n := utf8.RuneCountInString(o.Name); n > maxOptionName {
			t.Fatalf("seed %d: %s has a name of %d runes: %q", seed, what, n, o.Name)
		}
		names[o.Name], ids[o.ID] = true, true
	}
}

// Whatever Jenkins lists: names are unique within their list, fit, and lead back to what they name.
func TestNamesAreUniqueAndLeadBack(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		sources, explicit := generatedCatalogue(random)
		c := buildCatalogue(sources, explicit...)
		checkNames(t, seed, "the list of projects", c.options)
		for _, p := range c.Projects {
			checkNames(t, seed, p.Key, p.options)
			if found, err := c.FindProject(p.Key); err != nil || found != p {
				t.Fatalf("seed %d: key %s leads to %v, %v", seed, p.Key, found, err)
			}
			if found, err := c.FindProject(p.Name); err != nil || found != p {
				t.Fatalf("seed %d: name %q of %s leads to %v, %v", seed, p.Name, p.Key, found, err)
			}
			for _, a := range p.Apps {
				if found, err := p.FindApp(a.Key()); err != nil || found != a {
					t.Fatalf("seed %d: key %s leads to %v, %v", seed, a.Key(), found, err)
				}
				if found, err := p.FindApp(a.Label); err != nil || found != a {
					t.Fatalf("seed %d: label %q of %s leads to %v, %v", seed, a.Label, a.Key(), found, err)
				}
			}
		}
	}
}

func TestNamesThatClash(t *testing.T) {
	long := strings.Repeat("长", 60)
	for name, c := range map[string]struct{ jobs, want []string }{
		"alone":                       {[]string{"web=前端"}, []string{"前端"}},
		"equal labels":                {[]string{"web=前端", "app=前端"}, []string{"前端 (web)", "前端 (app)"}},
		"a label like another's name": {[]string{"web=app", "app=前端"}, []string{"app (web)", "前端"}},
		"a label like a made-up one":  {[]string{"web=前端", "app=前端", "x=前端 (web)"}, []string{"前端 (f/web)", "前端 (app)", "前端 (web) (x)"}},
		"too long":                    {[]string{"web=" + long}, []string{strings.Repeat("长", 49) + "…"}},
		"equal only after being cut":  {[]string{"web=" + long + "甲", "app=" + long + "乙"}, []string{strings.Repeat("长", 43) + "… (web)", strings.Repeat("长", 43) + "… (app)"}},
		"a hint that is too long itself": {[]string{strings.Repeat("x", 80) + "end=前端", "app=前端"},
			[]string{"前端 (…" + strings.Repeat("x", 32) + "end)", "前端 (app)"}},
	} {
		t.Run(name, func(t *testing.T) {
			var jobs []model.Job
			for _, j := range c.jobs {
				job, label, _ := strings.Cut(j, "=")
				jobs = append(jobs, plainJob("f/"+job, label))
			}
			p := buildCatalogue([]source{{listing: model.Listing{Controller: "c", Jobs: jobs}}}).Projects[0]
			for i, a := range p.Apps {
				if a.Label != c.want[i] || utf8.RuneCountInString(a.Label) > maxOptionName {
					t.Errorf("%s is offered as %q, want %q", a.FullName, a.Label, c.want[i])
				}
			}
		})
	}
}

// The name of a form that was approved must not come to mean another app.
func TestNameNeverChangesItsMeaning(t *testing.T) {
	long := strings.Repeat("很长的名字", 12)
	for name, c := range map[string]struct{ before, after []model.Job }{
		"an equal label comes": {
			[]model.Job{plainJob("f/b", "前端")}, []model.Job{plainJob("f/a", "前端"), plainJob("f/b", "前端")},
		},
		"a label comes that is equal after being cut": {
			[]model.Job{plainJob("f/b", long+"乙")}, []model.Job{plainJob("f/a", long+"甲"), plainJob("f/b", long+"乙")},
		},
		"a label comes that was made up before": {
			[]model.Job{plainJob("f/b", "前端"), plainJob("f/c", "前端")},
			[]model.Job{plainJob("f/a", "前端 (b)"), plainJob("f/b", "前端"), plainJob("f/c", "前端")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			projectOf := func(jobs []model.Job) *Project {
				return buildCatalogue([]source{{listing: model.Listing{Controller: "c", Jobs: jobs}}}).Projects[0]
			}
			before, after := projectOf(c.before), projectOf(c.after)
			for _, a := range before.Apps {
				if found, err := after.FindApp(a.Label); err == nil && found.Key() != a.Key() {
					t.Errorf("%q was %s and is %s now", a.Label, a.Key(), found.Key())
				}
			}
		})
	}
}
