package jenkinstest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const recordedHost = "127.0.0.1:18080"

// rig is a fake set up like the recorded Jenkins, with a clock of its own.
type rig struct {
	*Server
	t     *testing.T
	now   time.Time
	subst []string // recorded text and what stands for it in requests, in pairs
}

func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 11, 22, 1, 5, 0, 0, time.UTC)}
	opt := Options{Now: func() time.Time { return r.now }, RootURL: "http://" + recordedHost, Users: recordedUsers()}
	for _, do := range change {
		do(&opt)
	}
	r.Server = New(opt)
	for _, job := range recordedJobs() {
		r.AddJob(job)
	}
	return r
}

func recordedUsers() []User {
	return []User{
		{Name: "admin", FullName: "管理员", Token: "t-admin", Password: "p-admin", Admin: true},
		{Name: "reader", FullName: "只读者", Token: "t-reader", Permissions: []Permission{Read}},
		{Name: "builder", FullName: "构建者", Token: "t-builder", Permissions: []Permission{Read, BuildItem, Cancel}},
		{Name: "approver", FullName: "审批人", Token: "t-approver", Permissions: []Permission{Read, BuildItem}},
		{Name: "blind", FullName: "看不见", Token: "t-blind"},
	}
}

// wait moves the clock.
func (r *rig) wait(d time.Duration) { r.now = r.now.Add(d) }

// at sets the next queue id and the jobs' next build numbers, so that a scene starts where the recorded one did.
func (r *rig) at(queueID int64, builds map[string]int) *rig {
	r.lastID = queueID - 1
	for job, number := range builds {
		i := r.lookup(job)
		i.nextNumber = number
		if number > 1 { // the real one had run before: its colour and its estimate say so
			i.builds = append(i.builds, &build{
				item: i, number: number - 1, result: "SUCCESS", started: r.now.Add(-time.Hour), finished: r.now.Add(-time.Hour + time.Second),
			})
			if len(i.job.Result) > 0 {
				i.builds[0].result = i.job.Result
			}
		}
	}
	return r
}

func (r *rig) send(method, target, user, body string, header http.Header) *httptest.ResponseRecorder {
	r.t.Helper()
	req := httptest.NewRequest(method, "http://"+recordedHost+"/", strings.NewReader(body))
	u, err := url.Parse(strings.ReplaceAll(target, " ", "%20"))
	if err != nil {
		r.t.Fatal(err)
	}
	u.Scheme, u.Host = "http", recordedHost
	req.URL = u
	for name, vals := range header {
		req.Header[name] = vals
	}
	req.Host = recordedHost
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	req.Header.Del("Authorization")
	switch user {
	case "":
	case "bad":
		req.SetBasicAuth("admin", "wrong")
	case "baduser":
		req.SetBasicAuth("nobody", "wrong")
	case "adminpw":
		req.SetBasicAuth("admin", "p-admin")
	default:
		req.SetBasicAuth(user, "t-"+user)
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w
}

// post sends a request that was not recorded but led to what was.
func (r *rig) post(target, body string) *httptest.ResponseRecorder {
	r.t.Helper()
	w := r.send("POST", target, "admin", body, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	if w.Code >= 400 {
		r.t.Fatalf("POST %s: %d", target, w.Code)
	}
	return w
}

// replay sends a recorded request and compares the answer; ignore lists known deviations.
func (r *rig) replay(number int, ignore ...string) *httptest.ResponseRecorder {
	r.t.Helper()
	rec := loadRecording(r.t, number)
	swap := strings.NewReplacer(r.subst...)
	header := rec.header.Clone()
	for _, vals := range header {
		for i := range vals {
			vals[i] = swap.Replace(vals[i])
		}
	}
	w := r.send(rec.method, swap.Replace(rec.target), rec.user, rec.body, header)
	for _, diff := range differences(&rec, w.Code, w.Header(), w.Body.String(), ignore) {
		r.t.Errorf("%s: %s", rec.name, diff)
	}
	return w
}

// replayAll replays recordings in a row, at the same moment.
func (r *rig) replayAll(numbers ...int) {
	r.t.Helper()
	for _, number := range numbers {
		r.replay(number)
	}
}

func span(from, to int) []int {
	var numbers []int
	for n := from; n <= to; n++ {
		numbers = append(numbers, n)
	}
	return numbers
}
