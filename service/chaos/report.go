package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

func itoa(n int) string { return strconv.Itoa(n) }

// report is what a run found, for people and as JSON.
type report struct {
	Seed        uint64                        `json:"seed"`
	Duration    string                        `json:"duration"` // of submitting and breaking
	Took        string                        `json:"took"`     // with starting and settling
	Faults      map[string]int                `json:"faults"`
	Forms       int                           `json:"forms"`
	Submissions int                           `json:"submissions"` // calls
	Answers     map[outcome]int               `json:"answers"`
	Builds      int                           `json:"builds"`   // that Jenkins started
	ByHand      int                           `json:"byHand"`   // of them, by a colleague
	Vanished    int                           `json:"vanished"` // of them, when Jenkins was killed
	Notices     int                           `json:"notices"`  // that people saw
	Ends        map[model.DeploymentState]int `json:"ends"`     // deployments by state
	Refused     int                           `json:"refused"`  // of the failed ones, those without a build
	Retried     int                           `json:"retried"`
	Abandoned   int                           `json:"abandoned"`
	Answered    int                           `json:"answered"` // input steps, by people
	Again       int                           `json:"again"`    // failed ones, deployed once more
	Stopped     int                           `json:"stopped"`
	Counts      map[count]int                 `json:"counts"`
	Findings    []finding                     `json:"findings,omitempty"`
	Notes       []string                      `json:"notes,omitempty"`
	Folder      string                        `json:"folder,omitempty"`

	evidence evidence
}

func newReport(s setting, raged, took time.Duration, d *driver, m *mischief, o *operator, e evidence) *report {
	r := &report{
		Seed: s.seed, Duration: raged.Round(time.Second).String(), Took: took.Round(time.Second).String(), Faults: m.counts,
		Forms: len(d.records), Answers: map[outcome]int{}, Builds: len(e.jenkins.Builds), Notices: len(allSeen(e.dingtalk)),
		Ends: map[model.DeploymentState]int{}, Retried: o.retried, Abandoned: o.abandoned,
		Answered: o.answered, Again: o.again, Stopped: o.stopped,
		Counts: map[count]int{}, Findings: verdict(e), evidence: e,
	}
	for _, rec := range d.records {
		for _, a := range slices.Concat(rec.answers, rec.others) {
			r.Submissions++
			r.Answers[a.outcome]++
		}
	}
	for _, b := range e.jenkins.Builds {
		if b.Vanished {
			r.Vanished++
		}
		if b.User == colleagueUser {
			r.ByHand++
		}
	}
	for _, one := range e.releases {
		for _, dep := range one.Deployments {
			r.Ends[dep.State]++
			if dep.State == model.StateFailed && dep.Result == "" {
				r.Refused++
			}
		}
	}
	for _, name := range countNames {
		r.Counts[name] = 0
	}
	for _, f := range r.Findings {
		r.Counts[f.Count]++
	}
	for _, err := range m.errors {
		r.Notes = append(r.Notes, err.Error())
	}
	return r
}

// Wrong is the sum of the counts.
func (r *report) Wrong() int { return len(r.Findings) }

