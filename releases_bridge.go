package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// bridgeFlags say which bridge is asked, and as whom.
type bridgeFlags struct {
	env       *environment
	url       string
	tokenFile string
	as        string
	asJSON    bool
}

func (b *bridgeFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&b.url, "url", "", "base URL of the bridge (default: the listen address of the configuration)")
	flags.StringVar(&b.tokenFile, "token-file", "", "file with a token of api.tokens")
	flags.StringVar(&b.as, "as", "", "name of the token of api.tokens to use, from the configuration")
	flags.BoolVar(&b.asJSON, "json", false, "print what the JSON API answers")
}

// bridgeClient asks one running bridge.
type bridgeClient struct {
	url   string
	token string
	zone  *time.Location // in which times are shown
	told  bool           // whether the bridge named it: then it reads times in the same
	http  *http.Client
}

// Limits of one request.
const (
	askTimeout = 30 * time.Second
	maxAnswer  = 32 << 20
)

// connect finds out where the bridge is and who asks. The configuration is read only when one of the two is in it.
func (b *bridgeFlags) connect() (*bridgeClient, error) {
	if b.as != "" && b.tokenFile != "" {
		return nil, misused("--as and --token-file both name a token: give one of them")
	}
	c := &bridgeClient{url: b.url, zone: time.Local, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if b.url == "" || b.as != "" {
		cfg, err := b.env.load()
		if err != nil && b.env.configFile == "" {
			return nil, misused("which bridge? Name it with --url, or its configuration with -c · 请用 --url 或 -c 指明是哪个 oabridge")
		}
		if err != nil {
			return nil, err
		}
		c.zone = cfg.Location()
		if b.url == "" {
			c.url = "http://" + localAddress(cfg.Listen)
		}
		if b.as != "" {
			if c.token, err = tokenOf(cfg.API.Tokens, b.as); err != nil {
				return nil, err
			}
		}
	}
	if err := checkURL(c.url); err != nil {
		return nil, err
	}
	c.url = strings.TrimRight(c.url, "/")
	return c, b.readToken(c)
}

// readToken takes the token from where the flags say, and never shows it.
func (b *bridgeFlags) readToken(c *bridgeClient) error {
	source := "--as " + b.as
	switch {
	case b.as != "":
	case b.tokenFile != "":
		source = b.tokenFile
		text, err := os.ReadFile(b.tokenFile)
		if err != nil {
			return misused("--token-file cannot be read: %w", err)
		}
		c.token = strings.TrimSpace(string(text))
	default:
		source = "OABRIDGE_TOKEN"
		c.token = strings.TrimSpace(b.env.variable(source))
	}
	if c.token == "" && source == "OABRIDGE_TOKEN" {
		return misused("as whom? Set OABRIDGE_TOKEN, or name a token with --token-file or --as · 请提供令牌：OABRIDGE_TOKEN、--token-file 或 --as")
	}
	if c.token == "" || strings.ContainsFunc(c.token, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }) {
		return misused("%s holds no token: one line of visible ASCII characters is wanted", source)
	}
	return nil
}

func tokenOf(tokens []config.APIToken, name string) (string, error) {
	names := make([]string, len(tokens))
	for i, t := range tokens {
		if names[i] = t.Name; t.Name == name {
			return t.Token.Reveal(), nil
		}
	}
	return "", misused("--as %q is not in api.tokens; there is: %s", name, strings.Join(names, ", "))
}

// refusal is what the bridge answered when it did not do what was asked.
type refusal struct {
	Code    model.Code `json:"code"`
	Message string     `json:"message"`
	TraceID string     `json:"trace_id"`
	raw     []byte
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s (%s, trace %s)", harmless(r.Message), harmless(string(r.Code)), harmless(r.TraceID))
}

// ask sends one request and returns the JSON that came back. body is nil for a GET.
func (c *bridgeClient) ask(ctx context.Context, method, path string, body any) ([]byte, error) {
	asking, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(asking, method, c.url+path, sent)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, unanswered(ctx, method, path, err)
	}
	defer func() { _ = res.Body.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, unanswered(ctx, method, path, err)
	}
	return c.understand(res, raw)
}

// harmlessAsk tells whether a request changes nothing.
func harmlessAsk(method, path string) bool {
	return method == http.MethodGet || strings.HasPrefix(path, validatePath)
}

// unanswered says what is known after a request without a whole answer.
func unanswered(ctx context.Context, method, path string, err error) error {
	what := "the bridge did not answer · 没有收到答复"
	if ctx.Err() != nil {
		what, err = "interrupted · 已中断", ctx.Err()
	}
	dial, ok := errors.AsType[*net.OpError](err)
	switch {
	case ok && dial.Op == "dial":
		return fmt.Errorf("%w\nnobody answers there: is the bridge running, and is --url right? · 连接不上，请检查服务是否运行、--url 是否正确", err)
	case harmlessAsk(method, path):
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w\nit may have been done all the same: look with releases show before you repeat it · 可能已经生效，重复之前请先用 releases show 查看", what, err)
}

func (c *bridgeClient) understand(res *http.Response, raw []byte) ([]byte, error) {
	var failure struct {
		Error *refusal `json:"error"`
	}
	switch {
	case len(raw) > maxAnswer:
		return nil, fmt.Errorf("%s answered more than %d MB", c.url, maxAnswer>>20)
	case res.StatusCode == http.StatusOK && json.Valid(raw):
		c.learnZone(res.Header.Get("X-Time-Zone"))
		return raw, nil
	case json.Unmarshal(raw, &failure) == nil && failure.Error != nil && failure.Error.Code != "":
		failure.Error.raw = raw
		return nil, failure.Error
	case res.Header.Get("Location") != "":
		return nil, fmt.Errorf("%s leads elsewhere (%s): give the address it leads to as --url", c.url, res.Status)
	}
	return nil, fmt.Errorf("%s answered %s, and not as a bridge does: is --url right? · 对方不像是 oabridge，请检查 --url", c.url, res.Status)
}
