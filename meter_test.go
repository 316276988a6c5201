package main

import (
	"strings"
	"testing"
)

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
