package dingtalktest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// callbackTimeout bounds how long the switch for callbacks waits for an answer.
const callbackTimeout = 10 * time.Second

// controlStream adds the switches of the Stream gateway: stream/event?type=…&id=… and stream/callback?topic=… with the
// data as body (the first answers with the event's id, the second with the client's answer), stream/ping,
// stream/ping-every?period=30s, stream/disconnect, stream/cut, stream/half-open, stream/drop and stream/duplicate (both
// with times); stream/changes has every change of an approval pushed from now on.
func (s *Server) controlStream(mux *http.ServeMux) {
	mux.HandleFunc("POST /_control/stream/event", s.controlStreamEvent)
	mux.HandleFunc("POST /_control/stream/callback", s.controlStreamCallback)
	mux.HandleFunc("POST /_control/stream/ping-every", func(w http.ResponseWriter, r *http.Request) {
		period, err := time.ParseDuration(r.URL.Query().Get("period"))
		if err != nil || period < 0 {
			http.Error(w, "period must be a duration such as 30s", http.StatusBadRequest)
			return
		}
		s.PingStreamEvery(period)
		w.WriteHeader(http.StatusNoContent)
	})
	for name, change := range map[string]func(times int){
		"ping":       func(int) { s.PingStream() },
		"disconnect": func(int) { s.DisconnectStream() },
		"cut":        func(int) { s.CutStream() },
		"half-open":  func(int) { s.HalfOpenStream() },
		"changes":    func(int) { s.StreamChanges() },
		"drop":       s.DropStream,
		"duplicate":  s.DuplicateStream,
	} {
		mux.HandleFunc("POST /_control/stream/"+name, func(w http.ResponseWriter, r *http.Request) {
			if times, ok := timesOf(w, r); ok {
				change(times)
				w.WriteHeader(http.StatusNoContent)
			}
		})
	}
}

func (s *Server) controlStreamEvent(w http.ResponseWriter, r *http.Request) {
	e := StreamEvent{ID: r.URL.Query().Get("id"), Type: r.URL.Query().Get("type")}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&e.Data); err != nil {
		http.Error(w, "the body must be the event's data, a JSON object", http.StatusBadRequest)
		return
	}
	jsonReply(http.StatusOK, map[string]string{"id": s.PushEvent(e)}).write(w)
}

func (s *Server) controlStreamCallback(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "the body is too large or cut", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), callbackTimeout)
	defer cancel()
	ack, err := s.StreamCallback(ctx, r.URL.Query().Get("topic"), string(data))
	if err != nil {
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
		return
	}
	jsonReply(http.StatusOK, ack).write(w)
}
