package service

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// listNow lists Jenkins, whatever comes of it.
func (w *world) listNow() model.Code {
	w.t.Helper()
	w.clock.Advance(30 * time.Second)
	return model.CodeOf(w.RefreshOnce(w.t.Context(), "prod"))
}

// announced are the titles that the robot was told of the catalogue.
func (w *world) announced() []string {
	w.t.Helper()
	if _, err := w.deliverDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(w.inbox.titles("ops"), func(title string) bool { return !strings.Contains(title, "清单") })
}

func (w *world) wantAnnounced(want ...string) {
	w.t.Helper()
	if got := w.announced(); !slices.Equal(got, want) {
		w.t.Errorf("told %q, want %q", got, want)
	}
}

const (
	toldHeld     = "Jenkins“prod”的应用清单骤减，暂不采用"
	toldOver     = "Jenkins“prod”的应用清单已恢复"
	toldAccepted = "Jenkins“prod”骤减后的应用清单已由 ops 确认采用"
	toldVanished = "Jenkins“prod”的应用清单里少了项目"
)

// loseRights leaves the bridge's user the right to read one folder.
func (w *world) loseRights() {
	w.jenkins.SetUser("admin", func(u *jenkinstest.User) {
		u.Admin, u.Permissions, u.Folders = false, []jenkinstest.Permission{jenkinstest.Read, jenkinstest.BuildItem}, []string{"deploy/data"}
	})
}

func (w *world) regainRights() {
	w.jenkins.SetUser("admin", func(u *jenkinstest.User) { u.Admin = true })
}

// A right that was lost hides half of the tree: forms go on with what is known, people are told once, and again when it is over.
func TestLostRightsAreHeldAndTold(t *testing.T) {
	w := newWorld(t)
	at := w.Listed()["prod"]
	w.loseRights()
	for range 3 {
		if code := w.listNow(); code != model.CodeCatalogueHeld {
			t.Fatalf("code %q", code)
		}
		if !w.offers("mall-web") || !w.Listed()["prod"].Equal(at) || w.Held()["prod"].IsZero() {
			t.Fatalf("offered %v, listed at %s, held %v", w.offers("mall-web"), w.Listed()["prod"], w.Held())
		}
	}
	w.wantAnnounced(toldHeld)
	w.regainRights()
	if code := w.listNow(); code != "" || len(w.Held()) != 0 || !w.Listed()["prod"].Equal(w.clock.Now()) {
		t.Errorf("code %q, held %v, listed at %s", code, w.Held(), w.Listed()["prod"])
	}
	w.wantAnnounced(toldHeld, toldOver)
	w.loseRights() // the same again is told again
	w.listNow()
	w.wantAnnounced(toldHeld, toldOver, toldHeld)
	texts := map[string]bool{}
	for _, m := range w.inbox.got {
		if texts[m.Markdown] {
			t.Errorf("said twice: %s", m.Markdown)
		}
		texts[m.Markdown] = true
	}
}

// Another loss than before is told, too; the same one with another change beside it is not.
func TestEachLossIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.loseRights()
	w.listNow()
	w.jenkins.SetJob("deploy/data/data-etl", func(j *jenkinstest.Job) { j.Description = "anders" })
	w.listNow()
	w.wantAnnounced(toldHeld)
	w.jenkins.RemoveJob("deploy/data/data-etl")
	w.listNow()
	w.listNow()
	w.wantAnnounced(toldHeld, toldHeld)
}

// Half an answer is no listing.
func TestHalfAnAnswerIsAnError(t *testing.T) {
	w := newWorld(t)
	w.jenkins.CutAfter(4, "GET /api/json")
	if code := w.listNow(); code == "" || code == model.CodeCatalogueHeld || !w.offers("mall-web") {
		t.Errorf("code %q", code)
	}
	w.wantAnnounced()
}

func TestAcceptingALoss(t *testing.T) {
	w := newWorld(t)
	if _, err := w.AcceptListing(t.Context(), "prod", "", "ops"); model.CodeOf(err) != model.CodeConflict {
		t.Errorf("nothing is held: %v", err)
	}
	if _, err := w.AcceptListing(t.Context(), "mars", "", "ops"); model.CodeOf(err) != model.CodeNotFound {
		t.Errorf("no such controller: %v", err)
	}
	w.loseRights()
	w.listNow()
	other := w.replica()
	other.refreshDue()
	if other.Held()["prod"].IsZero() || !other.offers("mall-web") {
		t.Errorf("another replica: held %v", other.Held())
	}
	if _, err := other.AcceptListing(t.Context(), "prod", "00000000", "ops"); model.CodeOf(err) != model.CodeConflict || !other.offers("mall-web") {
		t.Errorf("another loss: %v", err)
	}
	loss, err := other.AcceptListing(t.Context(), "prod", w.controller().turn.held.loss.ID, "ops")
	if err != nil || other.offers("mall-web") || len(loss.Gone) == 0 {
		t.Fatalf("%+v, %v", loss, err)
	}
	w.refreshDue()
	other.refreshDue()
	for name, p := range map[string]*world{"who held it": w, "who accepted it": other} {
		if p.offers("mall-web") || len(p.Held()) > 0 || !p.Listed()["prod"].Equal(w.Listed()["prod"]) {
			t.Errorf("%s: held %v, listed at %s", name, p.Held(), p.Listed()["prod"])
		}
	}
	if code := w.listNow(); code != "" {
		t.Errorf("code %q", code)
	}
	w.wantAnnounced(toldHeld, toldAccepted)
	w.reborn()
	if w.offers("mall-web") || len(w.Held()) > 0 {
		t.Error("forgotten at a restart")
	}
	if _, err := w.AcceptListing(t.Context(), "prod", "", "ops"); model.CodeOf(err) != model.CodeConflict {
		t.Errorf("accepted twice: %v", err)
	}
}

