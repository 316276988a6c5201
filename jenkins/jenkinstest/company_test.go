package jenkinstest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func exchange(t *testing.T, method, url, body string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("admin", "admin-token")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

// TestCompanyOverHTTP plays one deployment through a real connection and the real clock.
func TestCompanyOverHTTP(t *testing.T) {
	s := New(Options{})
	for _, job := range Company() {
		s.AddJob(job)
	}
	srv := httptest.NewServer(s)
	defer srv.Close()
	status, _, body := exchange(t, "GET", srv.URL+"/api/json?tree=jobs[name,jobs[displayName,url,jobs[name]]]", "")
	if status != 200 || !strings.Contains(body, "支付") || !strings.Contains(body, `"url":"`+srv.URL+`/job/deploy/job/pay/"`) {
		t.Fatalf("listing: %d %s", status, body)
	}
	target := srv.URL + "/job/deploy/job/pay/job/pay-risk/buildWithParameters"
	status, header, _ := exchange(t, "POST", target, "VERSION=v2&delay=0sec&RELEASE_ID=R-1")
	if status != 201 || header.Get("Location") != srv.URL+"/queue/item/1/" || header.Get("Content-Type") != "" {
		t.Fatalf("trigger: %d %v", status, header)
	}
	s.FinishAll()
	l := s.Ledger()
	if len(l.Builds) != 1 || l.Builds[0].Result != "SUCCESS" || l.Builds[0].Parameters["RELEASE_ID"] != "R-1" {
		t.Fatalf("ledger: %+v", l)
	}
	if l.ByPath["POST buildWithParameters"] != 1 || l.ByPath["GET api"] != 1 {
		t.Errorf("counts: %v", l.ByPath)
	}
}

func app(j Job) bool {
	return (j.Kind == Freestyle || j.Kind == Pipeline) && strings.Count(j.FullName, "/") == 2 && !j.Disabled
}

func declares(j Job, name string) bool {
	return slices.ContainsFunc(j.Parameters, func(p Parameter) bool { return p.Name == name })
}

func asks(j Job, parameters bool) bool {
	return len(j.Inputs) == 1 && len(j.Inputs[0].Parameters) > 0 == parameters
}

// TestCompanyHasWhatTheDemoTells checks the cast, not the names.
func TestCompanyHasWhatTheDemoTells(t *testing.T) {
	for _, cast := range []struct {
		what string
		want int
		is   func(Job) bool
	}{
		{"projects", 3, func(j Job) bool { return j.Kind == Folder && strings.Count(j.FullName, "/") == 1 }},
		{"apps", 12, app},
		{"apps without a label", 0, func(j Job) bool { return app(j) && j.DisplayName == "" && j.Description == "" }},
		{"apps without parameters", 1, func(j Job) bool { return app(j) && len(j.Parameters) == 0 }},
		{"apps with parameters but no RELEASE_ID", 1, func(j Job) bool { return app(j) && len(j.Parameters) > 0 && !declares(j, "RELEASE_ID") }},
		{"failing apps", 1, func(j Job) bool { return j.Result == "FAILURE" }},
		{"unstable apps", 1, func(j Job) bool { return j.Result == "UNSTABLE" }},
		{"slow apps", 1, func(j Job) bool { return j.Duration > time.Second }},
		{"disabled jobs", 1, func(j Job) bool { return j.Disabled }},
		{"multibranch containers", 1, func(j Job) bool { return j.Kind == Multibranch }},
		{"plain inputs", 1, func(j Job) bool { return asks(j, false) && j.Inputs[0].ID == "Confirm" }},
		{"inputs with parameters", 1, func(j Job) bool { return asks(j, true) }},
	} {
		got := 0
		for _, job := range Company() {
			if cast.is(job) {
				got++
			}
		}
		if got != cast.want {
			t.Errorf("%d %s, want %d", got, cast.what, cast.want)
		}
	}
}

func TestTimeSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		4987 * time.Millisecond: "4.9 sec", 19500 * time.Millisecond: "19 sec", 598 * time.Second: "9 min 58 sec",
		340 * time.Millisecond: "0.34 sec", 42 * time.Millisecond: "42 ms", 3700 * time.Second: "1 hr 1 min",
	} {
		if got := timeSpan(d); got != want {
			t.Errorf("timeSpan(%v) = %q, want %q", d, got, want)
		}
	}
}
