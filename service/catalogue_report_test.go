package service

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// leftOut is what a report says is left out: "job: reason detail (project)", a line each.
func leftOut(r *model.CatalogueReport) string {
	var b strings.Builder
	for _, l := range r.Left {
		b.WriteString(l.FullName + ": " + strings.TrimSpace(string(l.Reason)+" "+l.Detail))
		if l.Project != "" {
			b.WriteString(" (" + l.Project + ")")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestWhyJobsAreLeftOut(t *testing.T) {
	for name, c := range map[string]struct {
		rules    CatalogueRules
		explicit []ExplicitProject
		want     string
	}{
		"by folders and expressions": {
			CatalogueRules{Folders: []string{"deploy", "x"}, Include: patterns("/trade/", "/org/"), Exclude: patterns("nothing", "risk$")}, nil,
			`deploy: container
deploy/trade: container
deploy/trade/pay: container
deploy/trade/pay/risk: excluded risk$
deploy/direct: not_included /trade/, /org/
deploy/org: container
deploy/org/mobile: container
deploy/org/mobile/old: disabled (prod:deploy/org/mobile)
other: container
other/trade: container
other/trade/x: outside_folders deploy, x
`,
		},
		"by the expression for projects, with branches chosen": {
			CatalogueRules{Project: regexp.MustCompile(`^deploy/(?P<project>\w+)/(?P<app>.+)$`), BranchParameter: "BRANCH", Exclude: patterns("feature")}, nil,
			`deploy: container
deploy/trade: container
deploy/trade/pay: container
deploy/direct: no_project ^deploy/(?P<project>\w+)/(?P<app>.+)$
deploy/org: container
deploy/org/mobile/feature%2Fx: excluded feature
deploy/org/mobile/old: disabled
other: container
other/trade: container
other/trade/x: no_project ^deploy/(?P<project>\w+)/(?P<app>.+)$
`,
		},
		"by explicit projects": {
			CatalogueRules{Folders: []string{"deploy/trade"}, BranchParameter: "BRANCH", Exclude: patterns("/(main|feature.*|old)$")},
			[]ExplicitProject{
				explicitly("a", "甲", "prod:deploy/trade/order", "prod:gone", "prod:deploy/direct", "prod:deploy/org"),
				explicitly("b", "乙", "prod:deploy/trade/order", "prod:deploy/org/mobile/old", "west:x"),
			},
			`deploy: container
deploy/trade: container
deploy/trade/pay: container
deploy/trade/order: named_elsewhere a, b (prod:deploy/trade)
deploy/org: container (a)
deploy/org/mobile/main: excluded /(main|feature.*|old)$
deploy/org/mobile/feature%2Fx: excluded /(main|feature.*|old)$
deploy/org/mobile: outside_folders deploy/trade
deploy/org/mobile/old: disabled (b)
other: container
other/trade: container
other/trade/x: outside_folders deploy/trade
gone: missing (a)
`,
		},
		"of what nobody names": {
			CatalogueRules{By: ByName}, []ExplicitProject{explicitly("a", "甲", "prod:deploy/direct")},
			`deploy: container
deploy/trade: container
deploy/trade/pay: container
deploy/trade/pay/gateway: not_named
deploy/trade/pay/risk: not_named
deploy/trade/order: not_named
deploy/org: container
deploy/org/mobile: container
deploy/org/mobile/main: not_named
deploy/org/mobile/feature%2Fx: not_named
deploy/org/mobile/old: not_named
other: container
other/trade: container
other/trade/x: not_named
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.rules.Named = NamedJobs(c.explicit, "prod")
			listed := []ListedController{{Rules: c.rules, Listing: model.Listing{Controller: "prod", Jobs: deep()}}}
			r, err := ReportOf(listed, c.explicit, model.CatalogueFilter{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, leftOut(r)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReportOfARunningService(t *testing.T) {
	jobs := append(multibranch("mall", "商城", "main", "dev off"), everyKind())
	jobs[len(jobs)-1].FullName = "mall-web"
	s := offering(CatalogueRules{BranchParameter: "BRANCH"}, jobs...)
	r, err := s.Catalogue(model.CatalogueFilter{})
	if err != nil {
		t.Fatal(err)
	}
	ref := func(job string) model.JobRef { return model.JobRef{Controller: "prod", FullName: job} }
	want := &model.CatalogueReport{
		Controllers: []model.OfferingController{{Name: "prod", Apps: 2, ListedAt: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}},
		Projects: []model.OfferedProject{{Key: "prod:", Name: rootLabel, Kind: model.ProjectFolder, Apps: []model.OfferedApp{
			{JobRef: ref("mall"), Name: "商城", Kind: model.JobMultibranch, Branches: []string{"main"}},
			{JobRef: ref("mall-web"), Name: "商城前端", Parameters: 7}, // but for a password, a file and credentials
		}}},
		Left: []model.LeftOut{{JobRef: ref("mall/dev"), Reason: model.LeftDisabled}},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for f, code := range map[model.CatalogueFilter]model.Code{
		{Project: "火星"}: model.CodeUnknownProject, {Controller: "mars"}: model.CodeNotFound, {Project: rootLabel, Controller: "prod"}: "",
	} {
		_, err := s.Catalogue(f)
		codeIs(t, err, code)
	}
	_, err = New(Options{NewID: counter(), Now: time.Now, Location: shanghai}).Catalogue(model.CatalogueFilter{})
	codeIs(t, err, model.CodeCatalogueUnready)
}

// Whatever the rules: every job of a listing is either offered or left out with a reason.
func TestEveryJobIsOfferedOrLeftOut(t *testing.T) {
	for seed := range uint64(200) {
		sources, explicit := generatedCatalogue(rand.New(rand.NewPCG(seed, 2)))
		c := buildCatalogue(sources, explicit...)
		r, err := c.report(model.CatalogueFilter{}, []string{"north", "south"}, explicit)
		if err != nil {
			t.Fatal(err)
		}
		left := map[string]model.LeftReason{}
		for _, l := range r.Left {
			if _, twice := left[l.Key()]; twice && l.Reason != model.LeftMissing {
				t.Fatalf("seed %d: %s is left out twice", seed, l.Key())
			}
			left[l.Key()] = l.Reason
		}
		for _, src := range sources {
			for _, j := range src.listing.Jobs {
				key := src.listing.Controller + ":" + j.FullName
				app, _ := c.AppByKey(key)
				why := left[key]
				if parent := left[src.listing.Controller+":"+parentOf(j.FullName)]; why == "" && app == nil && parent != model.LeftContainer {
					why = parent // a branch goes with its multibranch project
				}
				if offered := app != nil; offered == (why != "" && why != model.LeftNamed) || (!offered && why == "") {
					t.Fatalf("seed %d: %s is offered: %v, and left out for %q", seed, key, offered, why)
				}
			}
		}
	}
}
