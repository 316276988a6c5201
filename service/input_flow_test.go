package service

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

const gatewayJob = "deploy/pay/pay-gateway"

var toGateway = []string{"项目名称", "支付", "应用名称", "支付网关"}

// asking is a world whose gateway asks these, with a release that came to it.
func asking(t *testing.T, inputs []jenkinstest.Input, adjust ...func(*Options)) *world {
	t.Helper()
	w := newWorld(t, adjust...)
	w.jenkins.SetJob(gatewayJob, func(j *jenkinstest.Job) { j.Inputs = inputs })
	w.submit(toGateway...)
	w.turns(6)
	return w
}

// told are the answers that the gateway's build got in Jenkins.
func (w *world) told() []jenkinstest.Answer { return w.builds(gatewayJob)[0].Answers }

func (w *world) person(q model.AnswerRequest) error {
	if q.By == "" {
		q.By = "ops"
	}
	_, err := w.Answer(w.t.Context(), 1001, q)
	return err
}

// notes are the notices of one kind that the robot got.
func (w *world) notes(kind model.NoticeKind) []model.Message {
	return slices.DeleteFunc(slices.Clone(w.inbox.got), func(m model.Message) bool { return m.Kind != kind || m.Recipient != "ops" })
}

func region() []jenkinstest.Parameter {
	return []jenkinstest.Parameter{
		{Name: "REGION", Kind: jenkinstest.Choice, Choices: []string{"cn-north", "cn-east"}},
		{Name: "FORCE", Kind: jenkinstest.Boolean, Default: "false"}, {Name: "MEMO", Kind: jenkinstest.Text, Default: "一\n二"},
	}
}

