package service

import (
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// sighting is what a look at a pipeline's questions changed.
type sighting struct {
	changed bool
	missed  []model.Answer // whose steps wait no more
}

// reconcile makes of what d knows of its questions what was seen now. A question that went away takes its answer and what
// people were told with it, so that the same one is new when it is asked again. Jenkins does not tell two times of asking
// apart; but it counts the answers: more than the questions that went away explain means that one of those that still wait was
// answered and asked again, and then all of them count as new.
func reconcile(d *model.Deployment, steps []model.InputStep, confirmed int, now time.Time) sighting {
	kept, gone, confirmed := compareInputs(d.Inputs, steps, confirmed)
	asked := stillAsked(d.Asked, steps, kept, gone)
	seen := sighting{changed: len(gone) > 0 || len(asked) < len(d.Asked)}
	d.Asked = asked
	for _, s := range steps {
		if slices.ContainsFunc(kept, func(p model.PendingInput) bool { return p.Step.Same(s) }) {
			continue
		}
		since := now
		if slices.Contains(asked, s.Question()) && d.PausedAt != nil { // told by a version that kept no more than that
			since = *d.PausedAt
		}
		kept, seen.changed = append(kept, model.PendingInput{Step: shownStep(s), Since: since, Confirmed: confirmed}), true
	}
	for i := range kept {
		seen.changed = seen.changed || kept[i].Confirmed != confirmed
		kept[i].Confirmed = confirmed
	}
	for i := range d.Answers {
		a := &d.Answers[i]
		if a.Outcome == model.AnswerWanted && a.Build == d.Build && (amongst(gone, a.Question()) || !amongst(kept, a.Question())) {
			a.Missed("这一步已不再等待")
			seen.missed, seen.changed = append(seen.missed, *a), true
		}
	}
	d.Inputs = kept
	return seen
}

// compareInputs divides known questions into those that wait on and those that went away, and says how many yeses there surely
// are; -1: nobody knows.
func compareInputs(known []model.PendingInput, steps []model.InputStep, confirmed int) (kept, gone []model.PendingInput, yeses int) {
	before := -1
	for _, p := range known {
		before = max(before, p.Confirmed)
		if slices.ContainsFunc(steps, p.Step.Same) {
			kept = append(kept, p)
		} else {
			gone = append(gone, p)
		}
	}
	if before < 0 {
		return kept, gone, confirmed
	}
	if confirmed > before+len(gone) {
		return nil, known, confirmed
	}
	return kept, gone, before + len(gone)
}

// stillAsked are the questions that people were told of and that wait on.
func stillAsked(asked []string, steps []model.InputStep, kept, gone []model.PendingInput) []string {
	return slices.DeleteFunc(slices.Clone(asked), func(question string) bool {
		asks := func(s model.InputStep) bool { return s.Question() == question }
		return !amongst(kept, question) && (amongst(gone, question) || !slices.ContainsFunc(steps, asks))
	})
}

func amongst(list []model.PendingInput, question string) bool {
	return slices.ContainsFunc(list, func(p model.PendingInput) bool { return p.Step.Question() == question })
}

// shownStep is the step as it is kept and shown: without the defaults of what is secret by its kind or by its name.
func shownStep(s model.InputStep) model.InputStep {
	s = s.Veiled()
	for i := range s.Parameters {
		if looksSecret(s.Parameters[i].Name) {
			s.Parameters[i].Default = nil
		}
	}
	return s
}
