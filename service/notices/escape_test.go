package notices

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "订单服务 order_service-v1.2", "订单服务 order_service-v1.2"},
		{"number", "-1", "-1"},
		{"version", "1.2.3+build", "1.2.3+build"},
		{"issue number inside", "修复 #123", "修复 #123"},
		{"url stays readable", "https://example.com/a_b?c=d", "https://example.com/a_b?c=d"},
		{"link", "[审批通过](http://evil)", "［审批通过］(http://evil)"},
		{"image", "![x](http://evil/a.png)", "!［x］(http://evil/a.png)"},
		{"autolink", "<http://evil>", "＜http://evil＞"},
		{"html", "<b>x</b>", "＜b＞x＜/b＞"},
		{"heading", "# 上线成功", "＃ 上线成功"},
		{"heading after spaces", "   ## 上线成功", "＃# 上线成功"},
		{"heading on a second line", "无\n# 上线成功", "无 # 上线成功"},
		{"heading after a line separator", "无\u2028# 上线成功", "无 # 上线成功"},
		{"quote", "> 已批准", "＞ 已批准"},
		{"list", "- 项", "－ 项"},
		{"rule or underline of a heading", "---", "－--"},
		{"double underline", "===", "＝=="},
		{"lonely bullet", "+", "＋"},
		{"emphasis", "**重要** _斜体_ __粗__", "＊＊重要＊＊ ＿斜体＿ ＿＿粗＿＿"},
		{"code", "`rm -rf`", "｀rm -rf｀"},
		{"strike and table", "~~a~~|b", "～～a～～｜b"},
		{"backslash cannot escape what follows", `C:\`, "C:＼"},
		{"reordered text", "a\u202egnp.exe", "agnp.exe"},
		{"invisible", "a\u200bb\ufeff", "ab"},
		{"family emoji stays", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"control characters", "a\x00\x1bb\tc", "a  b c"},
		{"not UTF-8", "a\xffb", "a�b"},
		{"empty", " \n ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := escape(tt.in); got != tt.want {
				t.Errorf("escape(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "# a", "[a](b)", "_a_", "-\u200b-", "\u202e\n>", "上线 v1_2", "\xff`", "+ +", "\u00ad#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := escape(value)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "[]*<>`\\|~\n\r\u0085\u2028\u2029") {
			t.Fatalf("%q became %q", value, got)
		}
		if strings.IndexFunc(got, unicode.IsControl) >= 0 || got != strings.TrimSpace(got) {
			t.Fatalf("%q became %q", value, got)
		}
		if strings.HasPrefix(got, "#") || strings.HasPrefix(got, "- ") || strings.HasPrefix(got, "--") || strings.HasPrefix(got, "=") {
			t.Fatalf("%q became %q, which begins a block", value, got)
		}
		if again := escape(got); again != got {
			t.Fatalf("%q became %q, then %q", value, got, again)
		}
		if isPlain(value) && got != value {
			t.Fatalf("plain %q became %q", value, got)
		}
	})
}

// isPlain reports text that no reader of Markdown treats specially.
func isPlain(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0
}
