package service

import (
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// What is known is told by letters, each a question; a count of -1 is one that nobody knows.
func TestWhatALookAtQuestionsChanges(t *testing.T) {
	at := time.Unix(1_000_000, 0)
	steps := func(ids string) (list []model.InputStep) {
		for _, id := range ids {
			list = append(list, model.InputStep{ID: string(id), Message: "?"})
		}
		return list
	}
	for name, c := range map[string]struct {
		known   string // waited before
		before  int    // answers by then
		seen    string // wait now
		counted int
		fresh   string // count as new
		after   int    // answers that are known of then
		told    int    // of those that people were told of before
		changed bool
	}{
		"nothing new":                         {"ab", 1, "ab", 1, "", 1, 2, false},
		"the first":                           {"", 0, "a", 0, "a", 0, 0, true},
		"the first, when nobody counted":      {"", 0, "a", -1, "a", -1, 0, true},
		"counted later":                       {"a", -1, "a", 3, "", 3, 1, true},
		"not counted this time":               {"a", 2, "a", -1, "", 2, 1, false},
		"one was answered":                    {"ab", 0, "b", 1, "", 1, 1, true},
		"one was answered just now":           {"ab", 0, "b", 0, "", 1, 1, true},
		"one more":                            {"a", 0, "ab", 0, "b", 0, 1, true},
		"one answered, another asked":         {"ab", 0, "bc", 1, "c", 1, 1, true},
		"answered, and asked again":           {"a", 0, "a", 1, "a", 1, 0, true},
		"one answered, and the other again":   {"ab", 0, "b", 2, "b", 2, 0, true},
		"answered unseen, and not asked more": {"a", 0, "", 1, "", 0, 0, true},
		"the same twice":                      {"", 0, "aa", 0, "a", 0, 0, true},
		"one of the same two was answered":    {"a", 0, "a", 1, "a", 1, 0, true},
		"all of them":                         {"ab", 0, "", 2, "", 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := &model.Deployment{Build: 1}
			for _, s := range steps(c.known) {
				d.Inputs = append(d.Inputs, model.PendingInput{Step: s, Since: at, Confirmed: c.before})
				d.Asked = append(d.Asked, s.Question())
				d.Answers = append(d.Answers, model.Answer{Build: 1, Step: s.ID, Message: s.Message, Outcome: model.AnswerWanted})
			}
			seen := reconcile(d, steps(c.seen), c.counted, at.Add(time.Minute))
			fresh := ""
			for _, p := range d.Inputs {
				if p.Since.After(at) {
					fresh += p.Step.ID
				}
				if p.Confirmed != c.after {
					t.Errorf("%d answers are known of, want %d", p.Confirmed, c.after)
				}
			}
			if fresh != c.fresh || len(d.Asked) != c.told || seen.changed != c.changed {
				t.Errorf("new %q, told of %d, changed %v; want %q, %d, %v", fresh, len(d.Asked), seen.changed, c.fresh, c.told, c.changed)
			}
			for _, a := range d.Answers {
				kept := slices.Contains(d.Asked, a.Question())
				if (a.Outcome == model.AnswerWanted) != kept {
					t.Errorf("the answer to %s is %s, and the question kept %v", a.Step, a.Outcome, kept)
				}
			}
		})
	}
}
