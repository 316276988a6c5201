package config

import (
	"time"
)

// Validate checks the whole configuration and returns nil, or Problems with everything that is wrong.
func (c *Config) Validate() error {
	if problems := c.problems(); len(problems) > 0 {
		return problems
	}
	return nil
}

func (c *Config) problems() Problems {
	var list Problems
	r := report{list: &list}
	c.checkServer(r)
	c.API.check(r.at("api"))
	c.Database.check(r.at("database"))
	c.Redis.check(r.at("redis"))
	checkControllers(r.at("jenkins"), c.Jenkins)
	c.checkCatalogue(r)
	checkRules(r.at("parameters"), c.Parameters)
	c.JenkinsHook.check(r.at("jenkins_hook"))
	c.DingTalk.check(r.at("dingtalk"))
	c.Form.check(r.at("form"))
	c.checkPolicies(r.at("policies"))
	c.checkAccess(r.at("access"))
	r.at("schedule.run_if_late_by").lasts(c.Schedule.RunIfLateBy, 0, 7*24*time.Hour)
	c.Logs.check(r.at("logs"))
	c.Retry.check(r.at("retry"))
	c.Retention.check(r.at("retention.keep"))
	c.Notify.check(r.at("notify"), c.DingTalk.Robots)
	if c.DingTalk.Events.Mode != EventsOff && len(c.Form.ProcessCodes) == 0 {
		r.at("form.process_codes").add("", "events tell of every approval of the company, and none is said to be about a release",
			"list the process codes (PROC-…) of the release templates, or set dingtalk.events.mode: off")
	}
	return list
}

func (c *Config) checkServer(r report) {
	r.at("listen").address(c.Listen, ":8080 or 127.0.0.1:8080")
	if c.PublicURL != "" {
		r.at("public_url").url(c.PublicURL, "https://bridge.example.com")
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" || c.Timezone == "Local" {
		r.at("timezone").add(c.Timezone, "not a time zone", "use a name such as Asia/Shanghai")
	}
	r.at("log.level").oneOf(c.Log.Level, "debug", "info", "warn", "error")
	r.at("log.format").oneOf(c.Log.Format, "text", "json")
}
