package sources

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/oabridge/oabridge/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hush = "hush-token"

var here = model.Place{Controller: "prod", Project: "deploy/商城", Job: "deploy/商城/web api&x=1", App: "web api&x=1"}

// source reads from a server that answers with h.
func source(t *testing.T, h http.HandlerFunc, o Options) *HTTP {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o.URL = server.URL + o.URL
	o.Token = hush
	s := NewHTTP(o)
	t.Cleanup(s.Close)
	return s
}

func saying(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func plain(values ...string) []model.Option {
	var all []model.Option
	for _, v := range values {
		all = append(all, model.Option{ID: v, Name: v})
	}
	return all
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer, field string
		want          []model.Option
	}{
		"texts":               {`["v2","v1"]`, "", plain("v2", "v1")},
		"numbers and such":    {`[3, 1.50, true, null, ""]`, "", plain("3", "1.50", "true")},
		"nothing":             {`[]`, "", nil},
		"id and name":         {`[{"id":"1","name":"一"},{"id":2}]`, "", []model.Option{{ID: "1", Name: "一"}, {ID: "2", Name: "2"}}},
		"value and label":     {`[{"value":"1","label":"一"}]`, "", []model.Option{{ID: "1", Name: "一"}}},
		"only names":          {`[{"name":"v1","commit":{}}]`, "", plain("v1")},
		"inside":              {`{"data":{"tags":["v1"]}}`, "data.tags", plain("v1")},
		"inside a list":       {`{"data":{"tags":[{"name":"v1"},{"name":"v2"}]}}`, "data.tags.name", plain("v1", "v2")},
		"lists in a list":     {`[{"tags":["a","b"]},{"tags":["c"]}]`, "tags", plain("a", "b", "c")},
		"one":                 {`{"latest":"v1"}`, "latest", plain("v1")},
		"spaces after it all": {"[\"a\"]\n \n", "", plain("a")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := source(t, saying(c.answer), Options{Field: c.field}).Values(t.Context(), here)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestRefusedAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		field  string
		says   string
	}{
		"no JSON":            {saying("<html>" + hush), "", "not JSON"},
		"two":                {saying(`["a"]["b"]`), "", "something follows"},
		"an object":          {saying(`{"a":["b"]}`), "", "say with field"},
		"another field":      {saying(`{"a":["b"]}`), "b", `the field "b" is missing`},
		"a text in its way":  {saying(`{"a":"b"}`), "a.b", `the field "b"`},
		"objects without id": {saying(`[{"x":1}]`), "", "none of the fields"},
		"an error":           {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, hush, http.StatusForbidden) }, "", "status 403"},
		"a redirect":         {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/?"+hush, http.StatusFound) }, "", "status 302"},
		"too much":           {saying(`["` + strings.Repeat("x", maxBytes) + `"]`), "", "larger than"},
		"no answer":          {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "", ""},
		"cut":                {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := source(t, c.answer, Options{Field: c.field, URL: "/" + hush, Timeout: 500 * time.Millisecond})
			values, err := s.Values(t.Context(), here)
			if err == nil || values != nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), hush) {
				t.Errorf("%v, %v", values, err)
			}
		})
	}
}

func TestWhatIsAsked(t *testing.T) {
	var asked *http.Request
	s := source(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r
		_, _ = io.WriteString(w, "[]")
	}, Options{URL: "/{controller}/{job}?app={app}&p={project}&x={y}"})
	if _, err := s.Values(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	if got, want := asked.URL.EscapedPath(), "/prod/deploy%2F%E5%95%86%E5%9F%8E%2Fweb%20api&x=1"; got != want {
		t.Errorf("path %s, want %s", got, want)
	}
	q := asked.URL.Query()
	if q.Get("app") != here.App || q.Get("p") != here.Project || q.Get("x") != "{y}" || len(q) != 3 {
		t.Errorf("query %v", q)
	}
	if got := asked.Header.Get("Authorization"); got != "Bearer "+hush || asked.Method != http.MethodGet {
		t.Errorf("%s with %q", asked.Method, got)
	}
}
