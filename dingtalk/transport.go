package dingtalk

import (
	"bytes"
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
	// maxAnswer bounds the answer that is read, in bytes; DingTalk's answers to what is called here have a few hundred.
	maxAnswer = 64 << 10
)

// transport posts JSON once, within the time-out, and reads a bounded answer. It follows no redirect: DingTalk sends
// none, and one would carry a token to another host.
type transport struct {
	client  *http.Client
	timeout time.Duration
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

// request is one POST and how to speak about it.
type request struct {
	what string // for people: who was called, such as 钉钉机器人「ops」
	url  string
	body []byte
	hide secrets
	// judge knows the error codes of this interface.
	judge func(code, hint string) (verdict, bool)
}

// post answers with an error for everything that is not DingTalk's success; the answer is valid beside it where
// DingTalk sent one.
func (t transport) post(ctx context.Context, r request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, model.Wrap(model.CodeDingTalkRejected, r.hide.cause(err), "%s的地址无法解析，请检查配置", r.what)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := t.client.Do(req)
	if err != nil {
		return answer{}, t.unreachable(r, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return answer{}, t.unreachable(r, err)
	}
	return r.read(resp, body)
}

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
