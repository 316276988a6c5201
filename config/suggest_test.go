package config

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	known := []string{"listen", "public_url", "timezone"}
	tests := []struct{ name, want string }{
		{"listn", "did you mean listen?"},
		{"Timezone", "did you mean timezone?"},
		{"publicUrl", "did you mean public_url?"},
		{"completely_else", "known are: listen, public_url, timezone"},
	}
	for _, test := range tests {
		if got := Suggest(test.name, known); got != test.want {
			t.Errorf("suggest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
	if got := Suggest("completely_else", make([]string, 50)); !strings.Contains(got, "config.example.yaml") {
		t.Errorf("suggest among many = %q", got)
	}
}

func TestNearest(t *testing.T) {
	candidates := []string{"应用名称", "项目", "代码分支", "VERSION"}
	tests := []struct{ name, want string }{
		{"项目名称", "项目"}, {"分支", "代码分支"}, {"Versio", "VERSION"}, {"应用名", "应用名称"}, {"上线时间", ""}, {"", ""}, {"N", ""},
	}
	for _, test := range tests {
		if got := Nearest(test.name, candidates); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"kitten", "sitting", 3}, {"same", "same", 0}}
	for _, test := range tests {
		if got := editDistance([]rune(test.a), []rune(test.b)); got != test.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
