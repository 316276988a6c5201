package jenkins_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/model"
)

// TestContractFake runs the contract against the fake.
func TestContractFake(t *testing.T) { contract(t, fakeSite(t)) }

// TestContractReal runs the same contract against a real Jenkins.
func TestContractReal(t *testing.T) { contract(t, realSite(t)) }

// contract is what the client promises of any Jenkins.
func contract(t *testing.T, s *site) {
	s.furnish(t)
	for _, part := range []struct {
		name string
		run  func(*testing.T, *site)
	}{
		{"identity", contractIdentity}, {"listing", contractListing}, {"sight", contractSight},
		{"refusals", contractRefusals}, {"deployment", contractDeployment}, {"plain job", contractPlain},
		{"failure", contractFailure}, {"queue", contractQueue}, {"stop", contractStop},
		{"term", contractTerm}, {"kill", contractKill},
		{"confirm", contractConfirm}, {"ask", contractAsk}, {"ask in parallel", contractParallel}, {"ask again", contractAgain}, {"abort", contractAbort}, {"nothing there", contractNothing},
		{"definitions", contractDefinitions}, {"kinds", contractKinds}, {"git values", contractGitValues},
		{"log", contractLog},
		{"computer", contractComputer}, {"stages", contractStages}, {"numbers", contractNumbers}, {"answers", contractAnswers},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, s) })
	}
}

