package storetest

import (
	"fmt"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func duplicating() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"duplicate/one known key is enough":     duplicateOneKey,
		"duplicate/50 at once are one":          duplicateAtOnce,
		"duplicate/50 at once in mixed order":   duplicateMixed,
		"duplicate/keys are exact":              duplicateExact,
		"duplicate/keys of any length":          duplicateLong,
		"duplicate/the same key twice in a row": duplicateWithin,
		"duplicate/keys that come later":        duplicateLater,
	}
}

func duplicateOneKey(t *testing.T, f *fixture) {
	first := filledRelease(1)
	if err := f.CreateRelease(f.ctx, first, []string{"process:1", "request:1"}, nothing); err != nil {
		t.Fatal(err)
	}
	second := filledRelease(2)
	err := f.CreateRelease(f.ctx, second, []string{"process:2", "request:1"}, func(*model.Release) error {
		t.Fatal("a duplicate is composed")
		return nil
	})
	wantCode(t, err, model.CodeConflict)
	wantEqual(t, "id", second.ID, 0)
	_, err = f.ReleaseByKeys(f.ctx, []string{"process:2"})
	wantCode(t, err, model.CodeNotFound)
	found, err := f.ReleaseByKeys(f.ctx, []string{"process:2", "request:1"})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, found, first)
}

func duplicateLater(t *testing.T, f *fixture) {
	first, second := filledRelease(1), filledRelease(2)
	for i, r := range []*model.Release{first, second} {
		if err := f.CreateRelease(f.ctx, r, []string{fmt.Sprintf("request:%d", i)}, nothing); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // again: no harm
		if err := f.AddKeys(f.ctx, second.ID, []string{"process:1", "request:0"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.AddKeys(f.ctx, second.ID, nil); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]int64{"request:0": first.ID, "request:1": second.ID, "process:1": second.ID} {
		found, err := f.ReleaseByKeys(f.ctx, []string{key})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, key, found.ID, want)
	}
}

func duplicateAtOnce(t *testing.T, f *fixture) {
	wantOneOf(t, f, func(int) []string { return []string{"process:1", "request:1"} })
}

func duplicateMixed(t *testing.T, f *fixture) {
	wantOneOf(t, f, func(i int) []string {
		keys := []string{"process:1", "request:1", fmt.Sprintf("own:%d", i), "form:1"}
		if i%2 == 1 {
			keys[0], keys[1], keys[3] = keys[3], keys[0], keys[1]
		}
		return keys
	})
}

// wantOneOf submits 50 times at once and wants exactly one release, complete.
func wantOneOf(t *testing.T, f *fixture, keys func(i int) []string) {
	t.Helper()
	errs := together(50, func(i int) error {
		return f.CreateRelease(f.ctx, filledRelease(int64(i)), keys(i), func(r *model.Release) error {
			r.Record(model.Event{Kind: model.EventKindAccepted})
			r.Tell(model.Message{Key: r.Number()})
			return nil
		})
	})
	counts := map[model.Code]int{}
	for _, err := range errs {
		counts[model.CodeOf(err)]++
	}
	if counts[""] != 1 || counts[model.CodeConflict] != 49 {
		t.Fatalf("got %v of %v", counts, errs)
	}
	list, err := f.ListReleases(f.ctx, model.ReleaseFilter{Limit: 100})
	if err != nil || len(list) != 1 || len(list[0].Deployments) != 2 {
		t.Fatal(list, err)
	}
	history, err := f.History(f.ctx, list[0].ID, 0, 100)
	if err != nil || len(history) != 1 {
		t.Fatal(history, err)
	}
	outbox, err := f.Messages(f.ctx, list[0].ID, 100)
	if err != nil || len(outbox) != 1 {
		t.Fatal(outbox, err)
	}
}

func duplicateExact(t *testing.T, f *fixture) {
	for i, key := range []string{"key", "KEY", "key ", "kéy", "ключ", "key\x00", ""} {
		if err := f.CreateRelease(f.ctx, filledRelease(int64(i)), []string{key}, nothing); err != nil {
			t.Fatalf("%q: %v", key, err)
		}
	}
}

func duplicateLong(t *testing.T, f *fixture) {
	long := fmt.Sprintf("request:%04096d", 1)
	for i, key := range []string{long, long + "1", "broken \xff"} {
		r := filledRelease(int64(i))
		if err := f.CreateRelease(f.ctx, r, []string{key}, nothing); err != nil {
			t.Fatal(err)
		}
		wantCode(t, f.CreateRelease(f.ctx, filledRelease(1), []string{key}, nothing), model.CodeConflict)
		found, err := f.ReleaseByKeys(f.ctx, []string{key})
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, "release", found.ID, r.ID)
	}
}

func duplicateWithin(t *testing.T, f *fixture) {
	if err := f.CreateRelease(f.ctx, filledRelease(1), []string{"key", "key"}, nothing); err != nil {
		t.Fatal(err)
	}
}
