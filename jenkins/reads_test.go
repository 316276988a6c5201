package jenkins

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestRecordedQueueItems(t *testing.T) {
	at := func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
	admin := []string{"admin"}
	values := map[string]string{"VERSION": "v2.0", "DRY_RUN": "false", "ENV": "prod", "NOTES": "多行\n说明"}
	for recording, want := range map[string]model.QueueItem{
		"036": {ID: 2, Job: "deploy-params", Why: "In the quiet period. Expires in 4.9 sec", Since: at(1795309532903), Parameters: values, Users: admin},
		"037": {ID: 2, Job: "deploy-params", Since: at(1795309532903), Parameters: values, Users: admin, Left: true, Build: 1},
		"085": {ID: 19, Job: "serial-job", Why: "Build #1 is already in progress (ETA: N/A)", Since: at(1795309700628),
			Parameters: map[string]string{"WHO": "2"}, Users: admin},
		"092": {ID: 21, Job: "label-job", Why: "‘Jenkins’ doesn’t have label ‘no-such-label’", Since: at(1795309701511),
			Parameters: map[string]string{}, Users: admin},
		"100": {ID: 24, Job: "quiet-job", Since: at(1795309703295), Parameters: map[string]string{"K": "1"}, Users: admin, Left: true, Cancelled: true},
	} {
		c, _ := replay(t, recording)
		got, err := c.QueueItem(t.Context(), want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", recording, err, diff)
		}
	}
}

func TestRecordedBuilds(t *testing.T) {
	c, seen := replay(t, "287")
	builds, err := c.RecentBuilds(t.Context(), "deploy-params", 10)
	if err != nil || len(builds) != 10 {
		t.Fatal(len(builds), err)
	}
	want := model.Build{
		Job: "deploy-params", Number: 18, QueueID: 77, Result: "SUCCESS", StartedAt: time.UnixMilli(1795310384129).UTC(),
		Duration: 2027 * time.Millisecond, Users: []string{"admin"},
		Parameters: map[string]string{"VERSION": "go1", "DRY_RUN": "true", "ENV": "dev", "NOTES": "多行\nx"},
	}
	if diff := cmp.Diff(want, builds[1]); diff != "" {
		t.Error(diff)
	}
	recorded := record(t, "287")
	got := strings.Replace(decoded(t, (*seen)[0].path+"?"+(*seen)[0].query), ",jobName,number]", "]", 1) // of runs, as in 211
	if got != decoded(t, recorded.target) {
		t.Errorf("asked %s, recorded %s", got, recorded.target)
	}
}

// Who ended a build early stands in the text only.
func TestRecordedInterrupts(t *testing.T) {
	c, _ := replay(t, "158")
	b, err := c.Build(t.Context(), "pipe-input", 3)
	if diff := cmp.Diff([]model.Interrupt{{Text: "Rejected by 管理员", Rejected: true}}, b.Interrupts); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestRecordedNumbers(t *testing.T) {
	c, _ := replay(t, "007")
	if got, err := c.Numbers(t.Context(), "noparam"); err != nil || got != (model.BuildNumbers{Next: 1}) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestRunningBuildHasNoResult(t *testing.T) {
	b := buildJSON{Number: 1, Building: true, Result: "FAILURE"}
	if got := b.model("a"); got.Result != "" || !got.Building || !got.StartedAt.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestRecordedInputs(t *testing.T) {
	c, _ := replay(t, "162")
	steps, err := c.PendingInputs(t.Context(), "pipe-input-params", 1)
	want := []model.InputStep{{ID: "ApproveProd", Message: "请选择发布参数", Proceed: "批准", Parameters: []model.ParameterDefinition{
		{Name: "REGION", Kind: model.KindChoice, Description: "地域", Choices: []string{"cn-north", "cn-east"}, Default: text("cn-north")},
		{Name: "TICKET", Kind: model.KindString, Description: "工单号", Default: text("OPS-1")},
		{Name: "FORCE", Kind: model.KindBoolean, Description: "强制", Default: text("false")},
		{Name: "MEMO", Kind: model.KindText, Description: "备注", Default: text("a\nb")},
		{Name: "PIN", Kind: model.KindPassword, Description: "口令"},
	}}}
	if diff := cmp.Diff(want, steps); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, recording := range []string{"189", "058"} { // no pipeline, no such build
		c, _ := replay(t, recording)
		if steps, err := c.PendingInputs(t.Context(), "a", 1); err != nil || len(steps) != 0 {
			t.Errorf("%s: %v %v", recording, steps, err)
		}
	}
	c, _ = replay(t, "241")
	if _, err := c.PendingInputs(t.Context(), "a", 1); model.CodeOf(err) != model.CodeJenkinsUnavailable {
		t.Error(err)
	}
}

func TestWhoAmI(t *testing.T) {
	c, _ := replay(t, "022")
	who, err := c.WhoAmI(t.Context())
	if diff := cmp.Diff(Identity{Name: "admin", Authorities: []string{"authenticated"}}, who); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestPing(t *testing.T) {
	c, _ := replay(t, "227")
	c.now = func() time.Time { return time.Date(2026, 11, 22, 1, 10, 9, 500, time.UTC) }
	got, err := c.Ping(t.Context())
	want := Status{Version: "2.452.2", QuietingDown: true, RootURL: "http://127.0.0.1:18080/", Ahead: 3 * time.Minute}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	c, _ = replay(t, "241")
	if _, err := c.Ping(t.Context()); model.CodeOf(err) != model.CodeJenkinsUnavailable {
		t.Error(err)
	}
}
