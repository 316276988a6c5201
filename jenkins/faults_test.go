package jenkins_test

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// faultSite is a fake with one job that declares a parameter.
func faultSite(t *testing.T) *site {
	t.Helper()
	s := fakeSite(t)
	s.fake.AddJob(jenkinstest.Job{FullName: "团队/pay", Parameters: []jenkinstest.Parameter{{Name: "RELEASE_ID"}}, Duration: time.Minute})
	return s
}

func (s *site) trigger(t *testing.T, release string) (int64, error) {
	t.Helper()
	return s.Trigger(t.Context(), "团队/pay", true, values("RELEASE_ID", release))
}

// TestFaultsOfATrigger: only where nothing can have been accepted may the caller send it again.
func TestFaultsOfATrigger(t *testing.T) {
	for name, test := range map[string]struct {
		harm     func(*jenkinstest.Server)
		code     model.Code
		accepted int
	}{
		"cut after it was accepted": {func(f *jenkinstest.Server) { f.CutAfter(1, "POST /job/") }, model.CodeJenkinsUnknown, 1},
		"cut before it was read":    {func(f *jenkinstest.Server) { f.CutBefore(1, "POST /job/") }, model.CodeJenkinsUnknown, 0},
		"down":                      {func(f *jenkinstest.Server) { f.Down(true) }, model.CodeJenkinsUnknown, 0},
		"starting":                  {func(f *jenkinstest.Server) { f.Fail(503, 1, "POST ") }, model.CodeJenkinsUnavailable, 0},
		"a proxy without Jenkins":   {func(f *jenkinstest.Server) { f.Fail(502, 1, "") }, model.CodeJenkinsUnknown, 0},
		"a proxy that gave up":      {func(f *jenkinstest.Server) { f.Fail(504, 1, "") }, model.CodeJenkinsUnknown, 0},
		"an error":                  {func(f *jenkinstest.Server) { f.Fail(500, 1, "") }, model.CodeJenkinsUnknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := faultSite(t)
			_, err := s.WhoAmI(t.Context()) // so that the connection was used before
			ok(t, err)
			test.harm(s.fake)
			_, err = s.trigger(t, "R-1")
			wantCode(t, err, test.code)
			s.fake.Down(false)
			if n := len(s.fake.Ledger().Triggers); n != test.accepted {
				t.Errorf("Jenkins accepted %d", n)
			}
		})
	}
}

// TestTimeoutOfATrigger: it was accepted although nobody heard it, and is found again.
func TestTimeoutOfATrigger(t *testing.T) {
	s := faultSite(t)
	s.connect(t, jenkins.Options{Timeout: 50 * time.Millisecond})
	s.fake.Slow(500 * time.Millisecond)
	_, err := s.trigger(t, "R-7")
	wantCode(t, err, model.CodeJenkinsUnknown)
	s.fake.Slow(0)
	builds, err := s.RecentBuilds(t.Context(), "团队/pay", 10)
	if err != nil || len(builds) != 1 || builds[0].Parameters["RELEASE_ID"] != "R-7" {
		t.Errorf("%+v %v", builds, err)
	}
}

func TestQuietDown(t *testing.T) {
	s := faultSite(t)
	s.fake.QuietDown()
	status, err := s.Ping(t.Context())
	if err != nil || !status.QuietingDown {
		t.Errorf("%+v %v", status, err)
	}
	id, err := s.trigger(t, "R-1")
	ok(t, err)
	_, err = s.trigger(t, "R-1")
	wantCode(t, err, model.CodeJenkinsFolded)
	queued, running, err := s.Overview(t.Context())
	if err != nil || len(running) != 0 || len(queued) != 1 || queued[0].ID != id {
		t.Errorf("%+v %+v %v", queued, running, err)
	}
}

// TestRestart: while it starts nothing is lost and reads fail; queued items keep their ids.
func TestRestart(t *testing.T) {
	s := faultSite(t)
	s.fake.QuietDown()
	id, err := s.trigger(t, "R-1")
	ok(t, err)
	s.fake.Restart(10 * time.Second)
	_, _, err = s.Overview(t.Context())
	wantCode(t, err, model.CodeJenkinsUnavailable)
	s.clock.advance(11 * time.Second)
	item := started(t, s, id)
	if item.Job != "团队/pay" || item.Parameters["RELEASE_ID"] != "R-1" {
		t.Errorf("%+v", item)
	}
}

// TestKill: what was queued in the last minute is lost, and its id may come back as another job's.
func TestKill(t *testing.T) {
	s := faultSite(t)
	s.fake.AddJob(jenkinstest.Job{FullName: "other", Label: "nowhere"})
	s.fake.QuietDown()
	id, err := s.trigger(t, "R-1")
	ok(t, err)
	s.fake.Kill(0)
	s.clock.advance(time.Second)
	reused, err := s.Trigger(t.Context(), "other", false, nil)
	ok(t, err)
	item, err := s.QueueItem(t.Context(), id)
	if reused != id || err != nil || item.Job != "other" {
		t.Errorf("id %d, then %d: %+v %v", id, reused, item, err)
	}
}

// TestRights: what a user without them is told.
func TestRights(t *testing.T) {
	clock := &clock{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}
	s := siteWith(t, clock, []jenkinstest.User{
		{Name: "admin", Token: "admin-token", Admin: true},
		{Name: "reader", Token: "reader-token", Permissions: []jenkinstest.Permission{jenkinstest.Read}},
		{Name: "blind", Token: "blind-token", Permissions: []jenkinstest.Permission{}},
	})
	s.fake.AddJob(jenkinstest.Job{FullName: "团队/pay", Duration: time.Hour})
	s.fake.AddJob(jenkinstest.Job{FullName: "stuck", Label: "nowhere"})
	ctx := t.Context()
	id, err := s.Trigger(ctx, "团队/pay", false, nil)
	ok(t, err)
	number := started(t, s, id).Build
	stuck, err := s.Trigger(ctx, "stuck", false, nil)
	ok(t, err)

	reader := s.as(t, "reader", "reader-token", jenkins.Options{})
	_, err = reader.Trigger(ctx, "团队/pay", false, nil)
	wantCode(t, err, model.CodeJenkinsForbidden)
	wantCode(t, reader.Stop(ctx, "团队/pay", number), model.CodeJenkinsForbidden)
	wantCode(t, reader.Describe(ctx, "团队/pay", number, "x"), model.CodeJenkinsForbidden)
	wantCode(t, reader.CancelQueued(ctx, stuck), model.CodeJenkinsForbidden)
	if _, running, err := reader.Overview(ctx); err != nil || len(running) != 1 {
		t.Errorf("%+v %v", running, err)
	}

	blind := s.as(t, "blind", "blind-token", jenkins.Options{})
	_, err = blind.Trigger(ctx, "团队/pay", false, nil)
	wantCode(t, err, model.CodeJenkinsNotFound)
	if sight, err := blind.JobVisible(ctx, "团队"); err != nil || sight.Visible {
		t.Errorf("%+v %v", sight, err)
	}
	if all, err := blind.List(ctx); err != nil || len(all.Jobs) != 0 {
		t.Errorf("%+v %v", all, err)
	}
	if queued, running, err := blind.Overview(ctx); err != nil || len(queued)+len(running) != 0 {
		t.Errorf("%+v %+v %v", queued, running, err)
	}
}
