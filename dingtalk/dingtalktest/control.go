package dingtalktest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// ControlHandler serves the switches to people and scripts: POST /_control/fail?status=500&times=2&prefix=/robot,
// slow?delay=2s&times=1, cut-before, cut-after, rate-limit, ban-page, wrong-signature (each with times, default 1),
// expire-tokens, down, up, heal, user?id=…, robot-rate?per-minute=100 and quota?kind=api&calls=10; and GET /_control/ledger
// as JSON. rate-limit takes a prefix as fail does. controlContacts has departments and roles, controlApprovals has what people do to approvals, controlCallback the
// event subscription by HTTP, controlStream the Stream gateway.
func (s *Server) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_control/ledger", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Ledger())
	})
	mux.HandleFunc("POST /_control/fail", s.controlFail)
	mux.HandleFunc("POST /_control/slow", s.controlSlow)
	mux.HandleFunc("POST /_control/rate-limit", s.controlRateLimit)
	mux.HandleFunc("POST /_control/robot-rate", s.controlRobotRate)
	mux.HandleFunc("POST /_control/user", s.controlUser)
	s.controlContacts(mux)
	s.controlCallback(mux)
	mux.HandleFunc("POST /_control/quota", s.controlQuota)
	s.controlApprovals(mux)
	s.controlStream(mux)
	for name, change := range map[string]func(times int){
		"cut-before": s.CutBefore, "cut-after": s.CutAfter,
		"ban-page": s.BanPage, "wrong-signature": s.WrongSignature,
		"expire-tokens": func(int) { s.ExpireTokens() },
		"down":          func(int) { s.Down(true) },
		"up":            func(int) { s.Down(false) },
		"heal":          func(int) { s.Heal() },
	} {
		mux.HandleFunc("POST /_control/"+name, func(w http.ResponseWriter, r *http.Request) {
			if times, ok := timesOf(w, r); ok {
				change(times)
				w.WriteHeader(http.StatusNoContent)
			}
		})
	}
	return mux
}

func (s *Server) controlFail(w http.ResponseWriter, r *http.Request) {
	status, err := strconv.Atoi(r.FormValue("status"))
	if err != nil || status < 200 || status > 599 {
		http.Error(w, "status must be a number from 200 to 599", http.StatusBadRequest)
		return
	}
	if times, ok := timesOf(w, r); ok {
		s.Fail(status, times, r.FormValue("prefix"))
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) controlSlow(w http.ResponseWriter, r *http.Request) {
	delay, err := time.ParseDuration(r.FormValue("delay"))
	if err != nil || delay < 0 {
		http.Error(w, "delay must be a duration such as 2s", http.StatusBadRequest)
		return
	}
	if times, ok := timesOf(w, r); ok {
		s.Slow(delay, times)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) controlRateLimit(w http.ResponseWriter, r *http.Request) {
	if times, ok := timesOf(w, r); ok {
		s.RateLimitPath(times, r.FormValue("prefix"))
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) controlRobotRate(w http.ResponseWriter, r *http.Request) {
	rate, err := strconv.Atoi(r.FormValue("per-minute"))
	if err != nil || rate < 1 {
		http.Error(w, "per-minute must be a number above 0", http.StatusBadRequest)
		return
	}
	s.SetRobotRate(rate)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) controlUser(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("id") == "" {
		http.Error(w, "id is missing", http.StatusBadRequest)
		return
	}
	s.AddUser(User{ID: r.FormValue("id"), Name: r.FormValue("name"), Mobile: r.FormValue("mobile")})
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) controlQuota(w http.ResponseWriter, r *http.Request) {
	kind := r.FormValue("kind")
	calls, err := strconv.Atoi(r.FormValue("calls"))
	if err != nil || calls < 0 || (kind != usesAPI && kind != usesWebhook) {
		http.Error(w, "kind must be api or webhook, calls a number, 0 for no quota", http.StatusBadRequest)
		return
	}
	s.SetQuota(kind, calls)
	w.WriteHeader(http.StatusNoContent)
}

// timesOf reads times, default 1; it answers the request itself when it is no number.
func timesOf(w http.ResponseWriter, r *http.Request) (int, bool) {
	text := r.FormValue("times")
	if text == "" {
		return 1, true
	}
	times, err := strconv.Atoi(text)
	if err != nil {
		http.Error(w, "times must be a whole number; negative means until it is set again", http.StatusBadRequest)
		return 0, false
	}
	return times, true
}
