package logs

import (
	"regexp"
	"strings"
	"testing"
)

func TestLinesForPeople(t *testing.T) {
	c := NewCleaner([]string{"s3cr3t-pass", "abc", "first line\nsecond line", "s3cr3t-password"},
		[]*regexp.Regexp{regexp.MustCompile(`token=(\S+)`), regexp.MustCompile(`AKIA[0-9A-Z]{4,}`)})
	for in, want := range map[string]string{
		"plain text":     "plain text",
		"中文 与 emoji 🚀":   "中文 与 emoji 🚀",
		"\ttab stays":    "\ttab stays",
		"windows line\r": "windows line",
		"10%\r50%\r100%": "100%",
		"\x1b[1;31mred\x1b[0m and \x1b[38;5;12mblue\x1b[m": "red and blue",
		"\x1b]0;title\x07after":                            "after",
		"\x1b[8mha:////4GKrAJ8==\x1b[0m[Pipeline] echo":    "[Pipeline] echo",
		"a\x1b[8mha:////4cut off":                          "a",
		"bell\x07 and \x00null":                            "bell and null",
		"bad \xff utf8":                                    "bad \uFFFD utf8",
		"login with s3cr3t-pass ok":                        "login with ****** ok",
		"s3cr3t-password is longer":                        "****** is longer",
		"split s3cr\x1b[0m3t-pass by colour":               "split ****** by colour",
		"abc is too short to mask":                         "abc is too short to mask",
		"second line of a secret, and first line":          "****** of a secret, and ******",
		"curl?token=xyz&token=uvw end":                     "curl?token=****** end",
		"token=xyz token=uvw end":                          "token=****** token=****** end",
		"key AKIA12345":                                    "key ******",
		"":                                                 "",
	} {
		if got := c.Line(in); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, seed := range []string{"\x1b[8mha:", "\x1b]", "a\rb", "\x1b\x1b[", "s3cr3t\x1b[0m-pass"} {
		f.Add(seed)
	}
	c := NewCleaner([]string{"s3cr3t-pass"}, nil)
	f.Fuzz(func(t *testing.T, in string) {
		out := c.Line(strings.ReplaceAll(in, "\n", " "))
		if strings.ContainsFunc(out, special) || strings.Contains(out, "s3cr3t-pass") {
			t.Errorf("%q gives %q", in, out)
		}
	})
}
