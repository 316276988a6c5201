package dingtalktest_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// goodAnswer is the "success" of a receiver that uses the settings of receiver, sealed long ago.
const goodAnswer = `{"msg_signature":"1fe117f9cf6e7089c5b41a7bb2299b0bcea55c1a","timeStamp":"1663143335600","nonce":"abcdef12",` +
	`"encrypt":"WSbGdl4cHPt1ALTmzUYV7rJomOsrpVddmnT5QwOKuQ1AQppHa2QbaBUgbHIqMzWaq35ydAa7Oa6cp5Gx/Jbakw=="}`

// receiver is an address for events that answers what it is told to.
type receiver struct {
	dingtalktest.CallbackSettings
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	answer   func(http.ResponseWriter, *http.Request)
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.requests)
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{answer: answers(http.StatusOK, goodAnswer)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.requests, r.bodies = append(r.requests, req), append(r.bodies, string(raw))
		r.mu.Unlock()
		r.answer(w, req)
	}))
	t.Cleanup(server.Close)
	r.CallbackSettings = dingtalktest.CallbackSettings{
		URL: server.URL + "/dingtalk/callback?a=b", Token: "testtoken123", AESKey: "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus",
	}
	return r
}

func answers(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func newPusher(t *testing.T) *fake {
	t.Helper()
	return newFake(t, func(o *dingtalktest.Options) { o.AppKey = "dingtestappkey0001" })
}

func TestSaveCallback(t *testing.T) {
	f, r := newPusher(t), newReceiver(t)
	if err := f.SaveCallback(context.Background(), r.CallbackSettings); err != nil {
		t.Fatal(err)
	}
	req := r.requests[0]
	q := req.URL.Query()
	var body struct{ Encrypt string }
	if err := json.Unmarshal([]byte(r.bodies[0]), &body); err != nil {
		t.Fatal(err)
	}
	parts := []string{r.Token, q.Get("timestamp"), q.Get("nonce"), body.Encrypt}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	if want := hex.EncodeToString(sum[:]); q.Get("signature") != want || q.Get("msg_signature") != want || q.Get("a") != "b" {
		t.Errorf("%s, want the signature %s", req.URL, want)
	}
	if req.Method != "POST" || req.Header.Get("Content-Type") != "application/json" || q.Get("timestamp") != fmt.Sprint(f.now.UnixMilli()) {
		t.Errorf("%s %s %v", req.Method, req.URL, req.Header)
	}
	if l := f.Ledger().Callback; len(l) != 1 || l[0].Type != "check_url" || !l[0].Taken() || l[0].Tries[0].Status != 200 {
		t.Errorf("%+v", l)
	}
}

func TestSaveCallbackRefuses(t *testing.T) {
	tests := map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		words  string
	}{
		"plain text":        {answers(200, "success"), "返回字段值失败"},
		"another status":    {answers(401, goodAnswer), "HTTP 401"},
		"a redirect":        {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "HTTP 302"},
		"a wrong signature": {answers(200, strings.Replace(goodAnswer, "abcdef12", "abcdef13", 1)), "900005"},
		"an empty object":   {answers(200, "{}"), "900005"},
		"no answer in time": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no answer in time"},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "{")
		}, "half an answer"},
		"another owner there": {answers(200, goodAnswer), "900010"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, r := newPusher(t), newReceiver(t)
			r.answer = tt.answer
			switch name {
			case "another owner there":
				r.Owner = "dingcorp"
			case "no answer in time":
				r.Patience = 20 * time.Millisecond
			}
			err := f.SaveCallback(context.Background(), r.CallbackSettings)
			if err == nil || !strings.Contains(err.Error(), tt.words) || r.count() > 1 {
				t.Errorf("%d requests, %v", r.count(), err)
			}
			if l := f.Ledger().Callback; len(l) != 1 || l[0].Taken() {
				t.Errorf("%+v", l)
			}
			if _, err := f.PushCallback(context.Background(), dingtalktest.CallbackEvent{}); err == nil {
				t.Error("it was saved nevertheless")
			}
		})
	}
}

