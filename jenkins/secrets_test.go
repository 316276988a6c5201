package jenkins

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// TestNoSecretLeaves greps everything that can be printed of an error for the login, whatever echoes it.
func TestNoSecretLeaves(t *testing.T) {
	const token = "s3cr3t/+token"
	basic := base64.StdEncoding.EncodeToString([]byte(testUser + ":" + token))
	secrets := []string{token, url.QueryEscape(token), basic}
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Error", "token "+token)
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, r.Header.Get("Authorization")+" "+token+" "+url.QueryEscape(token))
	})
	refused := clientOf(t, echo, func(o *Options) { o.Token = token })
	broken := clientOf(t, echo, func(o *Options) {
		o.Token = token
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxy http://bridge:%s@proxy refused %s", token, r.Header.Get("Authorization"))
		})
	})
	for _, c := range []*Client{refused, broken} {
		_, triggered := c.Trigger(t.Context(), "a", true, []model.ParameterValue{pair("PIN", "1234-pin")})
		_, read := c.Build(t.Context(), "a", 1)
		for _, err := range []error{triggered, read, c.Abort(t.Context(), "a", 1, "Go")} {
			printed := fmt.Sprintf("%v %+v %s", err, err, model.MessageOf(err))
			for _, secret := range append(secrets, "1234-pin") {
				if strings.Contains(printed, secret) {
					t.Errorf("%q is in %s", secret, printed)
				}
			}
		}
	}
}

// TestErrorsDoNotCarryTheAddress: an address can carry a login.
func TestErrorsDoNotCarryTheAddress(t *testing.T) {
	c := clientOf(t, http.NotFoundHandler(), func(o *Options) {
		o.Transport = roundTripper(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	})
	_, err := c.Build(t.Context(), "a", 1)
	if outer, ok := errors.AsType[*url.Error](err); ok || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v in %v", outer, err)
	}
}

func TestOptions(t *testing.T) {
	for says, o := range map[string]Options{
		"http://":        {URL: "jenkins.example.com"},
		"name a host":    {URL: "https://"},
		"not an address": {URL: "http://bridge:hunter2@[jenkins"},
		"user and token": {URL: "http://bridge:hunter2@jenkins"},
		"set together":   {URL: "http://jenkins", User: "bridge"},
		"a query":        {URL: "http://jenkins?x=hunter2"},
		`jenkins "prod"`: {URL: "ftp://jenkins", Name: "prod"},
		"keys user":      {URL: "https://:hunter2@jenkins/"},
		"or a fragment":  {URL: "https://jenkins/#a"},
		"must be set":    {URL: "http://jenkins", Token: "hunter2"},
	} {
		_, err := New(o)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	c, err := New(Options{URL: "http://jenkins/ci//"})
	if err != nil || c.requester.Base != "http://jenkins/ci" || cap(c.slots) != DefaultMaxInFlight || c.timeout != DefaultTimeout {
		t.Errorf("%+v %v", c, err)
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\n\tb\x00c ":        "a b c",
		"\xffx":                  "?x",
		strings.Repeat("页", 300): strings.Repeat("页", summaryRunes) + "…",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// TestSummary finds the one line of Jenkins' error pages that says something.
func TestSummary(t *testing.T) {
	for recording, want := range map[string]string{
		"033": "Error 400 Nothing is submitted",
		"054": "java.io.IOException: disabled-job is not buildable",
		"058": "Not Found [Jenkins]",
		"101": "java.lang.Exception: Could not cancel run for id 24",
	} {
		r := record(t, recording)
		if got := summary(r.header.Get("Content-Type"), r.body); got != want {
			t.Errorf("%s: %q, want %q", recording, got, want)
		}
	}
	if got := record(t, "027"); !strings.Contains(summary(got.header.Get("Content-Type"), got.body), "Authentication required") {
		t.Error("a page without title says nothing")
	}
}
