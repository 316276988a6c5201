package jenkinstest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// note is what Jenkins hides in its logs: it counts in the offsets but is not shown.
var note = "\x1b[8mha:////4" + strings.Repeat("GKrAJ8", 32) + "\x1b[0m"

var notes = regexp.MustCompile("\x1b\\[8mha:[^\x1b]*\x1b\\[0m")

func plainLog(raw string) string { return notes.ReplaceAllString(raw, "") }

// rawLog is the log written until now, hidden notes included.
func (b *build) rawLog(now time.Time) string {
	var log strings.Builder
	for _, c := range b.causes {
		log.WriteString("Started by user " + note + c.fullName + "\n")
	}
	if b.item.pipeline() {
		log.WriteString(note + "[Pipeline] Start of Pipeline\n")
	} else {
		log.WriteString("Running as SYSTEM\nBuilding in workspace /var/jenkins_home/workspace/" + b.item.name() + "\n")
	}
	b.writeWork(&log, now)
	if !b.running() {
		if b.item.pipeline() {
			log.WriteString(note + "[Pipeline] End of Pipeline\n")
		}
		log.WriteString("Finished: " + b.result + "\n")
	}
	return log.String()
}

// writeWork writes the stages entered and the job's own lines, which appear evenly over its duration.
func (b *build) writeWork(log *strings.Builder, now time.Time) {
	var worked time.Duration
	for at := range b.steps {
		st := &b.steps[at]
		if st.started.IsZero() {
			break
		}
		if st.stage != "" {
			log.WriteString(note + "[Pipeline] { (" + st.stage + ")\n")
		}
		for _, in := range st.inputs {
			log.WriteString(note + "[Pipeline] input\n" + inputText(in) + "\n")
		}
		if len(st.inputs) == 0 {
			end := now
			if !st.ended.IsZero() && st.ended.Before(now) {
				end = st.ended
			}
			worked += max(end.Sub(st.started), 0)
		}
	}
	if own := strings.TrimSuffix(b.item.job.Log, "\n"); own != "" {
		lines := strings.SplitAfter(own+"\n", "\n")
		lines = lines[:len(lines)-1]
		for i, line := range lines {
			if worked < b.item.job.Duration*time.Duration(i)/time.Duration(len(lines)) {
				break
			}
			log.WriteString(line)
		}
	}
	for _, line := range b.extra {
		log.WriteString(line + "\n")
	}
}

func inputText(in Input) string {
	if len(in.Parameters) > 0 {
		return "Input requested"
	}
	proceed := in.Proceed
	if proceed == "" {
		proceed = "Proceed"
	}
	return in.Message + "\n" + note + proceed + " or " + note + "Abort"
}

// htmlLog is a log as the console page shows it: escaped, with links to the users.
func (b *build) htmlLog(text string) string {
	text = html.EscapeString(text)
	for _, c := range b.causes {
		by := "Started by user "
		text = strings.Replace(text, by+c.fullName, by+"<a href='/user/"+url.PathEscape(c.user)+
			"' class='jenkins-table__link model-link model-link--float'>"+c.fullName+"</a>", 1)
	}
	return text
}

// progressiveLog is logText/progressiveText and /progressiveHtml: a start beyond the end gives the whole log again.
func (s *Server) progressiveLog(c *call, b *build, rest []string) *answer {
	kind := "text/plain;charset=utf-8"
	switch {
	case len(rest) == 1 && rest[0] == "progressiveHtml":
		kind = "text/html;charset=utf-8"
	case len(rest) != 1 || rest[0] != "progressiveText":
		return s.notFound()
	}
	raw := b.rawLog(c.now)
	start, _ := strconv.Atoi(c.form.Get("start")) // Jenkins takes a missing start as 0
	if start < 0 || start > len(raw) {
		start = 0
	}
	text := plainLog(raw[start:])
	if rest[0] == "progressiveHtml" {
		text = b.htmlLog(text)
	}
	a := newAnswer(http.StatusOK, kind, []byte(text))
	a.set("X-Text-Size", strconv.Itoa(len(raw)))
	if b.running() {
		a.set("X-More-Data", "true")
	}
	return a
}
