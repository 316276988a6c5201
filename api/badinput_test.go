package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

// badInputs are requests that no action reads, each with its answer and what the sentence must name.
var badInputs = []struct {
	name, contentType, body string
	status                  int
	code, names             string
}{
	{"not JSON", asJSON, `{"project":`, 400, "invalid_request", "JSON"},
	{"text", asJSON, `hello`, 400, "invalid_request", "JSON"},
	{"a list", asJSON, `["a"]`, 400, "invalid_request", "JSON 对象"},
	{"null", asJSON, `null`, 400, "invalid_request", "JSON 对象"},
	{"trailing garbage", asJSON, `{"project":"a"}{}`, 400, "invalid_request", "JSON"},
	{"trailing comma", asJSON, `{"project":"a",}`, 400, "invalid_request", "JSON"},
	{"byte order mark", asJSON, "\ufeff{}", 400, "invalid_request", "JSON"},
	{"NaN", asJSON, `{"n":NaN}`, 400, "invalid_request", "JSON"},
	{"control character", asJSON, "{\"a\":\"\x01\"}", 400, "invalid_request", "JSON"},
	{"invalid UTF-8", asJSON, "{\"a\":\"\xff\"}", 400, "invalid_request", "UTF-8"},
	{"half a character", asJSON, `{"a":"\ud83d"}`, 400, "invalid_request", `\u`},
	{"half a character in a name", asJSON, `{"\udc00":"a"}`, 400, "invalid_request", `\u`},
	{"duplicate key", asJSON, `{"project":"a","app":"b","project":"c"}`, 400, "invalid_request", "project"},
	{"duplicate key, escaped", asJSON, `{"project":"a","\u0070roject":"a"}`, 400, "invalid_request", "project"},
	{"duplicate key, nested", asJSON, `{"app":{"key":"a","key":"b"}}`, 400, "invalid_request", "key"},
	{"object", asJSON, `{"app":{"x":"a"}}`, 400, "invalid_request", "app"},
	{"object without a key", asJSON, `{"app":{"label":"a"}}`, 400, "invalid_request", "app"},
	{"object with more", asJSON, `{"app":{"key":"a","more":"b"}}`, 400, "invalid_request", "app"},
	{"object with a list", asJSON, `{"app":{"key":["a"]}}`, 400, "invalid_request", "app"},
	{"list in a list", asJSON, `{"app":[["a"]]}`, 400, "invalid_request", "app"},
	{"deep", asJSON, `{"app":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`, 400, "invalid_request", "app"},
	{"very deep", asJSON, `{"app":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`, 400, "invalid_request", "app"},
	{"empty name", asJSON, `{"":"a"}`, 400, "invalid_request", "名字"},
	{"too many fields", asJSON, manyFields(201), 400, "invalid_request", "200"},
	{"too many values", asJSON, `{"app":[` + strings.Repeat(`"a",`, 1000) + `"a"]}`, 400, "invalid_request", "app"},
	{"too large", asJSON, `{"app":"` + strings.Repeat("a", 1<<20) + `"}`, 413, "body_too_large", "1048576"},
	{"bad escape", asForm, "project=%zz", 400, "invalid_request", "%"},
	{"semicolon", asForm, "project=a;app=b", 400, "invalid_request", "分号"},
	{"form with invalid UTF-8", asForm, "project=%ff", 400, "invalid_request", "project"},
	{"form with an invalid name", asForm, "%ff=a", 400, "invalid_request", "UTF-8"},
	{"form without a name", asForm, "=a", 400, "invalid_request", "名字"},
	{"form with too many values", asForm, strings.Repeat("app=a&", 1001), 400, "invalid_request", "app"},
	{"form with too many fields", asForm, manyPairs(201), 400, "invalid_request", "200"},
	{"text/plain", "text/plain", "a", 415, "unsupported_media_type", "text/plain"},
	{"no type", "", "{}", 415, "unsupported_media_type", "application/json"},
	{"broken type", "application/", "{}", 415, "unsupported_media_type", "application/json"},
	{"XML", "application/xml", "<a/>", 415, "unsupported_media_type", "application/xml"},
	{"GBK", "application/json; charset=gbk", "{}", 415, "unsupported_media_type", "gbk"},
	{"multipart without boundary", "multipart/form-data", "x", 400, "invalid_request", "boundary"},
	{"broken multipart", "multipart/form-data; boundary=x", "--x\r\nfoo", 400, "invalid_request", "multipart"},
	{"cut multipart", "multipart/form-data; boundary=x", part(`name="a"`) + "value", 400, "invalid_request", "multipart"},
	{"file", "multipart/form-data; boundary=x", part(`name="up"; filename="a.sh"`) + "x\r\n--x--\r\n", 400, "invalid_request", "up"},
	{"part without a name", "multipart/form-data; boundary=x", part(`x="a"`) + "x\r\n--x--\r\n", 400, "invalid_request", "名字"},
}

func part(disposition string) string {
	return "--x\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n"
}

