package jenkins

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

// Limits of what is read from Jenkins.
const (
	listingLimit = 64 << 20
	answerLimit  = 8 << 20
	pageLimit    = 4 << 10
	summaryRunes = 200
)

var errTooLarge = errors.New("the answer is larger than allowed")

// boundedBody reads at most left bytes and remembers why it ended.
type boundedBody struct {
	next     io.Reader
	left     int64
	exceeded bool
	failed   bool // the connection, not the content
}

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.exceeded {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.next.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.exceeded = true
		return n - 1, errTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = true
	}
	return n, err
}

// bodyError is a 200 whose body could not be used.
type bodyError struct {
	err      error
	cut      bool // the connection ended inside the body
	tooLarge bool
}

func (e *bodyError) Error() string { return "reading the answer: " + e.err.Error() }

func (e *bodyError) Unwrap() error { return e.err }

// broken tells that the connection is to blame, not what Jenkins says.
func (e *bodyError) broken() bool {
	return e.cut || (!e.tooLarge && (errors.Is(e.err, io.ErrUnexpectedEOF) || errors.Is(e.err, io.EOF)))
}

// statusError is an answer with a status of 400 or above.
type statusError struct {
	method, path string
	status       int
	permission   string // X-Required-Permission: what a 403 misses (measured)
	reason       string // X-Error: why an input step refuses (measured)
	page         string // what the page says, short
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("%s %s: status %d", e.method, e.path, e.status)
	for _, part := range []string{e.permission, e.reason, e.page} {
		if part != "" {
			text += ": " + part
		}
	}
	return text
}

func newStatusError(req *http.Request, res *http.Response) *statusError {
	page, _ := io.ReadAll(io.LimitReader(res.Body, pageLimit))
	_, _ = io.CopyN(io.Discard, res.Body, drained)
	return &statusError{
		method: req.Method, path: req.URL.EscapedPath(), status: res.StatusCode,
		permission: oneLine(res.Header.Get("X-Required-Permission")),
		reason:     oneLine(res.Header.Get("X-Error")),
		page:       summary(res.Header.Get("Content-Type"), string(page)),
	}
}

var (
	titleTag = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	anyTag   = regexp.MustCompile(`(?s)<[^>]*>`)
)

// summary is the line of an error page that says something: a page's title, or the first line of a Java stack trace
// (both measured).
func summary(contentType, page string) string {
	if kind, _, _ := mime.ParseMediaType(contentType); kind != "text/html" {
		first, _, _ := strings.Cut(strings.TrimSpace(page), "\n")
		return oneLine(first)
	}
	if title := titleTag.FindStringSubmatch(page); title != nil {
		return oneLine(title[1])
	}
	return oneLine(anyTag.ReplaceAllString(page, " "))
}

// oneLine makes foreign text fit to be shown: valid, without control characters, short.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > summaryRunes {
		return string(runes[:summaryRunes]) + "…"
	}
	return string(runes)
}
