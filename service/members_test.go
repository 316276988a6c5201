package service

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// book is a memberBook with a clock that the test moves.
type book struct {
	*memberBook
	*staff
	t     *testing.T
	clock *clock
}

func newBook(t *testing.T) *book {
	b := &book{staff: newStaff(), t: t, clock: &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}}
	b.memberBook = newMemberBook(AccessPolicy{Rules: ruled(), Members: b.staff}, b.clock.Now)
	t.Cleanup(b.end)
	return b
}

// wants reads somebody, who has to be in a department, or to be unreadable.
func (b *book) wants(id string, age time.Duration, department int64, code model.Code) {
	b.t.Helper()
	m, err := b.within(b.t.Context(), id, age)
	if model.CodeOf(err) != code || (err == nil && !m.in(department)) {
		b.t.Errorf("%s: %+v, %v; want department %d, code %q", id, m, err, department, code)
	}
}

func TestMembersAreReadOnceAndAgain(t *testing.T) {
	b := newBook(t)
	for range 3 {
		b.wants("zhang", time.Minute, 20, "")
	}
	b.move("zhang", 1, 3)
	b.clock.Advance(time.Minute - 1)
	b.wants("zhang", time.Minute, 20, "")
	b.clock.Advance(1)
	b.wants("zhang", time.Minute, 3, "")
	if n := b.reads("zhang"); n != 2 {
		t.Errorf("read %d times", n)
	}
}

func TestWhatWasReadIsStaleForADay(t *testing.T) {
	b := newBook(t)
	b.wants("zhang", time.Minute, 20, "")
	b.fails(errAway)
	b.clock.Advance(staleMembers - 1)
	b.wants("zhang", time.Minute, 0, model.CodeDingTalkUnavailable)
	if m := b.recall("zhang"); m == nil || !m.in(20) {
		t.Errorf("recalls %+v", m)
	}
	b.clock.Advance(1)
	if m := b.recall("zhang"); m != nil {
		t.Errorf("recalls %+v after a day", m)
	}
	if b.recall("li") != nil {
		t.Error("recalls whom it never read")
	}
}

func TestNobodyIsReadTwiceAtOnce(t *testing.T) {
	b := newBook(t)
	b.hold = make(chan struct{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { b.wants("zhang", time.Minute, 20, "") })
	}
	brief, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.within(brief, "zhang", time.Minute); model.CodeOf(err) != model.CodeDingTalkUnavailable {
		t.Errorf("who does not wait gets %v", err)
	}
	close(b.hold)
	all.Wait()
	if n := b.reads("zhang"); n != 1 {
		t.Errorf("read %d times", n)
	}
}

func TestWhoDoesNotWaitFindsTheAnswerLater(t *testing.T) {
	b := newBook(t)
	b.hold = make(chan struct{})
	b.refresh(t.Context(), "zhang", time.Minute)
	gone, cancel := context.WithCancel(t.Context())
	b.refresh(gone, "li", time.Minute)
	cancel() // the form is answered, the read goes on
	close(b.hold)
	b.all.Wait()
	for _, id := range []string{"zhang", "li"} {
		if b.recall(id) == nil {
			t.Errorf("%s was not read", id)
		}
	}
}

func TestADingTalkThatIsAwayIsLeftAlone(t *testing.T) {
	b := newBook(t)
	b.fails(errAway)
	b.wants("zhang", time.Minute, 0, model.CodeDingTalkUnavailable)
	b.wants("li", time.Minute, 0, model.CodeDingTalkUnavailable) // not asked: DingTalk answers nobody
	if b.reads("zhang") != 1 || b.reads("li") != 0 {
		t.Errorf("read %d and %d times", b.reads("zhang"), b.reads("li"))
	}
	var asked []int
	for range 30 {
		b.clock.Advance(time.Second)
		b.wants("zhang", time.Minute, 0, model.CodeDingTalkUnavailable)
		asked = append(asked, b.reads("zhang"))
	}
	if last := asked[len(asked)-1]; last < 5 || last > 7 { // after 1, 2, 4, 8, 10, 10 seconds
		t.Errorf("reads second by second: %v", asked)
	}
	b.fails(nil)
	b.clock.Advance(maxMemberPause)
	b.wants("li", time.Minute, 3, "")
	b.wants("zhang", time.Minute, 20, "")
}

func TestSomebodyWhoCannotBeReadKeepsNobodyElseFromIt(t *testing.T) {
	b := newBook(t)
	b.fails(model.Errorf(model.CodeDingTalkForbidden, "不在应用的可见范围内"))
	b.wants("zhang", time.Minute, 0, model.CodeDingTalkForbidden)
	b.fails(nil)
	b.wants("li", time.Minute, 3, "")
	b.wants("zhang", time.Minute, 0, model.CodeDingTalkForbidden) // not asked again at once
	b.clock.Advance(time.Second)
	b.wants("zhang", time.Minute, 20, "")
}

func TestWhoLeftIsKnownToHaveLeft(t *testing.T) {
	b := newBook(t)
	m, err := b.within(t.Context(), "nobody", time.Minute)
	if err != nil || !m.gone {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestTheBookIsNoLongerThanItMayBe(t *testing.T) {
	b := newBook(t)
	b.wants("zhang", time.Minute, 20, "")
	b.clock.Advance(time.Second)
	b.hold = make(chan struct{})
	b.refresh(t.Context(), "li", time.Minute) // under way: is not forgotten
	hold := b.hold
	b.set(func() { b.hold = nil })
	for i := range maxMembers - 2 {
		if _, err := b.within(t.Context(), strconv.Itoa(i), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if b.recall("zhang") == nil {
		t.Error("forgot somebody before the book was full")
	}
	b.wants("chen", time.Minute, 1, "")
	if len(b.known) != maxMembers || b.recall("zhang") != nil {
		t.Errorf("%d entries, the oldest among them: %v", len(b.known), b.recall("zhang") != nil)
	}
	close(hold)
	b.all.Wait()
	if b.recall("li") == nil {
		t.Error("forgot whom it was reading")
	}
}

func TestNothingIsReadAfterTheEnd(t *testing.T) {
	b := newBook(t)
	b.hold = make(chan struct{}) // never answered
	b.refresh(t.Context(), "zhang", time.Minute)
	b.end()
	b.wants("li", time.Minute, 0, model.CodeShuttingDown)
	if b.recall("zhang") != nil || b.reads("li") != 0 {
		t.Error("something was read")
	}
}

// TestOnlyWhatRulesNeedIsAsked: each call takes time, and needs a right of its own.
func TestOnlyWhatRulesNeedIsAsked(t *testing.T) {
	for name, c := range map[string]struct {
		rule        AccessRule
		departments bool
		roles       bool
	}{
		"departments": {AccessRule{Departments: []int64{2}}, true, false},
		"roles":       {AccessRule{Roles: []string{"a"}}, false, true},
		"users":       {AccessRule{Users: []string{"a"}}, false, false},
	} {
		b := newMemberBook(AccessPolicy{Rules: []AccessRule{c.rule}, Members: newStaff()}, time.Now)
		if (b == nil) != (!c.departments && !c.roles) || (b != nil && (b.departments != c.departments || b.roles != c.roles)) {
			t.Errorf("%s: %+v", name, b)
		}
	}
}