// Of two parallel stages one is a rule's, with a field of the form, and the other a person's.
func TestParallelQuestions(t *testing.T) {
	rule := InputRule{
		Message: regexp.MustCompile("^灰度"), Fields: map[string]string{"TAG": "VERSION", "DRY": "DRY_RUN"}, Build: map[string]string{"ENV": "ENV"},
	}
	w := asking(t, []jenkinstest.Input{
		{ID: "Grey", Message: "灰度?", Parallel: 1, Parameters: []jenkinstest.Parameter{
			{Name: "TAG", Kind: jenkinstest.String}, {Name: "DRY", Kind: jenkinstest.Boolean}, {Name: "ENV", Kind: jenkinstest.String},
		}},
		{ID: "Full", Message: "全量?", Parallel: 1, Parameters: region()},
	}, func(o *Options) { o.Controllers[0].Inputs = []InputRule{rule} })
	d := w.want("R-1001", model.ReleaseActive, model.StatePaused).Deployments[0]
	if len(d.Inputs) != 1 || d.Inputs[0].Step.ID != "Full" || d.Inputs[0].Why == "" || len(d.Asked) != 1 {
		t.Fatalf("waits for %+v, asked %v", d.Inputs, d.Asked)
	}
	if notes := w.notes(model.NoticeInput); len(notes) != 1 || !strings.Contains(notes[0].Markdown, `--input "Full"`) ||
		!strings.Contains(notes[0].Markdown, "cn-north、cn-east") || !strings.Contains(notes[0].Markdown, "没有规则") {
		t.Fatalf("told %+v", notes)
	}
	if err := w.person(model.AnswerRequest{Parameters: map[string]string{"REGION": "cn-east", "FORCE": "是"}, Reason: "灰度正常"}); err != nil {
		t.Fatal(err)
	}
	w.turns(4)
	d = w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
	want := []jenkinstest.Answer{
		{ID: "Grey", User: "admin", Proceed: true, Parameters: map[string]any{"TAG": "v2.1.0", "DRY": false, "ENV": "prod"}},
		{ID: "Full", User: "admin", Proceed: true, Parameters: map[string]any{"REGION": "cn-east", "FORCE": true, "MEMO": "一\n二"}},
	}
	got := slices.Clone(w.told())
	for i := range got {
		got[i].At = time.Time{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Jenkins got (-want +got):\n%s", diff)
	}
	if len(d.Answers) != 2 || d.Answers[0].By != "system" || d.Answers[1].By != "ops" || d.Answers[1].Reason != "灰度正常" ||
		d.Answers[0].Outcome != model.AnswerGiven || d.Answers[1].Outcome != model.AnswerGiven {
		t.Errorf("recorded %+v", d.Answers)
	}
	if notes := w.notes(model.NoticeChanged); len(notes) != 1 || !strings.Contains(notes[0].Markdown, "REGION=cn-east") {
		t.Errorf("told %+v", notes)
	}
	history, _ := w.History(t.Context(), 1001, 0, 100)
	said := slices.IndexFunc(history, func(e model.Event) bool {
		return e.Kind == model.EventKindInput && e.Actor == "ops" && e.Message == "确认：全量?(Full)，REGION=cn-east，FORCE=true，MEMO=一 二；灰度正常"
	})
	if said < 0 {
		t.Errorf("history %+v", history)
	}
}

func TestWhatAPersonMayNotAnswer(t *testing.T) {
	w := asking(t, []jenkinstest.Input{
		{ID: "Full", Message: "全量?", Parallel: 1, Parameters: region()},
		{ID: "Pin", Message: "口令?", Parallel: 1, Parameters: []jenkinstest.Parameter{{Name: "PIN", Kind: jenkinstest.Password, Default: "hunter2"}}},
		{ID: "Name", Message: "谁?", Parallel: 1, Parameters: []jenkinstest.Parameter{{Name: "NAME", Kind: jenkinstest.String}, {Name: "API_TOKEN", Kind: jenkinstest.String, Default: "hunter2"}}},
	})
	for name, c := range map[string]struct {
		q    model.AnswerRequest
		code model.Code
		says string
	}{
		"which one":              {model.AnswerRequest{}, model.CodeInvalidRequest, "有 3 个步骤在等待"},
		"another case":           {model.AnswerRequest{Step: "full"}, model.CodeConflict, "区分大小写"},
		"another deployment":     {model.AnswerRequest{Deployment: 99}, model.CodeNotFound, "没有部署 99"},
		"no choice":              {model.AnswerRequest{Step: "Full", Parameters: map[string]string{"REGION": "mars"}}, model.CodeInvalidRequest, "可选：cn-north、cn-east"},
		"no boolean":             {model.AnswerRequest{Step: "Full", Parameters: map[string]string{"FORCE": "maybe"}}, model.CodeInvalidRequest, "true 或 false"},
		"no such parameter":      {model.AnswerRequest{Step: "Full", Parameters: map[string]string{"NOPE": "x"}}, model.CodeInvalidRequest, "没有参数 NOPE"},
		"all at once":            {model.AnswerRequest{Step: "Full", Parameters: map[string]string{"NOPE": "x", "REGION": "mars"}}, model.CodeInvalidRequest, "；这一步没有参数"},
		"a password":             {model.AnswerRequest{Step: "Pin", Parameters: map[string]string{"PIN": "x"}}, model.CodeConflict, "请到 Jenkins 中回答：" + w.url},
		"its default":            {model.AnswerRequest{Step: "Pin"}, model.CodeConflict, "PIN"},
		"a secret's default":     {model.AnswerRequest{Step: "Name", Parameters: map[string]string{"NAME": "x"}}, model.CodeInvalidRequest, "缺少参数 API_TOKEN"},
		"no with values":         {model.AnswerRequest{Step: "Full", Abort: true, Parameters: map[string]string{"REGION": "cn-east"}}, model.CodeInvalidRequest, "拒绝时不能带参数"},
		"an unknown release too": {model.AnswerRequest{Step: "Full", Parameters: map[string]string{"MEMO": "a\x00b"}}, model.CodeInvalidRequest, "控制字符"},
	} {
		err := w.person(c.q)
		if model.CodeOf(err) != c.code || !strings.Contains(model.MessageOf(err), c.says) {
			t.Errorf("%s: %v, want %s with %q", name, err, c.code, c.says)
		}
	}
	w.turns(3)
	if d := w.want("R-1001", model.ReleaseActive, model.StatePaused).Deployments[0]; len(d.Answers) != 0 || len(w.told()) != 0 {
		t.Errorf("answered %+v, Jenkins %+v", d.Answers, w.told())
	}
	if err := w.person(model.AnswerRequest{Step: "Name", Parameters: map[string]string{"NAME": "x", "API_TOKEN": "hunter3"}}); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	d := w.release("R-1001").Deployments[0]
	if len(d.Answers) != 1 || d.Answers[0].Parameters[1].Value != model.Masked || w.told()[0].Parameters["API_TOKEN"] != "hunter3" {
		t.Errorf("recorded %+v, Jenkins %+v", d.Answers, w.told())
	}
	for _, m := range w.inbox.got {
		if strings.Contains(m.Markdown, "hunter") {
			t.Errorf("a notice shows a secret: %s", m.Markdown)
		}
	}
	if err := w.person(model.AnswerRequest{Step: "Pin", Abort: true}); err != nil {
		t.Errorf("to say no needs no password: %v", err)
	}
	w.turns(3)
	w.want("R-1001", model.ReleaseFailed, model.StateAborted)
	codeIs(t, w.person(model.AnswerRequest{}), model.CodeConflict)
}

// A password's default is in clear text in Jenkins' answer, and nowhere else after that.
func TestNoPasswordIsStored(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Pin", Message: "口令?", Parameters: []jenkinstest.Parameter{
		{Name: "PIN", Kind: jenkinstest.Password, Default: "correct-horse-battery"}, {Name: "DEPLOY_TOKEN", Kind: jenkinstest.String, Default: "correct-horse-battery"},
	}}}, allow(".*", nil))
	if len(w.release("R-1001").Deployments[0].Inputs) != 1 {
		t.Fatal("it waits for nothing")
	}
	for _, name := range []string{w.file, w.file + "-wal"} {
		if raw, err := os.ReadFile(name); err == nil && strings.Contains(string(raw), "correct-horse") {
			t.Errorf("%s holds the password", name)
		}
	}
}

