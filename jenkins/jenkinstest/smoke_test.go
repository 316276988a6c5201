package jenkinstest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestCompanyOverHTTP plays one deployment through a real connection and the real clock.
func TestCompanyOverHTTP(t *testing.T) {
	s := New(Options{})
	for _, job := range Company() {
		s.AddJob(job)
	}
	srv := httptest.NewServer(s)
	defer srv.Close()
	do := func(method, path, body string) (int, http.Header, string) {
		req, err := http.NewRequest(method, srv.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("admin", "admin-token")
		if body != "" {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
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
	status, _, body := do("GET", "/api/json?tree=jobs[name,jobs[name,displayName,jobs[name,_class,buildable]]]", "")
	if status != 200 || !strings.Contains(body, "支付") || !strings.Contains(body, `"name":"pay-gateway"`) {
		t.Fatalf("listing: %d %s", status, body)
	}
	status, header, _ := do("POST", "/job/deploy/job/pay/job/pay-risk/buildWithParameters", "VERSION=v2&delay=0sec&RELEASE_ID=R-1")
	if status != 201 || !strings.HasSuffix(header.Get("Location"), "/queue/item/1/") {
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
