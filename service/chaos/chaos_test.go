package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// write lets a test's log be a narrator's output.
type write func(string)

func (w write) Write(p []byte) (int, error) {
	w(strings.TrimRight(string(p), "\n"))
	return len(p), nil
}

// TestShortChaos is `make chaos` in short, with another seed each time.
func TestShortChaos(t *testing.T) {
	servers.Need(t)
	t.Parallel()
	seed := uint64(rand.Uint32())
	t.Logf("seed %d; again with: go run ./service/chaos -short -seed %d", seed, seed)
	r, err := play(t.Context(), shortSetting(seed), write(func(line string) { t.Log(line) }))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	r.write(&text)
	t.Log(text.String())
	if r.Wrong() > 0 {
		t.Errorf("%d things are wrong", r.Wrong())
	}
	if sum(r.Faults) == 0 || r.Builds == 0 {
		t.Error("nothing was proven")
	}
}

func sum[K comparable](counts map[K]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// TestABridgeThatDoesNotLookIsCaught is the test of the test: a bridge that does not look for the build of an unanswered POST
// builds twice, and that has to be seen.
func TestABridgeThatDoesNotLookIsCaught(t *testing.T) {
	servers.Need(t)
	t.Parallel()
	var cuts []*faultKind
	for _, k := range jenkinsFaults() {
		if k.name == cutAfter {
			cuts = append(cuts, k)
		}
	}
	var r *report
	for seed := uint64(1); seed <= 3; seed++ { // which POSTs are cut is chance, and some of them make no build
		s := setting{
			seed: seed, duration: 10 * time.Second, releases: 20, gap: time.Second, patience: 3 * time.Minute, kinds: cuts, blind: true,
		}
		var err error
		if r, err = play(t.Context(), s, write(func(line string) { t.Log(line) })); err != nil {
			t.Fatal(err)
		}
		if r.Counts[buildsTwice] > 0 {
			break
		}
	}
	t.Cleanup(func() { _ = os.RemoveAll(r.Folder) })
	if r.Counts[buildsTwice] == 0 {
		t.Errorf("nothing was built twice: %v", r.Counts)
	}
	histories, err := os.ReadFile(r.Folder + "/findings.txt")
	if err != nil || !bytes.Contains(histories, []byte("post_repeated")) {
		t.Errorf("the kept folder does not show how it came: %v", err)
	}
}

func TestThePlanIsMadeOfTheSeed(t *testing.T) {
	make := func(seed uint64) *plan { return newPlan(seed, time.Minute, 100, time.Second, faultKinds()) }
	forms := func(p *plan) string {
		text, err := json.Marshal(len(p.forms))
		for _, f := range p.forms {
			text = append(text, []byte(f.business()+f.after.String()+f.apps[0].FullName)...)
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if a, b := make(1), make(1); !reflect.DeepEqual(a.forms, b.forms) || len(a.faults) != len(b.faults) {
		t.Error("one seed gives two plans")
	}
	if forms(make(1)) == forms(make(2)) {
		t.Error("two seeds give one plan")
	}
}

func TestCommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"-releases 10":  "use 300 or more",
		"-duration 1s":  "too short",
		"-duration 5":   "invalid value",
		"-seed x":       "invalid value",
		"-nonsense":     "not defined",
		"now":           `unknown argument "now"`,
		"-short -x now": "not defined",
	} {
		var out, stderr bytes.Buffer
		if code := run(context.Background(), strings.Fields(line), &out, &stderr); code != exitUsage || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit %d, %s; want %q", line, code, stderr.String(), want)
		}
	}
	s, asJSON, err := parse(strings.Fields("-duration 30m -seed 7 -json"), os.Stderr)
	if err != nil || !asJSON || s.seed != 7 || s.releases != 1800 {
		t.Errorf("%+v, %v, %v", s, asJSON, err)
	}
	if s, _, err := parse(nil, os.Stderr); err != nil || s.seed == 0 || s.releases != leastReleases {
		t.Errorf("%+v, %v", s, err)
	}
}
