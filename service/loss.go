package service

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// fewLost is how many apps, or jobs, may be lost at once whatever their share: people delete and move that many.
const fewLost = 2

// lossOf says what a listing lacks of the one before. A job that was disabled is still listed, and one that was moved or
// renamed with its folder is listed elsewhere: what people do is no loss, what a right or half an answer hides is.
func lossOf(before, after *section) model.Loss {
	l := model.Loss{Before: before.size}
	moved, inhabited := newlyListed(before, after), after.inhabited()
	// People disable jobs, and all branches of a multibranch project; then something is still listed.
	switchedOff := func(j *model.Job) bool { return inhabited[j.FullName] || (!j.Container && !j.Buildable) }
	for _, job := range before.onOffer() {
		now := after.job(job.FullName)
		switch {
		case now == nil && moved[job.Name] > 0:
			moved[job.Name]--
		case now == nil, !after.offers(job.FullName) && !switchedOff(now):
			l.Gone = append(l.Gone, job.FullName)
		case len(job.Parameters) > 0 && len(now.Parameters) == 0:
			l.Bare = append(l.Bare, job.FullName)
		}
	}
	l.Emptied = emptied(l.Gone, after, inhabited)
	slices.Sort(l.Gone)
	slices.Sort(l.Bare)
	return l
}

// onOffer are the jobs of the apps, each once.
func (s *section) onOffer() []*model.Job {
	var list []*model.Job
	for i := range s.listing.Jobs {
		if j := &s.listing.Jobs[i]; s.offers(j.FullName) {
			list = append(list, j)
		}
	}
	return list
}

// offers tells whether a job, or a multibranch project, is an app.
func (s *section) offers(fullName string) bool {
	if s.named[fullName] != nil {
		return true
	}
	app := s.apps[fullName]
	return app != nil && app.Branch == ""
}

// inhabited are the containers that a job is listed in, at whatever depth.
func (s *section) inhabited() map[string]bool {
	containers := map[string]bool{}
	for i := range s.listing.Jobs {
		if s.listing.Jobs[i].Container {
			continue
		}
		for at := parentOf(s.listing.Jobs[i].FullName); at != "" && !containers[at]; at = parentOf(at) {
			containers[at] = true
		}
	}
	return containers
}

// newlyListed counts, by their names, the items that were not listed before.
func newlyListed(before, after *section) map[string]int {
	names := map[string]int{}
	for i := range after.listing.Jobs {
		if j := &after.listing.Jobs[i]; before.job(j.FullName) == nil {
			names[j.Name]++
		}
	}
	return names
}

// emptied are the folders that several apps vanished from and that are still listed, with no job in them.
func emptied(gone []string, after *section, inhabited map[string]bool) []string {
	lost := map[string]int{}
	for _, name := range gone {
		for folder := parentOf(name); folder != ""; folder = parentOf(folder) {
			lost[folder]++
		}
	}
	var folders []string
	for folder, n := range lost {
		if n > fewLost && after.job(folder) != nil && !inhabited[folder] {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return folders
}

// tooMuch tells whether a loss looks as if a right, a plugin or half of the answer were missing, and not as if people had
// done it. share is how much of all may vanish at once.
func tooMuch(l model.Loss, before, after *section, share float64) bool {
	many := func(n, of int) bool { return n > fewLost && float64(n) >= share*float64(of) }
	parameterised := 0
	for _, job := range before.onOffer() {
		if len(job.Parameters) > 0 {
			parameterised++
		}
	}
	return before.size > 0 && after.size == 0 || many(len(l.Gone), l.Before) || len(l.Emptied) > 0 || many(len(l.Bare), parameterised)
}

// lossShown is how many names a sentence about a loss has.
const lossShown = 5

// vanished are the projects that are offered no more when this becomes a controller's part.
func (c *Catalogue) vanished(after *section) []*Project {
	kept := map[string]bool{}
	for _, p := range after.projects {
		kept[p.Key] = true
	}
	controller := after.listing.Controller
	isGone := func(a *App) bool { return a.Controller == controller && after.named[a.FullName] == nil }
	return slices.DeleteFunc(slices.Clone(c.Projects), func(p *Project) bool {
		if name, _, byRules := strings.Cut(p.Key, ":"); byRules {
			return name != controller || kept[p.Key]
		}
		return slices.ContainsFunc(p.Apps, func(a *App) bool { return !isGone(a) })
	})
}

// LossWords says for people what is lost, a line each.
func LossWords(l model.Loss) []string {
	var lines []string
	add := func(names []string, format string, args ...any) {
		if len(names) == 0 {
			return
		}
		shown := make([]string, min(len(names), lossShown))
		for i := range shown {
			shown[i] = model.Cut(names[i], 60)
		}
		text := strings.Join(shown, "、")
		if len(names) > lossShown {
			text += " 等"
		}
		lines = append(lines, fmt.Sprintf(format, args...)+"："+text)
	}
	add(l.Gone, "%d 个应用中少了 %d 个", l.Before, len(l.Gone))
	add(l.Emptied, "%d 个文件夹还在，里面却没有任务了", len(l.Emptied))
	add(l.Bare, "%d 个任务的参数全部不见了", len(l.Bare))
	if len(lines) == 0 {
		lines = append(lines, fmt.Sprintf("%d 个应用全部停用了", l.Before))
	}
	return lines
}
