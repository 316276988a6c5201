package config

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFreshness(t *testing.T) {
	for keys, want := range map[string][2]time.Duration{ // refresh_max and stale_after
		``:                                  {5 * time.Minute, 10 * time.Minute},
		`refresh: 1s`:                       {5 * time.Minute, 10 * time.Minute},
		`refresh: 1h`:                       {time.Hour, 2 * time.Hour},
		`refresh_max: 30s`:                  {30 * time.Second, 10 * time.Minute},
		`refresh_max: 20m`:                  {20 * time.Minute, 40 * time.Minute},
		`refresh_max: 20m, stale_after: 1h`: {20 * time.Minute, time.Hour},
		`stale_after: 7d`:                   {5 * time.Minute, 7 * 24 * time.Hour},
		`refresh: 24h, stale_after: 25h`:    {24 * time.Hour, 25 * time.Hour},
	} {
		j := load(t, controllerWith(keys)).Jenkins[0]
		if got := [2]time.Duration{j.RefreshMax, j.StaleAfter}; got != want {
			t.Errorf("%q: %v, want %v", keys, got, want)
		}
	}
}

func TestFreshnessThatContradictsItself(t *testing.T) {
	for keys, wrong := range map[string]string{
		`refresh: 1m, refresh_max: 30s`:     "refresh_max",
		`refresh_max: 25h`:                  "refresh_max",
		`refresh_max: -1s, stale_after: 1h`: "refresh_max",
		`stale_after: 5m`:                   "stale_after",
		`refresh: 10m, stale_after: 10m`:    "stale_after",
		`stale_after: 8d`:                   "stale_after",
		`max_loss: 0`:                       "max_loss",
		`max_loss: -0.1`:                    "max_loss",
		`max_loss: 30`:                      "max_loss",
		`max_loss: .nan`:                    "max_loss",
		`max_loss: lots`:                    "max_loss",
		`refresh: 5ms`:                      "refresh",
	} {
		_, err := Load(write(t, "config.yaml", controllerWith(keys)), nil)
		problems, ok := errors.AsType[Problems](err)
		if !ok || len(problems) != 1 || problems[0].Key != "jenkins[0]."+wrong || problems[0].Remedy == "" {
			t.Errorf("%q: %v", keys, err)
		}
	}
}

// controllerWith is a whole configuration whose controller has these keys, too.
func controllerWith(keys string) string {
	return strings.Replace(minimal, "token: jenkins-token", "token: jenkins-token, "+keys, 1)
}
