package service

import (
	"fmt"
	"slices"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// estate is a listing of some folders with some apps each, all with a parameter.
func estate(folders, apps int) []model.Job {
	var jobs []model.Job
	for f := range folders {
		folder := fmt.Sprintf("deploy/team-%d", f)
		jobs = append(jobs, model.Job{FullName: folder, Name: folder[7:], Kind: model.JobFolder, Container: true})
		for a := range apps {
			name := fmt.Sprintf("app-%d-%d", f, a)
			jobs = append(jobs, model.Job{
				FullName: folder + "/" + name, Name: name, Kind: model.JobPipeline, Buildable: true,
				Parameters: []model.ParameterDefinition{{Name: "VERSION", Kind: model.KindString}},
			})
		}
	}
	return jobs
}

// without leaves out jobs.
func without(jobs []model.Job, names ...string) []model.Job {
	return slices.DeleteFunc(slices.Clone(jobs), func(j model.Job) bool { return slices.Contains(names, j.FullName) })
}

// reworked changes the jobs of these names.
func reworked(jobs []model.Job, change func(*model.Job), names ...string) []model.Job {
	jobs = slices.Clone(jobs)
	for i := range jobs {
		if slices.Contains(names, jobs[i].FullName) {
			change(&jobs[i])
		}
	}
	return jobs
}

// inTeam are the names of the first apps of a folder.
func inTeam(team, apps int) []string {
	var names []string
	for a := range apps {
		names = append(names, fmt.Sprintf("deploy/team-%d/app-%d-%d", team, team, a))
	}
	return names
}

func TestWhichLossesAreHeld(t *testing.T) {
	all := estate(5, 4) // 20 apps
	disable := func(j *model.Job) { j.Buildable = false }
	bare := func(j *model.Job) { j.Parameters = nil }
	move := func(j *model.Job) { j.FullName = "archive/" + j.Name }
	every := func() (names []string) {
		for team := range 5 {
			names = append(names, inTeam(team, 4)...)
		}
		return names
	}()
	five := slices.Concat(inTeam(0, 1), inTeam(1, 1), inTeam(2, 1), inTeam(3, 1), inTeam(4, 1))
	for name, c := range map[string]struct {
		before, after []model.Job
		share         float64
		held          bool
		gone          int
	}{
		"nothing":                               {all, all, 0.3, false, 0},
		"one app":                               {all, without(all, inTeam(0, 1)...), 0.3, false, 1},
		"less than the share":                   {all, without(all, five...), 0.3, false, 5},
		"the share":                             {all, without(all, append(five, inTeam(0, 2)[1])...), 0.3, true, 6},
		"a smaller share":                       {all, without(all, five...), 0.25, true, 5},
		"any share, but only two apps":          {estate(1, 4), without(estate(1, 4), inTeam(0, 2)...), 0.3, false, 2},
		"all of two":                            {estate(1, 2), without(estate(1, 2), inTeam(0, 2)...), 0.3, true, 2},
		"everything":                            {all, nil, 1, true, 20},
		"everything but the folders":            {all, without(all, every...), 1, true, 20},
		"everything disabled":                   {all, reworked(all, disable, every...), 1, true, 0},
		"half of them disabled":                 {all, reworked(all, disable, every[:10]...), 0.3, false, 0},
		"a folder that is empty now":            {all, without(all, inTeam(0, 4)...), 0.5, true, 4},
		"a folder of two that is empty now":     {estate(5, 2), without(estate(5, 2), inTeam(0, 2)...), 0.3, false, 2},
		"a folder that went with its apps":      {all, without(all, append(inTeam(0, 4), "deploy/team-0")...), 0.3, false, 4},
		"a folder with a disabled app left":     {all, reworked(without(all, inTeam(0, 3)...), disable, inTeam(0, 4)[3]), 0.5, false, 3},
		"apps that moved":                       {all, reworked(all, move, every[:10]...), 0.3, false, 0},
		"a folder with other apps in its place": {all, append(without(all, append(inTeam(0, 4), "deploy/team-0")...), estate(6, 4)[25:]...), 0.1, true, 4},
		"apps that have no parameters":          {all, reworked(all, bare, every[:6]...), 0.3, true, 0},
		"a few that have no parameters":         {all, reworked(all, bare, every[:5]...), 0.3, false, 0},
		"apps that came":                        {estate(1, 4), all, 0.1, false, 0},
		"others in their place":                 {estate(1, 4), estate(2, 4)[5:], 0.3, true, 4},
		"nothing was there":                     {nil, nil, 0.1, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			before := buildSection(CatalogueRules{}, model.Listing{Controller: "prod", Jobs: c.before})
			after := buildSection(CatalogueRules{}, model.Listing{Controller: "prod", Jobs: c.after})
			loss := lossOf(before, after)
			if held := tooMuch(loss, before, after, c.share); held != c.held || len(loss.Gone) != c.gone {
				t.Errorf("held %v, want %v: %q", held, c.held, LossWords(loss))
			}
		})
	}
}

