package service

import (
	"math/rand/v2"
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
		c := buildCatalogue([]source{
			{listing: model.Listing{Controller: "north", Jobs: generated(random)}},
			{listing: model.Listing{Controller: "south", Jobs: generated(random)}},
		})
		checkNames(t, seed, "the list of projects", c.options)
		for _, p := range c.Projects {
			checkNames(t, seed, p.Key, p.options)
			if found, err := c.FindProject(p.Key); err != nil || found != p {
				t.Fatalf("seed %d: key %s leads to %v, %v", seed, p.Key, found, err)
			}
			if found, err := c.FindProject(p.Name); err == nil && found != p {
				t.Fatalf("seed %d: name %q leads to %s instead of %s", seed, p.Name, found.Key, p.Key)
			}
			for _, a := range p.Apps {
				if found, err := p.FindApp(a.Key()); err != nil || found != a {
					t.Fatalf("seed %d: key %s leads to %v, %v", seed, a.Key(), found, err)
				}
				if found, err := p.FindApp(a.Label); err == nil && found != a {
					t.Fatalf("seed %d: label %q leads to %s instead of %s", seed, a.Label, found.Key(), a.Key())
				}
			}
		}
	}
}

func TestNamesThatClash(t *testing.T) {
	n, long := newNamer(), strings.Repeat("长", 60)
	for i, c := range []struct {
		label string
		hints []string
		want  string
	}{
		{"前端", nil, "前端"},
		{"前端", []string{"web", "mall/web"}, "前端 (web)"},
		{"前端", []string{"web", "mall/web"}, "前端 (mall/web)"},
		{"前端", []string{"web", "mall/web"}, "前端 #2"},
		{"前端", []string{"web", "mall/web"}, "前端 #3"},
		{long, nil, strings.Repeat("长", 49) + "…"},
		{long, []string{"web"}, strings.Repeat("长", 43) + "… (web)"},
		{long, []string{strings.Repeat("x", 80) + "end"}, strings.Repeat("长", 10) + "… (…" + strings.Repeat("x", 32) + "end)"},
		{long, []string{"web"}, strings.Repeat("长", 46) + "… #2"},
	} {
		got := n.name(c.label, c.hints...)
		if got != c.want || utf8.RuneCountInString(got) > maxOptionName {
			t.Errorf("%d: %q (%d runes), want %q", i, got, utf8.RuneCountInString(got), c.want)
		}
	}
}
