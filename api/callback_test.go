package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model"
)

// What the event subscription is configured with; looked for in logs and answers.
const (
	eventToken = "testtoken123"
	eventKey   = "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus"
	eventOwner = "dingtestappkey0001"
)

func newCrypto(t testing.TB, token, key, owner string) *dingtalk.Crypto {
	t.Helper()
	c, err := dingtalk.NewCrypto(token, key, owner)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newSubscription(t testing.TB) dingtalk.Callback {
	t.Helper()
	return dingtalk.Callback{Crypto: newCrypto(t, eventToken, eventKey, eventOwner), Now: time.Now, Random: rand.Reader}
}

// inbox keeps the events that were received.
type inbox struct {
	mu     sync.Mutex
	events []model.ApprovalEvent
	ctx    context.Context
	err    error
}

func (i *inbox) ReceiveEvent(ctx context.Context, e model.ApprovalEvent) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ctx = ctx
	if i.err == nil {
		i.events = append(i.events, e)
	}
	return i.err
}

// finished is an event as DingTalk encrypts it.
const finished = `{"EventType":"bpms_instance_change","EventTime":1663143335567,"CorpId":"ding0000corp","eventId":"evt-0001",` +
	`"processInstanceId":"proc-inst-0001","processCode":"PROC-TEST","type":"finish","result":"agree","title":"上线申请"}`

// push sends a message as DingTalk with these settings does.
func (r *rig) push(c *dingtalk.Crypto, message string, change ...func(*http.Request)) answer {
	r.t.Helper()
	sealed, err := c.Seal([]byte(message), "1663143335600", "abcdef12", rand.Reader)
	if err != nil {
		r.t.Fatal(err)
	}
	query := url.Values{"signature": {sealed.Signature}, "timestamp": {sealed.Timestamp}, "nonce": {sealed.Nonce}}
	body, _ := json.Marshal(map[string]string{"encrypt": sealed.Encrypt})
	return r.do("POST", "/dingtalk/callback?"+query.Encode(), asJSON, string(body), change...)
}

// taken fails unless the answer is a sealed success.
func (r *rig) taken(a answer, c *dingtalk.Crypto) {
	r.t.Helper()
	text := func(key string) string { s, _ := a.body[key].(string); return s }
	message, err := c.Open(text("msg_signature"), text("timeStamp"), text("nonce"), text("encrypt"))
	if a.status != http.StatusOK || string(message) != "success" || err != nil || len(a.body) != 4 {
		r.t.Fatalf("%d %s: %q, %v", a.status, a.raw, message, err)
	}
}

func TestCallbackTakesAnEvent(t *testing.T) {
	in := &inbox{}
	r := newRig(t, &fake{}, func(o *api.Options) { o.Events = in })
	c := newCrypto(t, eventToken, eventKey, eventOwner)
	r.taken(r.push(c, finished), c)
	r.taken(r.push(c, finished, func(req *http.Request) { req.Header.Set("Content-Type", "text/plain") }), c)
	if len(in.events) != 2 {
		t.Fatalf("%d events", len(in.events))
	}
	e := in.events[0]
	if e.ID != "evt-0001" || e.Instance != "proc-inst-0001" || e.Kind != model.ApprovalFinishes || e.Result != model.ResultAgree ||
		e.Via != model.ViaHTTP || !e.BornAt.Equal(time.UnixMilli(1663143335567)) {
		t.Errorf("%+v", e)
	}
	if log := r.log.String(); !strings.Contains(log, "event_id=evt-0001") || !strings.Contains(log, "trace_id=trace-1") {
		t.Errorf("the log does not say what came: %s", log)
	}
}

func TestCallbackAnswersWhatIsNothingForUs(t *testing.T) {
	in := &inbox{err: errors.New("asked for nothing")}
	r := newRig(t, &fake{}, func(o *api.Options) { o.Events = in })
	c := newCrypto(t, eventToken, eventKey, eventOwner)
	for _, message := range []string{
		`{"EventType":"check_url"}`, `{"EventType":"check_update_suite_url"}`, `{"EventType":"user_add_org","UserId":["u1"]}`,
		`{"EventType":"bpms_task_change","processInstanceId":"p","type":"finish","result":"agree"}`,
	} {
		r.taken(r.push(c, message), c)
	}
}

