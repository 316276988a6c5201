package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// withTemplates is a configuration that is fine, with a folder of templates.
func withTemplates(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good, err := os.ReadFile("testdata/config/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := string(good) + "\nnotify: {language: en, templates: " + folder + "}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMessagesPreviewShowsEveryEvent(t *testing.T) {
	for _, kind := range model.NoticeKinds() {
		o := oabridge(t, "messages", "preview", string(kind))
		if o.code != 0 || !strings.HasPrefix(o.stdout, "== "+string(kind)) || !strings.Contains(o.stdout, " · robot\n") {
			t.Errorf("%s: %s", kind, o)
		}
		keepsSecrets(t, o, "hunter2")
	}
	golden(t, "messages/refused.golden", oabridge(t, "messages", "preview", "refused").stdout)
	golden(t, "messages/lost.json", oabridge(t, "messages", "preview", "lost", "--json", "--language", "en").stdout)
}

func TestMessagesPreviewOfOneChannel(t *testing.T) {
	var list []shown
	decode(t, oabridge(t, "messages", "preview", "finished", "--channel", "comment", "--json"), &list)
	if len(list) < 3 {
		t.Fatalf("%+v", list)
	}
	for _, s := range list {
		if s.Channel != "comment" || s.Event != "finished" || s.Title == "" || !strings.HasPrefix(s.Text, s.Title) {
			t.Errorf("%+v", s)
		}
	}
}

func TestMessagesPreviewMisused(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"finish", `there is no event "finish": did you mean finished?`},
		{"party_time_tonight", "known are: received, input, "},
		{"finished --channel robots", "did you mean robot?"},
		{"finished --language fr", "there is no language \"fr\""},
		{"", "takes one event"},
		{"finished lost", "takes one event"},
	} {
		o := oabridge(t, append([]string{"messages", "preview"}, strings.Fields(test.args)...)...)
		if o.code != exitConfiguration || o.stdout != "" || !strings.Contains(o.stderr, test.want) {
			t.Errorf("%q: %s", test.args, o)
		}
	}
}

func TestMessagesPreviewUsesTheFolder(t *testing.T) {
	path := withTemplates(t, map[string]string{"lost.robot.tmpl": "ours: {{.Number}}"})
	o := oabridge(t, "messages", "preview", "lost", "--channel", "robot", "-c", path)
	if o.code != 0 || !strings.Contains(o.stdout, "Release R-1042: 商城前端 is lost") || !strings.Contains(o.stdout, "ours: R-1042\n") {
		t.Errorf("%s", o)
	}
}

func TestWrongTemplatesEndTheProgram(t *testing.T) {
	path := withTemplates(t, map[string]string{"lost.tmpl": "{{define \"robot\"}}\n{{.Nummer}}{{end}}", "finished.tmpl": "{{"})
	for _, args := range [][]string{{"config", "check"}, {"serve"}, {"messages", "preview", "input"}} {
		o := oabridge(t, append(args, "-c", path)...)
		if o.code != exitConfiguration || !strings.Contains(o.stderr, "finished.tmpl:1: ") || !strings.Contains(o.stderr, "notify.templates") {
			t.Errorf("%v: %s", args, o)
		}
	}
	path = withTemplates(t, map[string]string{"lost.tmpl": "{{define \"robot\"}}\n{{.Nummer}}{{end}}"})
	if o := oabridge(t, "config", "check", "-c", path); o.code != exitConfiguration || !strings.Contains(o.stderr, "lost.tmpl:2:2: ") {
		t.Errorf("%s", o)
	}
}
