package storetest

import (
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func texting() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"text/any character":              textAny,
		"text/as long as a form can be":   textLong,
		"text/no text at all is replaced": textBroken,
		"text/case and blanks count":      textExact,
	}
}

// textAny stores what people and attackers type in every column of free text.
func textAny(t *testing.T, f *fixture) {
	for _, s := range []string{
		"上线说明", "👩‍👩‍👧‍👦 𠜎 😀", "' OR 1=1; DROP TABLE releases; --", `\' \\ \0 %s ?`, "a\x00b", "line\r\nline\ttab", " blanks ",
		"\u202e\ufeff\u0301", "$(reboot) `id` ../../etc/passwd", "",
	} {
		r := &model.Release{
			ProcessInstanceID: s, BusinessID: s, RequestID: s, Project: s, ProjectName: s, Reason: s,
			Initiator: model.Person{ID: s, Name: s}, Approvers: []model.Person{{ID: s, Name: s}},
			Form: map[string][]string{s: {s, s}},
			Deployments: []*model.Deployment{{
				AppName: s, Parameters: []model.ParameterValue{{Name: s, Value: s}}, ReleaseParameter: s, BuildURL: s, Result: s,
				Asked: []string{s}, Message: s,
				Inputs:  []model.PendingInput{{Step: model.InputStep{ID: s, Message: s, Proceed: s}, Why: s}},
				Answers: []model.Answer{{Step: s, Message: s, By: s, Reason: s, Note: s}},
				Former:  []model.FormerBuild{{URL: s, Result: s}},
				Details: &model.BuildDetails{Failure: &model.Failure{Stage: s, Error: s, Lines: []string{s}}},
				Stop:    &model.StopRequest{By: s, Reason: s},
				JobRef:  model.JobRef{Controller: s, FullName: s}, LeaseOwner: s,
			}},
		}
		if err := f.CreateRelease(f.ctx, r, []string{"any:" + s}, nothing); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		wantSame(t, f.load(t, r.ID), r)
		f.update(t, r.ID, func(r *model.Release) {
			r.Record(model.Event{Actor: s, Message: s})
			r.Tell(model.Message{Key: "any:" + s, Recipient: s, Title: s, Markdown: s, LastError: s})
		})
		outbox, err := f.Messages(f.ctx, r.ID, 10)
		if err != nil || len(outbox) != 1 {
			t.Fatalf("%q: %v %v", s, outbox, err)
		}
		wantEqual(t, "markdown", outbox[0].Markdown, s)
		wantEqual(t, "key", outbox[0].Key, "any:"+s)
	}
}

func textLong(t *testing.T, f *fixture) {
	value := strings.Repeat("值", 4096)
	form := strings.Repeat("🚀", 256<<10) // a request is at most 1 MB
	parameters := make([]model.ParameterValue, 100)
	for i := range parameters {
		parameters[i] = model.ParameterValue{Name: value[:300], Value: value}
	}
	r := &model.Release{
		Form: map[string][]string{"上线说明": {form}}, Reason: form, RequestID: value, Initiator: model.Person{ID: value, Name: value},
		Deployments: []*model.Deployment{{AppName: value, Parameters: parameters, Message: form}},
	}
	if err := f.CreateRelease(f.ctx, r, []string{value}, nothing); err != nil {
		t.Fatal(err)
	}
	wantSame(t, f.load(t, r.ID), r)
	f.update(t, r.ID, func(r *model.Release) { r.Tell(model.Message{Key: value, Markdown: form}) })
	outbox, err := f.Messages(f.ctx, r.ID, 1)
	if err != nil || len(outbox) != 1 {
		t.Fatal(len(outbox), err)
	}
	wantEqual(t, "the whole text", outbox[0].Markdown == form, true)
}

func textBroken(t *testing.T, f *fixture) {
	r := f.create(t, f.waiting("a", 0))
	f.update(t, r.ID, func(r *model.Release) {
		r.Deployments[0].Message = "构建失败\xe5\x8f"
		r.Record(model.Event{Message: "\xff\xfe"})
		r.Tell(model.Message{Key: "k", Title: "cut \xe4"})
	})
	wantEqual(t, "message", f.load(t, r.ID).Deployments[0].Message, "构建失败\uFFFD")
}

func textExact(t *testing.T, f *fixture) {
	f.create(t, f.waiting("a", 0))
	for _, controller := range []string{"PROD", "pröd", "Prod"} {
		claimed, err := f.ClaimDeployments(f.ctx, controller, "me", 1, 10)
		if err != nil || len(claimed) != 0 {
			t.Fatal(controller, claimed, err)
		}
	}
}
