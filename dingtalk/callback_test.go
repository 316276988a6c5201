package dingtalk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

func newCallback(t testing.TB, random io.Reader) Callback {
	t.Helper()
	return Callback{Crypto: newCrypto(t, testToken, keyA, testOwner), Random: random, Now: func() time.Time { return time.UnixMilli(1663143335600) }}
}

// pushed is a push that is signed as it should be.
func pushed(c Callback, encrypt string) (query url.Values, body []byte) {
	query = url.Values{"signature": {c.Crypto.sign("1", "2", encrypt)}, "timestamp": {"1"}, "nonce": {"2"}}
	return query, fmt.Appendf(nil, `{"encrypt":%q}`, encrypt)
}

func sealedText(t *testing.T, c Callback, message string) string {
	t.Helper()
	sealed, err := c.Crypto.Seal([]byte(message), "1", "2", strings.NewReader(testRandom))
	if err != nil {
		t.Fatal(err)
	}
	return sealed.Encrypt
}

func TestCallbackOpensTheVector(t *testing.T) {
	c := newCallback(t, nil)
	for _, name := range []string{"signature", "msg_signature"} {
		query := url.Values{name: {"9dfbbcfca5629209e1e35034f1e6f4acf428adbc"}, "timestamp": {testTimestamp}, "nonce": {testNonce}}
		typ, e, err := c.Open(query, []byte(`{"encrypt":"`+finishedEncrypt+`"}`))
		if err != nil || typ != typeInstance || e == nil || e.ID != "evt-0001" || e.Via != model.ViaHTTP || !e.ReceivedAt.Equal(c.Now()) {
			t.Errorf("%s: %q %+v %v", name, typ, e, err)
		}
	}
}

func TestCallbackRecognisesWhatIsNothingForUs(t *testing.T) {
	c := newCallback(t, nil)
	for _, typ := range []string{"check_url", "check_create_suite_url", "bpms_task_change", "user_add_org"} {
		got, e, err := c.Open(pushed(c, sealedText(t, c, `{"EventType":"`+typ+`"}`)))
		if err != nil || e != nil || got != typ {
			t.Errorf("%s: %q %+v %v", typ, got, e, err)
		}
	}
}

// The fake encrypts on its own; what it pushes must open here, and what is answered must satisfy it.
func TestCallbackUnderstandsDingTalk(t *testing.T) {
	c := newCallback(t, rand.Reader)
	var mu sync.Mutex
	var got []*model.ApprovalEvent
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, event, err := c.Open(r.URL.Query(), body)
		answer, sealErr := c.Success()
		if err != nil || sealErr != nil {
			http.Error(w, string(model.CodeOf(err)), http.StatusUnauthorized)
			return
		}
		mu.Lock()
		got = append(got, event)
		mu.Unlock()
		_, _ = w.Write(answer)
	}))
	w := newWorld(t)
	settings := dingtalktest.CallbackSettings{URL: address, Token: testToken, AESKey: keyA, Owner: testOwner, HTTPClient: newHTTPClient(t)}
	if err := w.SaveCallback(context.Background(), settings); err != nil {
		t.Fatal(err)
	}
	push, err := w.PushCallback(context.Background(), dingtalktest.CallbackEvent{Data: map[string]any{
		"processInstanceId": "proc-1", "type": "finish", "result": "agree", "title": "上线"}})
	if err != nil || !push.Taken() || len(got) != 2 || got[0] != nil || got[1].ID != push.ID || !got[1].BornAt.Equal(w.clock.Now()) {
		t.Errorf("%+v, %v: %+v", push, err, got)
	}
	for _, change := range []func(*dingtalktest.CallbackSettings){
		func(s *dingtalktest.CallbackSettings) { s.Token = "othertoken" },
		func(s *dingtalktest.CallbackSettings) { s.Owner = "dingcorp" },
		func(s *dingtalktest.CallbackSettings) { s.AESKey = cryptoVectors[1].key },
	} {
		wrong := settings
		change(&wrong)
		if err := w.SaveCallback(context.Background(), wrong); err == nil || !strings.Contains(err.Error(), "HTTP 401") {
			t.Errorf("saved with wrong settings: %v", err)
		}
	}
}

func TestCallbackCountsWhatDingTalkCounts(t *testing.T) {
	c, counted := newCallback(t, nil), map[string]int{}
	c.Count = func(kind string) { counted[kind]++ }
	for _, typ := range []string{"check_url", "bpms_instance_change", "bpms_task_change", "user_add_org"} {
		if _, _, err := c.Open(pushed(c, sealedText(t, c, `{"EventType":"`+typ+`"}`))); err != nil {
			t.Error(err)
		}
	}
	query, body := pushed(c, finishedEncrypt)
	query.Set("signature", "forged")
	_, _, err := c.Open(query, body)
	wantCode(t, err, model.CodeSignatureInvalid)
	if diff := cmp.Diff(map[string]int{CallWebhook: 2}, counted); diff != "" {
		t.Error(diff)
	}
}

func TestCallbackRefuses(t *testing.T) {
	c := newCallback(t, nil)
	for _, body := range []string{"", "null", "[]", "{}", `{"encrypt":1}`, `{"encrypt":""}`, "encrypt=x", `{"encrypt":"a"} {}`} {
		query, _ := pushed(c, "")
		_, _, err := c.Open(query, []byte(body))
		wantCode(t, err, model.CodeInvalidRequest)
	}
	for _, message := range []string{"success", "", "[1]", `{"EventType":""}`, "\xff"} {
		_, e, err := c.Open(pushed(c, sealedText(t, c, message)))
		if wantCode(t, err, model.CodeEventUnreadable); e != nil {
			t.Errorf("%q: %+v", message, e)
		}
	}
	_, body := pushed(c, finishedEncrypt)
	_, _, err := c.Open(url.Values{}, body)
	wantCode(t, err, model.CodeSignatureMissing)
}

func TestCallbackAnswersSuccess(t *testing.T) {
	c := newCallback(t, strings.NewReader("nonce-00"+testRandom))
	raw, err := c.Success()
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]string
	if err := json.Unmarshal(raw, &answer); err != nil || len(answer) != 4 {
		t.Fatalf("%s: %v", raw, err)
	}
	if answer["timeStamp"] != testTimestamp || answer["nonce"] != "6e6f6e63652d3030" || answer["encrypt"] != cryptoVectors[5].encrypt {
		t.Errorf("%s", raw)
	}
	message, err := c.Crypto.Open(answer["msg_signature"], answer["timeStamp"], answer["nonce"], answer["encrypt"])
	if err != nil || string(message) != "success" {
		t.Errorf("%s, %v", message, err)
	}
}

func TestCallbackNeedsRandom(t *testing.T) {
	broken := errors.New("no random")
	for _, random := range []io.Reader{iotest.ErrReader(broken), io.MultiReader(strings.NewReader("nonce-00"), iotest.ErrReader(broken))} {
		if raw, err := newCallback(t, random).Success(); !errors.Is(err, broken) || raw != nil {
			t.Errorf("%s, %v", raw, err)
		}
	}
}
