package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// listen serves the rig over real connections.
func listen(t *testing.T, r *rig) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(r.handler)
	t.Cleanup(server.Close)
	return server
}

// send sends one signed request to a server and reads the whole answer.
func send(t *testing.T, server *httptest.Server, method, target string, body io.Reader) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, server.URL+target, body)
	if err != nil {
		t.Fatal(err)
	}
	sign(req.Header)
	req.Header.Set("Content-Type", asJSON)
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answered, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, answered
}

func TestAnUploadWithoutALengthIsCutOff(t *testing.T) {
	f := &fake{}
	server := listen(t, newRig(t, f))
	endless := io.LimitReader(strings.NewReader(`{"a":"`+strings.Repeat("a", 2<<20)), 1<<20+1)
	res, body := send(t, server, "POST", "/connector/releases", struct{ io.Reader }{endless}) // the type hides the length
	if res.StatusCode != http.StatusRequestEntityTooLarge || !bytes.Contains(body, []byte(`"errorCode":"body_too_large"`)) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if len(f.asked) > 0 {
		t.Errorf("asked: %v", f.asked)
	}
}

func TestABodyAtTheLimitIsRead(t *testing.T) {
	f := &fake{}
	server := listen(t, newRig(t, f))
	frame := `{"a":""}`
	body := `{"a":"` + strings.Repeat("a", 1<<20-len(frame)) + `"}`
	if res, answered := send(t, server, "POST", "/connector/validate", strings.NewReader(body)); res.StatusCode != http.StatusOK {
		t.Errorf("%d %s", res.StatusCode, answered)
	}
	if len(f.fields["a"]) != 1 || len(f.fields["a"][0]) != 1<<20-len(frame) {
		t.Error("the value did not arrive whole")
	}
}

func TestTheLengthIsTold(t *testing.T) {
	r, _ := newReal(t)
	server := listen(t, r)
	for _, target := range []string{
		"/connector/ping", "/connector/projects", "/connector/apps?project=prod:trade", "/connector/requests", "/connector/validate",
		"/connector/apps?project=none", "/connector/nothing", "/connector/apps?porject=x",
	} {
		res, body := send(t, server, "GET", target, nil)
		if got := res.Header.Get("Content-Length"); got != strconv.Itoa(len(body)) || !json.Valid(body) {
			t.Errorf("%s: Content-Length %s of %d bytes: %s", target, got, len(body), body)
		}
	}
}

func TestAFormThatArrivesInHalfIsNotStored(t *testing.T) {
	r, db := newReal(t)
	server := listen(t, r)
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	sign(h)
	var headers bytes.Buffer
	if err := h.Write(&headers); err != nil {
		t.Fatal(err)
	}
	const form = `{"project":"交易平台","app":"支付服务"}`
	_, err = fmt.Fprintf(conn, "POST /connector/releases HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s",
		len(form)+1, headers.String(), form)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); !strings.Contains(r.log.String(), "path=/connector/releases"); {
		if time.Now().After(deadline) {
			t.Fatalf("the request never ended:\n%s", r.log.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
	releases, err := db.ListReleases(context.Background(), model.ReleaseFilter{Limit: 1})
	if err != nil || len(releases) > 0 || !strings.Contains(r.log.String(), "code=invalid_request") {
		t.Errorf("stored %v (%v); log:\n%s", releases, err, r.log.String())
	}
}

func TestOneConnectionServesOnAfterARefusal(t *testing.T) {
	server := listen(t, newRig(t, &fake{}))
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	answers := bufio.NewReader(conn)
	for i, status := range []int{401, 404, 405, 200} {
		request := []string{
			"GET /connector/ping HTTP/1.1\r\nHost: x\r\n\r\n", "GET /none HTTP/1.1\r\nHost: x\r\n\r\n",
			"PUT /connector/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		}[i]
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(answers, nil)
		if err != nil || res.StatusCode != status {
			t.Fatalf("request %d: %v, %v", i, res, err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
	}
}
