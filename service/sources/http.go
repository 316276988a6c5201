package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Limits of one request.
const (
	maxBytes       = 1 << 20
	defaultTimeout = 3 * time.Second
)

// Options say where values are read.
type Options struct {
	URL     string        // {app}, {job}, {project} and {controller} stand for what is asked for
	Token   string        // sent as a bearer token; "": none
	Field   string        // where in the answer the values are, such as data.tags.name; "": the answer is the list
	Timeout time.Duration // of one request with its answer; 3 s when 0
}

// HTTP reads values as JSON with GET. It follows no redirect, since its token is for one address.
type HTTP struct {
	path, query string // of the address, before and from the question mark on
	token       string
	field       []string
	client      *http.Client
	hide        *strings.Replacer
}

// NewHTTP makes a source; it sends nothing.
func NewHTTP(o Options) *HTTP {
	h := &HTTP{path: o.URL, token: o.Token, hide: strings.NewReplacer()}
	if at := strings.IndexByte(o.URL, '?'); at >= 0 {
		h.path, h.query = o.URL[:at], o.URL[at:]
	}
	if o.Field != "" {
		h.field = strings.Split(o.Field, ".")
	}
	if o.Token != "" {
		h.hide = strings.NewReplacer(o.Token, model.Masked, url.QueryEscape(o.Token), model.Masked)
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	h.client = &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConns: 2, MaxConnsPerHost: 4, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: o.Timeout, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
		},
	}
	return h
}

// Close closes the connections that wait for the next request.
func (h *HTTP) Close() { h.client.CloseIdleConnections() }

// Values implements service.ValueSource. Its errors carry neither the token nor the address.
func (h *HTTP) Values(ctx context.Context, at model.Place) ([]model.Option, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address(at), nil)
	if err != nil {
		return nil, errors.New("the source's url is not an address")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "oabridge")
	if h.token != "" {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	values, err := h.read(req)
	if err != nil {
		return nil, fmt.Errorf("source %s: %s", req.URL.Host, h.hide.Replace(err.Error()))
	}
	return values, nil
}

func (h *HTTP) read(req *http.Request) ([]model.Option, error) {
	res, err := h.client.Do(req)
	if err != nil {
		if outer, ok := errors.AsType[*url.Error](err); ok { // it repeats the address
			err = outer.Err
		}
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		_, _ = io.CopyN(io.Discard, res.Body, maxBytes)
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the answer: %w", err)
	case len(body) > maxBytes:
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxBytes)
	}
	return decode(body, h.field)
}

// address is where the values of a place are.
func (h *HTTP) address(at model.Place) string {
	fill := func(text string, escape func(string) string) string {
		return strings.NewReplacer(
			"{app}", escape(at.App), "{job}", escape(at.Job), "{project}", escape(at.Project), "{controller}", escape(at.Controller),
		).Replace(text)
	}
	return fill(h.path, url.PathEscape) + fill(h.query, url.QueryEscape)
}
