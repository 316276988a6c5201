package service

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// postTap keeps every POST of a build as it went out.
type postTap struct {
	*http.Transport
	mu    sync.Mutex
	posts []model.Post
}

func (w *postTap) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPost && strings.Contains(req.URL.Path, "/build") {
		p := model.Post{Method: req.Method, URL: req.URL.String(), Type: req.Header.Get("Content-Type")}
		if req.Body != nil {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return nil, err
			}
			p.Body = string(body)
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
		w.mu.Lock()
		w.posts = append(w.posts, p)
		w.mu.Unlock()
	}
	return w.Transport.RoundTrip(req)
}

// take returns the POSTs since it was called last.
func (w *postTap) take() []model.Post {
	w.mu.Lock()
	defer w.mu.Unlock()
	posts := w.posts
	w.posts = nil
	return posts
}

// tapped is a migrating world whose POSTs are read on their way, with jobs of odd parameters.
func tapped(t *testing.T, adjust ...func(*Options)) (*world, *postTap) {
	t.Helper()
	tap := &postTap{Transport: &http.Transport{}}
	t.Cleanup(tap.CloseIdleConnections)
	w := newWorld(t, append([]func(*Options){withMigration, func(o *Options) {
		client, err := jenkins.New(jenkins.Options{
			Name: "prod", URL: o.Controllers[0].URL, User: "admin", Token: "admin-token", Now: o.Now, Transport: tap,
		})
		if err != nil {
			t.Fatal(err)
		}
		o.Controllers[0].Client = client
	}}, adjust...)...)
	w.jenkins.AddJob(jenkinstest.Job{
		FullName: "deploy/mall/空格 & 加号+", DisplayName: "奇怪的任务", Kind: jenkinstest.Freestyle, Duration: time.Second,
		Parameters: []jenkinstest.Parameter{
			{Name: "HOSTS", Kind: jenkinstest.ExtendedChoice, Multi: true, Choices: []string{"h1", "h2", "h3"}, Default: "h1"},
			{Name: "API_TOKEN", Kind: jenkinstest.String, Default: "hunter2"}, {Name: "delay", Kind: jenkinstest.String, Default: "0"},
			{Name: "NOTES", Kind: jenkinstest.Text}, {Name: "说明", Kind: jenkinstest.String}, {Name: "RELEASE_ID", Kind: jenkinstest.String},
		},
	})
	w.addMigration()
	return w, tap
}

// pick is one of the values.
func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// anyForm is a form as people might fill it in: most are right.
func anyForm(r *rand.Rand) map[string][]string {
	apps := pick(r,
		[]string{"商城前端"}, []string{"订单服务", "商城前端"}, []string{"商城接口服务", "商城前端", "订单服务"}, []string{"奇怪的任务"},
		[]string{"奇怪的任务", "商城前端"}, []string{"火箭"})
	f := map[string][]string{
		"项目名称": {pick(r, "商城", "prod:deploy/mall")}, "应用名称": apps, "发起人": {"zhang"}, "上线说明": {"修复结算"},
		"VERSION": {pick(r, "v2.1.0", "v 2+1&x=%41", "版本 二", "v1;reboot")}, "ENV": {pick(r, "prod", "prod", "staging", "mars")},
	}
	odd, change := slices.Contains(apps, "奇怪的任务"), r.IntN(3) == 0
	for _, field := range []struct {
		name   string
		values []string
		fits   bool
	}{
		{"DRY_RUN", []string{"是", "false"}, !odd}, {"NOTES", []string{"第一行\n第二行", "a=b&c"}, true},
		{"HOSTS", []string{`["h2","h3"]`, "h3", `["h1","h2","h3"]`}, odd}, {"API_TOKEN", []string{"s3cr3t"}, odd},
		{"说明", []string{"中文 + 空格"}, odd}, {"delay", []string{"5"}, odd}, {"SCHEMA", []string{"pay", "moon"}, change},
	} {
		if r.IntN(2) == 0 && (field.fits || r.IntN(10) == 0) {
			f[field.name] = []string{pick(r, field.values...)}
		}
	}
	if change {
		f["是否有数据库变更"] = []string{"是"}
	}
	if odd && len(apps) == 1 { // which declares neither
		delete(f, "ENV")
		if !change {
			delete(f, "VERSION")
		}
	}
	return f
}

