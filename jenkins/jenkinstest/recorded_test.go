package jenkinstest

import (
	"net/http"
	"strings"
	"testing"
)

func TestRecordedListing(t *testing.T) {
	r := newRig(t)
	r.replayAll(span(1, 16)...)
	r.replayAll(17, 18, 19)
	r.SetJob("git-param-job", func(j *Job) { j.Parameters[0].BrokenExport = false })
	r.replay(30)
}

func TestRecordedUsersAndCrumbs(t *testing.T) {
	r := newRig(t)
	r.replayAll(span(20, 29)...)
	if cookie := r.replay(20).Header().Get("Set-Cookie"); !strings.HasPrefix(cookie, "JSESSIONID=") {
		t.Errorf("a crumb without its session: %q", cookie)
	}
	r.at(27, nil)
	r.replay(130)
	w := r.replay(131)
	crumb := between(w.Body.String(), `"crumb":"`, `"`)
	cookie := between(w.Header().Get("Set-Cookie"), "", ";")
	rec := loadRecording(t, 131)
	r.subst = []string{between(rec.text, `"crumb":"`, `"`), crumb, "JSESSIONID=node015n59rusllsf31p6glp10m7frv49.node0", cookie}
	r.replayAll(span(132, 136)...)
	wrong := http.Header{"Cookie": {cookie}, "Jenkins-Crumb": {"deadbeef"}}
	if w := r.send("POST", "/job/noparam/build", "adminpw", "", wrong); w.Code != 403 {
		t.Errorf("a wrong crumb in the right session: %d", w.Code)
	}
}

func between(text, before, after string) string {
	_, text, _ = strings.Cut(text, before)
	text, _, _ = strings.Cut(text, after)
	return text
}
