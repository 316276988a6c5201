package dingtalk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	// callTimeout bounds one request from dialling to the last byte of the answer.
	callTimeout = 10 * time.Second
	// maxAnswer bounds the answer that is read, in bytes; most of DingTalk's answers have a few hundred.
	maxAnswer = 64 << 10
)

// What calls count as against the quotas of the organisation. Calls for tokens and contacts are exempt.
const (
	CallAPI     = "api"     // workflows, work notices
	CallWebhook = "webhook" // messages of custom robots, and events of approvals
)

// transport sends JSON once, within the time-out, and reads a bounded answer. It follows no redirect: DingTalk sends
// none, and one would carry a token to another host.
type transport struct {
	client  *http.Client
	timeout time.Duration
	count   func(kind string) // nil: nobody counts
}

func newTransport(client *http.Client, timeout time.Duration) transport {
	if client == nil {
		client = &http.Client{}
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if timeout <= 0 {
		timeout = callTimeout
	}
	return transport{client: &own, timeout: timeout}
}

// request is one call and how to speak about it.
type request struct {
	what   string // for people: who was called, such as 钉钉机器人「ops」
	method string // POST unless it is given
	url    string
	token  string // for interfaces that want it in a header
	body   []byte
	limit  int    // of the answer, in bytes; maxAnswer unless it is given
	counts string // CallAPI, CallWebhook; "": exempt from the quotas
	urgent bool   // goes before others when calls have to wait
	hide   secrets
	// judge knows the error codes of this interface.
	judge func(code, hint string) (verdict, bool)
}

// send answers with an error for everything that is not DingTalk's success; the answer is valid beside it where
// DingTalk sent one.
func (t transport) send(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	req, err := r.build(ctx)
	if err != nil {
		return answer{}, model.Wrap(model.CodeDingTalkRejected, r.hide.cause(err), "%s的地址无法解析，请检查配置", r.what)
	}
	if t.count != nil && r.counts != "" {
		t.count(r.counts)
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return answer{}, t.unreachable(r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(r.most())+1))
	if err != nil {
		return answer{}, t.unreachable(r, err)
	}
	return r.read(resp, body)
}

func (r request) build(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.method, http.MethodPost), r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("X-Acs-Dingtalk-Access-Token", r.token)
	}
	return req, nil
}

// most is how many bytes of an answer are read.
func (r request) most() int { return cmp.Or(r.limit, maxAnswer) }

func (t transport) unreachable(r request, err error) error {
	err = r.hide.cause(err)
	if errors.Is(err, context.DeadlineExceeded) {
		return model.Wrap(model.CodeDingTalkUnavailable, err, "%s没有及时应答(最长等待%s)", r.what, chineseDuration(t.timeout))
	}
	return model.Wrap(model.CodeDingTalkUnavailable, err, "%s无法连接或连接中断", r.what)
}

// encode writes JSON without HTML escapes, so that < > & count as one byte against DingTalk's limits. It is given strings,
// numbers and JSON made here, which cannot fail.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n")
}