// TestADryRunIsWhatIsThenTriggered compares what a dry run says of many forms with what goes over the wire when they come
// approved: URL and body, byte by byte, in the same order.
func TestADryRunIsWhatIsThenTriggered(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for name, adjust := range map[string]func(*Options){"one after another": func(*Options) {}, "beside each other": parallel} {
		t.Run(name, func(t *testing.T) {
			w, tap := tapped(t, adjust)
			r := rand.New(rand.NewPCG(seed, 0))
			deployed := 0
			for i := range 60 {
				f := anyForm(r)
				f["实例ID"] = []string{fmt.Sprint("inst-", i)}
				if w.deploysAsTold(t, tap, f) {
					deployed++
				}
			}
			if deployed < 10 {
				t.Errorf("only %d of 60 forms were right", deployed)
			}
		})
	}
}

// deploysAsTold submits the form and compares; false when it is not valid, which the submission has to say, too.
func (w *world) deploysAsTold(t *testing.T, tap *postTap, f map[string][]string) bool {
	t.Helper()
	dry, err := w.DryRun(t.Context(), f, true)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := w.Submit(t.Context(), f, "connector")
	if len(dry.Problems) > 0 {
		var lines []string
		for _, p := range dry.Problems {
			lines = append(lines, p.Message)
		}
		if len(dry.Builds) != 0 || err == nil || model.MessageOf(err) != strings.Join(lines, "\n") {
			t.Errorf("%v: %q, submitted: %v", f, lines, err)
		}
		return false
	}
	if err != nil {
		t.Fatalf("%v: %v", f, err)
	}
	for !w.release(receipt.Number).State.Terminal() {
		w.turn()
	}
	var want []model.Post
	for _, b := range dry.Builds {
		p := b.Post
		p.Body = strings.ReplaceAll(p.Body, model.NumberToCome, receipt.Number)
		checkBody(t, b)
		p.Fields = nil
		want = append(want, p)
	}
	got := tap.take()
	veil := strings.NewReplacer("API_TOKEN=s3cr3t", "API_TOKEN="+url.QueryEscape(model.Masked), "API_TOKEN=hunter2", "API_TOKEN="+url.QueryEscape(model.Masked))
	for i := range got {
		got[i].Body = veil.Replace(got[i].Body)
	}
	if dry.Order != model.OrderSequence { // what is beside each other comes in any order, after the first where there is one
		from := 0
		if dry.Order == model.OrderFirst {
			from = 1
		}
		byURL := func(a, b model.Post) int { return strings.Compare(a.URL, b.URL) }
		slices.SortFunc(want[from:], byURL)
		slices.SortFunc(got[min(from, len(got)):], byURL)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%v (-said +sent):\n%s", f, diff)
	}
	return true
}

// checkBody wants the fields to be the body, no secret in either, and the migration to be said to be one.
func checkBody(t *testing.T, b model.DraftBuild) {
	t.Helper()
	parts := []string{}
	for i, v := range b.Values {
		parts = append(parts, url.QueryEscape(v.Name)+"="+url.QueryEscape(v.Value))
		if v.PostField != b.Post.Fields[i] {
			t.Errorf("value %+v of field %+v", v, b.Post.Fields[i])
		}
	}
	if strings.Join(parts, "&") != b.Post.Body || strings.Contains(b.Post.Body, "hunter2") || strings.Contains(b.Post.Body, "s3cr3t") || b.Migration != (b.FullName == migrateJob) {
		t.Errorf("%s of %v", b.Post.Body, parts)
	}
}