func manyFields(n int) string {
	pairs := make([]string, n)
	for i := range pairs {
		pairs[i] = fmt.Sprintf(`"f%d":"a"`, i)
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

func manyPairs(n int) string {
	pairs := make([]string, n)
	for i := range pairs {
		pairs[i] = fmt.Sprintf("f%d=a", i)
	}
	return strings.Join(pairs, "&")
}

func TestBadInputIsRefusedBeforeAnythingIsDone(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	for _, c := range badInputs {
		t.Run(c.name, func(t *testing.T) {
			for _, target := range []string{"/connector/ping", "/connector/apps", "/connector/validate", "/connector/releases", "/api/releases/R-1/cancel"} {
				credentials := signed
				if strings.HasPrefix(target, "/api") {
					credentials = bearer(opsToken)
				}
				a := r.do("POST", target, c.contentType, c.body, credentials)
				if a.status != c.status || a.code() != c.code || !strings.Contains(a.message(), c.names) {
					t.Errorf("%s: %d %s, want %d %s naming %q", target, a.status, a.raw, c.status, c.code, c.names)
				}
			}
		})
	}
	if len(f.asked) > 0 {
		t.Errorf("the service was asked: %v", f.asked)
	}
}

func TestBadInputLeavesTheDatabaseAsItIs(t *testing.T) {
	r, db := newReal(t)
	for _, c := range badInputs {
		r.do("POST", "/connector/releases", c.contentType, c.body, signed)
	}
	releases, err := db.ListReleases(context.Background(), model.ReleaseFilter{Limit: 10})
	open, openErr := db.CountDeployments(context.Background())
	if err != nil || openErr != nil || len(releases) > 0 || open["messages"] > 0 {
		t.Errorf("stored: %v, %v (%v, %v)", releases, open, err, openErr)
	}
}

func TestOddRequests(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	gzip := func(req *http.Request) { req.Header.Set("Content-Encoding", "gzip") }
	declared := func(req *http.Request) { req.ContentLength = 1<<20 + 1 }
	cut := func(req *http.Request) { req.Body = brokenBody{} }
	for _, c := range []struct {
		name, method, target, contentType, body string
		change                                  func(*http.Request)
		status                                  int
		code                                    string
	}{
		{"query against body", "POST", "/connector/validate?project=a", asJSON, `{"project":"b"}`, signed, 400, "invalid_request"},
		{"too many in both", "POST", "/connector/validate?one=a", asJSON, manyFields(200), signed, 400, "invalid_request"},
		{"bad query", "GET", "/connector/apps?project=%25%zz", "", "", signed, 400, "invalid_request"},
		{"unknown input of an option action", "GET", "/connector/apps?porject=a", "", "", signed, 400, "invalid_request"},
		{"two values of one input", "GET", "/connector/apps?project=a&project=b", "", "", signed, 400, "invalid_request"},
		{"two names of one input", "GET", "/connector/apps?project=a&%E9%A1%B9%E7%9B%AE%E5%90%8D%E7%A7%B0=b", "", "", signed, 400, "invalid_request"},
		{"compressed", "POST", "/connector/validate", asJSON, "{}", gzip, 415, "unsupported_media_type"},
		{"declared too large", "POST", "/connector/validate", asJSON, "{}", declared, 413, "body_too_large"},
		{"cut connection", "POST", "/connector/validate", asJSON, "{}", cut, 400, "invalid_request"},
		{"method", "DELETE", "/connector/releases", "", "", signed, 405, "method_not_allowed"},
		{"method of nobody", "BREW", "/connector/releases", "", "", signed, 405, "method_not_allowed"},
		{"path", "GET", "/connector/nothing", "", "", signed, 404, "not_found"},
		{"slash at the end", "GET", "/connector/projects/", "", "", signed, 404, "not_found"},
		{"method of the JSON API", "POST", "/api/releases", "", "", bearer(opsToken), 405, "method_not_allowed"},
		{"path of the JSON API", "GET", "/api/nothing", "", "", bearer(opsToken), 404, "not_found"},
		{"root", "GET", "/", "", "", none, 404, "not_found"},
	} {
		a := r.do(c.method, c.target, c.contentType, c.body, signed, c.change)
		if a.status != c.status || a.code() != c.code || a.message() == "" {
			t.Errorf("%s: %d %s", c.name, a.status, a.raw)
		}
		if _, enveloped := a.body["traceId"]; enveloped != strings.HasPrefix(c.target, "/connector/") {
			t.Errorf("%s: wrong shape: %s", c.name, a.raw)
		}
		if c.status == 405 && a.header.Get("Allow") == "" {
			t.Errorf("%s: Allow is missing", c.name)
		}
	}
	if len(f.asked) > 0 {
		t.Errorf("the service was asked: %v", f.asked)
	}
}

// brokenBody is a connection that was cut.
type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, fmt.Errorf("connection reset") }
func (brokenBody) Close() error             { return nil }

func TestABodyOfNothingIsNoBody(t *testing.T) {
	r := newRig(t, &fake{})
	for _, body := range []string{"", " \r\n"} {
		if a := r.do("POST", "/connector/ping", "text/plain", body, signed); a.status != http.StatusOK {
			t.Errorf("%q: %d %s", body, a.status, a.raw)
		}
	}
	if a := r.do("POST", "/connector/ping", asJSON, "{}", signed, header("Content-Encoding", "identity")); a.status != http.StatusOK {
		t.Errorf("identity: %d %s", a.status, a.raw)
	}
}
