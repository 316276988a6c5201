package config

import (
	"testing"
	"time"
)

// problemsOf runs one check and returns what it found.
func problemsOf(check func(report)) Problems {
	var list Problems
	check(report{key: "key", list: &list})
	return list
}

func TestBounds(t *testing.T) {
	tests := []struct {
		name  string
		check func(report)
		want  int
	}{
		{"the lowest number", func(r report) { r.between(1, 1, 9) }, 0},
		{"the highest number", func(r report) { r.between(9, 1, 9) }, 0},
		{"below", func(r report) { r.between(0, 1, 9) }, 1},
		{"above", func(r report) { r.between(10, 1, 9) }, 1},
		{"the shortest time", func(r report) { r.lasts(time.Second, time.Second, time.Hour) }, 0},
		{"the longest time", func(r report) { r.lasts(time.Hour, time.Second, time.Hour) }, 0},
		{"shorter", func(r report) { r.lasts(time.Second-1, time.Second, time.Hour) }, 1},
		{"longer", func(r report) { r.lasts(time.Hour+1, time.Second, time.Hour) }, 1},
	}
	for _, test := range tests {
		if got := problemsOf(test.check); len(got) != test.want {
			t.Errorf("%s: %v, want %d problems", test.name, got, test.want)
		}
	}
}

func TestURL(t *testing.T) {
	tests := map[string]bool{
		"https://example.com": true, "http://127.0.0.1:8080/a/": true, "https://[::1]/": true, "https://例子.example/": true,
		"": false, "example.com": false, "//example.com": false, "https://": false, "https://:80": false, "file:///etc/passwd": false,
		"https://user@example.com": false, "https://user:pw@example.com": false, "http://a b": false, "\x00": false,
		"javascript:alert(1)": false,
	}
	for value, want := range tests {
		var got bool
		problems := problemsOf(func(r report) { got = r.url(value, "https://example.com") })
		if got != want || (len(problems) == 0) != want {
			t.Errorf("url(%q) = %v with %v, want %v", value, got, problems, want)
		}
	}
}

func TestURLHidesPasswords(t *testing.T) {
	for _, value := range []string{"https://u:hush@h", "https://u:hush%zz@h", "u:hush@h", "ftp://u:hush@h/"} {
		for _, problem := range problemsOf(func(r report) { r.url(value, "https://example.com") }) {
			if problem.Value != "" {
				t.Errorf("url(%q) shows %q", value, problem.Value)
			}
		}
	}
}

func TestAddress(t *testing.T) {
	tests := map[string]bool{
		":8080": true, "localhost:0": true, "[::1]:65535": true,
		"": false, "8080": false, "localhost": false, ":65536": false, ":-1": false, ":http": false, "a:b:1": false,
	}
	for value, want := range tests {
		if got := problemsOf(func(r report) { r.address(value, ":8080") }); (len(got) == 0) != want {
			t.Errorf("address(%q) gives %v, want valid: %v", value, got, want)
		}
	}
}

func TestUniqueNames(t *testing.T) {
	names := uniqueNames{what: "robot"}
	got := problemsOf(func(r report) {
		for i, name := range []string{"a", "b", "a", "", "A"} {
			names.check(r.index(i), name)
		}
	})
	if len(got) != 2 || got[0].Key != "key[2]" || got[1].Key != "key[3]" {
		t.Errorf("problems = %v, want the second a and the empty name", got)
	}
}
