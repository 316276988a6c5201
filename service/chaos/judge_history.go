package main

import (
	"slices"
	"strings"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// shown lists builds for people.
func shown(builds []jenkinstest.Build) string {
	if len(builds) == 0 {
		return "none"
	}
	var parts []string
	for _, b := range builds {
		state := b.Result
		switch {
		case b.Vanished:
			state = "vanished"
		case b.Building:
			state = "building"
		}
		parts = append(parts, strings.TrimSpace("#"+itoa(b.Number)+" "+state+" "+clock(b.Finished)))
	}
	return strings.Join(parts, ", ")
}

// judgeHistories counts releases that are not at their end, and histories with a gap: the first line must say that the
// release was accepted, each deployment's lines must lead from waiting to where it stands, each by a transition that exists,
// and the release's own lines to its state.
func (j *judge) judgeHistories() {
	for _, r := range j.releases {
		if !r.State.Terminal() {
			j.find(notTerminal, r, "%s%s", r.State, r.stands())
		}
		if len(r.Events) == 0 || r.Events[0].Kind != model.EventKindAccepted {
			j.find(eventsMissing, r, "the history does not begin with %s", model.EventKindAccepted)
			continue
		}
		for _, d := range r.Deployments {
			j.judgeSteps(r, d)
		}
		state := r.Events[0].To
		for _, e := range r.Events {
			if e.Kind != model.EventKindRelease {
				continue
			}
			if e.From != state {
				j.find(eventsMissing, r, "the release goes on from %s, but was %s", e.From, state)
			}
			state = e.To
		}
		if state != string(r.State) {
			j.find(eventsMissing, r, "the history ends with %s, but the release is %s", state, r.State)
		}
	}
}

func (j *judge) judgeSteps(r *release, d deployment) {
	state := model.StateWaiting
	for _, e := range r.Events {
		if e.Deployment != d.ID || !slices.Contains(model.DeploymentEvents(), model.DeploymentEvent(e.Kind)) {
			continue
		}
		next, err := model.Next(state, model.DeploymentEvent(e.Kind))
		if e.From != string(state) || err != nil || e.To != string(next) {
			j.find(eventsMissing, r, "%s: %s from %s to %s, but it was %s", d.Job, e.Kind, e.From, e.To, state)
		}
		state = model.DeploymentState(e.To)
	}
	if state != d.State {
		j.find(eventsMissing, r, "%s: the history ends with %s, but it is %s", d.Job, state, d.State)
	}
}

// stands says where the deployments stand.
func (r *release) stands() string {
	var parts []string
	for _, d := range r.Deployments {
		parts = append(parts, d.Job+" "+string(d.State))
	}
	return ": " + strings.Join(parts, ", ")
}

// seen is one notice as somebody saw it.
type seen struct{ to, title, text string }

// allSeen is what people really got: a robot's message that DingTalk dropped because it knew its UUID, and a work notice that it
// dropped because the person had it already, are not among them.
func allSeen(l dingtalktest.Ledger) []seen {
	var list []seen
	for robot, messages := range l.Robots {
		for _, m := range messages {
			list = append(list, seen{"robot " + robot, m.Title, m.Text})
		}
	}
	for _, n := range l.WorkNotices {
		for _, user := range n.UserIDs {
			list = append(list, seen{user, n.Title, n.Markdown})
		}
	}
	return list
}

// ends are the words that tell how a release ended.
var ends = map[model.ReleaseState][]string{
	model.ReleaseSucceeded: {"部署成功"},
	model.ReleaseFailed:    {"部署失败", "已中止"},
	model.ReleasePartial:   {"部分部署成功"},
	model.ReleaseCancelled: {"已取消"},
	model.ReleaseExpired:   {"已过期，未执行"},
}

// judgeNotices wants for each release and each person concerned, and the robot, exactly one notice that it was received and one
// that tells its end, the right one; a release that people decided about may have told an end before. For each form that was
// refused it wants exactly one notice of that. And nobody may get any notice twice.
func (j *judge) judgeNotices() {
	got := map[seen]int{}
	titles := map[string]map[string]int{} // by who got it
	for _, n := range allSeen(j.dingtalk) {
		got[n]++
		if got[n] == 2 {
			j.find(noticesTwice, j.byNumber[numberIn(n.title)], "%s got twice: %s", n.to, n.title)
		}
		if titles[n.to] == nil {
			titles[n.to] = map[string]int{}
		}
		titles[n.to][n.title]++
	}
	refusals := refusalsSeen(got)
	for _, rec := range j.records {
		who := append([]string{"robot " + robotName}, rec.form.people()...)
		for _, to := range who {
			if r := j.byForm[rec]; r != nil {
				j.judgeTold(r, to, titles[to])
			}
			if rec.was(refused) && refusals[to][rec.form.business()] == 0 {
				j.find(noticesMissing, nil, "%s was not told that %s was refused", to, rec.form.business())
			}
			if n := refusals[to][rec.form.business()]; n > 1 {
				j.find(noticesTwice, nil, "%s was told %d times that %s was refused", to, n, rec.form.business())
			}
		}
	}
}

func (j *judge) judgeTold(r *release, to string, titles map[string]int) {
	received, ended := 0, 0
	for title, n := range titles {
		rest, ok := strings.CutPrefix(title, "上线单 "+r.Number+" ")
		switch {
		case !ok:
		case strings.HasPrefix(rest, "已接收"):
			received += n
		case slices.Contains(ends[r.State], rest):
			ended += n
		}
	}
	if received == 0 {
		j.find(noticesMissing, r, "%s was not told that it was received", to)
	}
	if r.State.Terminal() && ended == 0 {
		j.find(noticesMissing, r, "%s was not told its end: %s", to, r.State)
	}
	if received > 1 || ended > max(r.endedAs(r.State), 1) {
		j.find(noticesTwice, r, "%s was told %d times that it was received, %d times its end", to, received, ended)
	}
}

// endedAs counts how often the release came to an end with this state: once, unless people had something deployed again.
func (r *release) endedAs(state model.ReleaseState) int {
	n := 0
	for _, e := range r.Events {
		if e.Kind == model.EventKindRelease && e.To == string(state) {
			n++
		}
	}
	return n
}

// numberIn is the release that a title is about, "" when it is about none.
func numberIn(title string) string {
	rest, _ := strings.CutPrefix(title, "上线单 ")
	number, _, _ := strings.Cut(rest, " ")
	number, _, _ = strings.Cut(number, "：")
	return number
}

// refusalsSeen counts for each person the notices that tell of a refused approval.
func refusalsSeen(got map[seen]int) map[string]map[string]int {
	counts := map[string]map[string]int{}
	for n, times := range got {
		_, rest, ok := strings.Cut(n.text, "审批编号：")
		if n.title != "上线申请未被接受" || !ok {
			continue
		}
		business, _, _ := strings.Cut(rest, " ")
		if counts[n.to] == nil {
			counts[n.to] = map[string]int{}
		}
		counts[n.to][strings.TrimSpace(business)] += times
	}
	return counts
}
