package dingtalk

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// echo is a connector that answers with what it was asked.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Add("X-Two", "a")
	w.Header().Add("X-Two", "b")
	if r.URL.Query().Get("status") != "" {
		w.WriteHeader(http.StatusTeapot)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "uri": r.RequestURI, "host": r.Host, "body": string(body), "headers": r.Header,
	})
})

// asked is what echo answers, and where.
type asked struct {
	Method, URI, Host, Body string
	Headers                 http.Header
}

// firstAnswer is the answer of version 1.0.
type firstAnswer struct {
	Status     string
	StatusCode int
	Proto      string
	Header     map[string]string
	Body       string
}

func firstOf(t *testing.T, data string) (a firstAnswer, got asked) {
	t.Helper()
	var outer struct{ Response string }
	if err := json.Unmarshal([]byte(data), &outer); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	if err := json.Unmarshal([]byte(outer.Response), &a); err != nil {
		t.Fatalf("%v: %s", err, outer.Response)
	}
	_ = json.Unmarshal([]byte(a.Body), &got)
	return a, got
}

func callFirst(request string) string {
	return `{"headers":{"specVersion":"1.0","connectorCorpId":"c","type":"http","connectorId":"i","actionId":"a"},"body":{"httpRequest":` +
		request + `}}`
}

func callSecond(request string) string {
	return `{"specVersion":"2.0","pluginName":"http_plugin","data":` + request + `}`
}

func through(t *testing.T, h http.Handler, data string) string {
	t.Helper()
	answer, err := gateway{h}.answer(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestGatewayFirstVersion(t *testing.T) {
	a, got := firstOf(t, through(t, echo, callFirst(`{"headers":{"x-ddpaas-signature":"s=","Connection":"close, X-Hop","X-Hop":"1",
		"Transfer-Encoding":"chunked","X-Forwarded-For":"10.0.0.1","Host":"evil"},"method":"POST","body":"{\"a\":\"<b>\"}",
		"url":"http://internal.example.com:99/connector/releases?x=1%202#f","timeout":5}`)))
	if a.Status != "200 OK" || a.StatusCode != 200 || a.Proto != "HTTP/1.1" || a.Header["X-Two"] != "a,b" {
		t.Errorf("answer %+v", a)
	}
	if got.Method != "POST" || got.URI != "/connector/releases?x=1%202" || got.Host != "" || got.Body != `{"a":"<b>"}` {
		t.Errorf("asked %+v", got)
	}
	want := fmt.Sprint(http.Header{"X-Ddpaas-Signature": {"s="}, "Content-Type": {"application/json"}})
	if fmt.Sprint(got.Headers) != want {
		t.Errorf("headers %v, want %v", got.Headers, want)
	}
}

func TestGatewaySecondVersion(t *testing.T) {
	request := `{"headers":{},"method":"POST","body":"a=1","contentType":"application/x-www-form-urlencoded","url":"/connector/ping?status=1","timeout":4000}`
	quoted, _ := json.Marshal(request)
	for name, data := range map[string]string{"object": callSecond(request), "string": callSecond(string(quoted))} {
		t.Run(name, func(t *testing.T) {
			var got struct {
				Response struct {
					StatusCode int
					Headers    map[string]string
					Content    asked
				}
			}
			if err := json.Unmarshal([]byte(through(t, echo, data)), &got); err != nil {
				t.Fatal(err)
			}
			r := got.Response
			if r.StatusCode != http.StatusTeapot || r.Headers["X-Two"] != "a,b" || r.Content.Body != "a=1" ||
				r.Content.Headers.Get("Content-Type") != "application/x-www-form-urlencoded" {
				t.Errorf("answer %+v", r)
			}
		})
	}
}

func TestGatewaySecondVersionWithText(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[1]") })
	if got := through(t, h, callSecond(`{"method":"GET","url":"/connector/ping"}`)); !strings.Contains(got, `"content":"[1]"`) {
		t.Errorf("answer %s", got)
	}
}

func TestGatewayServesNothingElse(t *testing.T) {
	never := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("served %s %s", r.Method, r.URL) })
	request := func(change string) string {
		return `{"method":"GET","url":"http://bridge/connector/ping"` + change + `}`
	}
	for name, c := range map[string]struct {
		data string
		want int
	}{
		"the API":         {callFirst(request(`,"url":"http://bridge/api/v1/releases"`)), 403},
		"another host":    {callFirst(request(`,"url":"http://169.254.169.254/latest/meta-data"`)), 403},
		"metrics":         {callFirst(request(`,"url":"/metrics"`)), 403},
		"dots":            {callFirst(request(`,"url":"/connector/../api/v1/releases"`)), 403},
		"hidden dots":     {callFirst(request(`,"url":"/connector/%2e%2e/api/v1/releases"`)), 403},
		"slashes":         {callFirst(request(`,"url":"//connector/ping"`)), 403},
		"double slash":    {callFirst(request(`,"url":"/connector//ping"`)), 403},
		"a prefix":        {callFirst(request(`,"url":"/connectors/ping"`)), 403},
		"a file":          {callFirst(request(`,"url":"file:connector/ping"`)), 403},
		"no URL":          {callFirst(`{"method":"GET"}`), 403},
		"a broken URL":    {callFirst(request(`,"url":"http://a b/connector/ping"`)), 400},
		"a broken method": {callFirst(request(`,"method":"GET /x"`)), 400},
		"no request":      {`{"headers":{"specVersion":"1.0"},"body":{}}`, 400},
		"a number":        {callFirst(`1`), 400},
		"an empty call":   {`{}`, 400},
		"MySQL":           {`{"headers":{"specVersion":"1.0","type":"mysql"},"body":{"httpRequest":` + request("") + `}}`, 403},
		"a long body":     {callFirst(request(`,"body":"` + strings.Repeat("x", maxGatewayBody+1) + `"`)), 413},
		"long headers":    {callFirst(request(`,"headers":{"x":"` + strings.Repeat("x", maxGatewayHeaders) + `"}`)), 431},
	} {
		t.Run(name, func(t *testing.T) {
			if a, _ := firstOf(t, through(t, never, c.data)); a.StatusCode != c.want {
				t.Errorf("answered %d, want %d", a.StatusCode, c.want)
			}
		})
	}
	if got := through(t, never, `{"specVersion":"2.0","pluginName":"mysql_plugin","data":{}}`); !strings.Contains(got, `"statusCode":403`) {
		t.Errorf("another plugin: %s", got)
	}
	_, err := gateway{never}.answer(t.Context(), "no JSON")
	wantCode(t, err, model.CodeInvalidRequest)
}

