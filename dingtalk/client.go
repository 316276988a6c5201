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
}

// Client calls DingTalk as one internal app. It is safe for concurrent use.
type Client struct {
	opts   Options
	http   transport
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
	o.APIURL, o.OAPIURL = strings.TrimRight(o.APIURL, "/"), strings.TrimRight(o.OAPIURL, "/")
	return &Client{opts: o, http: newTransport(o.HTTPClient, o.Timeout)}
}

// Format prints the app's key and nothing else, whatever the verb: a Client in a log line gives no secret away.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "dingtalk app %s", c.opts.AppKey) }

// oapi posts body to an interface of oapi.dingtalk.com, which wants the access token in the query, and decodes the
// answer into out. A refused token is renewed and the call repeated once: DingTalk did nothing when it refused it.
func (c *Client) oapi(ctx context.Context, what, path string, body, out any) error {
	payload := encode(body)
	token, err := c.token(ctx, "")
	if err != nil {
		return err
	}
	a, err := c.postOAPI(ctx, what, path, token, payload)
	if err != nil && tokenRefused(a.code()) {
		if token, err = c.token(ctx, token); err != nil {
			return err
		}
		a, err = c.postOAPI(ctx, what, path, token, payload)
	}
	if err != nil {
		return err
	}
	if a.ErrCode == "" || json.Unmarshal(a.raw, out) != nil {
		return model.Errorf(model.CodeDingTalkUnavailable, "%s的应答缺少约定的字段", what)
	}
	return nil
}

func (c *Client) postOAPI(ctx context.Context, what, path, token string, payload []byte) (answer, error) {
	return c.http.post(ctx, request{
		what:  what,
		url:   c.opts.OAPIURL + path + "?access_token=" + url.QueryEscape(token),
		body:  payload,
		hide:  secrets{token, c.opts.AppSecret},
		judge: apiVerdict,
	})
}
