package jenkins

import (
	"net/url"
	"strings"
	"testing"
)

func pathClient(t testing.TB, base string) *Client {
	t.Helper()
	c, err := New(Options{Name: "prod", URL: base})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestJobPath(t *testing.T) {
	c := pathClient(t, "http://jenkins")
	for name, want := range map[string]string{
		"a":                     "/job/a",
		"a/b":                   "/job/a/job/b",
		"my job 空格":             "/job/my%20job%20%E7%A9%BA%E6%A0%BC",
		"proj/feature%2Flogin":  "/job/proj/job/feature%252Flogin",
		"a?b#c;d,e":             "/job/a%3Fb%23c%3Bd%2Ce",
		"job/job":               "/job/job/job/job",
		"支付/网关 (新)/deploy+prod": "/job/%E6%94%AF%E4%BB%98/job/%E7%BD%91%E5%85%B3%20%28%E6%96%B0%29/job/deploy+prod",
	} {
		if got, err := c.jobPath(name); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", name, got, err, want)
		}
	}
}

func TestJobOf(t *testing.T) {
	for _, test := range []struct{ base, address, want string }{
		{"http://j", "http://127.0.0.1:18080/job/my%20job%20%E7%A9%BA%E6%A0%BC/", "my job 空格"},
		{"http://j", "https://ci.example.com/jenkins/job/a/job/b/", "a/b"},
		{"http://j/jenkins", "http://other/jenkins/job/a", "a"},
		{"http://j/jenkins", "http://other/job/a/", "a"},
		{"http://j/job", "http://j/job/job/a/", "a"},
		{"http://j/x/job/y", "http://j/x/job/y/job/a/", "a"},
		{"http://j", "http://j/job/job/job/job/", "job/job"},
		{"http://j", "http://j/job/12/", "12"},
		{"http://j", "http://j/job/proj/job/feature%252Flogin/", "proj/feature%2Flogin"},
		{"http://j", "job/a/", "a"},
		{"http://j", "http://j/job/a/12/", ""},              // a step of a running pipeline
		{"http://j", "http://j/job/matrix/axis=value/", ""}, // a part of a matrix
		{"http://j", "http://j/job/a%2Fb/", ""},
		{"http://j", "http://j/job/%zz/", ""},
		{"http://j", "", ""},
		{"http://j", "http://j/computer/x/", ""},
		{"http://j", "http://j/job//", ""},
	} {
		got, ok := pathClient(t, test.base).jobOf(test.address)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%s from %s: %q %v, want %q", test.address, test.base, got, ok, test.want)
		}
	}
}

func TestBuildOf(t *testing.T) {
	c := pathClient(t, "http://j")
	for _, test := range []struct {
		address, job string
		number       int64
	}{
		{"http://127.0.0.1:18080/job/slow-10s/5/", "slow-10s", 5},
		{"http://x/prefix/job/a/job/b/12", "a/b", 12},
		{"http://x/job/12/12/", "12", 12},
		{"http://x/job/a/job/12/", "", 0},
		{"http://x/job/matrix/axis=value/3/", "", 0},
		{"http://x/job/a/0/", "", 0},
		{"http://x/job/a/-1/", "", 0},
		{"http://x/job/a/+1/", "", 0},
		{"http://x/job/a/lastBuild/", "", 0},
		{"http://x/1/", "", 0},
		{"%", "", 0},
	} {
		job, number, ok := c.buildOf(test.address)
		if job != test.job || ok && number != test.number || ok != (test.job != "") {
			t.Errorf("%s: %q %d %v", test.address, job, number, ok)
		}
	}
}

func FuzzJobPath(f *testing.F) {
	for _, name := range []string{"a", "a/b", "my job 空格", "job/job", "12/12", "%2F", "a;b?c#d", "..", "\xff"} {
		f.Add(name, int64(12))
	}
	c := pathClient(f, "http://jenkins.example.com/ci")
	f.Fuzz(func(t *testing.T, name string, number int64) {
		path, err := c.jobPath(name)
		if err != nil {
			return
		}
		for _, root := range []string{"http://jenkins.example.com/ci", "https://other:8443", "http://x/jenkins"} {
			if back, ok := c.jobOf(root + path + "/"); !ok || back != name {
				t.Errorf("%q became %q %v", name, back, ok)
			}
		}
		if number <= 0 {
			return
		}
		build, _ := c.buildPath(name, number)
		if job, n, ok := c.buildOf("http://x" + build + "/"); !ok || job != name || n != number {
			t.Errorf("%q #%d became %q #%d %v", name, number, job, n, ok)
		}
	})
}

func FuzzLocation(f *testing.F) {
	for _, location := range []string{
		"http://127.0.0.1:18080/queue/item/12/", "/queue/item/1", "//x/queue/item/7/", "http://[", "/queue/item//", "/queue/item/+1",
		"/queue/item/12/api/json", "/queue/item/%31/", "/job/a/1/", "https://h/p/queue/item/9223372036854775808/",
	} {
		f.Add(location)
	}
	c := pathClient(f, "http://jenkins")
	f.Fuzz(func(t *testing.T, location string) {
		if id, ok := queueID(location); ok && (id <= 0 || !strings.Contains(location, "queue/item/")) {
			t.Errorf("%q gave %d", location, id)
		}
		if job, ok := c.jobOf(location); ok && (job == "" || strings.Contains(job, "//")) {
			t.Errorf("%q gave job %q", location, job)
		}
		if job, number, ok := c.buildOf(location); ok && (job == "" || number <= 0) {
			t.Errorf("%q gave build %q %d", location, job, number)
		}
		if u, err := url.Parse(location); err == nil {
			_ = isLogin(u.Path)
		}
	})
}