func TestGatewayAnswersThatDoNotGoOut(t *testing.T) {
	data := callFirst(`{"method":"GET","url":"/connector/ping"}`)
	for name, c := range map[string]struct {
		h    http.HandlerFunc
		want int
	}{
		"a redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://evil/", http.StatusFound) }, 404},
		"too large": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", maxGatewayAnswer+1))
		}, 502},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := firstOf(t, through(t, c.h, data))
			if a.StatusCode != c.want || a.Header["Location"] != "" {
				t.Errorf("answer %+v", a)
			}
		})
	}
}

func TestGatewayPatience(t *testing.T) {
	for _, c := range []struct {
		timeout loose
		unit    time.Duration
		want    time.Duration
	}{
		{"", time.Second, 5 * time.Second}, {"3", time.Second, 3 * time.Second}, {"3000", time.Millisecond, 3 * time.Second},
		{"-1", time.Second, 5 * time.Second}, {"99999999999", time.Second, longestGatewayTime},
	} {
		if got := (gatewayRequest{Timeout: c.timeout}).patience(c.unit); got != c.want {
			t.Errorf("%s × %v: %v, want %v", c.timeout, c.unit, got, c.want)
		}
	}
}

func TestGatewayOverTheStream(t *testing.T) {
	o := connected(t, func(so *StreamOptions) { so.Connector = echo })
	topics := o.Ledger().Stream.Connections[0].Subscriptions
	if len(topics) != 2 || topics[1] != (dingtalktest.Subscription{Type: "CALLBACK", Topic: gatewayTopic}) {
		t.Errorf("subscribed to %v", topics)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ack, err := o.StreamCallback(ctx, gatewayTopic, callFirst(`{"method":"GET","url":"http://h/connector/ping"}`))
	if err != nil || ack.Code != 200 {
		t.Fatalf("%d, %v", ack.Code, err)
	}
	if a, got := firstOf(t, ack.Data); a.StatusCode != 200 || got.URI != "/connector/ping" {
		t.Errorf("answer %+v", a)
	}
	if ack, err = o.StreamCallback(ctx, gatewayTopic, "no JSON"); err != nil || ack.Code != 500 {
		t.Errorf("no JSON: %d, %v", ack.Code, err)
	}
}

func TestGatewayHandlerThatPanics(t *testing.T) {
	o := connected(t, func(so *StreamOptions) {
		so.Events = nil
		so.Connector = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ack, err := o.StreamCallback(ctx, gatewayTopic, callFirst(`{"method":"GET","url":"/connector/ping"}`))
	if err != nil || ack.Code != 500 {
		t.Errorf("%d, %v", ack.Code, err)
	}
}