func TestOfTwoPeopleOneIsFirst(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Full", Message: "全量?", Parameters: region()}})
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			errs[i] = w.person(model.AnswerRequest{By: "p" + itoa(int64(i)), Parameters: map[string]string{"REGION": []string{"cn-north", "cn-east"}[i%2]}})
		})
	}
	all.Wait()
	first := slices.IndexFunc(errs, func(err error) bool { return err == nil })
	for i, err := range errs {
		if i != first && (model.CodeOf(err) != model.CodeConflict || !strings.Contains(model.MessageOf(err), "已由 p"+itoa(int64(first))+" 回答(确认)")) {
			t.Errorf("p%d: %v", i, err)
		}
	}
	if first < 0 {
		t.Fatal("nobody was first")
	}
	w.turns(3)
	if answers := w.told(); len(answers) != 1 || answers[0].Parameters["REGION"] != []string{"cn-north", "cn-east"}[first%2] {
		t.Errorf("p%d was first, Jenkins got %+v", first, answers)
	}
	if err := w.person(model.AnswerRequest{Step: "Full"}); model.CodeOf(err) != model.CodeConflict || !strings.Contains(model.MessageOf(err), "已由 p") {
		t.Errorf("afterwards: %v", err)
	}
}

// Somebody answers in Jenkins before ours arrives.
func TestSomebodyInJenkinsIsFaster(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Full", Message: "全量?"}})
	if err := w.person(model.AnswerRequest{}); err != nil {
		t.Fatal(err)
	}
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Full/proceedEmpty", "")
	w.turns(3)
	d := w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded).Deployments[0]
	if len(w.told()) != 1 || len(d.Answers) != 1 || d.Answers[0].Outcome != model.AnswerLate || len(d.Inputs) != 0 || len(d.Asked) != 0 {
		t.Errorf("Jenkins %+v, recorded %+v", w.told(), d.Answers)
	}
}

