package service

import (
	"regexp"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// noticeID is the id of the last option when it only says that values are missing; no value of a parameter.
const noticeID = "__reading__"

// How notices begin.
const (
	noticeReading = "正在读取，"
	noticeFailed  = "读取失败，"
)

// notice says at the end of the options why values may be missing; "" when none is. read: also those of the last
// successful builds are known.
func (p parameter) notice(l valueList, read bool) string {
	_, remote := p.remote()
	switch {
	case remote && l.trouble && l.known:
		return noticeFailed + "以上为 " + l.at.In(p.location).Format("15:04") + " 的值"
	case remote && l.trouble:
		return noticeFailed + "请稍后重新选择"
	case remote && !l.known, !read:
		return noticeReading + "请稍后重新选择"
	}
	return ""
}

// isNotice tells whether somebody chose the entry that only says that values are missing.
func isNotice(value string) bool {
	return value == noticeID || strings.HasPrefix(value, noticeReading) || strings.HasPrefix(value, noticeFailed)
}

// withNotice puts the notice behind the options, or before the entry that says how many more there are.
func withNotice(options []model.Option, notice string) *model.Choices {
	if notice == "" {
		return newChoices(options)
	}
	total, at := len(options), len(options)
	if total >= maxOptions {
		at = maxOptions - 2
	}
	all := append(make([]model.Option, 0, total+1), options[:at]...)
	all = append(append(all, model.Option{ID: noticeID, Name: notice}), options[at:]...)
	o := newChoices(all)
	o.Total = total
	return o
}

// cutEnd is how a name ends that was shortened and told from others of the same beginning.
var cutEnd = regexp.MustCompile(`…( \([0-9a-f]{6}\)| #[0-9a-f]{8})$`)

// wasCut tells whether a value looks like a name that was shortened to be shown: nobody can tell any more what it stands
// for.
func wasCut(value string) bool {
	if runes := []rune(value); len(runes) > maxOptionName || !strings.Contains(value, "…") {
		return false
	}
	return strings.HasSuffix(value, "…") || cutEnd.MatchString(value)
}
