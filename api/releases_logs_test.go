package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func asOps(req *http.Request) { req.Header.Set("Authorization", "Bearer "+opsToken) }

func pieces(texts ...string) []model.LogPiece {
	var list []model.LogPiece
	at := int64(0)
	for _, text := range texts {
		list = append(list, model.LogPiece{Deployment: 7, Build: 3, At: at, Text: []byte(text)})
		at += int64(len(text))
	}
	return list
}

func TestALogAsText(t *testing.T) {
	f := &fake{pieces: pieces("one\n", "二\n")}
	a := newRig(t, f).do("GET", "/api/releases/R-1/logs?deployment=7&build=2&from=0&lines=50", "", "", asOps)
	if a.status != http.StatusOK || a.raw != "one\n二\n" || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%d %q %v", a.status, a.raw, a.header)
	}
	if diff := cmp.Diff(model.LogQuery{Deployment: 7, Build: 2, Lines: 50}, f.wanted); diff != "" {
		t.Error(diff)
	}
	f.pieces = []model.LogPiece{{At: 0, Text: []byte("begin\n")}, {At: 1006, Text: []byte("end\n")}}
	if a := newRig(t, f).do("GET", "/api/releases/R-1/logs", "", "", asOps); a.raw != "begin\n… 1000 bytes left out · 省略 1000 字节 …\nend\n" {
		t.Errorf("a log with a gap: %q", a.raw)
	}
	f.pieces = nil
	if a := newRig(t, f).do("GET", "/api/releases/R-1/logs", "", "", asOps); a.status != http.StatusOK || a.raw != "" {
		t.Errorf("an empty log: %d %q", a.status, a.raw)
	}
}

func TestALogAsEvents(t *testing.T) {
	const want = "event: log\nid: 7-3-4\ndata: {\"deployment\":7,\"build\":3,\"at\":0,\"text\":\"one\\n\"}\n\n" +
		"event: log\nid: 7-3-8\ndata: {\"deployment\":7,\"build\":3,\"at\":4,\"text\":\"二\\n\"}\n\n"
	f := &fake{pieces: pieces("one\n", "二\n")}
	r := newRig(t, f)
	accepts := func(req *http.Request) { req.Header.Set("Accept", "text/event-stream") }
	for _, target := range []string{"/api/releases/R-1/logs?follow=true", "/api/releases/R-1/logs"} {
		a := r.do("GET", target, "", "", asOps, accepts)
		if a.status != http.StatusOK || a.raw != want+"event: end\ndata: {}\n\n" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/event-stream") {
			t.Errorf("%s: %d %q %v", target, a.status, a.raw, a.header)
		}
	}
	if !f.wanted.Follow {
		t.Error("not followed")
	}
	f.logEnd = model.Errorf(model.CodeJenkinsUnavailable, "Jenkins 暂时无法访问")
	a := r.do("GET", "/api/releases/R-1/logs?follow=true", "", "", asOps)
	if !strings.HasPrefix(a.raw, want+"event: failed\ndata: {") || !strings.Contains(a.raw, "jenkins_unavailable") {
		t.Errorf("%q", a.raw)
	}
	again := func(req *http.Request) { req.Header.Set("Last-Event-ID", "7-3-8") }
	r.do("GET", "/api/releases/R-1/logs?follow=true&lines=3", "", "", asOps, again)
	if diff := cmp.Diff(model.LogQuery{Deployment: 7, Build: 3, From: 8, Follow: true}, f.wanted); diff != "" {
		t.Error(diff)
	}
}

func TestALogThatCannotBeRead(t *testing.T) {
	f := &fake{err: model.Errorf(model.CodeNotFound, "还没有构建")}
	r := newRig(t, f)
	for _, target := range []string{"/api/releases/R-1/logs", "/api/releases/R-1/logs?follow=true"} {
		if a := r.do("GET", target, "", "", asOps); a.status != http.StatusNotFound || !strings.Contains(a.raw, "还没有构建") {
			t.Errorf("%s: %d %s", target, a.status, a.raw)
		}
	}
	for _, query := range []string{"lines=0", "lines=10001", "from=-1", "follow=perhaps", "deployment=x", "tail=1"} {
		if a := r.do("GET", "/api/releases/R-1/logs?"+query, "", "", asOps); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
	bad := func(req *http.Request) { req.Header.Set("Last-Event-ID", "yesterday") }
	if a := r.do("GET", "/api/releases/R-1/logs?follow=true", "", "", asOps, bad); a.status != http.StatusBadRequest {
		t.Errorf("Last-Event-ID: %d %s", a.status, a.raw)
	}
	if a := r.do("GET", "/api/releases/R-1/logs", "", ""); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.status)
	}
}

func TestAShutdownEndsWhatIsFollowed(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	f.during = func(inside context.Context) {
		r.handler.Drain()
		<-inside.Done()
	}
	f.logEnd = context.Canceled
	r.do("GET", "/api/releases/R-1/logs?follow=true", "", "", asOps)
	f.during = nil
	if a := r.do("GET", "/api/releases/R-1/logs?follow=true", "", "", asOps); a.status != http.StatusServiceUnavailable {
		t.Errorf("afterwards: %d %s", a.status, a.raw)
	}
}

func TestAMillionReadersAreTooMany(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	status := 0
	depth := 0
	f.during = func(context.Context) {
		if depth++; depth <= 500 { // each is still reading while the next comes
			f.mu.Unlock()
			a := r.do("GET", "/api/releases/R-1/logs", "", "", asOps)
			f.mu.Lock()
			if a.status != http.StatusOK {
				status = a.status
			}
		}
	}
	r.do("GET", "/api/releases/R-1/logs", "", "", asOps)
	if status != http.StatusTooManyRequests || depth != 500 {
		t.Errorf("status %d at %d readers", status, depth)
	}
	f.during = nil
	if a := r.do("GET", "/api/releases/R-1/logs", "", "", asOps); a.status != http.StatusOK {
		t.Errorf("when they are gone: %d", a.status)
	}
}
