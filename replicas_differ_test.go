package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// TestReplicasWithOtherConfigurations runs two of them on one database, each with a Jenkins of its own under the same name.
func TestReplicasWithOtherConfigurations(t *testing.T) {
	database := fmt.Sprintf("{driver: %s, dsn: %q}", config.MySQL, servers.MariaDB(t))
	var logs []*lockedBuffer
	var outsides []*outside
	for range 2 {
		o, log := newOutside(t, database), &lockedBuffer{}
		replica := process(t, log, "serve", "-c", o.config)
		t.Cleanup(func() { _ = replica.Wait() }) // killed with the test's context
		o.ready(log)
		outsides, logs = append(outsides, o), append(logs, log)
	}
	for i, log := range logs {
		outsides[i].eventually("the other one is reported", func() bool {
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, `"level":"WARN"`) && strings.Contains(line, `works on this database with another configuration`) &&
					strings.Contains(line, `"jenkins.prod"`) && !strings.Contains(line, `"form"`) {
					return true
				}
			}
			return false
		}, log.String)
		keepsSecrets(t, ending{stderr: log.String()}, e2eConnector, e2eAPIToken, e2eJenkins, e2eAppSecret, e2eRobotToken, e2eRobotSecret)
	}
	o := oabridge(t, "doctor", "-c", outsides[0].config)
	if !strings.Contains(o.stdout, "2 running") || !strings.Contains(o.stdout, "their configurations differ") {
		t.Errorf("%s", o)
	}
}
