package config

import "time"

// When an approval is read again from DingTalk before anything is deployed.
const (
	VerifyAuto   = "auto"
	VerifyAlways = "always"
	VerifyOff    = "off"
)

// DingTalk is the organisation's application, its connector and its robots.
type DingTalk struct {
	APIURL        string `yaml:"api_url" default:"https://api.dingtalk.com"`
	OAPIURL       string `yaml:"oapi_url" default:"https://oapi.dingtalk.com"`
	AppKey        string `yaml:"app_key"`
	AppSecret     Secret `yaml:"app_secret"`
	AppSecretFile string `yaml:"app_secret_file,omitempty"`
	// AgentID is the application's agent id; work notices need it.
	AgentID   int64     `yaml:"agent_id" default:"0"`
	Connector Connector `yaml:"connector"`
	Events    Events    `yaml:"events"`
	Robots    []Robot   `yaml:"robots"`
	// CommentUserID is the member who writes comments into approvals; empty: the initiator of each.
	CommentUserID string `yaml:"comment_user_id"`
	// VerifyApproval is auto (when app_key is set and the instance id is known), always or off.
	VerifyApproval string `yaml:"verify_approval" default:"auto"`
	// VerifyTimeout is how long an approval may take to be confirmed before its release expires.
	VerifyTimeout time.Duration `yaml:"verify_timeout" default:"24h"`
	// ForbidSelfApproval refuses approvals that nobody but their initiator gave.
	ForbidSelfApproval bool `yaml:"forbid_self_approval" default:"false"`
	// OnRevoke is what becomes of running builds when the approval is taken back: tell or stop.
	OnRevoke string `yaml:"on_revoke" default:"tell"`
	// MembershipCache is how long the departments and roles of a person count as read; for rules of access.
	MembershipCache time.Duration `yaml:"membership_cache" default:"10m"`
	Quota           Quota         `yaml:"quota"`
}

// Quota is what DingTalk's edition grants the organisation in a month; 0 for as much as it likes. The defaults are those
// of the standard edition.
type Quota struct {
	API     int `yaml:"api" default:"5000"`     // workflows and work notices
	Webhook int `yaml:"webhook" default:"3000"` // messages of group robots
}

const mostQuota = 1_000_000_000

func (q Quota) check(r report) {
	r.at("api").between(q.API, 0, mostQuota)
	r.at("webhook").between(q.Webhook, 0, mostQuota)
}

// What becomes of running builds when their approval is taken back.
const (
	RevokeTell = "tell" // people are told, the builds go on
	RevokeStop = "stop"
)

func (d DingTalk) check(r report) {
	r.at("api_url").url(d.APIURL, "https://api.dingtalk.com")
	r.at("oapi_url").url(d.OAPIURL, "https://oapi.dingtalk.com")
	d.checkApp(r)
	d.Connector.check(r.at("connector"), d.Events.Mode == EventsOff)
	d.Events.check(r.at("events"))
	checkRobots(r.at("robots"), d.Robots)
	d.Quota.check(r.at("quota"))
	r.at("verify_approval").oneOf(d.VerifyApproval, VerifyAuto, VerifyAlways, VerifyOff)
	r.at("verify_timeout").lasts(d.VerifyTimeout, time.Minute, 30*24*time.Hour)
	r.at("membership_cache").lasts(d.MembershipCache, time.Second, 24*time.Hour)
	r.at("on_revoke").oneOf(d.OnRevoke, RevokeTell, RevokeStop)
	if d.ForbidSelfApproval && d.VerifyApproval == VerifyOff {
		r.at("forbid_self_approval").add("true", "nobody reads who approved", "set verify_approval: always, or leave forbid_self_approval out")
	}
}

// checkApp checks the application's keys: both or none, and both when something was asked for that needs them.
func (d DingTalk) checkApp(r report) {
	if d.AgentID < 0 {
		r.at("agent_id").add(showInt(d.AgentID), "an agent id is not negative", "copy the AgentId from the application's page")
	}
	why := d.needsApp()
	if why == "" {
		return
	}
	r.at("app_key").required(d.AppKey, why+" needs it: copy the AppKey (Client ID) from the application's page")
	r.at("app_secret").required(d.AppSecret.Reveal(), why+" needs it: set app_secret or app_secret_file")
}

func (d DingTalk) needsApp() string {
	switch {
	case d.AppKey != "":
		return "app_key"
	case d.AppSecret != "":
		return "app_secret"
	case d.AgentID > 0:
		return "agent_id (work notices)"
	case d.Connector.Gateway:
		return "connector.gateway"
	case d.VerifyApproval == VerifyAlways:
		return "verify_approval: always"
	case d.ForbidSelfApproval:
		return "forbid_self_approval"
	case d.Events.Mode == EventsStream || d.Events.Mode == EventsHTTP:
		return "events.mode: " + d.Events.Mode
	}
	return ""
}

func (d DingTalk) secrets() []string {
	list := append(d.Connector.secrets(), d.Events.secrets()...)
	for _, robot := range d.Robots {
		list = append(list, robot.secrets()...)
	}
	return append(list, d.AppSecret.Reveal())
}
