package main

import (
	"slices"
	"strings"
	"testing"
)

func TestDoctorTellsOfPoliciesForNothing(t *testing.T) {
	for policies, want := range map[string]string{
		`[{projects: ["^prod:deploy/pay$", 商城], busy: ignore}, {busy: warn}]`:  "each of the 2 policies names a project",
		`[{projects: [商城], busy: ignore}, {projects: ["^test:"], busy: warn}]`: "no project is named by policies[1] (^test:): it holds for none",
	} {
		p := newPatient(t, 0)
		p.dingtalkMore = "policies: " + policies + "\n"
		_, list := p.ask()
		at := slices.IndexFunc(list, func(c checked) bool { return c.Check == "policies: projects" })
		if at < 0 || !strings.Contains(list[at].Detail, want) {
			t.Errorf("%s: %+v", policies, list)
		}
	}
}
