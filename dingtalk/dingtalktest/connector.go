package dingtalktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Encoding is where a connector action puts its inputs; the administrator chooses it in DingTalk.
type Encoding int

// The encodings that real connectors use.
const (
	EncodingJSON  Encoding = iota // POST with a JSON body, the default
	EncodingForm                  // POST with application/x-www-form-urlencoded
	EncodingQuery                 // GET with a query
)

// Connector calls us as DingTalk's connector platform does, signed with the API-Secret scheme in milliseconds. It computes
// the signature on its own.
type Connector struct {
	BaseURL    string // where the actions are, such as http://127.0.0.1:8080/connector
	Secret     string // the connector's API Secret; empty sends no signature
	Encoding   Encoding
	HTTPClient *http.Client     // default http.DefaultClient
	Now        func() time.Time // default time.Now
}

// Call posts fields to BaseURL/action. In forms and queries, where everything is text, lists and objects arrive as JSON,
// as DingTalk sends them. The answer must be a JSON object whatever its status is; err is for connections and for
// answers that are none.
func (c Connector) Call(
	ctx context.Context, action string, fields map[string]any,
) (status int, answer map[string]any, err error) {
	req, err := c.request(ctx, action, fields)
	if err != nil {
		return 0, nil, err
	}
	c.sign(req)
	client := c.HTTPClient
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	if err != nil {
		return resp.StatusCode, nil, err
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer == nil {
		return resp.StatusCode, nil, fmt.Errorf("action %s: HTTP %d with no JSON object: %.200q", action, resp.StatusCode, body)
	}
	return resp.StatusCode, answer, nil
}

func (c Connector) request(ctx context.Context, action string, fields map[string]any) (*http.Request, error) {
	address := strings.TrimRight(c.BaseURL, "/") + "/" + action
	if c.Encoding == EncodingJSON {
		body, err := json.Marshal(fields)
		if err != nil {
			return nil, err
		}
		return c.newRequest(ctx, http.MethodPost, address, "application/json", body)
	}
	values, err := formValues(fields)
	if err != nil {
		return nil, err
	}
	if c.Encoding == EncodingQuery {
		return http.NewRequestWithContext(ctx, http.MethodGet, address+"?"+values.Encode(), nil)
	}
	return c.newRequest(ctx, http.MethodPost, address, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

func (c Connector) newRequest(ctx context.Context, method, address, contentType string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	return req, nil
}

// sign sets Base64(HMAC-SHA256(secret, timestamp)) over the decimal milliseconds.
func (c Connector) sign(req *http.Request) {
	if c.Secret == "" {
		return
	}
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	timestamp := strconv.FormatInt(now().UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(c.Secret))
	mac.Write([]byte(timestamp))
	req.Header.Set("x-ddpaas-signature-timestamp", timestamp)
	req.Header.Set("x-ddpaas-signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func formValues(fields map[string]any) (url.Values, error) {
	values := url.Values{}
	for name, field := range fields {
		if text, ok := field.(string); ok {
			values.Set(name, text)
			continue
		}
		text, err := json.Marshal(field)
		if err != nil {
			return nil, err
		}
		values.Set(name, string(text))
	}
	return values, nil
}
