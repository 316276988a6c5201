package api

import (
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// filterNames are the parameters that say which releases are meant.
var filterNames = []string{"state", "from", "to", "project", "app", "person", "deployment", "result", "rollback_of"}

// dayLayout is a day; moments are read in the service's time zone unless they have an offset.
const dayLayout = "2006-01-02"

var momentLayouts = []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05"}

// which reads the parameters that say which releases are meant. Errors: invalid_request.
func (s *Server) which(r request) (model.ReleaseFilter, error) {
	var f model.ReleaseFilter
	for _, value := range r.fields["state"] {
		if value == "" {
			continue // as of every other filter: all of them
		}
		state := model.ReleaseState(value)
		if !slices.Contains(model.ReleaseStates(), state) {
			return f, incorrect("state", value)
		}
		f.States = append(f.States, state)
	}
	for _, text := range []struct {
		name string
		to   *string
	}{{"project", &f.Project}, {"app", &f.App}, {"person", &f.Person}, {"result", &f.Result}} {
		value, err := r.one(text.name)
		if err != nil {
			return f, err
		}
		*text.to = strings.TrimSpace(value)
	}
	var err error
	if f.Deployment, err = oneOf(r, "deployment", model.DeploymentStates()); err != nil {
		return f, err
	}
	if f.RollbackOf, err = r.numbered("rollback_of"); err != nil {
		return f, err
	}
	if f.From, err = s.moment(r, "from", 0); err != nil {
		return f, err
	}
	if f.To, err = s.moment(r, "to", 1); err != nil {
		return f, err
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return f, invalid("参数%s的时间不早于%s的时间，两者之间没有任何上线单", quoted("from"), quoted("to"))
	}
	return f, nil
}

// moment reads a time: a day, of which days are counted on, a local time, or one with an offset. Zero when it is missing.
// Errors: invalid_request.
func (s *Server) moment(r request, name string, days int) (time.Time, error) {
	value, err := r.one(name)
	if err != nil || value == "" {
		return time.Time{}, err
	}
	if day, err := time.ParseInLocation(dayLayout, value, s.location); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	for _, layout := range momentLayouts {
		if at, err := time.ParseInLocation(layout, value, s.location); err == nil {
			return at, nil
		}
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return at, invalid("参数%s的值“%s”不是时间，请写成 2006-01-02、2006-01-02 15:04 或 2006-01-02T15:04:05+08:00", quoted(name), model.Cut(value, 40))
	}
	return at, nil
}

// numbered is the id of a release by its number; 0 when it is missing. Errors: invalid_request.
func (r request) numbered(name string) (int64, error) {
	value, err := r.one(name)
	if err != nil || value == "" {
		return 0, err
	}
	id, err := model.ParseNumber(value)
	if err != nil {
		return 0, incorrect(name, value)
	}
	return id, nil
}

func incorrect(name, value string) error {
	return invalid("参数%s的值“%s”不正确", quoted(name), model.Cut(value, 40))
}
