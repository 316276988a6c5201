package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// form is one approved form, as DingTalk hands it over.
type form struct {
	id        int
	after     time.Duration // when it is approved, counted from the start
	project   string
	apps      []jenkinstest.Job // in the form's order
	target    string
	rehearsal bool
	schedule  time.Duration // how long after its approval it shall run; 0: at once
	initiator string
	approvers []string
	instance  bool // whether DingTalk passes its id; otherwise there is only the hidden request id
	refused   bool // whether the bridge must not take it
	conflict  bool // whether the same approval comes once more with another content
	copies    int  // how many arrive at the same moment; 0: one
	repeats   int  // how often it is sent again although it was answered
	seed      uint64
}

// ticket is the value that no other form has.
func (f *form) ticket() string { return fmt.Sprintf("T-%05d", f.id) }

// business is the approval number (审批编号), by which the driver finds a release whose number it was never told.
func (f *form) business() string { return fmt.Sprintf("chaos-%05d", f.id) }

// process is the approval's instance id.
func (f *form) process() string { return "proc-" + f.business() }

// template is the approval's process code.
const template = "PROC-CHAOS"

// marked tells whether any app of the form carries the ticket.
func (f *form) marked() bool {
	for _, j := range f.apps {
		if declares(j, ticket) {
			return true
		}
	}
	return false
}

// people are those who must be told, each once.
func (f *form) people() []string {
	list := []string{f.initiator}
	for _, a := range f.approvers {
		if a != f.initiator {
			list = append(list, a)
		}
	}
	return list
}

// fields is the form as the connector passes it on; at is the time that it is scheduled for.
func (f *form) fields(at time.Time) map[string]any {
	names := make([]string, len(f.apps))
	for i, j := range f.apps {
		names[i] = controller + ":" + j.FullName
	}
	fields := map[string]any{
		"项目名称": controller + ":chaos/" + f.project, "应用名称": names, "执行方式": "立即", "发起人": f.initiator,
		"审批人": f.approvers, "审批编号": f.business(), "上线说明": "chaos " + strconv.Itoa(f.id),
	}
	if f.instance {
		fields["实例ID"] = f.process()
	} else {
		fields["requestId"] = "req-" + f.business()
	}
	if f.schedule > 0 {
		fields["执行方式"], fields["执行时间"] = "定时", strconv.FormatInt(at.UnixMilli(), 10)
	}
	for _, j := range f.apps {
		for _, p := range j.Parameters {
			switch p.Name {
			case ticket:
				fields[ticket] = f.ticket()
			case target:
				fields[target] = f.target
			case rehearsal:
				fields[rehearsal] = map[bool]string{true: "是", false: "否"}[f.rehearsal]
			}
		}
	}
	if f.refused {
		fields[target] = "nowhere"
	}
	return fields
}

// other is the same approval with another content: the bridge has to refuse it.
func (f *form) other(at time.Time) map[string]any {
	fields := f.fields(at)
	fields["上线说明"] = "something else"
	fields["审批编号"] = f.business() + "-other"
	if f.marked() {
		fields[ticket] = f.ticket() + "-other"
	}
	return fields
}

// parameters is what a build of the job must have got, given the release's number.
func (f *form) parameters(j jenkinstest.Job, number string) map[string]string {
	values := map[string]string{}
	for _, p := range j.Parameters {
		switch p.Name {
		case ticket:
			values[ticket] = f.ticket()
		case target:
			values[target] = f.target
		case rehearsal:
			values[rehearsal] = strconv.FormatBool(f.rehearsal)
		case numbered:
			values[numbered] = number
		default:
			values[p.Name] = p.Default
		}
	}
	return values
}

// newForms thinks up the forms of a run; the same numbers give the same forms.
func newForms(random *rand.Rand, n int, during time.Duration) []*form {
	all := projects()
	forms := make([]*form, n)
	for i := range forms {
		f := &form{
			id: i + 1, after: time.Duration(random.Int64N(int64(during))), target: targets[random.IntN(len(targets))],
			rehearsal: random.IntN(2) == 0, initiator: person(random.IntN(people)), instance: random.IntN(5) > 0, seed: random.Uint64(),
		}
		for range random.IntN(3) {
			f.approvers = append(f.approvers, person(random.IntN(people)))
		}
		p := all[random.IntN(len(all))]
		f.project = p.name
		f.choose(random, p)
		f.behave(random)
		forms[i] = f
	}
	return forms
}

// choose takes one app of the project, or several; a third of a project's forms are for its first.
func (f *form) choose(random *rand.Rand, p project) {
	order := random.Perm(len(p.jobs))
	n := 1
	if random.IntN(10) < 3 {
		n = 2 + random.IntN(2)
	}
	for _, i := range order[:n] {
		f.apps = append(f.apps, p.jobs[i])
	}
	if n == 1 && random.IntN(3) == 0 {
		f.apps[0] = p.jobs[0]
	}
}

// behave decides how DingTalk brings the form.
func (f *form) behave(random *rand.Rand) {
	switch dice := random.IntN(100); {
	case dice < 15:
		f.schedule = time.Duration(2+random.IntN(8)) * time.Second
	case dice < 19:
		f.copies = 10 + random.IntN(41)
	case dice < 31:
		f.repeats = 1 + random.IntN(3)
	case dice < 34 && declares(f.apps[0], target):
		f.refused = true
	case dice < 37:
		f.conflict = true
	}
	if len(f.approvers) == 2 && f.approvers[0] == f.approvers[1] {
		f.approvers = f.approvers[:1]
	}
}
