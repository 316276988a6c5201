package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const aLetter = `{"id":17,"release":"R-1042","kind":"finished","channel":"robot","recipient":"ops","author":"",
	"title":"上线单 R-1042 部署成功","text":"### 上线单  \n  \u001b[31m- 商城前端","state":"dead","attempts":3,"last_code":"dingtalk_auth",
	"last_error":"token 不存在","created_at":"2026-11-22T12:00:00Z","sent_at":null,"next_at":null,"digest_id":18,
	"resent_by":"ops","resent_at":"2026-11-22T13:00:00Z"}`

// messages runs a messages command against the pretended bridge.
func (p *pretended) messages(t *testing.T, command string, args ...string) ending {
	t.Helper()
	server := httptest.NewServer(p)
	defer server.Close()
	var stdout, stderr bytes.Buffer
	args = append([]string{"messages", command, "--url", server.URL}, args...)
	code := run(t.Context(), args, []string{"OABRIDGE_TOKEN=" + cliToken}, &stdout, &stderr)
	end := ending{code, stdout.String(), stderr.String()}
	keepsSecrets(t, end, cliToken)
	return end
}

func TestMessagesAskTheAPI(t *testing.T) {
	list := `{"messages":[` + aLetter + `],"next_before":17}`
	for line, c := range map[string]struct{ answer, asked, shows string }{
		"list":                           {list, "GET /api/messages?limit=20", "发送失败 dead"},
		"list --json":                    {list, "GET /api/messages?limit=20", `"next_before": 17`},
		"list --state dead --before 20":  {list, "GET /api/messages?before=20&limit=20&state=dead", "--before 17"},
		"list --channel robot --limit 5": {`{"messages":[]}`, "GET /api/messages?channel=robot&limit=5", "没有消息"},
		"show 17":                        {aLetter, "GET /api/messages/17", "dingtalk_auth token 不存在"},
		"show 17 --json":                 {aLetter, "GET /api/messages/17", `"last_code": "dingtalk_auth"`},
		"resend 17":                      {aLetter, "POST /api/messages/17/resend", "将重新发送 · to be sent again: 17"},
	} {
		words := strings.Fields(line)
		p := &pretended{status: http.StatusOK, answer: c.answer}
		end := p.messages(t, words[0], words[1:]...)
		if end.code != 0 || len(p.asked) != 1 || p.asked[0] != c.asked || !strings.Contains(end.stdout, c.shows) {
			t.Errorf("%s: asked %q, %s", line, p.asked, end)
		}
		if strings.Contains(end.stdout, "\x1b") {
			t.Errorf("%s steers the terminal: %q", line, end.stdout)
		}
	}
}

func TestMessagesThatAreMisused(t *testing.T) {
	for line, want := range map[string]string{
		"list --state gone": "none of", "list --channel sms": "none of", "list --limit 0": "from 1 to 200", "list --before -1": "no id",
		"show": "takes the id of one message", "show R-1042": "no id of a message", "resend 0": "no id of a message",
		"resend 1 2": "takes the id of one message",
	} {
		words := strings.Fields(line)
		p := &pretended{status: http.StatusOK}
		if end := p.messages(t, words[0], words[1:]...); end.code != exitConfiguration || !strings.Contains(end.stderr, want) || len(p.asked) != 0 {
			t.Errorf("%s: asked %q, %s", line, p.asked, end)
		}
	}
}

func TestMessagesShowWhyTheBridgeRefused(t *testing.T) {
	p := &pretended{status: http.StatusConflict, answer: `{"error":{"code":"conflict","message":"消息 17 没有发送失败","trace_id":"t"}}`}
	end := p.messages(t, "resend", "17")
	if end.code != exitFailure || !strings.Contains(end.stderr, "消息 17 没有发送失败 (conflict, trace t)") {
		t.Errorf("%s", end)
	}
}
