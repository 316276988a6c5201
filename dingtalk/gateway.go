package dingtalk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// gatewayTopic is where DingTalk's connector platform calls those who have no public address (本地网关).
const gatewayTopic = "/v1.0/ipaas/proxy/callback"

// Bounds of what comes through the gateway.
const (
	connectorPath      = "/connector/"
	gatewayPlugin      = "http_plugin"
	maxGatewayBody     = 512 << 10
	maxGatewayHeaders  = 16 << 10
	maxGatewayAnswer   = 512 << 10
	gatewayTimeout     = 5 * time.Second // when the platform names none
	longestGatewayTime = 8 * time.Second // below the time that a shutdown may take
)

// gateway serves our own connector routes to calls that come through the Stream. It asks nobody else: whatever a call
// names as its host, the handler gets it, and only paths below /connector/ come so far.
type gateway struct{ handler http.Handler }

// gatewayCall is what the platform sends, in both of its versions.
type gatewayCall struct {
	SpecVersion string          `json:"specVersion"` // 2.0 has it here
	PluginName  string          `json:"pluginName"`
	Data        json.RawMessage `json:"data"`
	Headers     struct {
		SpecVersion string `json:"specVersion"` // 1.0 has it here
		Type        string `json:"type"`
	} `json:"headers"`
	Body struct {
		HTTPRequest json.RawMessage `json:"httpRequest"`
	} `json:"body"`
}

// gatewayRequest is the HTTP request inside.
type gatewayRequest struct {
	Headers     map[string]loose `json:"headers"`
	Method      string           `json:"method"`
	Body        loose            `json:"body"`
	ContentType string           `json:"contentType"`
	URL         string           `json:"url"`
	Timeout     loose            `json:"timeout"` // 1.0: seconds, 2.0: milliseconds
}

// answer is the data of the frame that answers a call. What may not be asked for is answered as an HTTP server would.
func (g gateway) answer(ctx context.Context, data string) (string, error) {
	var call gatewayCall
	if err := json.Unmarshal([]byte(data), &call); err != nil {
		return "", model.Errorf(model.CodeInvalidRequest, "连接平台的调用不是 JSON")
	}
	second := strings.HasPrefix(call.SpecVersion, "2")
	inner, unit := call.Body.HTTPRequest, time.Second
	if second {
		inner, unit = call.Data, time.Millisecond
	}
	result := g.serve(ctx, call, inner, unit)
	if second {
		return result.second(), nil
	}
	return result.first(), nil
}

func (g gateway) serve(ctx context.Context, call gatewayCall, inner json.RawMessage, unit time.Duration) *recorder {
	if call.PluginName != "" && call.PluginName != gatewayPlugin || !slices.Contains([]string{"", "http"}, strings.ToLower(call.Headers.Type)) {
		return refuse(http.StatusForbidden)
	}
	var in gatewayRequest
	var quoted string
	if json.Unmarshal(inner, &quoted) == nil {
		inner = []byte(quoted)
	}
	if json.Unmarshal(inner, &in) != nil {
		return refuse(http.StatusBadRequest)
	}
	ctx, cancel := context.WithTimeout(ctx, in.patience(unit))
	defer cancel()
	req, status := in.request(ctx)
	if status != 0 {
		return refuse(status)
	}
	w := &recorder{header: http.Header{}}
	g.handler.ServeHTTP(w, req)
	return w.finished()
}

// patience is how long the platform waits, within reason.
func (in gatewayRequest) patience(unit time.Duration) time.Duration {
	units, err := strconv.Atoi(string(in.Timeout))
	if err != nil || units <= 0 {
		return gatewayTimeout
	}
	return time.Duration(min(units, int(longestGatewayTime/unit))) * unit
}

// request is the call as one of our own server's; otherwise status says why it is none.
func (in gatewayRequest) request(ctx context.Context) (req *http.Request, status int) {
	u, err := url.Parse(in.URL)
	switch {
	case err != nil:
		return nil, http.StatusBadRequest
	case !strings.HasPrefix(u.Path, connectorPath) || path.Clean(u.Path) != u.Path:
		return nil, http.StatusForbidden
	case len(in.Body) > maxGatewayBody:
		return nil, http.StatusRequestEntityTooLarge
	}
	own := url.URL{Path: u.Path, RawQuery: u.RawQuery}
	req, err = http.NewRequestWithContext(ctx, in.Method, own.String(), strings.NewReader(string(in.Body)))
	if err != nil {
		return nil, http.StatusBadRequest
	}
	req.RequestURI, req.RemoteAddr = own.RequestURI(), "stream"
	size := 0
	for name, value := range in.Headers {
		if size += len(name) + len(value); size > maxGatewayHeaders {
			return nil, http.StatusRequestHeaderFieldsTooLarge
		}
		req.Header.Set(name, string(value))
	}
	dropHops(req.Header)
	if in.ContentType != "" {
		req.Header.Set("Content-Type", in.ContentType)
	} else if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, 0
}

// dropHops removes what concerns one connection only, and what a proxy in front of us would have said.
func dropHops(h http.Header) {
	for _, list := range h.Values("Connection") {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for name := range h {
		lower := strings.ToLower(name)
		if slices.Contains(hops, lower) || strings.HasPrefix(lower, "x-forwarded-") {
			delete(h, name)
		}
	}
}

var hops = []string{
	"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
	"transfer-encoding", "upgrade", "content-length", "host", "expect", "accept-encoding", "forwarded", "x-real-ip",
}
