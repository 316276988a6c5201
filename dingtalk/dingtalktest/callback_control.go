package dingtalktest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// controlCallback adds the switches of the event subscription by HTTP: callback?url=…&token=…&aes-key=…&owner=… tries the
// address and saves it, push?type=…&id=… with the event's data as body, or push?instance=…&kind=finish, pushes an event and
// answers what came of it, and push-again does so with what was not taken.
func (s *Server) controlCallback(mux *http.ServeMux) {
	mux.HandleFunc("POST /_control/callback", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		settings := CallbackSettings{URL: q.Get("url"), Token: q.Get("token"), AESKey: q.Get("aes-key"), Owner: q.Get("owner")}
		if err := s.SaveCallback(r.Context(), settings); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /_control/push", s.controlPush)
	mux.HandleFunc("POST /_control/push-again", func(w http.ResponseWriter, r *http.Request) {
		jsonReply(http.StatusOK, map[string]int{"left": s.RetryCallbacks(r.Context())}).write(w)
	})
}

func (s *Server) controlPush(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	e := CallbackEvent{ID: q.Get("id"), Type: q.Get("type")}
	var err error
	if instance := q.Get("instance"); instance != "" {
		e.Data, err = s.InstanceEvent(instance, q.Get("kind"))
	} else if err = json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&e.Data); errors.Is(err, io.EOF) {
		err = nil
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	push, err := s.PushCallback(r.Context(), e)
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	jsonReply(http.StatusOK, push).write(w)
}
