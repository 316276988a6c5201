package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
)

// moved takes the release's first deployment through the events, as the engine would, and notes since when it is missing.
func moved(t *testing.T, db *store.Store, number string, events ...model.DeploymentEvent) (deployment int64) {
	t.Helper()
	id, err := model.ParseNumber(number)
	if err != nil {
		t.Fatal(err)
	}
	err = db.UpdateRelease(t.Context(), id, func(r *model.Release) error {
		d, now := r.Deployments[0], db.Now()
		d.QueueID, d.Build, d.PostedAt, d.SubmittedAt, d.MissingSince = 7, 12, &now, &now, &now
		deployment = d.ID
		for _, e := range events {
			if err := r.Fire(d, e, model.Cause{At: now, Actor: "system"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return deployment
}

// forgotten is how a deployment is lost.
var forgotten = []model.DeploymentEvent{model.EventDue, model.EventStarted, model.EventLost}

func first(a answer) map[string]any {
	deployments, _ := a.body["deployments"].([]any)
	if len(deployments) == 0 {
		return nil
	}
	d, _ := deployments[0].(map[string]any)
	return d
}

func TestRetryAndAbandon(t *testing.T) {
	for _, c := range []struct{ action, state, release string }{
		{"retry", "waiting", "active"}, {"abandon", "failed", "failed"},
	} {
		r, db := newReal(t)
		number := submitted(t, r, 1, "")[0]
		path := "/api/releases/" + number + "/" + c.action
		if a := r.ops("POST", path, `{"reason":"看过了"}`); a.status != http.StatusConflict || a.code() != "conflict" {
			t.Errorf("%s of what is not lost: %d %s", c.action, a.status, a.raw)
		}
		id := moved(t, db, number, forgotten...)
		lost := first(r.ops("GET", "/api/releases/"+number, ""))
		if lost["state"] != "lost" || lost["missing_since"] == nil || lost["submitted_at"] == nil || lost["build"] != 12.0 || lost["queue_id"] != 7.0 {
			t.Errorf("a person must see what was lost: %v", lost)
		}
		if a := r.ops("POST", path, `{"deployment":99,"reason":"看过了"}`); a.status != http.StatusNotFound || a.code() != "not_found" {
			t.Errorf("%s of another deployment: %d %s", c.action, a.status, a.raw)
		}
		a := r.ops("POST", path, fmt.Sprintf(`{"deployment":%d,"reason":"看过了"}`, id))
		if a.status != http.StatusOK || a.body["state"] != c.release || first(a)["state"] != c.state {
			t.Errorf("%s: %d %s", c.action, a.status, a.raw)
		}
		if a := r.ops("POST", path, `{"reason":"看过了"}`); a.status != http.StatusConflict {
			t.Errorf("%s again: %d %s", c.action, a.status, a.raw)
		}
		a = r.ops("GET", "/api/releases/"+number, "")
		if !strings.Contains(a.raw, `"actor":"ops","kind":"`+strings.TrimSuffix(c.action, "y")) || !strings.Contains(a.raw, "看过了") {
			t.Errorf("who did %s, and why, is not in %s", c.action, a.raw)
		}
	}
}

func TestReplan(t *testing.T) {
	r, db := newReal(t)
	number := submitted(t, r, 1, `,"执行方式":"手动"`)[0]
	path := "/api/releases/" + number + "/replan"
	at := time.Now().UTC().Add(48 * time.Hour).Truncate(time.Minute)
	body := fmt.Sprintf(`{"at":%q,"reason":"窗口改了"}`, at.Format("2006-01-02 15:04"))
	a := r.ops("POST", path, body)
	if a.status != http.StatusOK || a.body["scheduled_at"] != at.Format(time.RFC3339) || a.body["mode"] != "scheduled" || first(a)["wait"] != "schedule" {
		t.Errorf("replan: %d %s", a.status, a.raw)
	}
	if a := r.ops("POST", path, `{"at":"now","reason":"提前"}`); a.status != http.StatusOK {
		t.Errorf("replan to now: %d %s", a.status, a.raw)
	}
	a = r.ops("GET", "/api/releases/"+number, "")
	if !strings.Contains(a.raw, `"actor":"ops","kind":"replan"`) || !strings.Contains(a.raw, "窗口改了") {
		t.Errorf("who planned anew, and why, is not in %s", a.raw)
	}
	for _, wrong := range []string{"2020-01-01 00:00", "tomorrow", "2026-11-22", "2099-01-01 00:00", ""} {
		if a := r.ops("POST", path, fmt.Sprintf(`{"at":%q,"reason":"x"}`, wrong)); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("at %q: %d %s", wrong, a.status, a.raw)
		}
	}
	moved(t, db, number, model.EventDue, model.EventStarted)
	if a := r.ops("POST", path, body); a.status != http.StatusConflict || a.code() != "conflict" {
		t.Errorf("replan of what runs: %d %s", a.status, a.raw)
	}
}

func TestDecisionsRefuseWhatTheyDoNotKnow(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	reasons := []string{
		`{}`, `{"reason":""}`, `{"reason":" \n"}`, `{"reason":null}`, `{"reason":["a","b"]}`, `{"reason":{"why":"x"}}`,
		`{"reason":"a\u0000b"}`, `{"reason":"` + strings.Repeat("长", 501) + `"}`, `[]`, `"x"`, `{"reason":"x"`, ``,
	}
	decisions := append([]string{
		`{"reason":"x","deployment":0}`, `{"reason":"x","deployment":-1}`, `{"reason":"x","deployment":1.5}`, `{"reason":"x","deployment":1e3}`,
		`{"reason":"x","deployment":"seven"}`, `{"reason":"x","deployment":[1,2]}`, `{"reason":"x","deployment":99999999999999999999}`,
		`{"reason":"x","deployment":true}`, `{"reason":"x","force":true}`, `{"reason":"x","at":"now"}`,
	}, reasons...)
	for action, bodies := range map[string][]string{
		"retry": decisions, "abandon": decisions,
		"replan": append([]string{`{"reason":"x","at":["now","now"]}`, `{"at":"now","reason":"x","deployment":1}`, `{"at":"now"}`}, reasons...),
	} {
		for _, body := range bodies {
			if a := r.ops("POST", "/api/releases/R-1/"+action, body); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
				t.Errorf("%s %s: %d %s", action, body, a.status, a.raw)
			}
		}
		if a := r.do("POST", "/api/releases/R-1/"+action, "application/json", `{"reason":"x","at":"now"}`); a.status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", action, a.status)
		}
		if a := r.ops("GET", "/api/releases/R-1/"+action, ""); a.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", action, a.status)
		}
	}
	if len(f.asked) > 0 {
		t.Errorf("asked: %v", f.asked)
	}
	r.ops("POST", "/api/releases/R-1/retry", `{"deployment":"7","reason":"x"}`)
	r.ops("POST", "/api/releases/R-1/replan", `{"at":"2026-11-22 20:00","reason":"两行\n原因"}`)
	if f.on != 7 || f.at != "2026-11-22 20:00" || f.reason != "两行\n原因" || f.by != "ops" {
		t.Errorf("asked for deployment %d at %q, %q by %q", f.on, f.at, f.reason, f.by)
	}
}

func TestHistoryIsReadToItsEnd(t *testing.T) {
	r, db := newReal(t)
	n := submitted(t, r, 2, "")
	want := []string{"accepted"}
	for i := range 1200 {
		want = append(want, fmt.Sprint(i))
	}
	for j := range n {
		if err := db.UpdateRelease(t.Context(), int64(1001+j), func(r *model.Release) error {
			for _, kind := range want[1 : 1200-j*200] { // the second one has just as many as one answer holds
				r.Record(model.Event{Kind: kind})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	want = want[:1200]
	newest := r.ops("GET", "/api/releases/"+n[0], "")
	got, before := kinds(newest), newest.body["events_before"]
	if len(got) != 1000 || got[999] != want[1199] || before == nil {
		t.Fatalf("the release shows %d lines, before %v", len(got), before)
	}
	for before != nil {
		page := r.ops("GET", fmt.Sprintf("/api/releases/%s/events?limit=70&before=%.0f", n[0], before), "")
		got = append(kinds(page), got...)
		before = page.body["next_before"]
		if len(got) > 2000 {
			t.Fatal("paging does not end")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if all := r.ops("GET", "/api/releases/"+n[1], ""); len(kinds(all)) != 1000 || all.body["events_before"] != nil {
		t.Errorf("exactly all: %d lines, before %v", len(kinds(all)), all.body["events_before"])
	}
	if page := r.ops("GET", "/api/releases/"+n[1]+"/events", ""); len(kinds(page)) != 200 || page.body["next_before"] == nil {
		t.Errorf("a page: %d lines, before %v", len(kinds(page)), page.body["next_before"])
	}
}

func kinds(a answer) []string {
	var list []string
	events, _ := a.body["events"].([]any)
	for _, e := range events {
		event, _ := e.(map[string]any)
		list = append(list, fmt.Sprint(event["kind"]))
	}
	return list
}

func TestHistoryRefusesWhatItDoesNotKnow(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "before=0", "before=-1", "before=R-1", "after=1", "limit=1&limit=2", "before=9223372036854775808"} {
		if a := r.ops("GET", "/api/releases/R-1/events?"+query, ""); a.status != http.StatusBadRequest || a.code() != "invalid_request" {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
	if slices.Contains(f.asked, "history") {
		t.Errorf("asked: %v", f.asked)
	}
	if a := r.ops("GET", "/api/releases/R-1/events", ""); a.status != http.StatusOK || a.raw != `{"events":[],"next_before":null}` {
		t.Errorf("no lines: %d %s", a.status, a.raw)
	}
}
