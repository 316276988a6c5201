package service

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzReadWhen(f *testing.F) {
	for _, s := range []string{
		"2026-11-22 20:00", "2026-11-22T20:00Z", "2026-11-22T20:00:00.000+08:00", "1795348800000", "1795348800",
		"2026年11月22日 20：00", "2026-11-22", "9999999999", "2099-12-31T23:59:59-12:00", "2026-3-5 9:07", "\xff2026",
	} {
		f.Add(s, 8*60)
	}
	f.Add("2000-01-01 00:00", -12*60)
	f.Fuzz(func(t *testing.T, s string, offset int) {
		zone := time.FixedZone("", offset%(14*60)*60)
		at, ok := readWhen(s, zone)
		if !ok {
			return
		}
		if at.Location() != time.UTC || at.Year() < 2000 || at.Year() > 2099 {
			t.Fatalf("%q is read as %s", s, at)
		}
		for _, layout := range []string{"2006-01-02 15:04:05", time.RFC3339Nano} {
			local := at.In(zone)
			if local.Year() < 2000 || local.Year() > 2099 {
				continue // the zone's own year is another one
			}
			again, ok := readWhen(local.Format(layout), zone)
			if !ok || !again.Truncate(time.Second).Equal(at.Truncate(time.Second)) {
				t.Fatalf("%q is %s, written as %q it is %s, %v", s, at, local.Format(layout), again, ok)
			}
		}
	})
}

// fuzzedForm makes a form out of one text: a line is name=value; a name may come again.
func fuzzedForm(s string) map[string][]string {
	form := map[string][]string{}
	for line := range strings.SplitSeq(s, "\x1e") {
		name, value, _ := strings.Cut(line, "=")
		form[name] = append(form[name], value)
	}
	return form
}

func FuzzFormReader(f *testing.F) {
	for _, s := range []string{
		"项目名称=商城\x1e应用名称=[\"商城前端\",\"订单服务\"]\x1e审批人=wang，zhao\x1e执行时间=2026-11-22 20:30\x1e执行方式=定时",
		"project=a\x1eproject=b", "上线说明=a\nb\u202e", "备注=[[[[[1]]]]]", "VERSION=v\xff", "版本号=v1\x1eVERSION=v2",
		"dbChange=是\x1e是否有数据库变更=否", "备忘=\x00", "执行时间=null\x1erequestId=[]", "=",
	} {
		f.Add(s)
	}
	read := reader(mapped("VERSION", "版本号", "NOTES", "上线说明"), func(r *FormRules) { r.Ignore = []string{"备忘"} })
	f.Fuzz(func(t *testing.T, s string) {
		in := fuzzedForm(s)
		before := maps.Clone(in)
		got, problems := read.Read(in)
		if diff := cmp.Diff(before, in); diff != "" {
			t.Fatalf("the reader changed its input: %s", diff)
		}
		if again, sameProblems := read.Read(in); !cmp.Equal(got, again) || !cmp.Equal(problems, sameProblems) {
			t.Fatal("the same form is read in two ways")
		}
		for _, p := range problems {
			if p.Message == "" || hasControl(p.Message, false) || !utf8.ValidString(p.Message) {
				t.Fatalf("problem %q of %q is no line", p.Message, p.Field)
			}
		}
		if len(problems) == 0 {
			checkAccepted(t, got)
		}
	})
}

// checkAccepted checks what must hold of every form without a problem.
func checkAccepted(t *testing.T, f Form) {
	t.Helper()
	ids := append([]string{f.Instance, f.Business, f.Request, f.Originator}, f.Approvers...)
	for _, id := range ids {
		if len(id) > maxIDBytes {
			t.Errorf("id of %d bytes", len(id))
		}
	}
	for _, text := range append(ids, f.Project) {
		if strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsAny(text, "\u202a\u202e\u200b\u2066\u2028\ufeff") {
			t.Errorf("control characters in %q", text)
		}
	}
	if strings.ContainsFunc(f.Reason, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\r\n\t", r) }) {
		t.Errorf("control characters in the reason %q", f.Reason)
	}
	texts := append(slices.Concat(slices.Collect(maps.Values(f.Parameters))...), f.Project, f.Reason)
	for _, text := range append(texts, ids...) {
		if !utf8.ValidString(text) || len(text) > maxValueBytes || text != strings.TrimSpace(text) {
			t.Errorf("accepted %q", text)
		}
	}
	if slices.Contains(append(texts, f.Apps...), "null") || slices.Contains(f.Apps, "") || len(f.Approvers) > maxApprovers {
		t.Errorf("accepted %+v", f)
	}
	if !slices.Contains(slices.Collect(maps.Values(modes)), f.Mode) {
		t.Errorf("mode %q", f.Mode)
	}
	if f.ScheduledAt != nil && (f.ScheduledAt.Year() < 2000 || f.ScheduledAt.Year() > 2099) {
		t.Errorf("time %s", f.ScheduledAt)
	}
	for _, parameters := range f.StandsFor {
		for _, p := range parameters {
			if _, ok := f.Parameters[p]; !ok {
				t.Errorf("parameter %q has no value", p)
			}
		}
	}
}
