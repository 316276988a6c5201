package model

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWhatABuildLeavesBehindIsBounded(t *testing.T) {
	long := strings.Repeat("改动\n\t\u202e\x1b<&", 1000)
	b := Build{Tests: &TestCounts{Total: -1, Failed: 7}}
	for range 500 {
		b.Changes = append(b.Changes, Change{ID: long, Author: long + "\xff", Message: long})
	}
	left := b.LeftBehind()
	if n := len(left.Changes); n != MaxChanges || left.Tests.Total != 0 || left.Tests.Failed != 7 {
		t.Errorf("%d changes, %+v", n, left.Tests)
	}
	stored, err := json.Marshal(left)
	if err != nil || len(stored) > 100<<10 {
		t.Errorf("%d bytes are stored (%v)", len(stored), err)
	}
	for _, c := range left.Changes {
		if strings.ContainsAny(c.ID+c.Author+c.Message, "\n\t\x1b\u202e") {
			t.Fatalf("%+v", c)
		}
	}
	if left := (Build{}).LeftBehind(); left == nil || left.Tests != nil || left.Changes != nil {
		t.Errorf("%+v of a build that published nothing", left)
	}
}
