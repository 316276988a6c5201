package service

import (
	"context"
	"sync"

	"github.com/oabridge/oabridge/model"
)

// staff is DingTalk's contacts as the service sees them, with a state; the real client's tests are in package dingtalk.
type staff struct {
	mu          sync.Mutex
	departments map[string][]int64 // with all that are above
	roles       map[string][]model.Role
	err         error
	asked       map[string]int
	hold        chan struct{} // answers wait for it; nil: they do not
}

func newStaff() *staff {
	return &staff{
		departments: map[string][]int64{"zhang": {1, 2, 20}, "li": {1, 3}, "chen": {1}},
		roles:       map[string][]model.Role{"chen": {{ID: 7, Name: "发布经理", Group: "职务"}}},
		asked:       map[string]int{},
	}
}

func (f *staff) MemberDepartments(ctx context.Context, id string) ([]int64, error) {
	if err := f.answer(ctx, id); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.departments[id], nil
}

func (f *staff) MemberRoles(ctx context.Context, id string) ([]model.Role, error) {
	if err := f.answer(ctx, ""); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.roles[id], nil
}

func (f *staff) answer(ctx context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id != "" {
		f.asked[id]++
	}
	if hold := f.hold; hold != nil {
		f.mu.Unlock()
		select {
		case <-hold:
		case <-ctx.Done():
		}
		f.mu.Lock()
	}
	if ctx.Err() != nil {
		return model.Wrap(model.CodeDingTalkUnavailable, ctx.Err(), "钉钉没有及时应答")
	}
	if f.err != nil {
		return f.err
	}
	if _, known := f.departments[id]; id != "" && !known {
		return model.Errorf(model.CodeDingTalkNotFound, "通讯录中没有该用户")
	}
	return nil
}

func (f *staff) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// move puts somebody into other departments.
func (f *staff) move(id string, departments ...int64) {
	f.set(func() { f.departments[id] = departments })
}

func (f *staff) fails(err error) { f.set(func() { f.err = err }) }

func (f *staff) reads(id string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[id]
}

var errAway = model.Errorf(model.CodeDingTalkUnavailable, "钉钉部门接口无法连接或连接中断")
