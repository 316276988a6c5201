package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestReadWhen(t *testing.T) {
	minute := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // 20:00 in Shanghai
	second := minute.Add(30 * time.Second)
	evening := minute.Add(8 * time.Hour) // 20:00 in UTC
	for in, want := range map[string]time.Time{
		"2026-11-22 20:00":              minute,
		"2026-11-22 20:00:30":           second,
		"2026-11-22T20:00":              minute,
		"2026-11-22T20:00:30":           second,
		"2026/11/22 20:00":              minute,
		"2026/11/22 20:00:30":           second,
		"2026年11月22日 20:00":             minute,
		"2026年11月22日 20:00:30":          second,
		"2026-11-22 20:00:30.000":       second,
		"2026-11-22T20:00:30.000":       second,
		"2026-11-22 20：00":              minute,
		"2026-11-22 20：00：30":           second,
		"  2026-11-22   20:00\n":        minute,
		"2026-11-22\u300020:00":         minute,
		"2026-11-22T20:00Z":             minute, // DingTalk's wall clock
		"2026-11-22T20:00:00Z":          evening,
		"2026-11-22T20:00:00.000Z":      evening,
		"2026-11-22T20:00:00+08:00":     minute,
		"2026-11-22T20:00+08:00":        minute,
		"2026-11-22T20:00:30+0800":      second,
		"2026-11-22 20:00:30+08:00":     second,
		"2026-11-22T21:30:00.000+09:30": minute,
		"1795348800000":                 minute,
		"1795348830000":                 second,
		"1795348800":                    minute,
		"2000-01-01T00:00:00Z":          time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		"2099-12-31T23:59:59Z":          time.Date(2099, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		t.Run(in, func(t *testing.T) {
			got, ok := readWhen(in, shanghai)
			if !ok || !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("%s, %v; want %s", got, ok, want)
			}
		})
	}
}

func TestShortMonthsAndDays(t *testing.T) {
	want := time.Date(2026, 3, 5, 1, 7, 0, 0, time.UTC)
	for _, in := range []string{"2026-3-5 9:07", "2026/3/5 09:07", "2026年3月5日 09:07", "2026-03-05 09:07"} {
		if got, ok := readWhen(in, shanghai); !ok || !got.Equal(want) {
			t.Errorf("%q: %s, %v", in, got, ok)
		}
	}
}

func TestNoTimes(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                "",
		"a date alone":           "2026-11-22",
		"a Chinese date":         "2026年11月22日",
		"a time alone":           "20:00",
		"words":                  "明天晚上八点",
		"no such month":          "2026-13-01 20:00",
		"no such day":            "2026-02-30 20:00",
		"no such hour":           "2026-11-22 25:00",
		"no such minute":         "2026-11-22 20:60",
		"text behind":            "2026-11-22 20:00 左右",
		"text before":            "约2026-11-22 20:00",
		"two times":              "2026-11-22 20:00 2026-11-22 21:00",
		"American":               "11/22/2026 20:00",
		"year 1999":              "1999-12-31 20:00",
		"year 2100":              "2100-01-02 20:00",
		"year 20260":             "20260-11-22 20:00",
		"seconds since long ago": "0000000001",
		"9 digits":               "179534880",
		"12 digits":              "179534880000",
		"14 digits":              "20261122200000",
		"too many digits":        "99999999999999999999999",
		"signed":                 "-1795348800",
		"a fraction":             "1795348800.5",
		"exponent":               "1.7953488e12",
		"wide digits":            "２０２６-11-22 20:00",
		"only separators":        "-- ::",
		"a list":                 `["2026-11-22 20:00"]`,
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := readWhen(in, shanghai); ok {
				t.Errorf("%q is read as %s", in, got)
			}
		})
	}
}

func TestWhyATimeIsRefused(t *testing.T) {
	for in, want := range map[string]string{
		"9999-12-31 23:59":     "执行时间“9999-12-31 23:59”太远，请检查年份",
		"9999-12-31":           "太远",
		"9999年12月31日":          "太远",
		"2100-01-02T00:00:00Z": "太远",
		"9999999999999":        "太远",
		"1999-12-31 20:00":     "已经过去",
		"0000000001":           "已经过去",
		"2026-11-22":           "无法识别，请写成 2006-01-02 15:04",
		"99999-12-31 20:00":    "无法识别",
		"":                     "无法识别",
	} {
		if got := refusedWhen(in, shanghai); !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		_, problems := reader().Read(fields("执行方式", "定时", "执行时间", in))
		if in != "" {
			wantProblems(t, problems, want)
		}
	}
}

func TestModeAndTimeTogether(t *testing.T) {
	const soon = "2026-11-22 20:30"
	for name, c := range map[string]struct {
		mode, when string
		want       model.ExecuteMode
		problems   []string
	}{
		"nothing":                  {"", "", model.ExecuteNow, nil},
		"a time alone":             {"", soon, model.ExecuteScheduled, nil},
		"now":                      {"立即", "", model.ExecuteNow, nil},
		"now, in other words":      {"立即执行", "", model.ExecuteNow, nil},
		"in English, in any case":  {"Immediate", "", model.ExecuteNow, nil},
		"scheduled":                {"定时", soon, model.ExecuteScheduled, nil},
		"scheduled without a time": {"定时执行", "", model.ExecuteScheduled, []string{"请填写执行时间"}},
		"scheduled, unreadable":    {"定时", "今晚", "", []string{"“今晚”无法识别"}},
		"manual":                   {"手动执行", "", model.ExecuteManual, nil},
		"unknown":                  {"随便", soon, "", []string{"“随便”不正确"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, problems := reader().Read(fields("执行方式", c.mode, "执行时间", c.when))
			wantProblems(t, problems, c.problems...)
			if f.Mode != c.want {
				t.Errorf("mode %q, want %q", f.Mode, c.want)
			}
		})
	}
}
