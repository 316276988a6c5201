package dingtalk

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// recorder keeps a handler's answer in memory, up to a bound.
type recorder struct {
	header   http.Header
	status   int
	body     bytes.Buffer
	tooLarge bool
}

// refuse is the gateway's own answer.
func refuse(status int) *recorder {
	w := &recorder{header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, status: status}
	w.body.WriteString(`{"success":false,"errorMsg":"` + http.StatusText(status) + `"}`)
	return w
}

// Header is the answer's.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader counts the first time.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
}

// Write keeps what fits.
func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.body.Len()+len(b) > maxGatewayAnswer {
		w.tooLarge = true
		return 0, http.ErrContentLength
	}
	return w.body.Write(b)
}

// finished is the answer as it goes out. A redirect is none: the platform is not to be sent elsewhere.
func (w *recorder) finished() *recorder {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.tooLarge:
		return refuse(http.StatusBadGateway)
	case w.status/100 == 3:
		return refuse(http.StatusNotFound)
	}
	return w
}

func (w *recorder) headers() map[string]string {
	flat := make(map[string]string, len(w.header))
	for name, values := range w.header {
		flat[name] = strings.Join(values, ",")
	}
	return flat
}

// first is the answer in version 1.0, which is JSON inside a string.
func (w *recorder) first() string {
	inner := encode(map[string]any{
		"status": strconv.Itoa(w.status) + " " + http.StatusText(w.status), "statusCode": w.status, "proto": "HTTP/1.1",
		"header": w.headers(), "body": w.body.String(),
	})
	return string(encode(map[string]any{"response": string(inner)}))
}

// second is the answer in version 2.0, which carries a JSON object as what it is.
func (w *recorder) second() string {
	var content any = w.body.String()
	if raw := bytes.TrimSpace(w.body.Bytes()); bytes.HasPrefix(raw, []byte("{")) && json.Valid(raw) {
		content = json.RawMessage(raw)
	}
	return string(encode(map[string]any{
		"response": map[string]any{"statusCode": w.status, "headers": w.headers(), "content": content},
	}))
}
