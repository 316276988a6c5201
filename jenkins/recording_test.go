package jenkins

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recording is one exchange with a real Jenkins 2.452.2.
type recording struct {
	method, target string // as sent
	form           string
	status         int
	header         http.Header
	body           string
}

// record reads testdata/NNN-*.txt: "> " request lines, "< " status and headers, then the body.
func record(t testing.TB, number string) recording {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", number+"-*.txt"))
	if err != nil || len(names) != 1 {
		t.Fatalf("recording %s: %v %v", number, names, err)
	}
	raw, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	r := recording{header: http.Header{}}
	in := bufio.NewReader(strings.NewReader(string(raw)))
	for sending := true; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("recording %s ends early", number)
		}
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "> "):
			r.sent(line[2:])
		case strings.HasPrefix(line, "< "):
			sending = false
			r.received(t, line[2:])
		case line == "<" && !sending:
			rest, _ := io.ReadAll(in)
			r.body = strings.TrimRight(string(rest), "\n")
			return r
		}
	}
}

func (r *recording) sent(line string) {
	switch {
	case r.method == "":
		r.method, line, _ = strings.Cut(line, " ")
		r.target, _, _ = strings.Cut(line, " HTTP/")
	case !strings.Contains(line, ": "):
		r.form = line
	}
}

func (r *recording) received(t testing.TB, line string) {
	if r.status == 0 {
		status, err := strconv.Atoi(strings.Fields(line)[1])
		if err != nil {
			t.Fatalf("status line %q", line)
		}
		r.status = status
		return
	}
	name, value, _ := strings.Cut(line, ": ")
	if name != "Content-Length" && name != "Transfer-Encoding" {
		r.header.Add(name, value)
	}
}

func (r *recording) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	if r.status != http.StatusNoContent {
		_, _ = io.WriteString(w, r.body)
	}
}

const (
	testUser  = "bridge"
	testToken = "11f0secret0token"
)

// clientOf makes a client of a handler; o may be nil.
func clientOf(t testing.TB, h http.Handler, o func(*Options)) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	options := Options{Name: "prod", URL: server.URL, User: testUser, Token: testToken}
	if o != nil {
		o(&options)
	}
	c, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// asked is what a client sent.
type asked struct {
	method, path, query, form, login string
	header                           http.Header
}

// replay answers every request with the recording and keeps what was asked.
func replay(t testing.TB, number string) (*Client, *[]asked) {
	t.Helper()
	r := record(t, number)
	var seen []asked
	return clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		form, _ := io.ReadAll(req.Body)
		user, token, _ := req.BasicAuth()
		seen = append(seen, asked{
			method: req.Method, path: req.URL.EscapedPath(), query: req.URL.RawQuery, form: string(form),
			login: user + ":" + token, header: req.Header,
		})
		r.ServeHTTP(w, req)
	}), nil), &seen
}
