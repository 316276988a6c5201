package dingtalktest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

const openStream = `{"clientId":"k","clientSecret":"s","subscriptions":[{"type":"EVENT","topic":"*"},{"type":"CALLBACK","topic":"/t"}]}`

// onLine is a fake on a socket, with its switches.
func onLine(t *testing.T, change ...func(*dingtalktest.Options)) (*fake, string) {
	t.Helper()
	f := newFake(t, change...)
	control := f.ControlHandler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_control/") {
			control.ServeHTTP(w, r)
			return
		}
		f.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return f, server.URL
}

func (f *fake) ticket() string {
	f.t.Helper()
	ticket, _ := f.post("/v1.0/gateway/connections/open", openStream).json["ticket"].(string)
	return ticket
}

// dial connects as a Stream client does; nil when the ticket is refused.
func dial(t *testing.T, url, ticket string) *websocket.Conn {
	t.Helper()
	address := "ws" + strings.TrimPrefix(url, "http") + "/connect?ticket=" + strings.NewReplacer("+", "%2B", "/", "%2F").Replace(ticket)
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return nil
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

type streamFrame struct {
	Type    string
	Headers map[string]string
	Data    string
}

func receive(t *testing.T, conn *websocket.Conn) streamFrame {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var f streamFrame
	if err := conn.ReadJSON(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func acknowledge(t *testing.T, conn *websocket.Conn, f streamFrame, code int, data string) {
	t.Helper()
	err := conn.WriteJSON(map[string]any{"code": code, "headers": map[string]string{"messageId": f.Headers["messageId"]}, "data": data})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStreamOpen(t *testing.T) {
	f := newFake(t)
	for body, want := range map[string]string{
		openStream: "",
		strings.Replace(openStream, `"s"`, `"x"`, 1): "authFailed",
		strings.Replace(openStream, `"*"`, `"a"`, 1): "InvalidParameter",
		`{"clientId":"k","clientSecret":"s"}`:        "MissingParameter",
	} {
		if a := f.post("/v1.0/gateway/connections/open", body); a.code() != want {
			t.Errorf("%s: %s", body, a.text)
		}
	}
}

func TestStreamTicketOpensOneConnectionWithin90Seconds(t *testing.T) {
	var seconds atomic.Int64
	f, url := onLine(t, func(o *dingtalktest.Options) {
		o.Now = func() time.Time { return time.Unix(seconds.Load(), 0) }
	})
	ticket := f.ticket()
	if dial(t, url, ticket) == nil || dial(t, url, ticket) != nil {
		t.Error("a ticket must be good for one connection")
	}
	old := f.ticket()
	seconds.Add(91)
	if dial(t, url, old) != nil || dial(t, url, "none") != nil {
		t.Error("an old ticket or none opened a connection")
	}
}

func TestStreamControl(t *testing.T) {
	f, url := onLine(t)
	conn := dial(t, url, f.ticket())
	order := func(path, body string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/_control/stream/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var answer map[string]any
		_ = json.NewDecoder(resp.Body).Decode(&answer)
		return jsonText(resp.StatusCode) + " " + jsonText(answer)
	}
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	if got := order("event?id=e1", `{"type":"finish"}`); got != `200 {"id":"e1"}` {
		t.Errorf("event: %s", got)
	}
	pushed := receive(t, conn)
	if pushed.Type != "EVENT" || pushed.Headers["eventId"] != "e1" || pushed.Headers["eventType"] != "bpms_instance_change" ||
		pushed.Data != `{"type":"finish"}` {
		t.Errorf("pushed %+v", pushed)
	}
	acknowledge(t, conn, pushed, 200, `{"status":"LATER"}`)
	callback := make(chan string, 1)
	go func() { callback <- order("callback?topic=/t", "hello") }()
	acknowledge(t, conn, receive(t, conn), 200, "bye")
	if got := <-callback; !strings.Contains(got, `"data":"bye"`) {
		t.Errorf("callback: %s", got)
	}
	for path, topic := range map[string]string{"ping": "ping", "disconnect": "disconnect"} {
		order(path, "")
		if got := receive(t, conn); got.Type != "SYSTEM" || got.Headers["topic"] != topic {
			t.Errorf("%s sent %+v", path, got)
		}
	}
	for path, want := range map[string]string{
		"event": "400 null", "ping-every?period=x": "400 null", "ping-every?period=30s": "204 null", "drop?times=x": "400 null",
		"duplicate?times=1": "204 null", "half-open": "204 null", "callback?topic=/none": "504 null", "cut": "204 null",
	} {
		if got := order(path, ""); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if m := f.Ledger().Stream.Messages[0]; len(m.Acks) != 1 || m.Acks[0].Code != 200 || m.Lost {
		t.Errorf("ledger: %+v", m)
	}
}

func TestStreamDropsWhatItIsTold(t *testing.T) {
	f := newFake(t)
	f.DropStream(1)
	f.PushEvent(dingtalktest.StreamEvent{})
	f.PushEvent(dingtalktest.StreamEvent{})
	if m := f.Ledger().Stream.Messages; !m[0].Lost || m[1].Lost || m[1].Pushes[0] != 0 {
		t.Errorf("ledger: %+v", m)
	}
}

func TestStreamChangesArePushed(t *testing.T) {
	f := newFake(t)
	f.StreamChanges()
	id := f.start()
	if err := f.Decide(id, "u1", true, ""); err != nil {
		t.Fatal(err)
	}
	m := f.Ledger().Stream.Messages
	if len(m) != 2 || !strings.Contains(m[1].Data, `"result":"agree"`) || !strings.Contains(m[1].Data, `"type":"finish"`) {
		t.Errorf("pushed %+v", m)
	}
}
