package dingtalk

import (
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// cutMark stands where a text was cut to DingTalk's limit.
const cutMark = "…(内容过长，已截断)"

// maxTitle is the longest title DingTalk takes, in characters (global error code 34016).
const maxTitle = 64

// fit builds a message from text and tail in at most limit bytes: when it is too long, text loses characters from its
// end and gains cutMark, tail stays whole. Text that is not UTF-8 is repaired first, because JSON would make each bad
// byte six.
func fit(limit int, text, tail string, build func(text string) []byte) []byte {
	return build(cutText(limit, text, tail, func(text string) int { return len(build(text)) }))
}

// cutText is the text for fit, which needs no more than limit by size.
func cutText(limit int, text, tail string, size func(text string) int) string {
	text = strings.ToValidUTF8(text, "�")
	if size(text+tail) <= limit {
		return text + tail
	}
	runes := []rune(cutBytes(text, limit))
	n := sort.Search(len(runes), func(i int) bool { return size(string(runes[:i+1])+cutMark+tail) > limit })
	return string(runes[:n]) + cutMark + tail
}

// cutBytes is the longest beginning of text that has at most limit bytes and does not split a character.
func cutBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// oneLine makes foreign words fit into a sentence: no control characters, no line breaks.
func oneLine(text string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	return strings.Join(strings.Fields(clean), " ")
}

// chineseDuration writes whole seconds as people say them: 1天2小时, 12分30秒, 0秒.
func chineseDuration(d time.Duration) string {
	seconds := int64(d.Round(time.Second) / time.Second)
	var b strings.Builder
	for _, unit := range []struct {
		size int64
		name string
	}{{86400, "天"}, {3600, "小时"}, {60, "分"}, {1, "秒"}} {
		if n := seconds / unit.size; n > 0 {
			b.WriteString(strconv.FormatInt(n, 10) + unit.name)
			seconds %= unit.size
		}
	}
	if b.Len() == 0 {
		return "0秒"
	}
	return b.String()
}