func TestCallbackRefuses(t *testing.T) {
	c := newCrypto(t, eventToken, eventKey, eventOwner)
	other := "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7"
	tests := map[string]struct {
		from    *dingtalk.Crypto
		message string
		change  func(*http.Request)
		status  int
		code    model.Code
	}{
		"a wrong token":     {newCrypto(t, "othertoken", eventKey, eventOwner), finished, nil, 401, model.CodeSignatureInvalid},
		"no signature":      {c, finished, func(r *http.Request) { r.URL.RawQuery = "" }, 401, model.CodeSignatureMissing},
		"a wrong key":       {newCrypto(t, eventToken, other, eventOwner), finished, nil, 400, model.CodeEventUnreadable},
		"the corp as owner": {newCrypto(t, eventToken, eventKey, "ding0000corp"), finished, nil, 403, model.CodeEventOwner},
		"no JSON inside":    {c, "success", nil, 400, model.CodeEventUnreadable},
		"no instance":       {c, strings.Replace(finished, "proc-inst-0001", "", 1), nil, 400, model.CodeEventUnreadable},
		"too much":          {c, finished + strings.Repeat(" ", 1<<20), nil, 413, model.CodeBodyTooLarge},
		"compressed":        {c, finished, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, 415, model.CodeUnsupportedMedia},
		"nothing":           {c, finished, func(r *http.Request) { r.Body = http.NoBody }, 400, model.CodeInvalidRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := &inbox{}
			r := newRig(t, &fake{}, func(o *api.Options) { o.Events = in })
			a := r.push(tt.from, tt.message, func(req *http.Request) {
				if tt.change != nil {
					tt.change(req)
				}
			})
			if a.status != tt.status || a.code() != string(tt.code) || len(in.events) != 0 {
				t.Errorf("%d %s, %d events", a.status, a.raw, len(in.events))
			}
			for _, secret := range []string{eventToken, eventKey, other} {
				if strings.Contains(a.raw+r.log.String(), secret) {
					t.Errorf("%s is told", secret)
				}
			}
		})
	}
}

// Whatever keeps an event from being stored, DingTalk must come again.
func TestCallbackIsNotAnsweredBeforeTheEventIsStored(t *testing.T) {
	c := newCrypto(t, eventToken, eventKey, eventOwner)
	for code, status := range map[model.Code]int{
		model.CodeDatabaseUnavailable: 503, model.CodeDatabaseFull: 503, model.CodeDatabaseUnknown: 503, model.CodeShuttingDown: 503, model.CodeTooMany: 429, model.CodeInternal: 500,
	} {
		r := newRig(t, &fake{}, func(o *api.Options) { o.Events = &inbox{err: model.Errorf(code, "没有存下来")} })
		if a := r.push(c, finished); a.status != status || a.code() != string(code) || strings.Contains(a.raw, "encrypt") {
			t.Errorf("%s: %d %s", code, a.status, a.raw)
		}
	}
}

// slow stores nothing before its context ends.
type slow struct{}

func (slow) ReceiveEvent(ctx context.Context, _ model.ApprovalEvent) error {
	<-ctx.Done()
	return model.Wrap(model.CodeDatabaseUnavailable, ctx.Err(), "数据库没有应答")
}

func TestCallbackGivesUpInTime(t *testing.T) {
	c := newCrypto(t, eventToken, eventKey, eventOwner)
	r := newRig(t, &fake{}, func(o *api.Options) { o.Events, o.Limits.Event = slow{}, time.Millisecond })
	if a := r.push(c, finished); a.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestCallbackStoresAlthoughDingTalkHungUp(t *testing.T) {
	in := &inbox{}
	r := newRig(t, &fake{}, func(o *api.Options) { o.Events = in })
	c := newCrypto(t, eventToken, eventKey, eventOwner)
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	r.push(c, finished, func(req *http.Request) { *req = *req.WithContext(gone) })
	if _, bounded := in.ctx.Deadline(); len(in.events) != 1 || !bounded {
		t.Errorf("%d events, bounded %v", len(in.events), bounded)
	}
}

func TestCallbackWithoutRandomIsOurMistake(t *testing.T) {
	broken := newSubscription(t)
	broken.Random = iotest.ErrReader(errors.New("no-random"))
	r := newRig(t, &fake{}, func(o *api.Options) { o.Callback = broken })
	a := r.push(newCrypto(t, eventToken, eventKey, eventOwner), `{"EventType":"check_url"}`)
	if a.status != http.StatusInternalServerError || strings.Contains(a.raw, "no-random") {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestThereIsNoCallbackUnlessItIsConfigured(t *testing.T) {
	r := newRig(t, &fake{}, func(o *api.Options) { o.Callback = nil })
	if a := r.push(newCrypto(t, eventToken, eventKey, eventOwner), finished); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := newRig(t, &fake{}).do("GET", "/dingtalk/callback", "", ""); a.status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d %s", a.status, a.raw)
	}
}

func TestCallbackIsCounted(t *testing.T) {
	r := newRig(t, &fake{})
	c := newCrypto(t, eventToken, eventKey, eventOwner)
	r.push(c, finished)
	r.push(c, `{"EventType":"check_url"}`)
	r.push(newCrypto(t, "othertoken", eventKey, eventOwner), finished)
	raw := r.do("GET", "/metrics", "", "").raw
	for _, line := range []string{
		`oabridge_events_total{code="ok",kind="finish",via="http"} 1`, `oabridge_events_total{code="ok",kind="check",via="http"} 1`,
		`oabridge_events_total{code="signature_invalid",kind="unreadable",via="http"} 1`,
		`oabridge_http_requests_total{code="200",method="POST",route="/dingtalk/callback"} 2`,
	} {
		if !strings.Contains(raw, "\n"+line) {
			t.Errorf("missing: %s", line)
		}
	}
}