func TestSaveCallbackNeedsSettings(t *testing.T) {
	f, r := newPusher(t), newReceiver(t)
	for _, change := range []func(*dingtalktest.CallbackSettings){
		func(c *dingtalktest.CallbackSettings) { c.AESKey = "short" },
		func(c *dingtalktest.CallbackSettings) { c.URL = "http://bad host" },
		func(c *dingtalktest.CallbackSettings) { c.URL = "nothing://127.0.0.1" },
	} {
		c := r.CallbackSettings
		change(&c)
		if err := f.SaveCallback(context.Background(), c); err == nil || r.count() != 0 {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestPushCallbackUntilItIsTaken(t *testing.T) {
	f, r := newPusher(t), newReceiver(t)
	f.SetCallback(r.CallbackSettings)
	r.answer = answers(503, `{"error":{}}`)
	push, err := f.PushCallback(context.Background(), dingtalktest.CallbackEvent{Data: map[string]any{"type": "finish", "EventType": "forged"}})
	if err != nil || push.Taken() || push.ID == "" {
		t.Fatalf("%+v, %v", push, err)
	}
	var flat map[string]any
	if err := json.Unmarshal([]byte(push.Message), &flat); err != nil || flat["EventType"] != "bpms_instance_change" || flat["type"] != "finish" ||
		flat["eventId"] != push.ID || flat["EventTime"] != float64(f.now.UnixMilli()) || flat["CorpId"] == "" || flat["BizId"] == "" {
		t.Errorf("%s: %v", push.Message, err)
	}
	if left := f.RetryCallbacks(context.Background()); left != 1 {
		t.Errorf("%d left", left)
	}
	r.answer = answers(200, goodAnswer)
	if left := f.RetryCallbacks(context.Background()); left != 0 {
		t.Errorf("%d left", left)
	}
	f.RetryCallbacks(context.Background())
	l := f.Ledger().Callback
	if len(l) != 1 || len(l[0].Tries) != 3 || r.count() != 3 || l[0].Tries[0].Status != 503 || !l[0].Taken() {
		t.Errorf("%d requests, %+v", r.count(), l)
	}
	again, err := f.PushCallback(context.Background(), dingtalktest.CallbackEvent{ID: push.ID, Type: "user_add_org"})
	if err != nil || again.ID != push.ID || again.Type != "user_add_org" || !again.Taken() {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := f.PushCallback(context.Background(), dingtalktest.CallbackEvent{Data: map[string]any{"f": func() {}}}); err == nil {
		t.Error("a function was pushed")
	}
}

func TestInstanceEvent(t *testing.T) {
	f := newFake(t)
	id := f.start()
	start, err := f.InstanceEvent(id, "start")
	if err != nil || start["processInstanceId"] != id || start["result"] != nil || start["finishTime"] != nil || start["staffId"] != "u1" {
		t.Errorf("%v, %v", start, err)
	}
	if err := f.Decide(id, "u2", true, ""); err != nil {
		t.Fatal(err)
	}
	finish, err := f.InstanceEvent(id, "finish")
	if err != nil || finish["result"] != "agree" || finish["type"] != "finish" || finish["finishTime"] != f.now.UnixMilli() {
		t.Errorf("%v, %v", finish, err)
	}
	for _, wrong := range [][2]string{{"nobody", "start"}, {id, "finsh"}} {
		if _, err := f.InstanceEvent(wrong[0], wrong[1]); err == nil {
			t.Errorf("%v has an event", wrong)
		}
	}
}

func TestControlCallback(t *testing.T) {
	f, r := newFake(t), newReceiver(t)
	saved := url.Values{"url": {r.URL}, "token": {r.Token}, "aes-key": {r.AESKey}, "owner": {"dingtestappkey0001"}}.Encode()
	if a := f.control("POST", "/_control/push"); a.status != 409 {
		t.Errorf("nothing is saved: %d %s", a.status, a.text)
	}
	if a := f.control("POST", "/_control/callback?url=x"); a.status != 400 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := f.control("POST", "/_control/callback?"+saved); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	r.answer = answers(500, "")
	for order, want := range map[string]int{
		"push?type=user_add_org&id=e1":     200,
		"push?instance=none&kind=finish":   400,
		"push?instance=" + f.start():       400,
		"push?kind=finish&instance=" + "x": 400,
	} {
		if a := f.control("POST", "/_control/"+order); a.status != want {
			t.Errorf("%s: %d %s", order, a.status, a.text)
		}
	}
	if a := record(t, f.ControlHandler(), httptest.NewRequest("POST", "/_control/push", strings.NewReader("[]"))); a.status != 400 {
		t.Errorf("a list: %d %s", a.status, a.text)
	}
	if a := f.control("POST", "/_control/push-again"); a.text != `{"left":1}` {
		t.Errorf("%s", a.text)
	}
	list, _ := f.control("GET", "/_control/ledger").json["callback"].([]any)
	if last, _ := list[len(list)-1].(map[string]any); last["id"] != "e1" || len(list) != 3 {
		t.Errorf("%v", list)
	}
}
