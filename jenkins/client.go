package jenkins

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bndr/gojenkins"
)

// Defaults of Options.
const (
	DefaultMaxInFlight = 8
	DefaultTimeout     = 15 * time.Second
	DefaultValues      = 30 * time.Second
)

// maxAside is how many requests may be under way beside MaxInFlight that Jenkins takes long to answer.
const maxAside = 2

// maxLogs is how many logs may be read at once beside them.
const maxLogs = 4

// listingPatience is how many time-outs a listing may take: measured, 500 jobs need 0.14 s once Jenkins is warm and
// ten times that on the first call.
const listingPatience = 4

// Options configure a Client.
type Options struct {
	Name  string // the controller's name in messages
	URL   string // Jenkins' address, with its path prefix if it has one
	User  string
	Token string // an API token: it needs no crumb, a password would (measured)

	// Transport makes the connections; nil gives one of our own, bounded by MaxInFlight.
	Transport http.RoundTripper
	// MaxInFlight is how many requests may be under way at once, 8 when 0.
	MaxInFlight int
	// Timeout is for one request with its body, 15 s when 0; the listing may take four times that.
	Timeout time.Duration
	// ValuesTimeout is for reading what git parameters may be, for which Jenkins asks the git server; 30 s when 0.
	ValuesTimeout time.Duration
	// Views makes a listing hold the views, too.
	Views bool
	// Observe is told about every request: its kind ("trigger", "queue", …), the status (0: no answer) and how long
	// it took. It may be nil.
	Observe func(method, kind string, status int, took time.Duration)
	// Now is the clock that the controller's is compared with, time.Now when nil.
	Now func() time.Time
}

// Client talks to one controller. It is safe for concurrent use.
type Client struct {
	name      string
	user      string
	basePath  string
	timeout   time.Duration
	values    time.Duration
	slots     chan struct{}
	asides    chan struct{}
	logs      chan struct{}
	observe   func(method, kind string, status int, took time.Duration)
	now       func() time.Time
	hide      *strings.Replacer
	transport *http.Transport // nil when the caller brought one
	requester *gojenkins.Requester
	views     bool
	ahead     atomic.Int64 // a time.Duration, see Ahead
}

// New makes a Client; it sends nothing.
func New(o Options) (*Client, error) {
	base, err := baseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("jenkins %q: %w", o.Name, err)
	}
	if (o.User == "") != (o.Token == "") {
		return nil, fmt.Errorf("jenkins %q: user and token must be set together", o.Name)
	}
	o.fill()
	c := &Client{
		name: o.Name, user: o.User, basePath: base.EscapedPath(), timeout: o.Timeout,
		values: o.ValuesTimeout, slots: make(chan struct{}, o.MaxInFlight), asides: make(chan struct{}, maxAside),
		logs:    make(chan struct{}, maxLogs),
		observe: o.Observe, now: o.Now, hide: hider(o.User, o.Token),
		views: o.Views,
	}
	next := o.Transport
	if next == nil {
		c.transport = newTransport(o.MaxInFlight + maxAside + maxLogs)
		next = c.transport
	}
	c.requester = newRequester(base.String(), o.User, o.Token, next)
	return c, nil
}

// Close closes the connections that wait for the next request.
func (c *Client) Close() {
	if c.transport != nil {
		c.transport.CloseIdleConnections()
	}
}

func (o *Options) fill() {
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = DefaultMaxInFlight
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.ValuesTimeout <= 0 {
		o.ValuesTimeout = DefaultValues
	}
	if o.Observe == nil {
		o.Observe = func(string, string, int, time.Duration) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// baseURL reads the configured address. Its errors never repeat it: it could carry a password.
func baseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	switch {
	case err != nil:
		return nil, errors.New("url is not an address: write it like https://jenkins.example.com")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, errors.New("url must start with http:// or https:// and name a host")
	case u.User != nil:
		return nil, errors.New("url must not carry a login: use the keys user and token")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("url must not carry a query or a fragment")
	}
	return u, nil
}

func newRequester(base, user, token string, next http.RoundTripper) *gojenkins.Requester {
	client := &http.Client{
		Transport:     &transport{next: next},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r := &gojenkins.Requester{Base: base, Client: client, SslVerify: true}
	if user != "" {
		r.BasicAuth = &gojenkins.BasicAuth{Username: user, Password: token}
	}
	return r
}
