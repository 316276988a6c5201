package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// readable says what of Jenkins the bridge's user may see: everything, or one folder.
func (o *outside) readable(folders ...string) {
	o.jenkins.SetUser("bridge", func(u *jenkinstest.User) {
		u.Admin, u.Folders = len(folders) == 0, folders
		u.Permissions = []jenkinstest.Permission{jenkinstest.Read, jenkinstest.BuildItem}
	})
}

func (o *outside) offers(app string) bool {
	names := fmt.Sprint(o.call("apps", "项目名称", "prod:deploy/mall")["names"])
	return strings.Contains(names, app)
}

// TestFormsAreToldThatOptionsAreOld takes Jenkins away and brings it back.
func TestFormsAreToldThatOptionsAreOld(t *testing.T) {
	o := newOutside(t, sqliteIn(t))
	o.rewrite("refresh: 5s", "refresh: 1s, refresh_max: 1s, stale_after: 2s")
	b := o.serve()
	defer b.stop()
	o.listed(b)
	stale := func(want bool) func() bool {
		return func() bool {
			for _, answer := range []map[string]any{
				o.call("projects"), o.call("projects", "关键字", "商城"), o.call("apps", "项目名称", "prod:deploy/mall"),
				o.call("parameters", "项目名称", "商城", "应用名称", "商城前端", "参数", "ENV"),
			} {
				age, _ := answer["age"].(float64)
				if answer["stale"] != want || (age > 0) != want || len(answer["ids"].([]any)) == 0 {
					return false
				}
			}
			return true
		}
	}
	o.eventually("options are fresh", stale(false), b.log)
	o.jenkins.Down(true)
	o.eventually("options are old", stale(true), b.log)
	validated := o.call("validate", immediate()...)
	if validated["valid"] != true || !strings.Contains(fmt.Sprint(validated), "应用清单是") {
		t.Errorf("validate: %v", validated)
	}
	o.jenkins.Down(false)
	o.eventually("options are fresh again", stale(false), b.log)
}

// TestAJobThatIsNewIsFoundAtOnce asks for a job that was made a moment ago, long before the next listing is due.
func TestAJobThatIsNewIsFoundAtOnce(t *testing.T) {
	o := newOutside(t, sqliteIn(t))
	o.rewrite("refresh: 5s", "refresh: 1h")
	b := o.serve()
	defer b.stop()
	o.listed(b)
	o.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/mall/fresh", DisplayName: "新应用"})
	o.eventually("the new app is found", func() bool {
		_, answer, err := o.caller.Call(t.Context(), "apps", map[string]any{"项目名称": "商城", "关键字": "新应用"})
		return err == nil && len(answer["ids"].([]any)) == 1
	}, b.log)
	if n := o.jenkins.Ledger().ByPath["GET api"]; n != 2 {
		t.Errorf("%d listings", n)
	}
}