func TestWithdrawnWhileItAsks(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Go", Message: "继续?"}})
	withdraw := func() {
		_, err := w.change(t.Context(), 1001, func(r *model.Release) error {
			r.Proof = model.Proof{State: model.ProofWithdrawn, Message: "发起人已撤销"}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.person(model.AnswerRequest{}); err != nil {
		t.Fatal(err)
	}
	withdraw() // after the wish, before it is sent
	w.turns(3)
	d := w.want("R-1001", model.ReleaseActive, model.StatePaused).Deployments[0]
	if len(w.told()) != 0 || d.Answers[0].Outcome != model.AnswerRefused || !strings.Contains(d.Inputs[0].Why, "发起人已撤销") {
		t.Fatalf("Jenkins %+v, recorded %+v", w.told(), d.Answers)
	}
	if err := w.person(model.AnswerRequest{}); model.CodeOf(err) != model.CodeConflict || !strings.Contains(model.MessageOf(err), "审批无效") {
		t.Errorf("a yes: %v", err)
	}
	if err := w.person(model.AnswerRequest{Abort: true}); err != nil {
		t.Fatal(err)
	}
	w.turns(3)
	w.want("R-1001", model.ReleaseFailed, model.StateAborted)
}

// Jenkins does not take the answer of our user: said once, with the remedy.
func TestNotAnAllowedSubmitter(t *testing.T) {
	w := newWorld(t, allow("^Go$", nil))
	w.jenkins.SetJob(gatewayJob, func(j *jenkinstest.Job) { j.Inputs = []jenkinstest.Input{{ID: "Go", Message: "继续?"}} })
	w.jenkins.Fail(403, 100, "POST /job/deploy/job/pay/job/pay-gateway/1/input/Go")
	w.submit(toGateway...)
	spent := w.cost(func() { w.turns(60) })
	d := w.want("R-1001", model.ReleaseActive, model.StatePaused).Deployments[0]
	if n := spent["POST input/proceedEmpty"]; n != 1 {
		t.Errorf("tried %d times: %v", n, spent)
	}
	notes := w.notes(model.NoticeInput)
	if len(notes) != 1 || !strings.Contains(notes[0].Markdown, "账号「admin」加进这个 input 的 submitter") || d.Answers[0].Outcome != model.AnswerRefused {
		t.Errorf("told %+v, recorded %+v", notes, d.Answers)
	}
}

// DingTalk drops a text that it had the same day: who answers again is told again, in other words.
func TestEachAnswerIsToldInOtherWords(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Go", Message: "继续?"}})
	w.jenkins.Fail(403, 100, "POST /job/deploy/job/pay/job/pay-gateway/1/input/Go")
	for range 3 {
		if err := w.person(model.AnswerRequest{}); err != nil {
			t.Fatal(err)
		}
		w.turns(3)
	}
	texts := map[string]int{}
	for _, kind := range []model.NoticeKind{model.NoticeInput, model.NoticeChanged} {
		for _, m := range w.notes(kind) {
			texts[m.Markdown]++
		}
	}
	if len(texts) != 7 {
		t.Errorf("%d different texts: %v", len(texts), texts)
	}
}

// What an older version told people of is neither told again nor answered by a rule; its details are filled in.
func TestAskedByAnOlderVersion(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Go", Message: "继续?"}})
	began := w.release("R-1001").Deployments[0].PausedAt
	_, err := w.change(t.Context(), 1001, func(r *model.Release) error { r.Deployments[0].Inputs = nil; return nil })
	if err != nil {
		t.Fatal(err)
	}
	w.options.Controllers[0].Inputs = []InputRule{{ID: regexp.MustCompile("^Go$")}}
	w.reborn()
	codeIs(t, w.person(model.AnswerRequest{}), model.CodeConflict)
	w.turns(40)
	d := w.want("R-1001", model.ReleaseActive, model.StatePaused).Deployments[0]
	if len(d.Inputs) != 1 || !d.Inputs[0].Since.Equal(*began) || len(w.notes(model.NoticeInput)) != 1 || len(w.told()) != 0 {
		t.Errorf("waits for %+v, told %d times", d.Inputs, len(w.notes(model.NoticeInput)))
	}
	if err := w.person(model.AnswerRequest{}); err != nil {
		t.Error(err)
	}
}

func TestTwoStepsWithOneID(t *testing.T) {
	w := asking(t, []jenkinstest.Input{{ID: "Go", Message: "灰度?", Parallel: 1}, {ID: "Go", Message: "全量?", Parallel: 1}}, allow("^Go$", nil))
	w.want("R-1001", model.ReleaseActive, model.StatePaused)
	err := w.person(model.AnswerRequest{Step: "Go"})
	if model.CodeOf(err) != model.CodeConflict || !strings.Contains(model.MessageOf(err), "请到 Jenkins 中回答") || len(w.told()) != 0 {
		t.Errorf("%v, Jenkins %+v", err, w.told())
	}
}
