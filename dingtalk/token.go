package dingtalk

import (
	"context"
	"encoding/json"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	// renewEarly is how long before its end a token is replaced: a call that starts with it still finishes.
	renewEarly = 5 * time.Minute
	// renewPause follows a failed renewal of a token that still lives, so that not every call waits for a time-out.
	renewPause = 30 * time.Second
)

// TokenCache shares the access token between replicas. It is a convenience: when it fails, the client asks DingTalk.
type TokenCache interface {
	// Get reports false when there is nothing under key.
	Get(ctx context.Context, key string) ([]byte, bool, error)
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
}

// accessToken is also what the shared cache holds, as JSON.
type accessToken struct {
	Value   string    `json:"value"`
	Renew   time.Time `json:"renew"`
	Expires time.Time `json:"expires"`
}

// Token is a valid access token of the app: the held one, the shared one, or a new one. Many callers at once cost one
// request. It answers CodeDingTalkAuth when the app's key or secret is wrong.
func (c *Client) Token(ctx context.Context) (string, error) { return c.token(ctx, "") }

// token is a token other than refused, which DingTalk did not accept. The request belongs to all who wait for it, so
// it does not end with the context of the first; each of them stops waiting with its own.
func (c *Client) token(ctx context.Context, refused string) (string, error) {
	if t := c.current(); t.Value != refused && c.opts.Now().Before(t.Renew) {
		return t.Value, nil
	}
	wait := c.flight.DoChan(refused, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.http.timeout)
		defer cancel()
		return c.renew(ctx, refused)
	})
	select {
	case <-ctx.Done():
		return "", model.Wrap(model.CodeDingTalkUnavailable, ctx.Err(), "等待钉钉 access token 时被取消")
	case r := <-wait:
		token, _ := r.Val.(string) // "" beside an error
		return token, r.Err
	}
}

// renew looks again at what is held, then at what another replica fetched, then asks DingTalk. When DingTalk cannot be
// asked, a held token that still lives is used.
func (c *Client) renew(ctx context.Context, refused string) (string, error) {
	held := c.current()
	if held.Value != refused && c.opts.Now().Before(held.Renew) {
		return held.Value, nil
	}
	if shared := c.shared(ctx); shared.Value != refused && c.opts.Now().Before(shared.Renew) {
		c.hold(shared)
		return shared.Value, nil
	}
	fresh, err := c.fetch(ctx)
	if err != nil {
		if now := c.opts.Now(); held.Value != refused && now.Before(held.Expires) {
			c.keep(held, now)
			return held.Value, nil
		}
		return "", err
	}
	c.hold(fresh)
	c.share(ctx, fresh)
	return fresh.Value, nil
}

// fetch asks for a token (DingTalk docs: obtain-the-access-token-of-an-internal-app). Its life is 7200 s; asking again
// within it gives the same token.
func (c *Client) fetch(ctx context.Context) (accessToken, error) {
	asked := c.opts.Now()
	a, err := c.call(ctx, request{
		what: "钉钉 access token 接口", url: c.opts.APIURL + "/v1.0/oauth2/accessToken",
		body: encode(map[string]string{"appKey": c.opts.AppKey, "appSecret": c.opts.AppSecret}),
		hide: secrets{c.opts.AppSecret}, judge: apiVerdict,
	})
	if err != nil {
		return accessToken{}, err
	}
	var got struct {
		AccessToken string `json:"accessToken"`
		ExpireIn    int64  `json:"expireIn"` // seconds
	}
	if json.Unmarshal(a.raw, &got) != nil || got.AccessToken == "" || got.ExpireIn <= 0 {
		return accessToken{}, model.Errorf(model.CodeDingTalkUnavailable, "钉钉 access token 接口的应答缺少约定的字段")
	}
	life := time.Duration(got.ExpireIn) * time.Second
	return accessToken{
		Value: got.AccessToken, Expires: asked.Add(life), Renew: asked.Add(life - min(renewEarly, life/2)),
	}, nil
}

func (c *Client) current() accessToken {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

func (c *Client) hold(t accessToken) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = t
}

// keep puts the next renewal of a living token off.
func (c *Client) keep(t accessToken, now time.Time) {
	if t.Renew = now.Add(renewPause); t.Renew.Before(t.Expires) {
		c.hold(t)
	}
}

func (c *Client) cacheKey() string { return "token:" + c.opts.AppKey }

// shared is the zero token when the cache is empty, broken or not there.
func (c *Client) shared(ctx context.Context) accessToken {
	if c.opts.Tokens == nil {
		return accessToken{}
	}
	var t accessToken
	raw, ok, err := c.opts.Tokens.Get(ctx, c.cacheKey())
	if err != nil || !ok || json.Unmarshal(raw, &t) != nil || t.Value == "" {
		return accessToken{}
	}
	return t
}

// share leaves the token to the other replicas; a cache that fails costs them a request, no more.
func (c *Client) share(ctx context.Context, t accessToken) {
	if c.opts.Tokens == nil {
		return
	}
	if raw, err := json.Marshal(t); err == nil {
		_ = c.opts.Tokens.Set(ctx, c.cacheKey(), raw, t.Expires.Sub(c.opts.Now()))
	}
}
