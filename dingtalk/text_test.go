package dingtalk

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func jsonOf(text string) []byte {
	return encode(map[string]string{"text": text})
}

func TestFit(t *testing.T) {
	tests := []struct {
		name, text, tail string
		limit            int
		cut              bool
	}{
		{"fits", "短消息", "", 100, false},
		{"exactly", strings.Repeat("a", 89), "", 100, false},
		{"one too many", strings.Repeat("a", 90), "", 100, true},
		{"chinese", strings.Repeat("上线", 100), "", 101, true},
		{"four bytes each", strings.Repeat("🚀", 100), "", 103, true},
		{"escaped to two bytes", strings.Repeat("\n\"", 100), "", 100, true},
		{"escaped to six bytes", strings.Repeat("\u2028", 100), "", 100, true},
		{"not UTF-8, in one place", strings.Repeat("\xff", 200), "", 100, false},
		{"not UTF-8, in many places", strings.Repeat("a\xff", 200), "", 100, true},
		{"keeps the tail", strings.Repeat("字", 100), "@13800000000", 120, true},
		{"much too long", strings.Repeat("字", 1_000_000), "", 2048, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := fit(tt.limit, tt.text, tt.tail, jsonOf)
			if len(body) > tt.limit {
				t.Fatalf("%d bytes, limit %d", len(body), tt.limit)
			}
			var got struct{ Text string }
			if err := json.Unmarshal(body, &got); err != nil || !utf8.ValidString(got.Text) {
				t.Fatalf("unreadable %q: %v", body, err)
			}
			if strings.Contains(got.Text, cutMark) != tt.cut || !strings.HasSuffix(got.Text, tt.tail) {
				t.Errorf("cut %v, want %v: %q", !tt.cut, tt.cut, got.Text)
			}
			if tt.cut && tt.limit-len(body) > 6 {
				t.Errorf("wastes %d bytes", tt.limit-len(body))
			}
		})
	}
}

func TestCutBytes(t *testing.T) {
	for limit, want := range map[int]string{0: "", 1: "a", 2: "a", 3: "a", 4: "a上", 6: "a上", 7: "a上线", 99: "a上线"} {
		if got := cutBytes("a上线", limit); got != want {
			t.Errorf("cutBytes(%d) = %q, want %q", limit, got, want)
		}
	}
}

func TestOneLine(t *testing.T) {
	if got := oneLine("  a\r\n\tb\x00c\xff  "); got != "a b c�" {
		t.Errorf("oneLine = %q", got)
	}
}

func TestChineseDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0秒", 400 * time.Millisecond: "0秒", 1500 * time.Millisecond: "2秒", time.Minute: "1分",
		time.Hour + time.Second: "1小时1秒", 49*time.Hour + 30*time.Minute: "2天1小时30分",
	} {
		if got := chineseDuration(d); got != want {
			t.Errorf("chineseDuration(%v) = %q, want %q", d, got, want)
		}
	}
}
