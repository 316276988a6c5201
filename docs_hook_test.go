package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

// hookGuides are the same text in two languages.
var hookGuides = []string{"docs/jenkins-hook.md", "docs/jenkins-hook.zh-CN.md"}

func TestHookGuidesSayTheSame(t *testing.T) {
	english, chinese := document(t, hookGuides[0]), document(t, hookGuides[1])
	if diff := cmp.Diff(len(headings(english)), len(headings(chinese))); diff != "" {
		t.Errorf("headings: %s", diff)
	}
	if diff := cmp.Diff(tableRows(english), tableRows(chinese)); diff != "" {
		t.Errorf("tables: %s", diff)
	}
	blocks := func(text string) []string {
		var list []string
		for _, m := range fence.FindAllStringSubmatch(text, -1) {
			if m[1] != "yaml" { // its comment is translated
				list = append(list, m[1]+"\n"+m[2])
			}
		}
		return list
	}
	if diff := cmp.Diff(blocks(english), blocks(chinese)); diff != "" || len(blocks(english)) < 4 {
		t.Errorf("examples: %s", diff)
	}
}

// hinted takes pushes.
type hinted struct{ got []model.Push }

func (h *hinted) Push(p model.Push) bool { h.got = append(h.got, p); return true }

// TestHookGuidesExamplesAreTaken sends what the guide says the plugin sends, and what its curl does.
func TestHookGuidesExamplesAreTaken(t *testing.T) {
	var h hinted
	server := api.New(api.Options{HookSecret: "the-hook-of-this-test", Pushes: &h, NewID: func() string { return "id" }})
	send := func(media, body string) {
		req := httptest.NewRequest(http.MethodPost, "/hooks/jenkins", strings.NewReader(body))
		req.Header.Set("Content-Type", media)
		req.SetBasicAuth("jenkins", "the-hook-of-this-test")
		w := httptest.NewRecorder()
		if server.ServeHTTP(w, req); w.Code != http.StatusAccepted {
			t.Errorf("%s: %d %s", body, w.Code, w.Body.String())
		}
	}
	for _, m := range fence.FindAllStringSubmatch(document(t, hookGuides[0]), -1) {
		if m[1] == "json" && json.Valid([]byte(m[2])) {
			send("application/json;charset=UTF-8", m[2])
		}
	}
	send("application/x-www-form-urlencoded", "job=deploy%2Fmall%2Fweb&number=18")
	want := []model.Push{{Address: "https://jenkins.example.com/job/deploy/job/mall/job/web/18/", Number: 18}, {Job: "deploy/mall/web", Number: 18}}
	if !slices.Equal(h.got, want) {
		t.Errorf("%+v, want %+v", h.got, want)
	}
}
