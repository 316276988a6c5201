// Package config reads and checks the configuration of oabridge: a YAML file, OABRIDGE_ environment variables and files
// with secrets. Its one job is to hand over a configuration that is right, or every problem of one that is not. It knows
// nothing of the rest of oabridge.
package config

import (
	"fmt"
	"time"
	_ "time/tzdata" // A minimal container image has no time zones of its own.
)

// Config is the whole configuration. The yaml tags are the keys; the default tags are what a missing key means.
type Config struct {
	// Listen is the address of the HTTP server, such as ":8080".
	Listen string `yaml:"listen" default:":8080"`
	// PublicURL is where people and DingTalk reach this service; links in notices start with it.
	PublicURL string `yaml:"public_url"`
	// Timezone is the zone in which people's times are read and shown.
	Timezone string   `yaml:"timezone" default:"Asia/Shanghai"`
	Log      Log      `yaml:"log"`
	API      API      `yaml:"api"`
	Database Database `yaml:"database"`
	Redis    Redis    `yaml:"redis"`
	// Jenkins lists the controllers: one entry for each Jenkins server.
	Jenkins []Jenkins `yaml:"jenkins"`
	// JenkinsHook is how every one of them may push.
	JenkinsHook JenkinsHook `yaml:"jenkins_hook"`
	// Projects are offered first, in this order, and have what they name for themselves.
	Projects []Project `yaml:"projects"`
	// Parameters are rules for the parameters of jobs.
	Parameters []Parameter `yaml:"parameters"`
	DingTalk   DingTalk    `yaml:"dingtalk"`
	Form       Form        `yaml:"form"`
	// Policies rule the releases of projects.
	Policies []Policy `yaml:"policies"`
	// Access says who may use which projects; without a rule everybody may use all of them.
	Access   []AccessRule `yaml:"access"`
	Schedule Schedule     `yaml:"schedule"`
	Notify   Notify       `yaml:"notify"`
	// Logs says what is kept of what builds write.
	Logs Logs `yaml:"logs"`
	// Retry and Rollback say what an operator may have deployed again.
	Retry    Retry    `yaml:"retry"`
	Rollback Rollback `yaml:"rollback"`
	// Retention says how long releases are kept.
	Retention Retention `yaml:"retention"`
}

// Log says how much is logged and how it looks.
type Log struct {
	Level  string `yaml:"level" default:"info"`  // debug, info, warn or error
	Format string `yaml:"format" default:"text"` // text or json
}

// Schedule rules what becomes of a release whose time has passed.
type Schedule struct {
	// RunIfLateBy is how late a scheduled release may still start, for example after an outage.
	RunIfLateBy time.Duration `yaml:"run_if_late_by" default:"30m"`
}

// Retention says what is deleted in the end.
type Retention struct {
	// Keep is how long a finished release is kept, with its history and messages; 0 means for ever.
	Keep time.Duration `yaml:"keep" default:"17520h"`
}

// leastKeep is long enough that no retry of an approval and no search for a build needs what was pruned.
const leastKeep = 24 * time.Hour

func (t Retention) check(r report) {
	if most := 100 * 365 * 24 * time.Hour; t.Keep != 0 && (t.Keep < leastKeep || t.Keep > most) {
		r.add(t.Keep.String(), "out of bounds", fmt.Sprintf("use a duration from %s to %s, or 0 to keep everything for ever", leastKeep, most))
	}
}

// Location returns the time zone of people's times. A validated configuration always has one; UTC stands in otherwise.
func (c *Config) Location() *time.Location {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC
	}
	return zone
}
