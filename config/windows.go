package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Window is a time of the week in which deployments may start.
type Window struct {
	// Days are those on which it opens: mon, tue, wed, thu, fri, sat, sun; none: every day.
	Days []string `yaml:"days"`
	// From and To are times of day, such as 10:00; with a To that is not later it closes on the day after.
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Windows are told apart from none at all: an empty list decides, a missing one does not.
type Windows []Window

// MarshalYAML shows a missing list as null, which means the same when it is read.
func (w Windows) MarshalYAML() (any, error) {
	if w == nil {
		return nil, nil
	}
	return []Window(w), nil
}

// weekdays are the names of days, as time.Weekday counts them.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (w Window) check(r report) {
	for i, day := range w.Days {
		r.at("days").index(i).oneOf(day, weekdays...)
	}
	from, fromErr := timeOfDay(w.From)
	to, toErr := timeOfDay(w.To)
	if fromErr != nil || from >= 24*time.Hour {
		r.at("from").add(w.From, "not a time of day", `write hours and minutes in quotes, such as "10:00"`)
	}
	if toErr != nil {
		r.at("to").add(w.To, "not a time of day", `write hours and minutes in quotes, such as "17:00"; "24:00" is the end of the day`)
	}
	if fromErr == nil && toErr == nil && from == to {
		r.at("to").add(w.To, "the window is over when it opens", `write another time; a whole day is from "00:00" to "24:00"`)
	}
}

// Weekdays are the days on which the window opens; none: every day.
func (w Window) Weekdays() []time.Weekday {
	var days []time.Weekday
	for _, day := range w.Days {
		days = append(days, time.Weekday(slices.Index(weekdays, day)))
	}
	return days
}

// Clock is when it opens and closes, as the time since midnight.
func (w Window) Clock() (from, to time.Duration) {
	from, _ = timeOfDay(w.From)
	to, _ = timeOfDay(w.To)
	return from, to
}

// timeOfDay reads 0:00 to 24:00.
func timeOfDay(text string) (time.Duration, error) {
	hours, minutes, ok := strings.Cut(text, ":")
	h, err := strconv.ParseUint(hours, 10, 8)
	m, minutesErr := strconv.ParseUint(minutes, 10, 8)
	if !ok || err != nil || minutesErr != nil || len(minutes) != 2 || len(hours) > 2 || m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%q is no time of day", text)
	}
	return time.Duration(h*60+m) * time.Minute, nil
}

// Freeze is a time in which no deployment may start (封网).
type Freeze struct {
	From   string `yaml:"from"` // such as 2026-12-30 00:00
	To     string `yaml:"to"`
	Reason string `yaml:"reason"` // for people
}

// Freezes are told apart from none at all, as Windows are.
type Freezes []Freeze

// MarshalYAML shows a missing list as null, which means the same when it is read.
func (f Freezes) MarshalYAML() (any, error) {
	if f == nil {
		return nil, nil
	}
	return []Freeze(f), nil
}

const freezeLayout = "2006-01-02 15:04"

func (f Freeze) check(r report) {
	from, fromErr := time.Parse(freezeLayout, f.From)
	to, toErr := time.Parse(freezeLayout, f.To)
	if fromErr != nil {
		r.at("from").add(f.From, "not a time", "write it as 2026-12-30 00:00")
	}
	if toErr != nil {
		r.at("to").add(f.To, "not a time", "write it as 2027-01-02 08:00")
	}
	if fromErr == nil && toErr == nil && !to.After(from) {
		r.at("to").add(f.To, "the freeze ends before it begins", "write a time after from")
	}
}

// Times are when the freeze begins and ends, in the zone of people's times.
func (f Freeze) Times(zone *time.Location) (from, to time.Time) {
	from, _ = time.ParseInLocation(freezeLayout, f.From, zone)
	to, _ = time.ParseInLocation(freezeLayout, f.To, zone)
	return from, to
}
