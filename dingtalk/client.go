package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/oabridge/oabridge/model"
)

// Options of a Client. Every field but AppKey, AppSecret and AgentID may be left out.
type Options struct {
	HTTPClient *http.Client
	APIURL     string // default https://api.dingtalk.com
	OAPIURL    string // default https://oapi.dingtalk.com
	AppKey     string
	AppSecret  string
	AgentID    int64      // the app that work notices come from
	Tokens     TokenCache // shared between replicas; nil keeps the token in this process
	Now        func() time.Time
	Timeout    time.Duration // of one request; default 10 s
	// QPS is how many calls a second this process may make: what DingTalk takes from an app, divided by those who call as
	// it. Default 20.
	QPS   float64
	Sleep func(context.Context, time.Duration) error // until a call's turn has come; default: by a timer
	// Location is the zone of the times of approvals. DingTalk writes a Z behind Beijing's wall-clock time, so that is the
	// default.
	Location *time.Location
	Count    func(kind string) // is told of each call that counts against a quota
}

// Client calls DingTalk as one internal app. It is safe for concurrent use.
type Client struct {
	opts   Options
	http   transport
	pace   pace
	flight singleflight.Group

	mu   sync.Mutex
	held accessToken
}

// New makes no request: credentials are tried by the first call, or by Token.
func New(o Options) *Client {
	if o.APIURL == "" {
		o.APIURL = "https://api.dingtalk.com"
	}
	if o.OAPIURL == "" {
		o.OAPIURL = "https://oapi.dingtalk.com"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Location == nil {
		o.Location = time.FixedZone("CST", 8*60*60)
	}
	if o.QPS <= 0 {
		o.QPS = appQPS
	}
	o.APIURL, o.OAPIURL = strings.TrimRight(o.APIURL, "/"), strings.TrimRight(o.OAPIURL, "/")
	c := &Client{opts: o, http: newTransport(o.HTTPClient, o.Timeout), pace: newPace(o.QPS, o.Now, o.Sleep)}
	c.http.count = o.Count
	return c
}

// Format prints the app's key and nothing else, whatever the verb: a Client in a log line gives no secret away.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "dingtalk app %s", c.opts.AppKey) }

// endpoint is an interface of DingTalk. Its method is POST unless it is given.
type endpoint struct {
	what   string // for people
	method string
	path   string                                  // with its query
	limit  int                                     // of the answer, in bytes
	counts string                                  // CallAPI, or "" when it is exempt from the quotas
	urgent bool                                    // a deployment waits for it: it goes before other calls
	judge  func(code, hint string) (verdict, bool) // nil: apiVerdict
}

// oapi posts body to an interface of oapi.dingtalk.com, which wants the access token in the query, and decodes the
// answer into out.
func (c *Client) oapi(ctx context.Context, e endpoint, body, out any) error {
	payload := encode(body)
	a, err := c.authorized(ctx, func(token string) (answer, error) {
		r := c.request(e, token, payload)
		r.url = c.opts.OAPIURL + e.path + "?access_token=" + url.QueryEscape(token)
		return c.call(ctx, r)
	})
	if err == nil && a.ErrCode == "" {
		return lacking(e.what)
	}
	return decode(a, err, e.what, out)
}

// api calls an interface of api.dingtalk.com, which wants the access token in a header, and decodes the answer into out.
// A nil body sends none.
func (c *Client) api(ctx context.Context, e endpoint, body, out any) error {
	var payload []byte
	if body != nil {
		payload = encode(body)
	}
	a, err := c.authorized(ctx, func(token string) (answer, error) {
		r := c.request(e, token, payload)
		r.url, r.token = c.opts.APIURL+e.path, token
		return c.call(ctx, r)
	})
	return decode(a, err, e.what, out)
}

// authorized sends with a token. One that is refused is renewed and the call repeated once: DingTalk did nothing when it
// refused it.
func (c *Client) authorized(ctx context.Context, send func(token string) (answer, error)) (answer, error) {
	token, err := c.token(ctx, "")
	if err != nil {
		return answer{}, err
	}
	a, err := send(token)
	if err != nil && tokenRefused(a.code()) {
		if token, err = c.token(ctx, token); err != nil {
			return answer{}, err
		}
		a, err = send(token)
	}
	return a, err
}

func (c *Client) request(e endpoint, token string, payload []byte) request {
	judge := e.judge
	if judge == nil {
		judge = apiVerdict
	}
	return request{
		what: e.what, method: e.method, body: payload, limit: e.limit, counts: e.counts, urgent: e.urgent,
		hide: secrets{token, c.opts.AppSecret}, judge: judge,
	}
}

// call sends when its turn has come.
func (c *Client) call(ctx context.Context, r request) (answer, error) {
	if err := c.pace.wait(ctx, r.what, r.urgent); err != nil {
		return answer{}, err
	}
	return c.http.send(ctx, r)
}

func decode(a answer, err error, what string, out any) error {
	if err == nil && json.Unmarshal(a.raw, out) != nil {
		return lacking(what)
	}
	return err
}

// lacking is an answer that is a success and tells nothing.
func lacking(what string) *model.Error {
	return model.Errorf(model.CodeDingTalkUnavailable, "%s的应答缺少约定的字段", what)
}
