package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func logging() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"logs/kept and read by offset": logKept,
		"logs/due":                     logDue,
		"logs/pruned":                  logPruned,
	}
}

func blocksOf(sizes ...int) []model.LogBlock {
	var blocks []model.LogBlock
	from := int64(0)
	for i, size := range sizes {
		blocks = append(blocks, model.LogBlock{From: from, Size: size, Zip: fmt.Appendf(nil, "block %d \x00\xff", i)})
		from += int64(size)
	}
	return blocks
}

func logKept(t *testing.T, f *fixture) {
	ref := model.LogRef{Deployment: 7, Build: 3}
	blocks := blocksOf(100, 100, 50)
	for range 2 { // a second time changes nothing
		if err := f.KeepLog(f.ctx, ref, blocks); err != nil {
			t.Fatal(err)
		}
	}
	for offset, want := range map[int64]model.LogBlock{0: blocks[0], 99: blocks[0], 100: blocks[1], 249: blocks[2]} {
		got, err := f.LogBlock(f.ctx, ref, offset)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, fmt.Sprint("block at ", offset), fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
	}
	size, err := f.LogSize(f.ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "size", size, 250)
	_, err = f.LogBlock(f.ctx, ref, 250)
	wantCode(t, err, model.CodeNotFound)
	for _, other := range []model.LogRef{{Deployment: 7, Build: 4}, {Deployment: 8, Build: 3}} {
		_, err = f.LogSize(f.ctx, other)
		wantCode(t, err, model.CodeNotFound)
	}
	many := blocksOf(make([]int, 30)...)
	for i := range many {
		many[i].From, many[i].Size = int64(i)*10, 10
	}
	if err := f.KeepLog(f.ctx, ref, many); err != nil {
		t.Fatal(err)
	}
	size, err = f.LogSize(f.ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "size of the longer one", size, 300)
}

func logDue(t *testing.T, f *fixture) {
	at := func(d time.Duration) *time.Time { return new(f.clock.Now().Add(d)) }
	r := f.create(t,
		&model.Deployment{JobRef: model.JobRef{Controller: "prod", FullName: "late"}, Position: 1, State: model.StateFailed, Build: 1, LogDueAt: at(-time.Minute)},
		&model.Deployment{JobRef: model.JobRef{Controller: "prod", FullName: "early"}, Position: 2, State: model.StateFailed, Build: 2, LogDueAt: at(-time.Hour)},
		&model.Deployment{JobRef: model.JobRef{Controller: "prod", FullName: "later"}, Position: 3, State: model.StateFailed, Build: 3, LogDueAt: at(time.Hour)},
		&model.Deployment{JobRef: model.JobRef{Controller: "test", FullName: "elsewhere"}, Position: 4, State: model.StateFailed, Build: 4, LogDueAt: at(-time.Hour)},
		&model.Deployment{JobRef: model.JobRef{Controller: "prod", FullName: "kept"}, Position: 5, State: model.StateFailed, Build: 5},
	)
	due := func() string {
		t.Helper()
		list, err := f.DueLogs(f.ctx, "prod", 10)
		if err != nil {
			t.Fatal(err)
		}
		names := ""
		for _, d := range list {
			names += d.FullName + " "
		}
		return names
	}
	wantEqual(t, "due", due(), "early late ")
	early, late := r.Deployments[1], r.Deployments[0]
	if err := f.KeepLog(f.ctx, model.LogRef{Deployment: early.ID, Build: 2}, blocksOf(1)); err != nil {
		t.Fatal(err)
	}
	if err := f.KeepLog(f.ctx, model.LogRef{Deployment: late.ID, Build: 99}, nil); err != nil { // it has another build by now
		t.Fatal(err)
	}
	wantEqual(t, "due when one was kept", due(), "late ")
	if err := f.PostponeLog(f.ctx, model.LogRef{Deployment: late.ID, Build: 1}, f.clock.Now().Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "due when the other was put off", due(), "")
	f.clock.Advance(3 * time.Hour)
	wantEqual(t, "due later", due(), "later late ")
	if err := f.PostponeLog(f.ctx, model.LogRef{Deployment: late.ID, Build: 1}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "due when one was given up", due(), "later ")
}

func logPruned(t *testing.T, f *fixture) {
	old, young := model.LogRef{Deployment: 1, Build: 1}, model.LogRef{Deployment: 2, Build: 1}
	if err := f.KeepLog(f.ctx, old, blocksOf(10, 10, 10)); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	if err := f.KeepLog(f.ctx, young, blocksOf(10)); err != nil {
		t.Fatal(err)
	}
	before := f.clock.Now().Add(-30 * time.Minute)
	for _, want := range []int{2, 1, 0} {
		n, err := f.PruneLogs(f.ctx, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, "pruned", n, want)
	}
	_, err := f.LogSize(f.ctx, old)
	wantCode(t, err, model.CodeNotFound)
	if _, err := f.LogSize(f.ctx, young); err != nil {
		t.Error(err)
	}
}
