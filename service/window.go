package service

import (
	"slices"
	"strings"
	"time"
)

// Window is a time of the week in which deployments may start.
type Window struct {
	Days     []time.Weekday // on which it opens; none: every day
	From, To time.Duration  // as clocks show it; with a To that is not later it closes on the day after
}

// Freeze is a time in which none may.
type Freeze struct {
	From, To time.Time
	Reason   string
}

// hours are when deployments of a project may start.
type hours struct {
	windows  []Window
	freezes  []Freeze
	location *time.Location
}

// limited tells whether there is any time at which they may not.
func (h hours) limited() bool { return len(h.windows)+len(h.freezes) > 0 }

// opening is the first time from t on at which deployments may start: t itself when they may now.
func (h hours) opening(t time.Time) time.Time {
	for range 2*len(h.freezes) + 2 { // each freeze is left once, and what follows is within a window, or leads to one
		if f := h.frozen(t); f != nil {
			t = f.To
			continue
		}
		next := h.nextWindow(t)
		if next.Equal(t) {
			break
		}
		t = next
	}
	return t
}

func (h hours) open(t time.Time) bool { return h.opening(t).Equal(t) }

// frozen is the freeze that t is in, nil when there is none.
func (h hours) frozen(t time.Time) *Freeze {
	for i := range h.freezes {
		if f := &h.freezes[i]; !t.Before(f.From) && t.Before(f.To) {
			return f
		}
	}
	return nil
}

// farWindow is after how many days every window has opened once, also one whose day a change of the clocks swallowed.
const farWindow = 15

// nextWindow is t when a window is open then, else when the next one opens.
func (h hours) nextWindow(t time.Time) time.Time {
	if len(h.windows) == 0 {
		return t
	}
	var next time.Time
	day := t.In(h.location)
	for ahead := -1; ahead <= farWindow; ahead++ { // one that closes after midnight opened yesterday
		for _, w := range h.windows {
			from, to, opens := w.on(day.Year(), day.Month(), day.Day()+ahead, h.location)
			switch {
			case !opens || !t.Before(to):
			case !t.Before(from):
				return t
			case next.IsZero() || from.Before(next):
				next = from
			}
		}
	}
	return next
}

// on is when the window that opens on a day opens and closes; false when none opens then.
func (w Window) on(year int, month time.Month, day int, location *time.Location) (from, to time.Time, opens bool) {
	at := func(day int, clock time.Duration) time.Time {
		return time.Date(year, month, day, int(clock.Hours()), int(clock.Minutes())%60, 0, 0, location)
	}
	from = at(day, w.From)
	if len(w.Days) > 0 && !slices.Contains(w.Days, at(day, 12*time.Hour).Weekday()) {
		return from, from, false
	}
	if w.To <= w.From {
		day++
	}
	to = at(day, w.To)
	return from, to, from.Before(to)
}

const (
	minutes = "2006-01-02 15:04"
	noDays  = "每天"
)

var weekdays = []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// why says to people why deployments may not start at t.
func (h hours) why(t time.Time) string {
	f := h.frozen(t)
	if f == nil {
		return "不在允许上线的时间(" + h.String() + ")内"
	}
	text := "处于封网期(" + f.From.In(h.location).Format(minutes) + " 至 " + f.To.In(h.location).Format(minutes)
	if f.Reason != "" {
		text += "，" + oneLine(f.Reason)
	}
	return text + ")"
}

// String is the windows as people write them: 周一至周四 10:00-17:00.
func (h hours) String() string {
	texts := make([]string, len(h.windows))
	for i, w := range h.windows {
		until := clockOf(w.To)
		if w.To <= w.From {
			until = "次日 " + until
		}
		texts[i] = daysOf(w.Days) + " " + clockOf(w.From) + "-" + until
	}
	return strings.Join(texts, "、")
}

func clockOf(d time.Duration) string {
	if d == 24*time.Hour {
		return "24:00"
	}
	return time.Time{}.Add(d).Format("15:04")
}

// daysOf names days from Monday on, three and more in a row by the first and the last.
func daysOf(days []time.Weekday) string {
	var rows [][]string
	before := false
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		opens := slices.Contains(days, day)
		switch {
		case opens && before:
			rows[len(rows)-1] = append(rows[len(rows)-1], weekdays[day])
		case opens:
			rows = append(rows, []string{weekdays[day]})
		}
		before = opens
	}
	if len(rows) == 0 || len(rows[0]) == 7 {
		return noDays
	}
	var names []string
	for _, row := range rows {
		if len(row) > 2 {
			row = []string{row[0] + "至" + row[len(row)-1]}
		}
		names = append(names, row...)
	}
	return strings.Join(names, "、")
}
