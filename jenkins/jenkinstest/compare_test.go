package jenkinstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// The one place that lists what may differ between the real Jenkins and the fake. Everything else must be equal.
var (
	// comparedHeaders must be equal, in presence and value.
	comparedHeaders = []string{
		"Location", "Content-Type", "Allow", "X-Error", "X-More-Data", "X-Required-Permission", "X-Permission-Implied-By",
		"X-You-Are-Authenticated-As", "Www-Authenticate", "X-Jenkins", "X-Content-Type-Options",
	}
	// presentHeaders must both be there or both be missing; their values are the server's own.
	presentHeaders = []string{"X-Jenkins-Session", "X-Text-Size"}
	// times are points in time, in milliseconds: only their being numbers is compared.
	times = []string{"timestamp", "inQueueSince", "buildableStartMilliseconds", "startTimeMillis", "endTimeMillis"}
	// spans are lengths of time: negative, zero or positive is compared.
	spans = []string{"duration", "estimatedDuration", "durationMillis"}
	// pauses depend on the moment the recorder asked, and the fake queues in no time: only their being numbers is compared.
	pauses = []string{"pauseDurationMillis", "queueDurationMillis"}
	// texts with something of one server or one moment in them, cut out of both sides.
	volatile = []struct{ find, put string }{
		{`(Expires in|ETA:) [^)"]*`, "$1 …"},                                     // time left
		{`execution/node/\d+/`, "execution/node/…/"},                             // flow node numbers
		{`\b[0-9a-f]{32}\b`, "<32 hex>"},                                         // id of an input step without one
		{`\b[0-9a-f]{64}\b`, "<64 hex>"},                                         // crumb
		{`/static/[0-9a-f]{8}/`, "/static/…/"},                                   // X-Jenkins-Session again
		{`Building in workspace \S*/`, "Building in workspace …/"},               // JENKINS_HOME
		{`\[Pipeline\] (echo|sleep|\}|// stage|stage)\n(Sleeping[^\n]*\n)?`, ""}, // step markers, which the fake does not write
		{`X-ConsoleAnnotator[^\n]*\n`, ""},
	}
)

var volatileText = func() (compiled []*regexp.Regexp) {
	for _, v := range volatile {
		compiled = append(compiled, regexp.MustCompile(v.find))
	}
	return compiled
}()

func steady(text string) string {
	for i, re := range volatileText {
		text = re.ReplaceAllString(text, volatile[i].put)
	}
	return text
}

// differences between a recorded exchange and what the fake answered; ignore lists known deviations: paths of JSON
// answers, lines of text answers.
func differences(rec *recording, status int, header http.Header, body string, ignore []string) []string {
	var diffs []string
	if status != rec.status {
		diffs = append(diffs, fmt.Sprintf("status: recorded %d, got %d", rec.status, status))
	}
	diffs = append(diffs, headerDifferences(rec.answer, header)...)
	switch kind := rec.answer.Get("Content-Type"); {
	case strings.HasPrefix(kind, "application/json"):
		diffs = append(diffs, jsonDifferences(rec.text, body, ignore)...)
	case strings.Contains(rec.text, "<!DOCTYPE html"):
		if want, got := title(rec.text), title(body); want != got {
			diffs = append(diffs, fmt.Sprintf("title: recorded %q, got %q", want, got))
		}
	case strings.HasPrefix(rec.text, "java.lang.") || strings.HasPrefix(rec.text, "java.io."):
		if want, got := firstLine(rec.text), firstLine(body); want != got {
			diffs = append(diffs, fmt.Sprintf("trace: recorded %q, got %q", want, got))
		}
	default:
		want, got := strings.TrimSpace(steady(without(rec.text, ignore))), strings.TrimSpace(steady(body))
		if rec.cut && len(got) > len(want) {
			got = got[:len(want)]
		}
		if want != got {
			diffs = append(diffs, fmt.Sprintf("body:\nrecorded %q\ngot      %q", want, got))
		}
	}
	return diffs
}

func without(text string, lines []string) string {
	kept := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return slices.Contains(lines, line) })
	return strings.Join(kept, "\n")
}

func firstLine(text string) string { return strings.SplitN(text, "\n", 2)[0] }

func title(page string) string {
	m := regexp.MustCompile(`<title>([^<]*)</title>`).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

func headerDifferences(want, got http.Header) []string {
	var diffs []string
	for _, name := range comparedHeaders {
		if w, g := want.Values(name), got.Values(name); !slices.Equal(w, g) {
			diffs = append(diffs, fmt.Sprintf("header %s: recorded %q, got %q", name, w, g))
		}
	}
	for _, name := range presentHeaders {
		if w, g := want.Get(name) != "", got.Get(name) != ""; w != g {
			diffs = append(diffs, fmt.Sprintf("header %s: recorded %v, got %v", name, w, g))
		}
	}
	return diffs
}

func jsonDifferences(want, got string, ignore []string) []string {
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		return []string{"recorded JSON: " + err.Error()}
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		return []string{"JSON: " + err.Error()}
	}
	c := jsonComparer{ignore: ignore}
	c.compare("", "", w, g)
	return c.diffs
}

type jsonComparer struct {
	ignore []string
	diffs  []string
}

func (c *jsonComparer) differ(path string, want, got any) {
	c.diffs = append(c.diffs, fmt.Sprintf("%s: recorded %v, got %v", path, want, got))
}

func (c *jsonComparer) compare(path, name string, want, got any) {
	if slices.Contains(c.ignore, path) {
		return
	}
	if reflect.TypeOf(want) != reflect.TypeOf(got) {
		c.differ(path, want, got)
		return
	}
	switch got := got.(type) {
	case map[string]any:
		c.objects(path, asMap(want), got)
	case []any:
		c.lists(path, name, asList(want), got)
	case float64:
		c.numbers(path, name, reflect.ValueOf(want).Float(), got)
	case string:
		if steady(fmt.Sprint(want)) != steady(got) {
			c.differ(path, want, got)
		}
	default:
		if want != got {
			c.differ(path, want, got)
		}
	}
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any) // compare has checked that the types are equal
	return m
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

func (c *jsonComparer) objects(path string, want, got map[string]any) {
	names := map[string]bool{}
	for name := range want {
		names[name] = true
	}
	for name := range got {
		names[name] = true
	}
	var sorted []string
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	_, isStage := want["execNode"]
	for _, name := range sorted {
		w, inWant := want[name]
		g, inGot := got[name]
		at := strings.TrimPrefix(path+"."+name, ".")
		switch {
		case isStage && name == "id": // the number of a flow node
		case slices.Contains(c.ignore, at):
		case !inWant:
			c.differ(at, "nothing", g)
		case !inGot:
			c.differ(at, w, "nothing")
		default:
			c.compare(at, name, w, g)
		}
	}
}

func (c *jsonComparer) lists(path, name string, want, got []any) {
	if len(want) != len(got) {
		c.differ(path+" (length)", len(want), len(got))
		return
	}
	for i := range want {
		c.compare(path+"["+strconv.Itoa(i)+"]", name, want[i], got[i])
	}
}

func (c *jsonComparer) numbers(path, name string, want, got float64) {
	sign := func(f float64) int {
		switch {
		case f < 0:
			return -1
		case f > 0:
			return 1
		}
		return 0
	}
	switch {
	case slices.Contains(times, name), slices.Contains(pauses, name):
	case slices.Contains(spans, name):
		if sign(want) != sign(got) {
			c.differ(path, want, got)
		}
	case want != got:
		c.differ(path, want, got)
	}
}
