package dingtalk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// script is a gateway that says what it is told to, and hands on what it hears. It hangs up when say is closed.
type script struct {
	say   chan []byte
	heard chan map[string]any
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		_, _ = fmt.Fprintf(w, `{"endpoint":"ws://%s/connect","ticket":"t"}`, r.Host)
		return
	}
	upgrader := websocket.Upgrader{}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = socket.Close() }()
	for raw := range s.say {
		if socket.WriteMessage(websocket.TextMessage, raw) != nil {
			return
		}
		if !strings.Contains(string(raw), "ping") {
			continue
		}
		var answer map[string]any
		for answer["data"] != "last" {
			answer = nil
			if socket.ReadJSON(&answer) != nil {
				return
			}
			s.heard <- answer
		}
		return
	}
}

func TestStreamSurvivesWhatItDoesNotUnderstand(t *testing.T) {
	s := &script{say: make(chan []byte, 20), heard: make(chan map[string]any, 20)}
	for _, raw := range []string{
		"", "{", "null", "[]", `"x"`, `{"type":"EVENT","headers":null,"data":"{}"}`, `{"type":"EVENT","headers":{"messageId":1}}`,
		`{"type":"ODD","headers":{"messageId":"odd"}}`, `{"type":"SYSTEM","headers":{"messageId":"odd","topic":"reboot"}}`,
		`{"type":"CALLBACK","headers":{"messageId":"odd","topic":"/v1.0/im/bot/messages/get"},"data":"{}"}`,
		`{"type":"SYSTEM","headers":{"messageId":"end","topic":"ping"},"data":"last"}`,
	} {
		s.say <- []byte(raw)
	}
	o := runStream(t, &world{url: serve(t, s), clock: &clock{}, http: newHTTPClient(t)})
	odd := 0
	for answer := range s.heard {
		headers, _ := answer["headers"].(map[string]any)
		if headers["messageId"] == "end" {
			break
		}
		if odd++; headers["messageId"] != "odd" || answer["code"] != 404.0 {
			t.Errorf("answered %v", answer)
		}
	}
	until(t, "a second connection", func() bool { return o.stream.State().Reconnects == 1 })
	close(s.say)
	o.stop()
	if odd > 3 || len(o.inbox.came) != 0 {
		t.Errorf("%d answers, received %v", odd, o.inbox.came)
	}
}

func TestStreamLeavesAConnectionWithAFrameThatIsTooLarge(t *testing.T) {
	s := &script{say: make(chan []byte, 1)}
	s.say <- []byte(`{"data":"` + strings.Repeat("x", maxFrame) + `"}`)
	o := runStream(t, &world{url: serve(t, s), clock: &clock{}, http: newHTTPClient(t)})
	until(t, "a second connection", func() bool { return o.stream.State().Reconnects >= 1 })
	close(s.say)
	o.stop()
	if _, _, _, downs := o.seen(); !strings.Contains(downs[0].Error(), "read limit exceeded") {
		t.Errorf("told %v", downs)
	}
}

func FuzzGateway(f *testing.F) {
	f.Add(callFirst(`{"method":"GET","url":"http://h/connector/ping","timeout":5,"headers":{"a":"b"}}`))
	f.Add(callSecond(`{"method":"POST","url":"/connector/releases","body":"{}"}`))
	f.Fuzz(func(t *testing.T, data string) {
		served := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/connector/") || strings.Contains(r.URL.Path, "/../") {
				t.Errorf("served %q", r.URL.Path)
			}
			w.WriteHeader(http.StatusNoContent)
		})
		answer, err := gateway{served}.answer(t.Context(), data)
		if err == nil && !json.Valid([]byte(answer)) {
			t.Errorf("answer %q", answer)
		}
	})
}
