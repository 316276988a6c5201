package notices

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/oabridge/oabridge/model"
)

func folder(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range files {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func load(t *testing.T, files map[string]string) *Set {
	t.Helper()
	set, failures := Load(Chinese, shanghai, folder(files))
	if len(failures) > 0 {
		t.Fatal(errors.Join(failures...))
	}
	return set
}

func sample(t *testing.T, name string) Sample {
	t.Helper()
	for _, s := range Samples() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no sample %s", name)
	return Sample{}
}

func TestAFolderOverridesBlockByBlock(t *testing.T) {
	before := compose(t, Builtin(Chinese, shanghai), sample(t, "received-scheduled"))
	set := load(t, map[string]string{
		"received.tmpl":             `{{define "title"}}T {{.Number}}{{end}}{{define "comment"}}from the kind's file{{end}}`,
		"received.comment.tmpl":     "来自文件\n\n  {{time .ScheduledAt}}\n",
		"received.work_notice.tmpl": "**{{.Title}}**\n{{.Project}}",
		"README.md":                 "{{",
		".received.tmpl":            "{{",
	})
	got := compose(t, set, sample(t, "received-scheduled"))
	want := Texts{
		Title: "T R-1042", WorkNotice: "**T R-1042**  \n  商城", Comment: "来自文件\n2026-11-22 20:30",
		Robot: strings.Replace(before.Robot, before.Title, "T R-1042", 1),
	}
	if got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	other := sample(t, "finished")
	if compose(t, set, other) != compose(t, Builtin(Chinese, shanghai), other) {
		t.Error("another kind changed")
	}
}

func TestCommonBlocksAreForAllKinds(t *testing.T) {
	set := load(t, map[string]string{"common.tmpl": `{{define "head"}}# 某公司 {{.Title}}{{end}}`})
	own := []model.NoticeKind{model.NoticeRefused, model.NoticeDigest} // they have no head in common
	for _, s := range Samples() {
		if !slices.Contains(own, s.Kind) && !strings.HasPrefix(compose(t, set, s).Robot, "# 某公司 ") {
			t.Errorf("%s is as before", s.Name)
		}
	}
}

func TestWrongTemplatesNameFileAndLine(t *testing.T) {
	for name, test := range map[string]struct{ file, text, want string }{
		"does not parse":     {"finished.tmpl", "\n{{define \"robot\"}}\n{{if}}{{end}}{{end}}", "finished.tmpl:3: missing value for if"},
		"unknown field":      {"finished.robot.tmpl", "\n\n{{.Nummer}}", "finished.robot.tmpl:3:2: "},
		"unknown function":   {"received.comment.tmpl", "{{shout .Number}}", `received.comment.tmpl:1: function "shout" not defined`},
		"rare branch":        {"received.title.tmpl", "x{{if .ScheduledAt}}\n{{.Apps.Name}}{{end}}", "received.title.tmpl:2:7: "},
		"unknown block":      {"lost.robot.tmpl", `{{template "haed" .}}`, "lost.robot.tmpl:1:11: "},
		"unknown event":      {"finish.tmpl", "", `finish.tmpl: there is no event "finish"`},
		"unknown channel":    {"finished.mail.tmpl", "", `finished.mail.tmpl: there is no channel "mail"`},
		"outside of a block": {"finished.tmpl", "上线单 {{.Number}}", "finished.tmpl: there is text outside of"},
		"empty file":         {"finished.robot.tmpl", " \n", "finished.robot.tmpl: the file is empty"},
		"writes nothing":     {"finished.robot.tmpl", "{{if false}}x{{end}}", "finished: title, robot or work_notice writes nothing"},
		"never ends":         {"finished.tmpl", `{{define "robot"}}{{template "robot" .}}{{end}}`, "exceeded maximum template depth"},
		"too large":          {"finished.robot.tmpl", strings.Repeat("x", maxFile+1), "finished.robot.tmpl: the file is larger than 65536 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			set, failures := Load(English, shanghai, folder(map[string]string{test.file: test.text}))
			if set != nil || len(failures) == 0 || !strings.Contains(failures[0].Error(), test.want) {
				t.Errorf("got %v, want %s", failures, test.want)
			}
			if len(failures) > 1 {
				t.Errorf("told %d times: %v", len(failures), failures)
			}
		})
	}
}

func TestEveryWrongFileIsTold(t *testing.T) {
	_, failures := Load(Chinese, shanghai, folder(map[string]string{"finished.tmpl": "{{", "lost.tmpl": "{{", "x.tmpl": ""}))
	if len(failures) != 3 {
		t.Errorf("%v", failures)
	}
}

// TestAFailingTemplateLosesNoNotice has a template that works with the samples only.
func TestAFailingTemplateLosesNoNotice(t *testing.T) {
	set := load(t, map[string]string{"finished.robot.tmpl": "{{index .Approvers 1}}"})
	alone := sampleRelease(model.ReleaseActive)
	alone.Approvers = nil
	s := Sample{Kind: model.NoticeFinished, Facts: Facts{Release: alone}}
	got, err := set.Compose(s.Kind, s.Facts)
	if err == nil || !strings.Contains(err.Error(), "finished.robot.tmpl:1:2") {
		t.Errorf("error %v", err)
	}
	if want := compose(t, Builtin(Chinese, shanghai), s); got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// attack tries every way out of a line of Markdown.
const attack = "# a\n### 部署成功\n- **x** [点我](http://evil) <img src=x> `c` # \t\r\u2028> q"

// TestNoTemplateForgetsToEscape prints every value that a view has in the plainest way.
func TestNoTemplateForgetsToEscape(t *testing.T) {
	set := load(t, map[string]string{"input.robot.tmpl": `x {{printf "%v" .}} {{print .}} {{.Apps}} {{html .Reason}} {{range .Problems}}{{. | printf "%s"}}{{end}}`})
	app := sampleApp(model.StatePaused, 0, attack)
	app.AppName, app.FullName, app.Controller, app.BuildURL = attack, attack, attack, "https://x/"+attack
	app.Parameters = []model.ParameterValue{{Name: attack, Value: attack, Chosen: true}}
	app.Stop = &model.StopRequest{By: attack}
	r := sampleRelease(model.ReleaseActive)
	r.ProjectName, r.BusinessID, r.Reason, r.Initiator.Name = attack, attack, attack, attack
	r.Approvers, r.Deployments = []model.Person{{ID: attack}}, []*model.Deployment{app}
	texts := compose(t, set, Sample{Kind: model.NoticeInput, Facts: Facts{
		Release: r, App: app, Actor: attack, Message: attack, Problems: []string{attack},
		Step: model.InputStep{ID: attack, Message: attack, Parameters: []model.ParameterDefinition{{Name: attack, Description: attack}}},
	}})
	for _, forged := range []string{"\n", "\r", "\u2028", "](http", "**x**", "<img", "`c`"} {
		if strings.Contains(texts.Robot, forged) || forged != "**x**" && strings.Contains(texts.Title, forged) && strings.ContainsAny(forged, "\n\r\u2028") {
			t.Errorf("%q came through:\n%s", forged, texts.Robot)
		}
	}
	if !strings.Contains(texts.Robot, "＊＊x＊＊") {
		t.Errorf("nothing was printed: %s", texts.Robot)
	}
}

func TestAnUnknownKindIsAnError(t *testing.T) {
	if _, err := Builtin(Chinese, shanghai).Compose("party", Facts{}); err == nil {
		t.Error("no error")
	}
}

func ExampleSet_Compose() {
	texts, err := Builtin(English, shanghai).Compose(model.NoticeReceived, Facts{Release: &model.Release{ID: 7}})
	fmt.Println(texts.Comment, err)
	// Output: Release R-7 received, deploying now <nil>
}
