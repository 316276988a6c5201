package dingtalktest

import (
	"slices"
	"strings"
	"time"
)

// appQPS is how many calls of one app are taken in any second.
const appQPS = 20

// What calls count as.
const (
	usesAPI     = "api"
	usesWebhook = "webhook"
)

// usage counts calls against the rate of the app and the quotas of the organisation.
type usage struct {
	rate   int // negative: none
	quota  map[string]int
	recent []time.Time // of the app, within a second
	month  string
	used   map[string]int
}

func newUsage(o Options) usage {
	if o.QPS == 0 {
		o.QPS = appQPS
	}
	return usage{rate: o.QPS, quota: map[string]int{usesAPI: o.APIQuota, usesWebhook: o.WebhookQuota}, used: map[string]int{}}
}

// kindOf is what a call to a path counts as; "" when it is exempt, as tokens and contacts are.
func kindOf(path string) string {
	switch {
	case path == "/robot/send":
		return usesWebhook
	case path == "/gettoken", strings.HasPrefix(path, "/v1.0/oauth2/"), strings.HasPrefix(path, "/topapi/v2/user/"),
		strings.HasPrefix(path, "/topapi/v2/department/"), strings.HasPrefix(path, "/topapi/role/"):
		return ""
	case strings.HasPrefix(path, "/v1.0/workflow/"), strings.HasPrefix(path, "/topapi/"):
		return usesAPI
	}
	return ""
}

// admit reports false for a call beyond the app's rate. Custom robots belong to no app.
func (u *usage) admit(path string, now time.Time) bool {
	if u.rate < 0 || kindOf(path) == usesWebhook {
		return true
	}
	u.recent = slices.DeleteFunc(u.recent, func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if len(u.recent) >= u.rate {
		return false
	}
	u.recent = append(u.recent, now)
	return true
}

// spend reports false when the quota of this month is used up.
func (u *usage) spend(path string, now time.Time) bool {
	kind := kindOf(path)
	return kind == "" || u.take(kind, now)
}

// pushes reports false when the month's quota lets an event not be pushed any more. Events of contacts are exempt.
func (u *usage) pushes(eventType string, now time.Time) bool {
	return !strings.HasPrefix(eventType, "bpms_") || u.take(usesWebhook, now)
}

func (u *usage) take(kind string, now time.Time) bool {
	u.turn(now)
	if quota := u.quota[kind]; quota > 0 && u.used[kind] >= quota {
		return false
	}
	u.used[kind]++
	return true
}

// turn begins anew with each month of Beijing.
func (u *usage) turn(now time.Time) {
	if month := now.In(beijing).Format("2006-01"); month != u.month {
		u.month, u.used = month, map[string]int{}
	}
}

// of is what was used of the quotas this month.
func (u *usage) of(now time.Time) map[string]int {
	u.turn(now)
	return map[string]int{usesAPI: u.used[usesAPI], usesWebhook: u.used[usesWebhook]}
}

// SetQuota changes what the organisation may use in a month of api or webhook; 0: as much as it likes.
func (s *Server) SetQuota(kind string, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.use.quota[kind] = calls
}
