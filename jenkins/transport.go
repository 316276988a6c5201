package jenkins

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

// drained is how much of an unread body is thrown away to keep the connection; measured, Jenkins' own error pages have
// up to 75 kB.
const drained = 128 << 10

// newTransport makes the connections of one controller, at most limit at once. HTTP/1.1 only: its rules for repeating
// a request are short enough to rely on. Idle connections end before Jetty closes them (30 s), so that a request is
// rarely written to a dead one.
func newTransport(limit int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxIdleConns:           limit,
		MaxIdleConnsPerHost:    limit,
		MaxConnsPerHost:        limit,
		IdleConnTimeout:        20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              protocols,
	}
}

// exchange is one request on its way and what came back. It travels in the request's context, because gojenkins
// passes neither the status of a refusal nor a body that is not read whole.
type exchange struct {
	limit   int64
	inspect func(http.Header) error // looks at the head of a 200
	decode  func(io.Reader) error   // reads its body

	status    int
	header    http.Header
	path      string
	dialling  bool
	connected bool
}

type exchangeKey struct{}

func (x *exchange) attach(ctx context.Context) context.Context {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { x.dialling = true },
		GotConn: func(httptrace.GotConnInfo) { x.connected = true },
	})
	return context.WithValue(ctx, exchangeKey{}, x)
}

// unsent tells that Jenkins surely saw nothing of the request: no connection came to be.
func (x *exchange) unsent() bool { return x.dialling && !x.connected }

// transport sends a request once, reads the body itself and turns what Jenkins refuses into an error that keeps the
// status.
type transport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	x.path = req.URL.EscapedPath()
	res, err := t.next.RoundTrip(once(req))
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	x.status, x.header = res.StatusCode, res.Header
	if err := x.read(req, res); err != nil {
		return nil, err
	}
	_, _ = io.CopyN(io.Discard, res.Body, drained)
	res.Body = http.NoBody
	return res, nil
}

// once is the request without what would let net/http send it again: its body cannot be rewound. net/http still
// repeats a POST that has no body when not one byte of it was written, which Jenkins cannot have seen.
func once(req *http.Request) *http.Request {
	out := req.WithContext(req.Context())
	if out.Method != http.MethodGet {
		out.GetBody = nil
	}
	return out
}

func (x *exchange) read(req *http.Request, res *http.Response) error {
	if res.StatusCode >= http.StatusBadRequest {
		return newStatusError(req, res)
	}
	if res.StatusCode != http.StatusOK || x.decode == nil {
		return nil
	}
	if x.inspect != nil {
		if err := x.inspect(res.Header); err != nil {
			return &bodyError{err: err}
		}
	}
	body := &boundedBody{next: res.Body, left: x.limit}
	if err := x.decode(body); err != nil {
		return &bodyError{err: err, cut: body.failed, tooLarge: body.exceeded}
	}
	return nil
}
