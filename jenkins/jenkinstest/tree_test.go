package jenkinstest

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTreeRanges(t *testing.T) {
	for tree, want := range map[string]string{
		"jobs[name]{0,2}":           `[{"_class":"F","name":"0"},{"_class":"F","name":"1"}]`,
		"jobs[name]{3,}":            `[{"_class":"F","name":"3"}]`,
		"jobs[name]{,1}":            `[{"_class":"F","name":"0"}]`,
		"jobs[name]{2}":             `[{"_class":"F","name":"2"}]`,
		"jobs[name]{2,1}":           `[]`,
		"jobs[name]{9,12}":          `[]`,
		"jobs[x]{0,1}":              `[{"_class":"F"}]`,
		"jobs{0,1}":                 `[{"_class":"F"}]`,
		"jobs[*]{0,1}":              `[{"_class":"F","name":"0"}]`,
		"name,jobs[name]{0,1},name": `[{"_class":"F","name":"0"}]`,
	} {
		var jobs []*bean
		for i := range 4 {
			jobs = append(jobs, newBean("F").add(3, "name", fmt.Sprint(i)))
		}
		sel, err := parseTree(tree)
		if err != nil {
			t.Errorf("%s: %v", tree, err)
			continue
		}
		if got := string(export(newBean("").add(1, "jobs", jobs), sel)); got != `{"jobs":`+want+`}` {
			t.Errorf("%s: got %s, want %s", tree, got, want)
		}
	}
}

func TestMalformedTreesAre500(t *testing.T) {
	r := newRig(t)
	for _, tree := range []string{
		"jobs[", "jobs[name", "jobs]", "jobs[]", "jobs[name]{0", "jobs[name]{a,b}", "jobs,,name", ",", "jobs[name]]", "jobs{-1}",
	} {
		if w := r.send("GET", "/api/json?tree="+url.QueryEscape(tree), "admin", "", nil); w.Code != 500 {
			t.Errorf("tree %q: %d", tree, w.Code)
		}
	}
}

func TestGzipWhenAsked(t *testing.T) {
	r := newRig(t)
	plain := r.send("GET", "/api/json", "admin", "", nil)
	zipped := r.send("GET", "/api/json", "admin", "", http.Header{"Accept-Encoding": {"gzip"}})
	if plain.Header().Get("Content-Encoding") != "" || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("gzip only when asked")
	}
	unzip, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzip)
	if err != nil || string(text) != plain.Body.String() {
		t.Errorf("the zipped answer differs: %v", err)
	}
}

func TestBodyLimit(t *testing.T) {
	r := newRig(t)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for what, body := range map[string]string{"over 1 MB": "VERSION=" + strings.Repeat("x", maxBody), "a broken escape": "VERSION=%zz"} {
		if w := r.send("POST", "/job/deploy-params/buildWithParameters", "admin", body, header); w.Code != 400 {
			t.Errorf("%s: %d", what, w.Code)
		}
	}
}

// BenchmarkListing is the catalogue's one request on 10,000 jobs with 5 parameters each.
func BenchmarkListing(b *testing.B) {
	s := New(Options{})
	for i := range 10000 {
		s.AddJob(companyApp(fmt.Sprintf("deploy/p%d/app-%d", i%100, i), "应用", time.Second))
	}
	const fields = "name,fullName,displayName,description,url,_class,buildable,color," +
		"property[parameterDefinitions[name,type,_class,description,choices,defaultParameterValue[value]]]"
	target := "/api/json?tree=jobs[" + fields + ",jobs[" + fields + ",jobs[" + fields + "]]]"
	for b.Loop() {
		req := httptest.NewRequest("GET", target, nil)
		req.SetBasicAuth("admin", "admin-token")
		req.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
