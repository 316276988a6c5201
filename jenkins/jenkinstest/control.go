package jenkinstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ControlHandler serves the switches for a fake that runs as its own process, to be mounted at /_control/:
//
//	POST slow?d=200ms · fail?status=503&times=2&path=POST /job/ · cut-after?times=1&path=… · cut-before?times=1&path=…
//	POST quiet-down · cancel-quiet-down · restart?down=3s · kill?down=3s · down · up · heal
//	POST executors?n=8 · user?name=ann&token=secret (an administrator)
//	POST job (a Job as JSON, Duration as "300ms") · remove-job?name=a/b · finish?job=a/b&number=1&result=FAILURE (without job: all)
//	GET  ledger
//
// Arguments stand in the query or in a JSON object.
func (s *Server) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	for name, do := range s.controls() {
		mux.HandleFunc("POST /_control/"+name, func(w http.ResponseWriter, r *http.Request) {
			args, err := controlArgs(w, r)
			if err == nil {
				err = do(args)
			}
			reply(w, map[string]bool{"ok": true}, err)
		})
	}
	mux.HandleFunc("POST /_control/job", func(w http.ResponseWriter, r *http.Request) {
		job, err := controlJob(w, r)
		if err == nil {
			s.AddJob(job)
		}
		reply(w, map[string]bool{"ok": true}, err)
	})
	mux.HandleFunc("GET /_control/ledger", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Ledger(), nil) })
	return mux
}

func (s *Server) controls() map[string]func(arguments) error {
	return map[string]func(arguments) error{
		"slow":              func(a arguments) error { return a.duration("d", s.Slow) },
		"fail":              s.controlFail,
		"cut-after":         func(a arguments) error { return a.times(s.CutAfter) },
		"cut-before":        func(a arguments) error { return a.times(s.CutBefore) },
		"quiet-down":        func(arguments) error { s.QuietDown(); return nil },
		"cancel-quiet-down": func(arguments) error { s.CancelQuietDown(); return nil },
		"restart":           func(a arguments) error { return a.duration("down", s.Restart) },
		"kill":              func(a arguments) error { return a.duration("down", s.Kill) },
		"down":              func(arguments) error { s.Down(true); return nil },
		"up":                func(arguments) error { s.Down(false); return nil },
		"heal":              func(arguments) error { s.Heal(); return nil },
		"executors":         s.controlExecutors,
		"user":              s.controlUser,
		"remove-job":        s.controlRemove,
		"finish":            s.controlFinish,
	}
}

func (s *Server) controlFail(a arguments) error {
	status, err := strconv.Atoi(a.Get("status"))
	if err != nil || status < 100 || status > 599 {
		return errors.New("status must be an HTTP status")
	}
	return a.times(func(times int, path string) { s.Fail(status, times, path) })
}

func (s *Server) controlExecutors(a arguments) error {
	n, err := strconv.Atoi(a.Get("n"))
	if err != nil || n < 0 {
		return errors.New("n must be a number of executors")
	}
	s.SetExecutors(n)
	return nil
}

func (s *Server) controlUser(a arguments) error {
	if a.Get("name") == "" || a.Get("token") == "" {
		return errors.New("name or token is missing")
	}
	s.AddUser(User{Name: a.Get("name"), Token: a.Get("token"), Admin: true})
	return nil
}

func (s *Server) controlRemove(a arguments) error {
	if a.Get("name") == "" {
		return errors.New("name is missing")
	}
	s.RemoveJob(a.Get("name"))
	return nil
}

func (s *Server) controlFinish(a arguments) error {
	if a.Get("job") == "" {
		s.FinishAll()
		return nil
	}
	number, err := strconv.Atoi(a.Get("number"))
	if err != nil {
		return errors.New("number must be a build number")
	}
	if !s.Finish(a.Get("job"), number, a.Get("result")) {
		return fmt.Errorf("no such build is running: %s #%d", a.Get("job"), number)
	}
	return nil
}

// arguments of one control request.
type arguments struct{ url.Values }

// duration reads an argument such as "3s"; missing means 0.
func (a arguments) duration(name string, use func(time.Duration)) error {
	text := a.Get(name)
	if text == "" {
		text = "0s"
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%s must be a duration such as 3s: %w", name, err)
	}
	use(d)
	return nil
}

// times reads how often (default once) and for which path.
func (a arguments) times(use func(int, string)) error {
	times := 1
	if text := a.Get("times"); text != "" {
		var err error
		if times, err = strconv.Atoi(text); err != nil {
			return errors.New("times must be a number")
		}
	}
	use(times, a.Get("path"))
	return nil
}

func controlArgs(w http.ResponseWriter, r *http.Request) (arguments, error) {
	args := arguments{r.URL.Query()}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || len(strings.TrimSpace(string(body))) == 0 {
		return args, err
	}
	var fields map[string]any
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.UseNumber()
	if err := dec.Decode(&fields); err != nil {
		return args, fmt.Errorf("the body must be a JSON object: %w", err)
	}
	for name, val := range fields {
		args.Set(name, fmt.Sprint(val))
	}
	return args, nil
}

// controlJob reads a Job whose durations are written "300ms".
func controlJob(w http.ResponseWriter, r *http.Request) (Job, error) {
	var wire struct {
		Job
		Duration    string
		QuietPeriod string
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&wire); err != nil {
		return Job{}, fmt.Errorf("the body must be a Job as JSON: %w", err)
	}
	if wire.FullName == "" {
		return Job{}, errors.New("FullName is missing")
	}
	set := func(into *time.Duration) func(time.Duration) { return func(d time.Duration) { *into = d } }
	args := arguments{url.Values{"Duration": {wire.Duration}, "QuietPeriod": {wire.QuietPeriod}}}
	if err := args.duration("Duration", set(&wire.Job.Duration)); err != nil {
		return Job{}, err
	}
	return wire.Job, args.duration("QuietPeriod", set(&wire.Job.QuietPeriod))
}

func reply(w http.ResponseWriter, v any, err error) {
	status := http.StatusOK
	if err != nil {
		status, v = http.StatusBadRequest, map[string]string{"error": err.Error()}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
