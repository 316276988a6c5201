package notices

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

var update = flag.Bool("update", false, "write the golden files of the notices")

var shanghai = time.FixedZone("CST", 8*3600)

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; regenerate with -update):\n%s", file, diff)
	}
}

// compose writes a sample without anything going wrong.
func compose(t *testing.T, set *Set, s Sample) Texts {
	t.Helper()
	texts, err := set.Compose(s.Kind, s.Facts)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestEverySampleInEveryLanguage(t *testing.T) {
	for _, language := range Languages() {
		set := Builtin(language, shanghai)
		for _, s := range Samples() {
			t.Run(string(language)+"/"+s.Name, func(t *testing.T) {
				texts := compose(t, set, s)
				work := "as robot"
				if texts.WorkNotice != texts.Robot {
					work = texts.WorkNotice
				}
				all := fmt.Sprintf("== title\n%s\n== robot\n%s\n== work_notice\n%s\n== comment\n%s\n== summary\n%s\n",
					texts.Title, texts.Robot, work, texts.Comment, texts.Summary)
				golden(t, string(language)+"/"+s.Name+".txt", all)
				if strings.Contains(all, "hunter2") {
					t.Error("shows a secret")
				}
				if utf8.RuneCountInString(texts.Comment) > maxComment {
					t.Error("the comment is too long for DingTalk")
				}
			})
		}
	}
}

func TestEveryKindHasASampleAndWords(t *testing.T) {
	sampled := map[model.NoticeKind]bool{}
	for _, s := range Samples() {
		sampled[s.Kind] = true
	}
	for _, kind := range model.NoticeKinds() {
		if !sampled[kind] {
			t.Errorf("%s has no sample", kind)
		}
	}
	for _, language := range Languages() {
		for _, s := range model.DeploymentStates() {
			if language.words().deployments[s] == "" {
				t.Errorf("%s: no word for %s", language, s)
			}
		}
		for _, s := range append(model.ReleaseStates(), StateAborted) {
			if language.words().releases[string(s)] == "" {
				t.Errorf("%s: no word for a release that is %s", language, s)
			}
		}
	}
}

func TestCommentsOfWhatIsWrittenBack(t *testing.T) {
	set := Builtin(Chinese, shanghai)
	wanted := map[model.NoticeKind]bool{
		model.NoticeReceived: true, model.NoticeFinished: true, model.NoticeRefused: true, model.NoticeRejected: true, model.NoticeWithdrawn: true,
	}
	for _, s := range Samples() {
		if got := compose(t, set, s).Comment != ""; got != wanted[s.Kind] {
			t.Errorf("%s: comment %t", s.Name, got)
		}
	}
}

// TestEnglishIsEnglish looks at what is ours: names and sentences of others stay as they are.
func TestEnglishIsEnglish(t *testing.T) {
	err := fs.WalkDir(builtin, "templates/en", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(builtin, path)
		checkEnglish(t, path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range english.releases {
		checkEnglish(t, "releases", word)
	}
	for _, word := range english.deployments {
		checkEnglish(t, "deployments", word)
	}
	for _, d := range []time.Duration{time.Second, 30 * time.Second, time.Minute, time.Hour} {
		checkEnglish(t, "durations", English.Duration(d))
	}
}

func checkEnglish(t *testing.T, where, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxLatin1 }); i >= 0 {
		t.Errorf("%s is not English: %s", where, text[i:])
	}
}

func TestDurationsForPeople(t *testing.T) {
	for d, want := range map[time.Duration]string{
		400 * time.Millisecond: "0.4 秒", 1600 * time.Millisecond: "1.6 秒", 12600 * time.Millisecond: "13 秒", 59*time.Second + 499*time.Millisecond: "59 秒",
		59*time.Second + 500*time.Millisecond: "1 分 0 秒", 61 * time.Second: "1 分 1 秒", time.Hour: "1 小时 0 分",
		26*time.Hour + 90*time.Second: "26 小时 1 分",
	} {
		if got := Chinese.Duration(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestALongCommentIsCut(t *testing.T) {
	r := sampleRelease(model.ReleaseActive)
	for range 100 {
		r.Deployments = append(r.Deployments, sampleApp(model.StateFailed, time.Minute, strings.Repeat("长", 200)))
	}
	texts := compose(t, Builtin(Chinese, shanghai), Sample{Kind: model.NoticeFinished, Facts: Facts{Release: r}})
	if n := utf8.RuneCountInString(texts.Comment); n > maxComment || n < maxComment-10 {
		t.Errorf("%d characters", n)
	}
	if !strings.HasPrefix(texts.Comment, texts.Title+"\n") {
		t.Errorf("begins with %.60q", texts.Comment)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\u2028c\td": "a b c d", "  x ": "x", "a\u202eb": "ab", "[v1] <ok> `x_y`": "[v1] <ok> `x_y`", "a\xffb": "a�b",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSafeURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://j.example.com/job/a/12/":     "https://j.example.com/job/a/12/",
		"https://j/job/%E5%95%86/1/?a=b#c":    "https://j/job/%E5%95%86/1/?a=b#c",
		"http://j/a) [x](http://evil":         "http://j/a%29%20%5Bx%5D%28http://evil",
		"javascript:alert(1)":                 "",
		"":                                    "",
		"http://j/商":                          "http://j/%E5%95%86",
		"dingtalk://dingtalkclient/page/link": "",
	} {
		if got := safeURL(in); got != want {
			t.Errorf("safeURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	set, s := Builtin(Chinese, shanghai), Samples()[0]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := set.Compose(s.Kind, s.Facts); err != nil {
			b.Fatal(err)
		}
	}
}

// TestASetIsSharedByGoroutines is for the race detector.
func TestASetIsSharedByGoroutines(t *testing.T) {
	set := load(t, map[string]string{"common.tmpl": `{{define "link"}}{{.URL}}{{end}}`})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, s := range Samples() {
				if _, err := set.Compose(s.Kind, s.Facts); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
