package logs

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// Cleaner makes lines of a build's log fit for people: without the colours and hidden notes of terminals and Jenkins, and
// without secrets.
type Cleaner struct {
	secrets  *strings.Replacer
	patterns []*regexp.Regexp
	reach    int
}

// leastSecret is how long a value must be to be masked wherever it stands; shorter ones would mask half the log.
const leastSecret = 4

// NewCleaner masks the secrets, each line of one that has several, also as addresses and base64 have them, and what the patterns match: their first group, or all
// of it when they have none.
func NewCleaner(secrets []string, patterns []*regexp.Regexp) *Cleaner {
	var pieces []string
	for _, secret := range secrets {
		for piece := range strings.Lines(secret) {
			if piece = strings.TrimSpace(piece); utf8.RuneCountInString(piece) >= leastSecret {
				pieces = append(pieces, piece, url.QueryEscape(piece), url.PathEscape(piece), base64.StdEncoding.EncodeToString([]byte(piece)))
			}
		}
	}
	// Where one secret is the beginning of another, the longer one counts.
	sort.Slice(pieces, func(i, j int) bool { return len(pieces[i]) > len(pieces[j]) })
	var pairs []string
	for _, piece := range pieces {
		pairs = append(pairs, piece, model.Masked)
	}
	reach := patternReach
	if len(pieces) > 0 {
		reach = max(reach, len(pieces[0]))
	}
	return &Cleaner{secrets: strings.NewReplacer(pairs...), patterns: patterns, reach: min(reach, maxLine/4)}
}

// patternReach is how long what a pattern matches may be, in bytes, to be found also where a very long line is cut.
const patternReach = 1 << 10

// cut cleans the front of a very long line, and leaves the rest of it as it is: what may be the beginning of something that is masked,
// hidden or one character. Where it cuts makes no difference to what is masked.
func (c *Cleaner) cut(line []byte) (front string, rest []byte) {
	whole := finished(line)
	text := plain(string(line[:whole]))
	masked, at := "", 0
	for back := c.reach; ; back += c.reach / 8 {
		for at = max(len(text)-back, 0); at > 0 && !utf8.RuneStart(text[at]); {
			at--
		}
		if front = c.mask(text[:at]); back >= maxLine/2 {
			break
		}
		if masked == "" {
			masked = c.mask(text)
		}
		if front+c.mask(text[at:]) == masked {
			break
		}
	}
	return front, append([]byte(text[at:]), line[whole:]...)
}

// longestEscape is how long what terminals act upon may be to be found also where a very long line is cut.
const longestEscape = 4 << 10

// finished is how much of a text does not end in the middle of a character or of an escape.
func finished(text []byte) int {
	from := max(len(text)-longestEscape, 0)
	if at := bytes.LastIndexByte(text[from:], 0x1b); at >= 0 {
		at += from
		if found := escapes.FindIndex(text[at:]); found == nil || found[1] == len(text)-at {
			return at
		}
	}
	for at := len(text) - 1; at >= max(len(text)-utf8.UTFMax, 0); at-- {
		if utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				return at
			}
			break
		}
	}
	return len(text)
}

// escapes are what terminals act upon: notes that Jenkins hides (ESC[8mha:…ESC[0m), control sequences, titles, and single
// escapes.
var escapes = regexp.MustCompile("\x1b\\[8mha:[^\x1b]*(?:\x1b\\[0m)?" +
	"|\x1b\\[[0-?]*[ -/]*[@-~]|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b[ -/]*[0-~]?")

// Line cleans one line, given without its end.
func (c *Cleaner) Line(line string) string {
	return c.mask(plain(strings.TrimRight(line, "\r")))
}

func (c *Cleaner) mask(line string) string {
	line = c.secrets.Replace(line)
	for _, pattern := range c.patterns {
		line = maskPattern(pattern, line)
	}
	return line
}

func special(r rune) bool { return r != '\t' && unicode.IsControl(r) }

// plain drops what is no text. Of a line that was written over by carriage returns, as progress bars do, the last text
// stays.
func plain(line string) string {
	if !strings.ContainsFunc(line, special) && utf8.ValidString(line) {
		return line
	}
	line = escapes.ReplaceAllString(strings.ToValidUTF8(line, "\uFFFD"), "")
	if at := strings.LastIndexByte(line, '\r'); at >= 0 {
		line = line[at+1:]
	}
	return strings.Map(func(r rune) rune {
		if special(r) {
			return -1
		}
		return r
	}, line)
}

func maskPattern(pattern *regexp.Regexp, line string) string {
	found := pattern.FindAllStringSubmatchIndex(line, -1)
	if found == nil {
		return line
	}
	var masked strings.Builder
	at := 0
	for _, m := range found {
		from, to := m[0], m[1]
		if len(m) > 2 && m[2] >= 0 {
			from, to = m[2], m[3]
		}
		masked.WriteString(line[at:from] + model.Masked)
		at = to
	}
	return masked.String() + line[at:]
}
