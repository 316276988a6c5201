package jenkins

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestRecordedStages(t *testing.T) {
	at := func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
	for recording, want := range map[string][]model.Stage{
		"192": {
			{Name: "一", Status: "SUCCESS", StartedAt: at(1795309843192), Duration: 50 * time.Millisecond},
			{Name: "二", Status: "IN_PROGRESS", StartedAt: at(1795309843264), Duration: 1360 * time.Millisecond},
		},
		"195": {{Name: "x", Status: "FAILED", StartedAt: at(1795309849256), Duration: 88 * time.Millisecond, Error: "出错了"}},
		"188": nil,
	} {
		c, _ := replay(t, recording)
		got, err := c.Stages(t.Context(), "pipe-simple", 1)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", recording, err, diff)
		}
	}
}

func TestRecordedLogs(t *testing.T) {
	c, seen := replay(t, "114")
	var text bytes.Buffer
	got, err := c.Log(t.Context(), "slow-10s", 1, 528, &text)
	want := model.LogRead{Next: 621, More: true, Written: int64(text.Len())}
	if err != nil || got != want || !bytes.HasPrefix(text.Bytes(), []byte("+ echo tick 4\n")) {
		t.Errorf("%+v %v %q", got, err, text.String())
	}
	if q := (*seen)[0].query; q != "start=528" {
		t.Errorf("asked %s", q)
	}
	c, _ = replay(t, "115")
	text.Reset()
	if got, err := c.Log(t.Context(), "slow-10s", 1, 999999, &text); err != nil || !got.Shorter || text.Len() != 0 {
		t.Errorf("%+v %v %q", got, err, text.String())
	}
}

// TestTheEndOfALog: a long one is asked for twice, and whoever asks gets whole lines.
func TestTheEndOfALog(t *testing.T) {
	c, seen := replay(t, "113")
	text, err := c.LogEnd(t.Context(), "slow-10s", 1, 528)
	if err != nil || !strings.HasPrefix(text, "Started by user 管理员\n") || !strings.HasSuffix(text, "+ sleep 1") || len(*seen) != 1 {
		t.Errorf("%q %v after %+v", text, err, *seen)
	}
	c, seen = replay(t, "113")
	text, err = c.LogEnd(t.Context(), "slow-10s", 1, 100)
	if err != nil || !strings.HasPrefix(text, "Running as SYSTEM\n") || len(*seen) != 2 || (*seen)[1].query != "start=428" {
		t.Errorf("%q %v after %+v", text, err, *seen)
	}
	c, _ = replay(t, "123")
	if _, err = c.LogEnd(t.Context(), "slow-10s", 4711, 100); model.CodeOf(err) != model.CodeJenkinsNotFound {
		t.Errorf("no such build: %v", err)
	}
}
