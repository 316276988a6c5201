package service

import (
	"context"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// overtaken is a store in which something else happens just before a release is stored.
type overtaken struct {
	Store
	by func()
}

func (o *overtaken) CreateRelease(ctx context.Context, r *model.Release, keys []string, compose func(*model.Release) error) error {
	if by := o.by; by != nil {
		o.by = nil
		by()
	}
	return o.Store.CreateRelease(ctx, r, keys, compose)
}

func newOvertaken(t *testing.T) (*world, *overtaken) {
	o := &overtaken{}
	w := newWorld(t, func(options *Options) { o.Store, options.Store = options.Store, o })
	return w, o
}

func TestRepeatThatWasFasterIsAnsweredAsTheFirst(t *testing.T) {
	w, o := newOvertaken(t)
	var first model.Receipt
	o.by = func() { first = w.submit() }
	if got := w.submit(); got.Number != first.Number || !got.Duplicate || first.Duplicate {
		t.Errorf("first %+v, second %+v", first, got)
	}
}

// Two approvals, the second a copy of the first with the same hidden request id, arrive in the same moment.
func TestCopiedFormThatWasFasterLosesNoRelease(t *testing.T) {
	w, o := newOvertaken(t)
	var first model.Receipt
	o.by = func() { first = w.submit("requestId", "q1") }
	got := w.submit("requestId", "q1", "实例ID", "inst-2")
	if got.Number == "" || got.Number == first.Number || got.Duplicate {
		t.Fatalf("first %+v, second %+v", first, got)
	}
	w.turns(8)
	w.want(first.Number, model.ReleaseSucceeded, model.StateSucceeded)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if n := len(w.builds(webJob)); n != 2 {
		t.Errorf("%d builds of two approvals", n)
	}
}

func TestOtherContentThatWasFasterIsAConflict(t *testing.T) {
	w, o := newOvertaken(t)
	o.by = func() { w.submit("VERSION", "v9.9.9") }
	_, err := w.Submit(t.Context(), form(), "connector")
	codeIs(t, err, model.CodeSubmissionConflict)
}
