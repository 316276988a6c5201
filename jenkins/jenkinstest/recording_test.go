package jenkinstest

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// recording is one exchange with the real Jenkins, as kept in testdata.
type recording struct {
	name   string
	method string
	target string
	header http.Header // of the request; Host included
	user   string      // label in the Authorization line
	body   string
	status int
	answer http.Header
	text   string
	cut    bool // the recorded page is not complete
}

var (
	replayed   sync.Map // names of the recordings compared so far
	statusLine = regexp.MustCompile(`^HTTP/1\.1 (\d+)`)
	userLabel  = regexp.MustCompile(`^Basic <(\w+):`)
)

// TestMain fails a complete run that left a recording in testdata uncompared: it would only look like coverage.
func TestMain(m *testing.M) {
	code := m.Run()
	partly := false
	for _, arg := range os.Args {
		if strings.HasPrefix(arg, "-test.run") || strings.HasPrefix(arg, "-test.skip") || strings.HasPrefix(arg, "-test.bench") ||
			strings.HasPrefix(arg, "-test.list") {
			partly = true
		}
	}
	if code == 0 && !partly {
		files, _ := filepath.Glob("testdata/*.txt")
		for _, file := range files {
			if _, ok := replayed.Load(filepath.Base(file)); !ok {
				os.Stderr.WriteString("testdata/" + filepath.Base(file) + " is compared by no test\n")
				code = 1
			}
		}
	}
	os.Exit(code)
}

func loadRecording(t *testing.T, number int) recording {
	t.Helper()
	prefix := strconv.Itoa(number)
	prefix = strings.Repeat("0", 3-len(prefix)) + prefix
	files, err := filepath.Glob("testdata/" + prefix + "-*.txt")
	if err != nil || len(files) != 1 {
		t.Fatalf("recording %d: %v %v", number, files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	replayed.Store(filepath.Base(files[0]), true)
	return parseRecording(filepath.Base(files[0]), string(data))
}

func parseRecording(name, data string) recording {
	rec := recording{name: name, header: http.Header{}, answer: http.Header{}}
	head, text, _ := strings.Cut(data, "\n<\n")
	rec.text = text
	if at := strings.Index(text, "\n...[HTML page of "); at >= 0 {
		rec.text, rec.cut = text[:at], true
	}
	inBody, first := false, true
	var body []string
	for line := range strings.SplitSeq(head, "\n") {
		switch {
		case strings.HasPrefix(line, "<"):
			rec.answerLine(strings.TrimSpace(line[1:]))
		case line == ">":
			if inBody {
				body = append(body, "")
			}
			inBody = true
		case strings.HasPrefix(line, "> ") && inBody:
			body = append(body, line[2:])
		case strings.HasPrefix(line, "> ") && first:
			parts := strings.Fields(line[2:])
			rec.method, rec.target = parts[0], strings.TrimSuffix(strings.TrimPrefix(line[2:], parts[0]+" "), " HTTP/1.1")
			first = false
		case strings.HasPrefix(line, "> "):
			key, val, _ := strings.Cut(line[2:], ": ")
			rec.header.Set(key, val)
		}
	}
	rec.body = strings.Join(body, "\n")
	if m := userLabel.FindStringSubmatch(rec.header.Get("Authorization")); m != nil {
		rec.user = m[1]
	}
	if strings.HasPrefix(rec.header.Get("Content-Type"), "multipart/") {
		rec.body = strings.ReplaceAll(rec.body, "\n", "\r\n")
		rec.body = strings.ReplaceAll(rec.body, "行1\r\n", "行1\n") // inside a value, the only one of several lines
	}
	return rec
}

func (rec *recording) answerLine(line string) {
	if m := statusLine.FindStringSubmatch(line); m != nil {
		rec.status, _ = strconv.Atoi(m[1])
		return
	}
	if key, val, found := strings.Cut(line, ": "); found {
		rec.answer.Add(key, val)
	}
}
