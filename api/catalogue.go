package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/oabridge/oabridge/model"
)

type catalogueReply struct {
	Controllers []offeringView `json:"controllers"`
	Projects    []offeredView  `json:"projects"`
	LeftOut     []leftView     `json:"left_out"`
}

type offeringView struct {
	Name     string     `json:"name"`
	Apps     int        `json:"apps"`
	ListedAt *time.Time `json:"listed_at"` // null: never yet
	// HeldSince: a listing that lost much is held back; null: none is.
	HeldSince *time.Time `json:"held_since"`
}

type offeredView struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Kind     string    `json:"kind"`
	Disabled int       `json:"disabled"`
	Apps     []appView `json:"apps"`
}

type appView struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Controller string   `json:"controller"`
	Job        string   `json:"job"`
	Kind       string   `json:"kind"`
	Branches   []string `json:"branches,omitempty"`
	Parameters int      `json:"parameters"`
}

type leftView struct {
	Controller string `json:"controller"`
	Job        string `json:"job"`
	Kind       string `json:"kind"`
	Reason     string `json:"reason"`
	Detail     string `json:"detail,omitempty"`
	Project    string `json:"project,omitempty"`
}

// getCatalogue answers GET /api/catalogue: what forms are offered, and why not the rest.
func (s *Server) getCatalogue(_ context.Context, r request) (any, error) {
	filter, err := r.catalogue()
	if err != nil {
		return nil, err
	}
	report, err := s.service.Catalogue(filter)
	if err != nil {
		return nil, err
	}
	return viewCatalogue(report), nil
}

// catalogue reads ?project=&controller=&left_out=&reason=. Errors: invalid_request.
func (r request) catalogue() (model.CatalogueFilter, error) {
	var f model.CatalogueFilter
	if err := r.only("project", "controller", "left_out", "reason"); err != nil {
		return f, err
	}
	for name, target := range map[string]*string{"project": &f.Project, "controller": &f.Controller} {
		value, err := r.one(name)
		if err != nil {
			return f, err
		}
		*target = value
	}
	only, err := oneOf(r, "left_out", []string{"only"})
	if err != nil {
		return f, err
	}
	f.LeftOnly = only != ""
	f.Left, err = oneOf(r, "reason", model.LeftReasons())
	return f, err
}

// CatalogueJSON is the report as GET /api/catalogue answers it.
func CatalogueJSON(report *model.CatalogueReport) ([]byte, error) {
	return json.Marshal(viewCatalogue(report))
}

func viewCatalogue(report *model.CatalogueReport) catalogueReply {
	reply := catalogueReply{
		Controllers: make([]offeringView, len(report.Controllers)), Projects: make([]offeredView, len(report.Projects)),
		LeftOut: make([]leftView, len(report.Left)),
	}
	for i, c := range report.Controllers {
		reply.Controllers[i] = offeringView{Name: c.Name, Apps: c.Apps}
		if !c.ListedAt.IsZero() {
			reply.Controllers[i].ListedAt = utc(&c.ListedAt)
		}
		if !c.HeldSince.IsZero() {
			reply.Controllers[i].HeldSince = utc(&c.HeldSince)
		}
	}
	for i, p := range report.Projects {
		reply.Projects[i] = offeredView{ID: p.Key, Name: p.Name, Kind: string(p.Kind), Disabled: p.Disabled, Apps: make([]appView, len(p.Apps))}
		for j, a := range p.Apps {
			reply.Projects[i].Apps[j] = appView{
				ID: a.Key(), Name: a.Name, Controller: a.Controller, Job: a.FullName, Kind: string(a.Kind), Branches: a.Branches, Parameters: a.Parameters,
			}
		}
	}
	for i, l := range report.Left {
		reply.LeftOut[i] = leftView{
			Controller: l.Controller, Job: l.FullName, Kind: string(l.Kind), Reason: string(l.Reason), Detail: l.Detail, Project: l.Project,
		}
	}
	return reply
}
