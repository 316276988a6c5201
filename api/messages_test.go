package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func aLetter() model.Message {
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("CST", 8*3600))
	return model.Message{
		ID: 17, ReleaseID: 1042, Kind: model.NoticeFinished, Channel: model.ChannelComment, Recipient: "inst-1", Author: "zhang",
		Title: "上线单 R-1042 部署成功", Markdown: "全文", Link: "http://jenkins.test/12/", State: model.MessageDead, Attempts: 3,
		LastCode: model.CodeDingTalkRejected, LastError: "评论人不存在", CreatedAt: at, NextAt: at, DigestID: 18, TaskID: 9,
		ResentBy: "ops", ResentAt: &at,
	}
}

func TestMessagesAreListed(t *testing.T) {
	f := &fake{messages: []model.Message{aLetter()}}
	r := newRig(t, f)
	a := r.ops("GET", "/api/messages?state=dead&channel=comment&limit=1&before=20", "")
	want := model.MessageFilter{State: model.MessageDead, Channel: model.ChannelComment, Limit: 1, Before: 20}
	if a.status != http.StatusOK || f.letters != want || fmt.Sprint(a.body["next_before"]) != "17" || strings.Contains(a.raw, "全文") {
		t.Errorf("%d %s, asked %+v", a.status, a.raw, f.letters)
	}
	if a = r.ops("GET", "/api/messages", ""); a.status != http.StatusOK || f.letters != (model.MessageFilter{Limit: 50}) || a.body["next_before"] != nil {
		t.Errorf("%d %s, asked %+v", a.status, a.raw, f.letters)
	}
}

func TestAMessageIsShownAndSentAgain(t *testing.T) {
	f := &fake{messages: []model.Message{aLetter()}}
	r := newRig(t, f)
	const utc = "2026-11-22T12:00:00Z"
	want := map[string]any{
		"id": 17.0, "release": "R-1042", "kind": "finished", "channel": "comment", "recipient": "inst-1", "author": "zhang",
		"title": "上线单 R-1042 部署成功", "text": "全文", "link": "http://jenkins.test/12/", "state": "dead", "attempts": 3.0,
		"last_code": "dingtalk_rejected", "last_error": "评论人不存在", "created_at": utc, "next_at": nil, "sent_at": nil,
		"digest_id": 18.0, "task_id": 9.0, "resent_by": "ops", "resent_at": utc,
	}
	for request, asked := range map[string]string{"GET /api/messages/17": "letter", "POST /api/messages/17/resend": "resend"} {
		method, path, _ := strings.Cut(request, " ")
		a := r.ops(method, path, "")
		if a.status != http.StatusOK || f.on != 17 || f.asked[len(f.asked)-1] != asked {
			t.Errorf("%s: %d, asked %v of %d", request, a.status, f.asked, f.on)
		}
		if diff := cmp.Diff(want, a.body); diff != "" {
			t.Errorf("%s: %s", request, diff)
		}
	}
	if f.by != "ops" {
		t.Errorf("sent again by %q", f.by)
	}
}

func TestMessagesThatAreRefused(t *testing.T) {
	r := newRig(t, &fake{})
	for request, want := range map[string]string{
		"GET /api/messages?state=gone": "invalid_request", "GET /api/messages?channel=sms": "invalid_request",
		"GET /api/messages?limit=201": "invalid_request", "GET /api/messages?before=0": "invalid_request",
		"GET /api/messages?order=up": "invalid_request", "GET /api/messages/x": "not_found", "GET /api/messages/0": "not_found",
		"GET /api/messages/+1": "not_found", "POST /api/messages/-1/resend": "not_found",
	} {
		method, path, _ := strings.Cut(request, " ")
		if a := r.ops(method, path, ""); a.code() != want {
			t.Errorf("%s: %d %s", request, a.status, a.raw)
		}
		if a := r.do(method, path, "", ""); a.status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", request, a.status)
		}
	}
	if a := r.ops("POST", "/api/messages/1/resend", `{"reason": "x"}`); a.code() != "invalid_request" {
		t.Errorf("an unknown field: %s", a.raw)
	}
}