func values(pairs ...string) []model.ParameterValue {
	var list []model.ParameterValue
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, model.ParameterValue{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func wantCode(t *testing.T, err error, want model.Code) {
	t.Helper()
	if model.CodeOf(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func contractIdentity(t *testing.T, s *site) {
	who, err := s.WhoAmI(t.Context())
	if err != nil || who.Name != s.user || who.Anonymous {
		t.Errorf("%+v %v", who, err)
	}
	status, err := s.Ping(t.Context())
	if err != nil || status.Version == "" || status.QuietingDown {
		t.Errorf("%+v %v", status, err)
	}
	_, err = s.as(t, s.user, "not-the-token", jenkins.Options{}).WhoAmI(t.Context())
	wantCode(t, err, model.CodeJenkinsAuth)
}

func contractListing(t *testing.T, s *site) {
	listing, err := s.List(t.Context())
	ok(t, err)
	jobs := listing.Jobs
	at := func(name string) model.Job {
		i := slices.IndexFunc(jobs, func(j model.Job) bool { return j.FullName == name })
		if i < 0 {
			t.Fatalf("%s is not listed", name)
		}
		return jobs[i]
	}
	if folder := at(s.folder); !folder.Container || folder.Buildable {
		t.Errorf("folder: %+v", folder)
	}
	str := func(s string) *string { return &s }
	want := model.Job{
		FullName: s.job("发布 网关"), Name: "发布 网关", DisplayName: "发布 网关", Description: "契约测试", Buildable: true,
		Kind: model.JobFreestyle,
		Parameters: []model.ParameterDefinition{
			{Name: "VERSION", Kind: model.KindString, Description: "参数 VERSION", Default: str("v1")},
			{Name: "DRY_RUN", Kind: model.KindBoolean, Description: "参数 DRY_RUN", Default: str("true")},
			{Name: "ENV", Kind: model.KindChoice, Description: "参数 ENV", Choices: []string{"dev", "prod"}, Default: str("dev")},
			{Name: "PIN", Kind: model.KindPassword, Description: "参数 PIN"},
			{Name: "NOTES", Kind: model.KindText, Description: "参数 NOTES", Default: str("a")},
		},
	}
	if diff := cmp.Diff(want, at(want.FullName)); diff != "" {
		t.Error(diff)
	}
	if job := at(s.job("disabled")); job.Buildable || job.Container {
		t.Errorf("disabled: %+v", job)
	}
	if job := at(s.job("confirming")); !job.Buildable || len(job.Parameters) != 0 {
		t.Errorf("pipeline: %+v", job)
	}
	for _, job := range jobs {
		if job.FullName != s.folder && !strings.HasPrefix(job.FullName, s.folder+"/") {
			continue
		}
		read, err := s.Job(t.Context(), job.FullName)
		if diff := cmp.Diff(job, read); diff != "" || err != nil {
			t.Errorf("%s read alone: %v (-listed +read)\n%s", job.FullName, err, diff)
		}
	}
	_, err = s.Job(t.Context(), s.job("no such 任务"))
	wantCode(t, err, model.CodeJenkinsNotFound)
}

func contractSight(t *testing.T, s *site) {
	for name, want := range map[string]jenkins.Sight{
		s.folder:            {Visible: true, Container: true},
		s.job("发布 网关"):      {Visible: true, Buildable: true},
		s.job("disabled"):   {Visible: true},
		s.job("no such 任务"): {},
	} {
		if got, err := s.JobVisible(t.Context(), name); err != nil || got != want {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

func contractRefusals(t *testing.T, s *site) {
	for job, want := range map[string]model.Code{
		s.job("no such 任务"): model.CodeJenkinsNotFound, s.folder: model.CodeJenkinsNotFound, s.job("disabled"): model.CodeJenkinsDisabled,
	} {
		_, err := s.Trigger(t.Context(), job, true, values("VERSION", "v2"))
		wantCode(t, err, want)
	}
	_, err := s.Trigger(t.Context(), s.job("发布 网关"), true, values("ENV", "mars"))
	wantCode(t, err, model.CodeJenkinsUnknown)
	_, err = s.Trigger(t.Context(), s.job("发布 网关"), false, nil)
	wantCode(t, err, model.CodeJenkinsRejected)
	_, err = s.Trigger(t.Context(), s.job("plain"), true, values("A", "1"))
	wantCode(t, err, model.CodeJenkinsUnknown)
	_, err = s.as(t, s.user, "not-the-token", jenkins.Options{}).Trigger(t.Context(), s.job("plain"), false, nil)
	wantCode(t, err, model.CodeJenkinsAuth)
}

// started waits until the item became a build.
func started(t *testing.T, s *site, id int64) model.QueueItem {
	t.Helper()
	var item model.QueueItem
	s.until(t, "the item becomes a build", func() bool {
		var err error
		item, err = s.QueueItem(t.Context(), id)
		ok(t, err)
		return item.Build != 0
	})
	return item
}

func ended(t *testing.T, s *site, job string, number int64) model.Build {
	t.Helper()
	var build model.Build
	s.until(t, "the build ends", func() bool {
		var err error
		build, err = s.Build(t.Context(), job, number)
		ok(t, err)
		return !build.Building
	})
	return build
}

func contractDeployment(t *testing.T, s *site) {
	job := s.job("发布 网关")
	id, err := s.Trigger(t.Context(), job, true,
		values("VERSION", "版本 2+1&x=$(id)", "DRY_RUN", "false", "ENV", "prod", "PIN", "1234", "NOTES", "第一行\n第二行"))
	ok(t, err)
	item := started(t, s, id)
	given := map[string]string{"VERSION": "版本 2+1&x=$(id)", "DRY_RUN": "false", "ENV": "prod", "NOTES": "第一行\n第二行"}
	if diff := cmp.Diff(given, item.Parameters); item.Job != job || !item.Left || item.Cancelled || diff != "" {
		t.Errorf("%+v %s", item, diff)
	}
	if !slices.Equal(item.Users, []string{s.user}) || item.Since.IsZero() {
		t.Errorf("%+v", item)
	}
	ok(t, s.Describe(t.Context(), job, item.Build, "R-1042 发起人 张三"))
	build := ended(t, s, job, item.Build)
	if build.Result != "SUCCESS" || build.QueueID != id || build.Job != job || build.Number != item.Build || build.Duration <= 0 {
		t.Errorf("%+v", build)
	}
	if diff := cmp.Diff(given, build.Parameters); diff != "" || build.StartedAt.IsZero() || !slices.Equal(build.Users, []string{s.user}) {
		t.Errorf("%+v %s", build, diff)
	}
	recent, err := s.RecentBuilds(t.Context(), job, 1)
	build.Estimate = 0 // only asked about one build
	if diff := cmp.Diff([]model.Build{build}, recent); err != nil || diff != "" {
		t.Error(err, diff)
	}
	wantCode(t, s.CancelQueued(t.Context(), id), model.CodeConflict)
}

func contractPlain(t *testing.T, s *site) {
	id, err := s.Trigger(t.Context(), s.job("plain"), false, nil)
	ok(t, err)
	if build := ended(t, s, s.job("plain"), started(t, s, id).Build); build.Result != "SUCCESS" || len(build.Parameters) != 0 {
		t.Errorf("%+v", build)
	}
	if steps, err := s.PendingInputs(t.Context(), s.job("plain"), 1); err != nil || len(steps) != 0 {
		t.Error(steps, err)
	}
}

func contractFailure(t *testing.T, s *site) {
	id, err := s.Trigger(t.Context(), s.job("failing"), false, nil)
	ok(t, err)
	if build := ended(t, s, s.job("failing"), started(t, s, id).Build); build.Result != "FAILURE" {
		t.Errorf("%+v", build)
	}
}

// contractQueue uses a job that no node can run: its items stay.
func contractQueue(t *testing.T, s *site) {
	job := s.job("homeless")
	id, err := s.Trigger(t.Context(), job, true, values("VERSION", "v2"))
	ok(t, err)
	_, err = s.Trigger(t.Context(), job, true, values("VERSION", "v2"))
	wantCode(t, err, model.CodeJenkinsFolded)
	other, err := s.Trigger(t.Context(), job, true, values("VERSION", "v3"))
	ok(t, err)
	queued, _, err := s.Overview(t.Context())
	ok(t, err)
	at := slices.IndexFunc(queued, func(q model.QueueItem) bool { return q.ID == id })
	if at < 0 || queued[at].Job != job || queued[at].Left || queued[at].Parameters["VERSION"] != "v2" || queued[at].Why == "" {
		t.Fatalf("%d is not in %+v", id, queued)
	}
	item, err := s.QueueItem(t.Context(), id)
	if err != nil || item.Left || item.Build != 0 || item.Job != job {
		t.Errorf("%+v %v", item, err)
	}
	ok(t, s.CancelQueued(t.Context(), id))
	ok(t, s.CancelQueued(t.Context(), other))
	item, err = s.QueueItem(t.Context(), id)
	if err != nil || !item.Left || !item.Cancelled || item.Build != 0 {
		t.Errorf("%+v %v", item, err)
	}
	wantCode(t, s.CancelQueued(t.Context(), id), model.CodeConflict)
}

func contractStop(t *testing.T, s *site) {
	job := s.job("slow")
	id, err := s.Trigger(t.Context(), job, false, nil)
	ok(t, err)
	number := started(t, s, id).Build
	_, running, err := s.Overview(t.Context())
	if err != nil || !slices.Contains(running, model.RunningBuild{Job: job, Number: number, QueueID: id}) {
		t.Errorf("%+v %v", running, err)
	}
	ok(t, s.Stop(t.Context(), job, number))
	if build := ended(t, s, job, number); build.Result != "ABORTED" {
		t.Errorf("%+v", build)
	}
	ok(t, s.Stop(t.Context(), job, number)) // a second time changes nothing
}

func contractNothing(t *testing.T, s *site) {
	ctx, job := t.Context(), s.job("plain")
	_, err := s.Build(ctx, job, 4711)
	wantCode(t, err, model.CodeJenkinsNotFound)
	_, err = s.RecentBuilds(ctx, s.job("nope"), 5)
	wantCode(t, err, model.CodeJenkinsNotFound)
	_, err = s.QueueItem(ctx, 999_999_999)
	wantCode(t, err, model.CodeJenkinsNotFound)
	wantCode(t, s.CancelQueued(ctx, 999_999_999), model.CodeJenkinsNotFound)
	wantCode(t, s.Stop(ctx, job, 4711), model.CodeJenkinsNotFound)
	wantCode(t, s.Describe(ctx, job, 4711, "x"), model.CodeJenkinsNotFound)
	wantCode(t, s.Abort(ctx, job, 4711, "Confirm"), model.CodeConflict)
	if steps, err := s.PendingInputs(ctx, job, 4711); err != nil || len(steps) != 0 {
		t.Error(steps, err)
	}
	if text := model.MessageOf(s.Stop(ctx, job, 4711)); !strings.Contains(text, "#4711") {
		t.Error(text)
	}
}