func TestADryRunTellsWhenAndInWhichOrder(t *testing.T) {
	w, tap := tapped(t, parallel)
	dry := func(asApproved bool, pairs ...string) model.DryRun {
		t.Helper()
		run, err := w.DryRun(t.Context(), form(append([]string{"应用名称", `["商城前端","订单服务"]`}, pairs...)...), asApproved)
		if err != nil || len(run.Problems) > 0 {
			t.Fatalf("%+v %v", run.Problems, err)
		}
		return run
	}
	type step struct {
		App       string
		Migration bool
		Wait      model.Wait
		At        string
		After     string
	}
	steps := func(run model.DryRun) []step {
		var list []step
		for _, b := range run.Builds {
			s := step{App: b.AppName, Migration: b.Migration, Wait: b.Wait, After: fmt.Sprint(b.After)}
			if b.At != nil {
				s.At = w.minute(*b.At)
			}
			list = append(list, s)
		}
		return list
	}
	migration, db := step{"数据库变更", true, "", "", "[]"}, []string{"是否有数据库变更", "是"}
	behind := func(app string) step { return step{app, false, model.WaitPredecessor, "", "[1]"} }
	if diff := cmp.Diff([]step{migration, behind("商城前端"), behind("订单服务")}, steps(dry(false, db...))); diff != "" {
		t.Errorf("migration (-want +got):\n%s", diff)
	}
	scheduled := []string{"执行方式", "定时", "执行时间", "2026-11-23 11:00"}
	want := []step{{"商城前端", false, model.WaitSchedule, "2026-11-23 11:00", "[]"}, {"订单服务", false, model.WaitSchedule, "2026-11-23 11:00", "[]"}}
	if diff := cmp.Diff(want, steps(dry(true, scheduled...))); diff != "" {
		t.Errorf("scheduled (-want +got):\n%s", diff)
	}
	w.policies = []ProjectPolicy{{Order: model.OrderSequence, Windows: []Window{span(10, 17, workdays...)}}}
	run := dry(false)
	want = []step{{"商城前端", false, model.WaitWindow, "2026-11-23 10:00", "[]"}, behind("订单服务")}
	if diff := cmp.Diff(want, steps(run)); diff != "" || len(run.Warnings) != 1 || run.Order != model.OrderSequence {
		t.Errorf("%+v (-want +got):\n%s", run.Warnings, diff)
	}
	if got := steps(dry(true, "执行方式", "手动")); got[0].Wait != model.WaitManual {
		t.Errorf("by hand: %+v", got)
	}
	if releases, err := w.List(t.Context(), model.ReleaseFilter{Limit: 1}); err != nil || len(releases) != 0 || len(tap.take()) != 0 {
		t.Errorf("stored or sent something: %+v %v", releases, err)
	}
}

func TestADryRunTellsWhereValuesComeFrom(t *testing.T) {
	w, _ := tapped(t)
	f := form("应用名称", "奇怪的任务", "VERSION", "", "ENV", "", "DRY_RUN", "", "HOSTS", `["h2","h3"]`)
	run, err := w.DryRun(t.Context(), f, false)
	if err != nil || len(run.Builds) != 1 {
		t.Fatalf("%+v %v", run, err)
	}
	field := func(name, value string) model.PostField { return model.PostField{Name: name, Value: value} }
	want := []model.DraftValue{
		{PostField: field("API_TOKEN", "******"), Origin: model.OriginDefault, Secret: true},
		{PostField: field("HOSTS", "h2"), Origin: model.OriginForm}, {PostField: field("HOSTS", "h3"), Origin: model.OriginForm},
		{PostField: field("NOTES", ""), Origin: model.OriginDefault}, {PostField: field("RELEASE_ID", "R-NNNN"), Origin: model.OriginRelease},
		{PostField: field("delay", "0"), Origin: model.OriginDefault}, {PostField: field("说明", ""), Origin: model.OriginDefault},
	}
	if diff := cmp.Diff(want, run.Builds[0].Values); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := run.Builds[0].Post; p.URL != w.url+"/job/deploy/job/mall/job/%E7%A9%BA%E6%A0%BC%20&%20%E5%8A%A0%E5%8F%B7+/buildWithParameters" {
		t.Error(p.URL)
	}
}

func TestADryRunOfAnApprovalThatIsToBeProved(t *testing.T) {
	w := proving(t, func(o *Options) { o.Policy.Verify = VerifyAlways })
	run, err := w.DryRun(t.Context(), form(), true)
	if err != nil || len(run.Builds) != 1 || run.Builds[0].Wait != model.WaitApproval {
		t.Errorf("%+v %v", run, err)
	}
	if run, err = w.DryRun(t.Context(), form("实例ID", ""), true); err != nil || len(run.Problems) != 1 || run.Problems[0].Field != FieldInstance {
		t.Errorf("without its instance: %+v %v", run, err)
	}
	if run, err = w.DryRun(t.Context(), form("实例ID", ""), false); err != nil || len(run.Problems) != 0 {
		t.Errorf("while it is filled in: %+v %v", run, err)
	}
}
