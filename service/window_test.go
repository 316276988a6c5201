package service

import (
	"testing"
	"time"
)

var workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday}

func span(from, to int, days ...time.Weekday) Window {
	return Window{Days: days, From: time.Duration(from) * time.Hour, To: time.Duration(to) * time.Hour}
}

// local is a time of November 2026 as clocks in the zone show it; the 22nd is a Sunday.
func local(t *testing.T, text string, zone *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(minutes, text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOpenings(t *testing.T) {
	office, night := span(10, 17, workdays...), span(22, 2, time.Friday)
	for name, c := range map[string]struct {
		windows []Window
		at      string
		want    string // "": at once
	}{
		"no windows":                     {nil, "2026-11-22 20:00", ""},
		"inside":                         {[]Window{office}, "2026-11-23 12:00", ""},
		"the moment it opens":            {[]Window{office}, "2026-11-23 10:00", ""},
		"the moment it closes":           {[]Window{office}, "2026-11-23 17:00", "2026-11-24 10:00"},
		"a minute before it closes":      {[]Window{office}, "2026-11-23 16:59", ""},
		"on a Sunday":                    {[]Window{office}, "2026-11-22 12:00", "2026-11-23 10:00"},
		"after the last of the week":     {[]Window{office}, "2026-11-26 18:00", "2026-11-30 10:00"},
		"before midnight":                {[]Window{night}, "2026-11-27 23:00", ""},
		"after midnight":                 {[]Window{night}, "2026-11-28 01:00", ""},
		"the day itself after midnight":  {[]Window{night}, "2026-11-27 01:00", "2026-11-27 22:00"},
		"over when it closed at night":   {[]Window{night}, "2026-11-28 02:00", "2026-12-04 22:00"},
		"the nearer of two":              {[]Window{night, office}, "2026-11-26 18:00", "2026-11-27 22:00"},
		"one of two is open":             {[]Window{night, office}, "2026-11-23 11:00", ""},
		"every day":                      {[]Window{span(8, 9)}, "2026-11-22 09:00", "2026-11-23 08:00"},
		"until the end of the day":       {[]Window{span(0, 24, time.Sunday)}, "2026-11-22 23:59", ""},
		"the end of the day is the next": {[]Window{span(0, 24, time.Sunday)}, "2026-11-23 00:00", "2026-11-29 00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			h := hours{windows: c.windows, location: shanghai}
			at := local(t, c.at, shanghai)
			want := at
			if c.want != "" {
				want = local(t, c.want, shanghai)
			}
			if got := h.opening(at.UTC()); !got.Equal(want) || h.open(at) != (c.want == "") {
				t.Errorf("%s, want %s; open: %t", got.In(shanghai), want, h.open(at))
			}
		})
	}
}

func TestFreezes(t *testing.T) {
	freeze := func(from, to string) Freeze {
		return Freeze{From: local(t, from, shanghai), To: local(t, to, shanghai), Reason: "封网"}
	}
	h := hours{windows: []Window{span(10, 17, workdays...)}, location: shanghai, freezes: []Freeze{
		freeze("2026-11-24 16:00", "2026-11-30 12:00"), // its end is inside a window
		freeze("2026-11-30 11:00", "2026-12-01 09:00"), // overlaps, and ends before one
		freeze("2026-12-01 10:00", "2026-12-01 10:30"),
	}}
	for at, want := range map[string]string{
		"2026-11-24 15:59": "2026-11-24 15:59",
		"2026-11-24 16:00": "2026-12-01 10:30",
		"2026-11-23 18:00": "2026-11-24 10:00",
		"2026-11-30 12:00": "2026-12-01 10:30",
		"2026-12-01 10:30": "2026-12-01 10:30",
	} {
		if got := h.opening(local(t, at, shanghai)); !got.Equal(local(t, want, shanghai)) {
			t.Errorf("from %s: %s, want %s", at, got.In(shanghai), want)
		}
	}
	if got, want := h.why(local(t, "2026-11-25 12:00", shanghai)), "处于封网期(2026-11-24 16:00 至 2026-11-30 12:00，封网)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	whole := hours{location: shanghai, freezes: h.freezes}
	if got := whole.opening(local(t, "2026-11-25 12:00", shanghai)); !got.Equal(local(t, "2026-12-01 09:00", shanghai)) {
		t.Errorf("without windows: %s", got.In(shanghai))
	}
}

// An hour is missing on 8 March and comes twice on 1 November 2026 in New York.
func TestWindowsWhenTheClocksChange(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	early := Window{From: 2 * time.Hour, To: 2*time.Hour + 30*time.Minute}
	h := hours{windows: []Window{early}, location: zone}
	for at := local(t, "2026-03-01 00:00", zone); at.Before(local(t, "2026-11-10 00:00", zone)); at = at.Add(7 * time.Minute) {
		opening := h.opening(at)
		wait := opening.Sub(at)
		if clock := opening.In(zone).Format("15:04"); wait < 0 || wait > 49*time.Hour || (wait > 0 && clock != "02:00" && clock != "01:00" && clock != "03:00") {
			t.Fatalf("%s opens %s", at, opening)
		}
		if !h.open(opening) {
			t.Fatalf("%s: not open at its opening %s", at, opening)
		}
	}
}

func TestWindowsInWords(t *testing.T) {
	for want, windows := range map[string][]Window{
		"周一至周四 10:00-17:00":                   {span(10, 17, workdays...)},
		"每天 00:00-24:00":                      {span(0, 24)},
		"周一、周二、周五至周日 22:00-次日 02:00":          {span(22, 2, time.Sunday, time.Friday, time.Saturday, time.Monday, time.Tuesday)},
		"每天 08:00-09:00、周日 12:00-13:00":       {span(8, 9, 0, 1, 2, 3, 4, 5, 6), span(12, 13, time.Sunday)},
		"周一、周三 10:00-17:00":                   {span(10, 17, time.Wednesday, time.Monday)},
		"周五、周六 10:00-17:00、周日 22:00-次日 00:00": {span(10, 17, time.Friday, time.Saturday), span(22, 0, time.Sunday)},
	} {
		if got := (hours{windows: windows}).String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
