package jenkins

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bndr/gojenkins"
)

// request is what one operation sends.
type request struct {
	path    string // escaped, below Jenkins' address
	query   map[string]string
	form    url.Values              // nil: no body
	inspect func(http.Header) error // looks at the head of a 200 before its body is read; nil: nothing to look at
	decode  func(io.Reader) error
	limit   int64         // of the body, answerLimit when 0
	timeout time.Duration // the client's when 0
	slots   chan struct{} // that it takes one of; nil: the client's. What may take long must not keep others waiting
}

// get asks for JSON and decodes it into target.
func (c *Client) get(ctx context.Context, op operation, path, tree string, target any) error {
	_, err := c.do(ctx, op, request{path: path, query: treeQuery(tree), decode: decodeInto(target)})
	return err
}

// post sends a form, or nothing when form is nil.
func (c *Client) post(ctx context.Context, op operation, path string, form url.Values) error {
	_, err := c.do(ctx, op, request{path: path, form: form})
	return err
}

func treeQuery(tree string) map[string]string {
	if tree == "" {
		return map[string]string{}
	}
	return map[string]string{"tree": tree}
}

func decodeInto(target any) func(io.Reader) error {
	return func(r io.Reader) error { return json.NewDecoder(r).Decode(target) }
}

// do sends one request, waits for a free slot before, and judges the answer.
func (c *Client) do(ctx context.Context, op operation, r request) (*exchange, error) {
	slots := c.slots
	if r.slots != nil {
		slots = r.slots
	}
	if err := acquire(ctx, slots); err != nil {
		return nil, c.unreachable(op, err)
	}
	defer func() { <-slots }()
	ctx, cancel := context.WithTimeout(ctx, c.patience(r))
	defer cancel()
	x := &exchange{limit: r.limit, inspect: r.inspect, decode: r.decode}
	if x.limit == 0 {
		x.limit = answerLimit
	}
	started := time.Now()
	res, err := c.requester.Do(x.attach(ctx), r.api(op.method), new(string), r.query)
	if res != nil {
		_ = res.Body.Close()
	}
	c.observe(op.method, op.kind, x.status, time.Since(started))
	c.compareClocks(x)
	if err != nil {
		return nil, c.failure(op, x, err)
	}
	return x, c.judge(op, x, nil)
}

func acquire(ctx context.Context, slots chan<- struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) patience(r request) time.Duration {
	if r.timeout > 0 {
		return r.timeout
	}
	return c.timeout
}

// formType is the content type of every form that is sent.
const formType = "application/x-www-form-urlencoded"

// address is where gojenkins sends a POST.
func (c *Client) address(r request) string {
	query := make(url.Values, len(r.query))
	for name, value := range r.query {
		query.Set(name, value)
	}
	address := c.requester.Base + r.path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// api is the request as gojenkins takes it. gojenkins ends the endpoint of a GET with a slash, so the last part goes
// into the suffix.
func (r request) api(method string) *gojenkins.APIRequest {
	endpoint, suffix := r.path, ""
	if method == http.MethodGet {
		cut := strings.LastIndexByte(r.path, '/') + 1
		endpoint, suffix = r.path[:cut], r.path[cut:]
	}
	var payload io.Reader
	if r.form != nil {
		payload = strings.NewReader(r.form.Encode())
	}
	out := gojenkins.NewAPIRequest(method, endpoint, payload)
	out.Suffix = suffix
	out.SetHeader("User-Agent", "oabridge")
	if r.form != nil {
		out.SetHeader("Content-Type", formType)
	}
	return out
}
