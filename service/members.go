package service

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Members tells where the members of the organisation belong. Errors: dingtalk_not_found (nobody has the id) and the other
// dingtalk_… codes.
type Members interface {
	// MemberDepartments returns somebody's departments with all that are above them.
	MemberDepartments(ctx context.Context, userID string) ([]int64, error)
	MemberRoles(ctx context.Context, userID string) ([]model.Role, error)
}

// Times of what is known of members.
const (
	freshMembers = 10 * time.Minute
	staleMembers = 24 * time.Hour // after that, who changed departments long ago would still count
	// readMember bounds a read, which goes on when whoever asked for it does not wait any longer.
	readMember = 10 * time.Second
	// The pauses after a read that failed.
	memberPause    = time.Second
	maxMemberPause = 10 * time.Second

	maxMembers = 10_000
)

// membership is where somebody belongs. It never changes: another read makes a new one.
type membership struct {
	departments []int64
	roles       []model.Role
	gone        bool // nobody has the id
	at          time.Time
}

func (m *membership) in(department int64) bool { return slices.Contains(m.departments, department) }

func (m *membership) plays(role string) bool {
	return slices.ContainsFunc(m.roles, func(r model.Role) bool { return r.Called(role) })
}

// memberBook remembers where people belong, and asks DingTalk about each of them once at a time.
type memberBook struct {
	ask                Members
	departments, roles bool // what is worth asking
	fresh              time.Duration
	now                func() time.Time

	mu    sync.Mutex
	known map[string]*bookEntry
	away  setback // DingTalk answers nobody
	ended bool
	all   sync.WaitGroup
}

// bookEntry is what the book has of one person.
type bookEntry struct {
	is      *membership // nil: not read yet
	reading *memberRead // nil: nobody asks now
	failed  setback
}

// memberRead is one read under way.
type memberRead struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when the rest is there
	is     *membership
	err    error
}

// setback is how often something failed in a row, and until when it is not tried again.
type setback struct {
	times int
	until time.Time
	err   error
}

func (s *setback) fail(err error, now time.Time) {
	pause := min(memberPause<<min(s.times, 10), maxMemberPause)
	s.times++
	s.until, s.err = now.Add(pause), err
}

// holds is the error with which it failed, while it is not tried again.
func (s *setback) holds(now time.Time) error {
	if s.err != nil && now.Before(s.until) {
		return s.err
	}
	return nil
}

// newMemberBook is nil when nobody has to be asked.
func newMemberBook(p AccessPolicy, now func() time.Time) *memberBook {
	b := &memberBook{ask: p.Members, fresh: p.Fresh, now: now, known: map[string]*bookEntry{}}
	for i := range p.Rules {
		b.departments = b.departments || len(p.Rules[i].Departments) > 0
		b.roles = b.roles || len(p.Rules[i].Roles) > 0
	}
	if b.fresh <= 0 {
		b.fresh = freshMembers
	}
	if p.Members == nil || (!b.departments && !b.roles) {
		return nil
	}
	return b
}

// recall is what the book has of somebody, however old; nil when it has nothing, or what is too old to tell anything.
func (b *memberBook) recall(id string) *membership {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.known[id]; e != nil && e.is != nil && b.now().Sub(e.is.at) < staleMembers {
		return e.is
	}
	return nil
}

func (b *memberBook) younger(m *membership, age time.Duration) bool {
	return m != nil && b.now().Sub(m.at) < age
}

// within is where somebody belongs, as DingTalk said it no longer ago than age. It waits for DingTalk until ctx ends; the
// read goes on then, so that the next one finds its answer. Errors: dingtalk_….
func (b *memberBook) within(ctx context.Context, id string, age time.Duration) (*membership, error) {
	if m := b.recall(id); b.younger(m, age) {
		return m, nil
	}
	r, err := b.begin(ctx, id, age)
	if err != nil {
		return nil, err
	}
	select {
	case <-r.done:
		return r.is, r.err
	case <-ctx.Done():
		return nil, model.Wrap(model.CodeDingTalkUnavailable, ctx.Err(), "钉钉还没有答复")
	}
}

// refresh has somebody read again when what is known is older than age. It waits for nothing.
func (b *memberBook) refresh(ctx context.Context, id string, age time.Duration) {
	if m := b.recall(id); !b.younger(m, age) {
		_, _ = b.begin(ctx, id, age) // whoever needs it to go well asks again
	}
}

// begin reads, unless a read is under way or ended since somebody looked. Errors: the one with which it failed a moment ago.
func (b *memberBook) begin(ctx context.Context, id string, age time.Duration) (*memberRead, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	e := b.entry(id)
	switch {
	case e.reading != nil:
		return e.reading, nil
	case b.younger(e.is, age):
		done := make(chan struct{})
		close(done)
		return &memberRead{is: e.is, done: done}, nil
	case b.ended:
		return nil, model.Errorf(model.CodeShuttingDown, "服务正在停止")
	case b.away.holds(now) != nil:
		return nil, b.away.err
	case e.failed.holds(now) != nil:
		return nil, e.failed.err
	}
	reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), readMember)
	r := &memberRead{cancel: cancel, done: make(chan struct{})}
	e.reading = r
	b.all.Go(func() { b.read(reading, id, e, r) })
	return r, nil
}

// entry is the book's entry of somebody. A full book forgets who was read longest ago.
func (b *memberBook) entry(id string) *bookEntry {
	e := b.known[id]
	if e != nil {
		return e
	}
	if len(b.known) >= maxMembers {
		b.forgetOne()
	}
	e = &bookEntry{}
	b.known[id] = e
	return e
}

func (b *memberBook) forgetOne() {
	var oldest string
	var at time.Time
	for id, e := range b.known {
		switch {
		case e.reading != nil:
		case e.is == nil:
			delete(b.known, id)
			return
		case oldest == "" || e.is.at.Before(at):
			oldest, at = id, e.is.at
		}
	}
	delete(b.known, oldest)
}

func (b *memberBook) read(ctx context.Context, id string, e *bookEntry, r *memberRead) {
	defer r.cancel()
	m, err := b.askAbout(ctx, id)
	b.mu.Lock()
	defer b.mu.Unlock()
	defer close(r.done)
	r.is, r.err, e.reading = m, err, nil
	now := b.now()
	switch code := model.CodeOf(err); {
	case err == nil:
		m.at = now
		e.is, e.failed, b.away = m, setback{}, setback{}
	case code == model.CodeDingTalkForbidden, code == model.CodeDingTalkRejected: // may be about this one only
		e.failed.fail(err, now)
	default:
		b.away.fail(err, now)
	}
}

// askAbout asks what the rules need to know, all at once.
func (b *memberBook) askAbout(ctx context.Context, id string) (*membership, error) {
	m := &membership{}
	var departmentsErr, rolesErr error
	var both sync.WaitGroup
	if b.departments {
		both.Go(func() { m.departments, departmentsErr = b.ask.MemberDepartments(ctx, id) })
	}
	if b.roles {
		both.Go(func() { m.roles, rolesErr = b.ask.MemberRoles(ctx, id) })
	}
	both.Wait()
	for _, err := range []error{departmentsErr, rolesErr} {
		if model.CodeOf(err) == model.CodeDingTalkNotFound {
			return &membership{gone: true}, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// end stops what is being read and waits for it. Nothing is read after that.
func (b *memberBook) end() {
	b.mu.Lock()
	b.ended = true
	for _, e := range b.known {
		if e.reading != nil {
			e.reading.cancel()
		}
	}
	b.mu.Unlock()
	b.all.Wait()
}
