package service

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// fingerprint tells whether two forms ask for the same. Who approved and the ids are left out: retries of one approval
// may carry more of them. So is what was going on with an app when its name was chosen: who fills in the form again sees
// another build behind it.
func fingerprint(f Form) string {
	asked := map[string]any{
		"project": f.Project, "apps": bareNamesOf(f.Apps), "mode": f.Mode, "at": f.ScheduledAt, "by": f.Originator,
		"db": f.DBChange, "done": f.DBChangeDone, "reason": f.Reason, "parameters": compact(f.Parameters),
	}
	if len(f.Rows) > 0 { // forms without a table keep the fingerprint that they had before there were tables
		asked["rows"] = compactRows(f.Rows)
	}
	b, err := json.Marshal(asked) // maps are written in the order of their keys
	if err != nil {
		panic(err) // strings, numbers and times always marshal
	}
	return model.Hash(string(b))
}

// compact writes a parameter with one value as forms did when there could be no more.
func compact(parameters map[string][]string) map[string]any {
	asked := make(map[string]any, len(parameters))
	for name, values := range parameters {
		if asked[name] = values; len(values) == 1 {
			asked[name] = values[0]
		}
	}
	return asked
}

func compactRows(rows []FormRow) []any {
	asked := make([]any, len(rows))
	for i, row := range rows {
		asked[i] = struct {
			App        string
			Parameters map[string]any
			StandsFor  map[string][]string
		}{bareName(row.App), compact(row.Parameters), row.StandsFor}
	}
	return asked
}

// Kinds of idempotency keys.
const (
	keyInstance = "instance:"
	keyRequest  = "request:"
	keyForm     = "form:"
)

// requestLife is how long the hidden request id of a form counts as a repeat by itself: retries come within hours, a copied
// form keeps it for ever.
const requestLife = 24 * time.Hour

// repeatAcrossMidnight is how long a form without any id still counts as a repeat after the day changed.
const repeatAcrossMidnight = 2 * time.Hour

// keys are the submission's idempotency keys, the strongest first.
func (s *Service) keys(f Form, print string) []string {
	var keys []string
	if f.Instance != "" {
		keys = append(keys, keyInstance+f.Instance)
	}
	if f.Request != "" {
		keys = append(keys, keyRequest+f.Request)
	}
	if len(keys) == 0 {
		keys = append(keys, keyForm+print+":"+s.day(s.now()))
	}
	return keys
}

func (s *Service) day(t time.Time) string { return t.In(s.location).Format("2006-01-02") }

// repeat returns the first answer when the submission was accepted before, else the keys to store it under. Errors:
// submission_conflict, database_unavailable.
func (s *Service) repeat(ctx context.Context, f Form, keys []string, print string) (*model.Receipt, []string, error) {
	var insert []string
	for i, key := range keys {
		r, free, err := s.place(ctx, f, key, print)
		if err != nil {
			return nil, nil, err
		}
		if r == nil {
			insert = append(insert, free)
			continue
		}
		if s.anotherApproval(f, key, r) {
			continue
		}
		if err := s.conflict(f, key, print, r); err != nil {
			return nil, nil, err
		}
		joined, err := s.join(ctx, r, f, append(insert, keys[i+1:]...))
		if err != nil {
			return nil, nil, err
		}
		if !joined {
			continue
		}
		if all := s.keys(f, print); key == all[0] {
			s.remember(ctx, all, print, r)
		}
		receipt := s.receiptOf(r, true)
		return &receipt, nil, nil
	}
	if f.Instance == "" && f.Request == "" {
		if receipt, err := s.repeatOfYesterday(ctx, print); receipt != nil || err != nil {
			return receipt, nil, err
		}
	}
	return nil, insert, nil
}

// anotherApproval tells a form that was copied, and so keeps the hidden request id of its original, from a repeat.
func (s *Service) anotherApproval(f Form, key string, r *model.Release) bool {
	if f.Instance == "" || !strings.HasPrefix(key, keyRequest) {
		return false
	}
	came := s.now()
	if f.Decided != nil { // we may hear of it days later
		came = *f.Decided
	}
	return r.ProcessInstanceID != "" && r.ProcessInstanceID != f.Instance || came.Sub(r.CreatedAt) > requestLife
}

// join lets whatever comes next, with only the other key, find the release too. false: another approval's instance
// joined it since r was read.
func (s *Service) join(ctx context.Context, r *model.Release, f Form, keys []string) (bool, error) {
	if f.Instance != "" && r.ProcessInstanceID == "" {
		now, err := s.change(ctx, r.ID, func(r *model.Release) error {
			if r.ProcessInstanceID == "" {
				r.ProcessInstanceID = f.Instance
			}
			return nil
		})
		if err != nil || now.ProcessInstanceID != f.Instance {
			return false, err
		}
	}
	return true, s.store.AddKeys(ctx, r.ID, keys)
}

// conflict tells whether the form only seems to be a repeat of r: it asks for something else, or has nothing but the
// request id of a form that was filled in long ago. Errors: submission_conflict, catalogue_unready.
func (s *Service) conflict(f Form, key, print string, r *model.Release) error {
	other, err := s.asksForOther(f, print, r)
	if err != nil {
		return err
	}
	if other {
		return model.Errorf(model.CodeSubmissionConflict,
			"这份申请已登记为上线单 %s，但这次提交的内容不同；为避免误发布，未做任何处理。请重新发起审批", r.Number())
	}
	if strings.HasPrefix(key, keyRequest) && f.Instance == "" && s.now().Sub(r.CreatedAt) > requestLife {
		return model.Errorf(model.CodeSubmissionConflict,
			"表单里的 requestId 在 %s 已用于上线单 %s；复制的表单请重新打开后提交，未做任何处理", s.clock(r.CreatedAt), r.Number())
	}
	return nil
}

// asksForOther tells whether the form asks for something else than r. By another way the same approval comes with other
// fields, so there it is what they mean that counts.
func (s *Service) asksForOther(f Form, print string, r *model.Release) (bool, error) {
	if r.Fingerprint == print {
		return false, nil
	}
	if r.Source == f.Source || len(r.Deployments) == 0 { // of one that was pruned nothing else is left
		return true, nil
	}
	differences, err := s.differences(r, f, nil)
	return len(differences) > 0, err
}

// repeatOfYesterday finds a form without any id that was sent again just after midnight.
func (s *Service) repeatOfYesterday(ctx context.Context, print string) (*model.Receipt, error) {
	now := s.now()
	before := now.Add(-repeatAcrossMidnight)
	if s.day(before) == s.day(now) {
		return nil, nil
	}
	r, err := s.store.ReleaseByKeys(ctx, []string{keyForm + print + ":" + s.day(before)})
	if model.CodeOf(err) == model.CodeNotFound || (err == nil && r.CreatedAt.Before(before)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	receipt := s.receiptOf(r, true)
	return &receipt, nil
}
