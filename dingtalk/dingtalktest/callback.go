package dingtalktest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// How long DingTalk waits for an answer: when an address is saved, and when an event is pushed.
const (
	checkPatience = 1500 * time.Millisecond
	pushPatience  = 2500 * time.Millisecond
)

// CallbackSettings are what the page of an event subscription by HTTP holds.
type CallbackSettings struct {
	URL    string
	Token  string
	AESKey string // 43 characters
	Owner  string // default the app's key
	// HTTPClient is the one to push with, default one of its own. It follows no redirect.
	HTTPClient *http.Client
	// Patience is how long an answer may take, default DingTalk's own 1.5 and 2.5 seconds.
	Patience time.Duration
}

// CallbackEvent is an event as DingTalk pushes it.
type CallbackEvent struct {
	ID   string         `json:"id"`   // default a new one
	Type string         `json:"type"` // default bpms_instance_change
	Data map[string]any `json:"data"` // set beside the id and type
}

// CallbackPush is an event that was pushed by HTTP, or a trial of the address (check_url).
type CallbackPush struct {
	ID      string        `json:"id"` // "" for a trial
	Type    string        `json:"type"`
	Message string        `json:"message"` // before it was encrypted
	Tries   []CallbackTry `json:"tries"`
}

// CallbackTry is one request and its answer.
type CallbackTry struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"` // 0: no answer in time
	Answer string    `json:"answer"` // as it came
	Error  string    `json:"error"`  // what DingTalk finds wrong with the answer, "" for nothing
}

// Taken tells whether the event needs no further try.
func (p CallbackPush) Taken() bool { return len(p.Tries) > 0 && p.Tries[len(p.Tries)-1].Error == "" }

// callbackState is the subscription and what was pushed by it. It belongs to the server's mutex.
type callbackState struct {
	settings CallbackSettings
	pushes   []*CallbackPush
}

func (c callbackState) ledger() []CallbackPush {
	list := make([]CallbackPush, len(c.pushes))
	for i, p := range c.pushes {
		list[i] = *p
		list[i].Tries = slices.Clone(p.Tries)
	}
	return list
}

// SaveCallback tries the address with check_url, as the developer console does on 保存, and keeps the settings when the
// answer is as it should be. The error says what is wrong with it.
func (s *Server) SaveCallback(ctx context.Context, settings CallbackSettings) error {
	settings = s.complete(settings)
	push := &CallbackPush{Type: "check_url", Message: `{"EventType":"check_url"}`}
	s.mu.Lock()
	s.callback.pushes = append(s.callback.pushes, push)
	s.mu.Unlock()
	if try := s.try(ctx, settings, push, checkPatience); try.Error != "" {
		return fmt.Errorf("the address cannot be saved: %s", try.Error)
	}
	s.SetCallback(settings)
	return nil
}

// SetCallback keeps the settings without a trial, as if they had been right once.
func (s *Server) SetCallback(settings CallbackSettings) {
	settings = s.complete(settings)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callback.settings = settings
}

func (s *Server) complete(c CallbackSettings) CallbackSettings {
	if c.Owner == "" {
		c.Owner = s.opts.AppKey
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	client := *c.HTTPClient
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.HTTPClient = &client
	return c
}

// PushCallback pushes an event once, and waits for the answer. The same id again is a repetition.
func (s *Server) PushCallback(ctx context.Context, e CallbackEvent) (CallbackPush, error) {
	settings, push, err := s.newPush(e)
	if err != nil {
		return CallbackPush{}, err
	}
	try := s.try(ctx, settings, push, pushPatience)
	return CallbackPush{ID: push.ID, Type: push.Type, Message: push.Message, Tries: []CallbackTry{try}}, nil
}

func (s *Server) newPush(e CallbackEvent) (CallbackSettings, *CallbackPush, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.callback.settings.URL == "" {
		return CallbackSettings{}, nil, errors.New("no callback was saved")
	}
	if e.Type == "" {
		e.Type = "bpms_instance_change"
	}
	if !s.use.pushes(e.Type, s.opts.Now()) {
		return CallbackSettings{}, nil, errors.New("the month's quota of events is used up")
	}
	number := strconv.Itoa(len(s.callback.pushes) + 1)
	if e.ID == "" {
		e.ID = "fake-event-http-" + number
	}
	flat := map[string]any{}
	maps.Copy(flat, e.Data)
	maps.Copy(flat, map[string]any{
		"EventType": e.Type, "EventTime": s.opts.Now().UnixMilli(), "CorpId": "dingfakecorp", "BizId": number, "eventId": e.ID,
	})
	message, err := json.Marshal(flat)
	if err != nil {
		return CallbackSettings{}, nil, err
	}
	push := &CallbackPush{ID: e.ID, Type: e.Type, Message: string(message)}
	s.callback.pushes = append(s.callback.pushes, push)
	return s.callback.settings, push, nil
}

// RetryCallbacks pushes again every event that was not taken, and answers how many still are not.
func (s *Server) RetryCallbacks(ctx context.Context) int {
	s.mu.Lock()
	settings := s.callback.settings
	open := slices.DeleteFunc(slices.Clone(s.callback.pushes), func(p *CallbackPush) bool { return p.ID == "" || p.Taken() })
	s.mu.Unlock()
	left := 0
	for _, push := range open {
		if try := s.try(ctx, settings, push, pushPatience); try.Error != "" {
			left++
		}
	}
	return left
}

// try sends a push once and enters what came of it.
func (s *Server) try(ctx context.Context, c CallbackSettings, push *CallbackPush, patience time.Duration) CallbackTry {
	if c.Patience > 0 {
		patience = c.Patience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	try := CallbackTry{At: s.opts.Now()}
	if err := c.ask(ctx, push.Message, &try); err != nil {
		try.Error = err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	push.Tries = append(push.Tries, try)
	return try
}

// ask posts a message and judges the answer, which must be the sealed "success".
func (c CallbackSettings) ask(ctx context.Context, message string, try *CallbackTry) error {
	sealed, err := c.seal(message, strconv.FormatInt(try.At.UnixMilli(), 10), rand.Text()[:8])
	if err != nil {
		return err
	}
	address, err := url.Parse(c.URL)
	if err != nil {
		return err
	}
	query := address.Query()
	for _, name := range []string{"signature", "msg_signature"} {
		query.Set(name, sealed.signature)
	}
	query.Set("timestamp", sealed.timestamp)
	query.Set("nonce", sealed.nonce)
	address.RawQuery = query.Encode()
	body, err := json.Marshal(map[string]string{"encrypt": sealed.encrypt})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.HTTPClient.Do(req)
	if err != nil {
		return fmt.Errorf("no answer in time: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	try.Status, try.Answer = resp.StatusCode, string(raw)
	if err != nil {
		return fmt.Errorf("half an answer: %w", err)
	}
	return c.judge(resp.StatusCode, raw)
}

func (c CallbackSettings) judge(status int, raw []byte) error {
	if status != http.StatusOK {
		return fmt.Errorf("HTTP %d instead of 200", status)
	}
	var in struct {
		Signature string `json:"msg_signature"`
		Timestamp string `json:"timeStamp"`
		Nonce     string `json:"nonce"`
		Encrypt   string `json:"encrypt"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return fmt.Errorf("HTTP请求结果校验返回字段值失败: %w", err)
	}
	message, err := c.open(envelope{in.Signature, in.Timestamp, in.Nonce, in.Encrypt})
	if err != nil {
		return err
	}
	if message != "success" {
		return fmt.Errorf("the answer is %q instead of success", message)
	}
	return nil
}