// write prints the table.
func (r *report) write(w io.Writer) {
	t := &table{w: w}
	t.head(fmt.Sprintf("seed %d · %s of chaos · %s with start and settling", r.Seed, r.Duration, r.Took))
	sum := 0
	for _, name := range slices.Sorted(maps.Keys(r.Faults)) {
		t.row(name, r.Faults[name])
		sum += r.Faults[name]
	}
	t.row("FAULTS", sum)
	t.line()
	t.row("forms", r.Forms)
	t.row("submissions", r.Submissions)
	for _, o := range outcomes {
		t.row("  answered: "+string(o), r.Answers[o])
	}
	t.line()
	t.row("builds", r.Builds)
	t.row("  started by a colleague by hand", r.ByHand)
	t.row("  vanished when Jenkins was killed", r.Vanished)
	t.row("notices that people saw", r.Notices)
	for _, s := range model.DeploymentStates() {
		if r.Ends[s] > 0 {
			t.row("  deployments "+string(s), r.Ends[s])
		}
	}
	t.row("    of the failed, without a build", r.Refused)
	t.row("  lost ones retried by the operator", r.Retried)
	t.row("  lost ones abandoned by the operator", r.Abandoned)
	t.row("  failed ones deployed again by the operator", r.Again)
	t.row("  running ones stopped by the operator", r.Stopped)
	t.row("  input steps answered by the operator", r.Answered)
	t.line()
	for _, name := range countNames {
		t.row(strings.ToUpper(string(name)), r.Counts[name])
	}
	t.line()
	for _, note := range r.Notes {
		_, _ = fmt.Fprintf(w, "note: %s\n", note)
	}
	for i, f := range r.Findings {
		if i == maxShown {
			_, _ = fmt.Fprintf(w, "… and %d more\n", len(r.Findings)-i)
			break
		}
		_, _ = fmt.Fprintf(w, "%s: %s %s\n", f.Count, f.Release, f.What)
	}
	if r.Folder != "" {
		_, _ = fmt.Fprintf(w, "logs and histories: %s\n", r.Folder)
	}
}

// maxShown is how many findings are printed; the folder has all of them.
const maxShown = 30

// table prints rows of a name and a number in a frame.
type table struct{ w io.Writer }

const tableWidth = 56

func (t *table) line() { _, _ = fmt.Fprintln(t.w, "+"+strings.Repeat("-", tableWidth+2)+"+") }

func (t *table) head(text string) {
	_, _ = fmt.Fprintln(t.w, "\n"+text)
	t.line()
}

func (t *table) row(name string, n int) {
	_, _ = fmt.Fprintf(t.w, "| %-*s %7d |\n", tableWidth-8, name, n)
}

// writeHistories prints every release that something was found about, with all its builds.
func (r *report) writeHistories(w io.Writer) {
	_, _ = fmt.Fprintln(w)
	for _, f := range r.Findings {
		_, _ = fmt.Fprintf(w, "%s: %s %s\n", f.Count, f.Release, f.What)
	}
	byNumber := map[string]*release{}
	for _, one := range r.evidence.releases {
		byNumber[one.Number] = one
	}
	done := map[string]bool{"": true}
	for _, f := range r.Findings {
		if one := byNumber[f.Release]; one != nil && !done[f.Release] {
			done[f.Release] = true
			r.writeHistory(w, one)
		}
	}
}

func (r *report) writeHistory(w io.Writer, one *release) {
	_, _ = fmt.Fprintf(w, "\n== %s (%s) %s%s\n", one.Number, one.BusinessID, one.State, one.stands())
	for _, e := range one.Events {
		_, _ = fmt.Fprintf(w, "  %s  %-8s %-14s deployment %d  %s -> %s  %s %s\n", clock(e.At), e.Actor, e.Kind, e.Deployment, e.From, e.To,
			e.Code, e.Message)
	}
	for _, m := range one.Messages {
		_, _ = fmt.Fprintf(w, "  notice %-9s to %-8s %-8s after %d tries  %s %s\n", m.Kind, m.Recipient, m.State, m.Attempts, m.LastCode, m.Title)
	}
	for _, rec := range r.evidence.records {
		if rec.form.business() != one.BusinessID {
			continue
		}
		for _, b := range r.evidence.jenkins.Builds {
			if b.Parameters[ticket] == rec.form.ticket() || b.Parameters[numbered] == one.Number {
				_, _ = fmt.Fprintf(w, "  build %s #%d queue %d %s queued %s started %s finished %s vanished %t %v\n", b.Job, b.Number, b.QueueID,
					b.Result, clock(b.Queued), clock(b.Started), clock(b.Finished), b.Vanished, b.Parameters)
			}
		}
		for _, t := range r.evidence.jenkins.Triggers {
			if t.Parameters[ticket] == rec.form.ticket() {
				_, _ = fmt.Fprintf(w, "  POST %s queue %d at %s folded %t lost %t\n", t.Job, t.QueueID, clock(t.At), t.Folded, t.Lost)
			}
		}
	}
}
