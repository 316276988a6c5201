package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzConnector: whatever is asked, every action answers the envelope with a status of its own, never a 500, and never a
// form that may be submitted when the answer is a failure.
func FuzzConnector(f *testing.F) {
	r, _ := newReal(f)
	f.Add("projects", "keyword=%E4%BA%A4", asJSON, `{"keyword":"交"}`)
	f.Add("validate", "", asForm, "project=prod:trade&app=prod:trade/order&ENV=uat")
	f.Add("releases", "requestId=a", asJSON, `{"project":"交易平台","app":["支付服务"],"执行时间":"2026-11-22 20:00"}`)
	f.Add("parameters", "project=x&app=%00", "multipart/form-data; boundary=x", "--x--")
	f.Add("nothing", "%zz", "", "\xff")
	f.Fuzz(func(t *testing.T, action, query, contentType, body string) {
		req := httptest.NewRequest(http.MethodPost, "/connector/x", strings.NewReader(body))
		req.URL = &url.URL{Path: "/connector/" + action, RawQuery: query}
		req.Header["Content-Type"] = []string{contentType}
		sign(req.Header)
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, req)
		in := &rig{t: t}
		a := in.read(w)
		success, isBool := a.body["success"].(bool)
		if !isBool || a.body["traceId"] == "" || w.Code == http.StatusInternalServerError {
			t.Fatalf("%s?%s: %d %s", action, query, w.Code, a.raw)
		}
		if !success && (a.code() == "" || a.message() == "" || a.body["valid"] == true) {
			t.Fatalf("%s?%s: %d %s", action, query, w.Code, a.raw)
		}
		if success && w.Code != http.StatusOK {
			t.Fatalf("%s?%s: success with %d", action, query, w.Code)
		}
	})
}
