package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var (
	clocks  = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)
	offsets = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d`)
)

// answersWithTimes are what a bridge answers, by the command that shows it.
var answersWithTimes = map[string]string{
	"list": `{"releases":[{"number":"R-1","state":"active","created_at":"2026-11-22T12:00:00Z","scheduled_at":"2026-11-22T13:00:00Z"}]}`,
	"show R-1": `{"number":"R-1","state":"active","created_at":"2026-11-22T12:00:00Z","scheduled_at":"2026-11-22T13:00:00Z",
		"events":[{"at":"2026-11-22T12:00:00Z"}],"messages":[{"created_at":"2026-11-22T12:00:00Z"}]}`,
	"replan R-1 --at now --reason x": `{"number":"R-1","state":"active","created_at":"2026-11-22T12:00:00Z","scheduled_at":"2026-11-22T13:00:00Z"}`,
	"abandon R-1 --reason x":         `{"number":"R-1","deployments":[{"id":7,"state":"lost","missing_since":"2026-11-22T12:00:00Z"}]}`,
}

func TestTimesAreOfTheBridgesZone(t *testing.T) {
	for line, answer := range answersWithTimes {
		for zone, hour := range map[string]string{"Asia/Shanghai": "20:00:00", "America/Bogota": "07:00:00", "UTC": "12:00:00"} {
			p := &pretended{status: http.StatusOK, header: http.Header{"X-Time-Zone": {zone}}, answer: answer}
			o := p.run(t, strings.Fields(line)...)
			if strings.Count(o.stdout, zone) != 1 || !strings.Contains(o.stdout, "2026-11-22 "+hour) || offsets.MatchString(o.stdout) {
				t.Errorf("%s in %s: %s", line, zone, o)
			}
		}
	}
}

func TestTimesHaveTheirOffsetWhenTheBridgeNamesNoZone(t *testing.T) {
	for line, answer := range answersWithTimes {
		for _, zone := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
			p := &pretended{status: http.StatusOK, header: http.Header{"X-Time-Zone": {zone}}, answer: answer}
			o := p.run(t, strings.Fields(line)...)
			if n := len(clocks.FindAllString(o.stdout, -1)); n == 0 || n != len(offsets.FindAllString(o.stdout, -1)) {
				t.Errorf("%s with %q: %s", line, zone, o)
			}
			if strings.Contains(o.stdout, "time zone") || zone != "" && strings.Contains(o.stdout, zone) {
				t.Errorf("%s tells the zone %q: %s", line, zone, o)
			}
		}
	}
}
