package service

import (
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// localLayouts are read in the configured time zone. The one ending in Z belongs here: DingTalk writes wall-clock time
// with minutes and a Z that is not meant (seen in its workflow API), while a true UTC time carries seconds.
var localLayouts = []string{
	"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z",
	"2006/01/02 15:04", "2006/01/02 15:04:05", "2006年1月2日 15:04", "2006年1月2日 15:04:05", "2006-01-02 15:04:05.000",
	"2006-01-02T15:04:05.000", "2006-1-2 15:04", "2006/1/2 15:04",
}

// zonedLayouts carry their own offset.
var zonedLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700"}

// readWhen reads a time as forms write it: local, ISO 8601 with or without an offset, or epoch milliseconds (13 digits)
// or seconds (10 digits). A date alone is no time. false: unreadable, or of a year that no release is planned for, which
// databases cannot hold either; refusedWhen says which.
func readWhen(s string, location *time.Location) (time.Time, bool) {
	t, ok := readMoment(s, location)
	return t, ok && t.Year() >= firstYear && t.Year() < lastYear
}

// The years that releases are planned for.
const (
	firstYear = 2000
	lastYear  = 2100 // not itself
)

// refusedWhen says to people why readWhen does not take s.
func refusedWhen(s string, location *time.Location) string {
	t, ok := readMoment(s, location)
	if !ok {
		t, ok = readDate(s)
		ok = ok && t.Year() >= lastYear // another one is said to lack its time
	}
	written := "执行时间“" + model.Cut(s, 40) + "”"
	switch {
	case !ok:
		return written + "无法识别，请写成 2006-01-02 15:04"
	case t.Year() < firstYear:
		return written + "已经过去"
	}
	return written + "太远，请检查年份"
}

// readMoment reads a time of any year.
func readMoment(s string, location *time.Location) (time.Time, bool) {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "：", ":")), " ")
	if isDigits(s) {
		return readEpoch(s)
	}
	for _, layout := range localLayouts {
		if t, err := time.ParseInLocation(layout, s, location); err == nil {
			return t.UTC(), true
		}
	}
	for _, layout := range zonedLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func readDate(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006年1月2日"} {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func readEpoch(digits string) (time.Time, bool) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	switch len(digits) {
	case 13:
		return time.UnixMilli(n).UTC(), true
	case 10:
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

var modes = map[string]model.ExecuteMode{
	"立即": model.ExecuteNow, "立即执行": model.ExecuteNow, "now": model.ExecuteNow, "immediate": model.ExecuteNow,
	"定时": model.ExecuteScheduled, "定时执行": model.ExecuteScheduled, "scheduled": model.ExecuteScheduled,
	"手动": model.ExecuteManual, "手动执行": model.ExecuteManual, "manual": model.ExecuteManual,
}

// readTime reads 执行方式 and 执行时间 together. Without a mode a time means 定时 and no time means 立即.
func (r *formReader) readTime(known map[string][]string, f *Form, problems *Problems) {
	mode := r.single(known, FieldMode, maxIDBytes, problems)
	when := r.single(known, FieldScheduledAt, maxIDBytes, problems)
	if when != "" {
		t, ok := readWhen(when, r.location)
		if !ok {
			problems.add(FieldScheduledAt, "%s", refusedWhen(when, r.location))
			return
		}
		f.ScheduledAt = &t
	}
	f.Mode = modes[strings.ToLower(mode)]
	switch {
	case mode == "" && when != "":
		f.Mode = model.ExecuteScheduled
	case mode == "":
		f.Mode = model.ExecuteNow
	case f.Mode == "":
		problems.add(FieldMode, "执行方式“%s”不正确，只能是 立即、定时 或 手动", model.Cut(mode, 40))
	case f.Mode == model.ExecuteScheduled && when == "" && len(known[FieldScheduledAt]) == 0:
		problems.add(FieldScheduledAt, "执行方式为定时，请填写执行时间")
	}
}