// What the rules leave out is no loss, and what is in no view any more is one.
func TestLossesUnderRules(t *testing.T) {
	all := estate(2, 4)
	by := func(rules CatalogueRules, jobs []model.Job, views ...model.View) *section {
		return buildSection(rules, model.Listing{Controller: "prod", Jobs: jobs, Views: views})
	}
	folders := CatalogueRules{Folders: []string{"deploy/team-0"}}
	before := by(folders, all)
	if loss := lossOf(before, by(folders, without(all, inTeam(1, 4)...))); len(loss.Gone) != 0 || loss.Before != 4 {
		t.Errorf("what is not offered: %+v", loss)
	}
	view := CatalogueRules{By: ByView}
	before = by(view, all, model.View{Name: "生产", Jobs: []string{"deploy/team-0", "deploy/team-1"}})
	after := by(view, all, model.View{Name: "生产", Jobs: []string{"deploy/team-1"}})
	if loss := lossOf(before, after); len(loss.Gone) != 4 || !tooMuch(loss, before, after, 0.3) {
		t.Errorf("what is in no view: %+v", loss)
	}
}

// The branches of a multibranch project that is one app are no apps, but without any it is lost.
func TestLossesOfBranches(t *testing.T) {
	project := model.Job{FullName: "mobile", Name: "mobile", Kind: model.JobMultibranch, Container: true}
	jobs := []model.Job{project}
	for i := range 10 {
		name := fmt.Sprintf("branch-%d", i)
		jobs = append(jobs, model.Job{FullName: "mobile/" + name, Name: name, Kind: model.JobPipeline, Buildable: true})
	}
	rules := CatalogueRules{BranchParameter: "BRANCH"}
	by := func(jobs []model.Job) *section {
		return buildSection(rules, model.Listing{Controller: "prod", Jobs: append(estate(1, 4), jobs...)})
	}
	before := by(jobs)
	if after := by(jobs[:3]); len(lossOf(before, after).Gone) != 0 || before.size != 5 {
		t.Errorf("branches that were merged: %+v", lossOf(before, after))
	}
	if loss := lossOf(before, by(jobs[:1])); !slices.Equal(loss.Gone, []string{"mobile"}) {
		t.Errorf("no branch at all: %+v", loss)
	}
	disabled := reworked(jobs[:2], func(j *model.Job) { j.Buildable = false }, "mobile/branch-0")
	if loss := lossOf(before, by(disabled)); len(loss.Gone) != 0 {
		t.Errorf("disabled: %+v", loss)
	}
}

func TestWordsOfALoss(t *testing.T) {
	l := model.Loss{Before: 20, Gone: append(inTeam(0, 4), inTeam(1, 4)...), Emptied: []string{"deploy/team-0"}, Bare: []string{"a", "b"}}
	want := []string{
		"20 个应用中少了 8 个：deploy/team-0/app-0-0、deploy/team-0/app-0-1、deploy/team-0/app-0-2、deploy/team-0/app-0-3、deploy/team-1/app-1-0 等",
		"1 个文件夹还在，里面却没有任务了：deploy/team-0", "2 个任务的参数全部不见了：a、b",
	}
	if got := LossWords(l); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := LossWords(model.Loss{Before: 20}); !slices.Equal(got, []string{"20 个应用全部停用了"}) {
		t.Errorf("%q", got)
	}
}