// TestALossIsHeldUntilItIsAccepted takes a right away from a running bridge.
func TestALossIsHeldUntilItIsAccepted(t *testing.T) {
	o := newOutside(t, sqliteIn(t))
	o.rewrite("refresh: 5s", "refresh: 1s, refresh_max: 1s")
	b := o.serve()
	defer b.stop()
	o.listed(b)
	wantEnd(t, "nothing is held", oabridge(t, "catalogue", "accept", "prod", "-c", o.config, "--as", "ops"), exitFailure, "没有暂不采用的清单")
	o.readable("deploy/data")
	o.eventually("the robot is told", func() bool {
		return slices.Contains(o.titles(), "Jenkins“prod”的应用清单骤减，暂不采用")
	}, b.log)
	if !o.offers("商城前端") {
		t.Error("the form is empty")
	}
	ready := oabridge(t, "health", "--ready", "-c", o.config)
	wantEnd(t, "health", ready, 0, "catalogue: Jenkins「prod」的应用清单骤减，自 ")
	wantEnd(t, "catalogue", oabridge(t, "catalogue", "-c", o.config, "--as", "ops"), 0, "商城前端", "oabridge catalogue accept prod")
	wantEnd(t, "another loss", oabridge(t, "catalogue", "accept", "prod", "--loss", "00000000", "-c", o.config, "--as", "ops"), exitFailure, "又变了")
	wantEnd(t, "mars", oabridge(t, "catalogue", "accept", "mars", "-c", o.config, "--as", "ops", "--json"), exitFailure, "not_found")
	wantEnd(t, "nobody", oabridge(t, "catalogue", "accept", "-c", o.config, "--as", "ops"), exitConfiguration, "takes the name of one Jenkins")

	o.readable()
	o.eventually("the robot is told that it is over", func() bool { return slices.Contains(o.titles(), "Jenkins“prod”的应用清单已恢复") }, b.log)
	o.readable("deploy/data")
	o.eventually("it is held again", func() bool { return o.heldSince() != nil }, b.log)
	accepted := oabridge(t, "catalogue", "accept", "prod", "-c", o.config, "--as", "ops")
	keepsSecrets(t, accepted, e2eAPIToken, e2eConnector, e2eJenkins)
	wantEnd(t, "accept", accepted, 0, "已采用 prod 自 ", "deploy/mall/mall-web")
	if _, answer, err := o.caller.Call(t.Context(), "apps", map[string]any{"项目名称": "prod:deploy/mall"}); err != nil || answer["errorCode"] != "unknown_project" {
		t.Errorf("still offered: %v %v", answer, err)
	}
	if since := o.heldSince(); since != nil {
		t.Errorf("still held since %v", since)
	}
	o.eventually("the robot is told who accepted", func() bool {
		return slices.Contains(o.titles(), "Jenkins“prod”骤减后的应用清单已由 ops 确认采用")
	}, b.log)
}

func (o *outside) heldSince() any {
	controllers, _ := o.api("/api/catalogue")["controllers"].([]any)
	return controllers[0].(map[string]any)["held_since"]
}

// saves stores a listing, and what is held back beside it, as a bridge does that is still alive.
func (p *patient) saves(listings ...model.Listing) {
	p.t.Helper()
	cfg, err := config.Load(p.config(), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	s, err := openStore(p.t.Context(), cfg.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, l := range listings {
		if err := s.SaveListing(p.t.Context(), l); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := s.SeeReplica(p.t.Context(), model.Replica{ID: "one", Host: "here", Version: version}); err != nil {
		p.t.Fatal(err)
	}
}

func TestDoctorLooksAtTheSavedCatalogue(t *testing.T) {
	jobs := func(names ...string) (list []model.Job) {
		for _, name := range names {
			list = append(list, model.Job{FullName: "deploy/mall/" + name, Name: name, Buildable: true})
		}
		return list
	}
	all := jobs("a", "b", "c", "d", "e")
	for name, c := range map[string]struct {
		age    time.Duration
		held   []model.Job
		status string
		words  []string
	}{
		"fresh": {age: time.Minute, status: statusOK, words: []string{"listed 1m"}},
		"old":   {age: time.Hour, status: statusWarn, words: []string{"though a bridge runs (stale_after: 10m0s)"}},
		"held": {age: time.Minute, held: jobs("a", "b"), status: statusWarn,
			words: []string{"5 个应用中少了 3 个：deploy/mall/c、deploy/mall/d、deploy/mall/e", "oabridge catalogue accept prod --loss "}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t, 0)
			at := time.Now().Add(-c.age)
			saved := []model.Listing{{Controller: "prod", Jobs: all, At: at}}
			if c.held != nil {
				saved = append(saved, model.Listing{Controller: model.HeldName("prod"), Jobs: c.held, At: at.Add(time.Second)})
			}
			p.saves(saved...)
			_, list := p.ask()
			i := slices.IndexFunc(list, func(c checked) bool { return c.Check == "jenkins prod: saved catalogue" })
			if i < 0 || list[i].Status != c.status {
				t.Fatalf("%+v", list)
			}
			for _, words := range c.words {
				if !strings.Contains(list[i].Detail+list[i].Remedy, words) {
					t.Errorf("%+v lacks %q", list[i], words)
				}
			}
		})
	}
}