// A process that lists while somebody accepts is waited for, not for ever.
func TestAcceptingWaitsForAListing(t *testing.T) {
	w := newWorld(t)
	w.loseRights()
	w.listNow()
	if _, err := w.store.Lease(t.Context(), listLease(w.controller()), "another", time.Minute); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := w.AcceptListing(ctx, "prod", "", "ops"); model.CodeOf(err) != model.CodeConflict {
		t.Errorf("%v", err)
	}
	w.clock.Advance(2 * time.Minute)
	if _, err := w.AcceptListing(t.Context(), "prod", "", "ops"); err != nil || w.offers("mall-web") {
		t.Errorf("%v", err)
	}
}

// The good listing that is saved is what the next process compares with, and it goes on with what was held.
func TestHoldingSurvivesARestart(t *testing.T) {
	w := newWorld(t)
	w.loseRights()
	w.listNow()
	since := w.Held()["prod"]
	w.reborn()
	if !w.offers("mall-web") || !w.Held()["prod"].Equal(since) {
		t.Fatalf("offered %v, held %v", w.offers("mall-web"), w.Held())
	}
	if code := w.listNow(); code != model.CodeCatalogueHeld || !w.Held()["prod"].Equal(since) {
		t.Errorf("code %q, held %v", code, w.Held())
	}
	w.wantAnnounced(toldHeld)
	w.regainRights()
	w.reborn()
	w.listNow()
	w.wantAnnounced(toldHeld, toldOver)
}

// While a listing is held Jenkins is looked at as often as when it changes, by one of the replicas.
func TestPausesWhileHeld(t *testing.T) {
	w := newWorld(t)
	other := w.replica()
	w.pauses(time.Hour, w, other)
	w.loseRights()
	w.clock.Advance(300 * time.Second)
	_, _ = w.refreshTurn(t.Context(), w.controller())     // held
	_, _ = other.refreshTurn(t.Context(), w.controller()) // learns of it
	before := w.listedTimes()
	for range 20 { // ten minutes
		w.clock.Advance(30 * time.Second)
		for _, p := range []*world{w, other} {
			_, _ = p.refreshTurn(t.Context(), p.controller())
		}
	}
	if n := w.listedTimes() - before; n != 20 {
		t.Errorf("%d listings", n)
	}
	w.wantAnnounced(toldHeld)
}

// A project that vanished with its folder could have been deleted: it is gone, and told.
func TestAProjectThatVanishedIsTold(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Controllers[0].MaxLoss = 0.9 })
	w.jenkins.RemoveJob("deploy/pay")
	if code := w.listNow(); code != "" {
		t.Fatalf("code %q", code)
	}
	if o, err := w.ProjectOptions(t.Context(), model.Question{Keyword: "支付"}); err != nil || o.Total != 0 {
		t.Errorf("%+v %v", o, err)
	}
	w.wantAnnounced(toldVanished)
	w.listNow()
	w.wantAnnounced(toldVanished)
	if text := w.inbox.got[0].Markdown; !strings.Contains(text, "项目“支付”不见了(") {
		t.Error(text)
	}
}

// What could not be told with what changed is told with what is saved next.
func TestVanishedProjectsAreToldWhenTheDatabaseIsBack(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Controllers[0].MaxLoss = 0.9
		o.Store = &unchangeable{Store: o.Store}
	})
	store, _ := w.Service.store.(*unchangeable)
	store.err = model.Errorf(model.CodeDatabaseUnavailable, "数据库暂时无法访问")
	w.jenkins.RemoveJob("deploy/pay")
	if code := w.listNow(); code != model.CodeDatabaseUnavailable {
		t.Fatalf("code %q", code)
	}
	w.wantAnnounced()
	store.err = nil
	w.listNow()
	w.wantAnnounced(toldVanished)
}

// The first listing ever has nothing to be compared with.
func TestTheFirstListingIsTaken(t *testing.T) {
	w := newWorld(t)
	fresh := newWorld(t, func(o *Options) { o.Controllers[0].Rules.Folders = []string{"nowhere"} })
	if o, err := fresh.ProjectOptions(t.Context(), model.Question{}); err != nil || o.Total != 0 {
		t.Errorf("%+v %v", o, err)
	}
	if len(w.Held()) != 0 || len(fresh.Held()) != 0 {
		t.Error("held")
	}
}

// unchangeable is a store whose listings cannot be changed.
type unchangeable struct {
	Store
	err error
}

func (u *unchangeable) ChangeListings(ctx context.Context, c model.ListingChange) error {
	if u.err != nil {
		return u.err
	}
	return u.Store.ChangeListings(ctx, c)
}
