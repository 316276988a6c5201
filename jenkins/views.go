package jenkins

import (
	"strings"

	"github.com/oabridge/oabridge/model"
)

type viewJSON struct {
	Class string `json:"_class"`
	Name  string `json:"name"`
	Jobs  []struct {
		FullName string `json:"fullName"`
	} `json:"jobs"`
	Views []viewJSON `json:"views"` // of a view that holds views
}

// addViews keeps the views that somebody made to sort items: those that simply show everything, or whatever the user may
// see, say nothing.
func (d *listingDecoder) addViews(within string, views []viewJSON) {
	for i := range views {
		v := &views[i]
		if v.Name == "" || strings.HasSuffix(v.Class, "AllView") || strings.HasSuffix(v.Class, "MyView") {
			continue
		}
		view := model.View{Name: within + v.Name, Jobs: make([]string, 0, len(v.Jobs))}
		for _, job := range v.Jobs {
			view.Jobs = append(view.Jobs, job.FullName)
		}
		if len(view.Jobs) > 0 {
			d.views = append(d.views, view)
		}
		d.addViews(view.Name+"/", v.Views)
	}
}

// shareJobNames returns the views with the very strings that the jobs have.
func (d *listingDecoder) shareJobNames() []model.View {
	if len(d.views) == 0 {
		return nil
	}
	names := make(map[string]string, len(d.jobs))
	for i := range d.jobs {
		names[d.jobs[i].FullName] = d.jobs[i].FullName
	}
	for _, view := range d.views {
		for i, name := range view.Jobs {
			if known, ok := names[name]; ok {
				view.Jobs[i] = known
			}
		}
	}
	return d.views
}
