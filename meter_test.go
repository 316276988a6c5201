package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// TestServeCountsWhatDingTalkCounts compares what the bridge knows of its calls after a release and a restart with what
// DingTalk was asked.
func TestServeCountsWhatDingTalkCounts(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	b := o.serve()
	o.call("releases", immediate()...)
	o.settled("R-1001", "succeeded")
	o.eventually("everybody is told", func() bool { return len(o.titles()) >= 2 && len(o.dingtalk.Ledger().WorkNotices) >= 4 },
		func() string { return fmt.Sprint(o.titles()) })
	if code, log := b.stop(); code != 0 {
		t.Fatalf("serve ended with %d\n%s", code, log)
	}
	used := o.dingtalk.Ledger().Used
	if used["api"] < 4 || used["webhook"] < 2 {
		t.Fatalf("DingTalk was asked for %v", used)
	}
	b = o.serve()
	want := []string{
		fmt.Sprintf("oabridge_dingtalk_calls{kind=\"api\"} %d\n", used["api"]),
		fmt.Sprintf("oabridge_dingtalk_calls{kind=\"webhook\"} %d\n", used["webhook"]),
		"oabridge_dingtalk_quota{kind=\"api\"} 5000\n",
	}
	var metrics string
	o.eventually("the metrics show it", func() bool {
		metrics = o.text("/metrics")
		for _, line := range want {
			if !strings.Contains(metrics, line) {
				return false
			}
		}
		return true
	}, func() string { return metrics })
	_, _ = b.stop()
	var out strings.Builder
	_ = run(t.Context(), []string{"doctor", "-c", o.config}, nil, &out, io.Discard)
	before := used["api"]
	if used = o.dingtalk.Ledger().Used; used["api"] == before {
		t.Error("the doctor asked for nothing that counts")
	}
	if line := fmt.Sprintf("api %d of 5000, webhook %d of 3000", used["api"], used["webhook"]); !strings.Contains(out.String(), line) {
		t.Errorf("doctor does not show %q:\n%s", line, out.String())
	}
}

// text is a page that needs no token.
func (o *outside) text(path string) string {
	o.t.Helper()
	res, err := http.Get("http://" + o.address + path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(body)
}

func TestQuotaFinding(t *testing.T) {
	quota := map[string]int64{"api": 5000, "webhook": 0}
	for _, tt := range []struct {
		used   map[string]int64
		status string
		detail string
	}{
		{map[string]int64{}, statusOK, "api 0 of 5000, webhook 0"},
		{map[string]int64{"api": 3999, "webhook": 1e6}, statusOK, "api 3999 of 5000, webhook 1000000"},
		{map[string]int64{"api": 4000}, statusWarn, "api 4000 of 5000"},
		{map[string]int64{"api": 6000}, statusWarn, "api 6000 of 5000"},
	} {
		got := quotaFinding(tt.used, quota)
		if got.status != tt.status || !strings.Contains(got.detail, tt.detail) || (got.remedy == "") != (tt.status == statusOK) {
			t.Errorf("%v: %+v", tt.used, got)
		}
	}
}
