package notices

import (
	"strings"

	"github.com/oabridge/oabridge/model"
)

// failure adds where an app failed, and its last lines.
func (v viewer) failure(app *App, f *model.Failure) {
	app.Stage, app.Error = v.foreign(f.Stage), v.foreign(f.Error)
	for _, line := range f.Lines {
		if line = v.foreign(line); line != "" {
			app.Log = append(app.Log, line)
		}
	}
}

// share leaves each app that failed its share of the room for logs: as many of its last lines as it has room for.
func (v viewer) share(apps []App) {
	failed := 0
	for _, app := range apps {
		if len(app.Log) > 0 {
			failed++
		}
	}
	for i := range apps {
		log, room := apps[i].Log, v.logs/max(failed, 1)
		first := len(log)
		for first > 0 && room >= len(log[first-1])+quoted {
			first--
			room -= len(log[first]) + quoted
		}
		apps[i].Log = log[first:]
	}
}

// quoted is how many bytes a line takes beside its text.
const quoted = len("> " + lineBreak)

// inert are the words of a log that DingTalk would act upon: a mention, an address that it makes a link.
var inert = strings.NewReplacer("@", "＠", "://", "：//")

// foreign makes what a build wrote safe: besides all that escape does it mentions nobody and leads nowhere.
func (v viewer) foreign(text string) string { return v.escape(inert.Replace(text)) }
