package service

import (
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// SurveyedForm is what an approval template lacks, and what in it nobody reads.
type SurveyedForm struct {
	Missing   []string        // canonical fields that a release needs and no control gives
	Twice     []string        // canonical fields that several controls give
	Unmapped  []string        // keys of FormRules.Parameters whose field is no control
	Misplaced []string        // controls that belong above the table of apps
	Tables    []string        // tables that list apps, when there are several
	Choices   []SurveyedField // choices that the bridge refuses
	Unknown   []string        // controls that mean nothing unless an app declares a parameter of their name
}

// SurveyedField is a control with some of its choices.
type SurveyedField struct {
	Control string
	Choices []string
}

// The types of controls that are read otherwise than by their value, or not at all.
const tableType = "TableField"

var silentTypes = []string{"TextNote", "DDAttachment", "DDPhotoField"}

// SurveyForm compares the controls of an approval template with the rules by which its forms will be read.
func SurveyForm(rules FormRules, controls []model.FormControl) SurveyedForm {
	s := formSurvey{reader: newFormReader(rules, nil), seen: map[string]bool{}, given: map[string]int{}}
	s.walk(controls)
	s.lacking(rules)
	return s.SurveyedForm
}

type formSurvey struct {
	SurveyedForm
	reader *formReader
	seen   map[string]bool // names of controls
	given  map[string]int  // how many controls above the table give a canonical field
	tables []string        // those that list apps
	timed  bool            // a release may be asked for at a set time
}

// walk looks at controls as approvalFields will; what is in a group counts as if it stood alone.
func (s *formSurvey) walk(controls []model.FormControl) {
	for i := range controls {
		c := &controls[i]
		name := s.nameOf(c)
		switch {
		case s.reader.ignored[name] || slices.Contains(silentTypes, c.Type):
		case c.Type == tableType && slices.ContainsFunc(c.Children, s.namesApp):
			s.tables = append(s.tables, c.Name)
			s.walkTable(c.Children)
		case c.Type != tableType && len(c.Children) > 0:
			s.walk(c.Children)
		default:
			s.control(c, name)
		}
	}
}

func (s *formSurvey) nameOf(c *model.FormControl) string {
	return s.reader.nameOf(&model.ApprovalField{ID: c.ID, Alias: c.Alias, Name: c.Name})
}

func (s *formSurvey) namesApp(c model.FormControl) bool {
	name := s.nameOf(&c)
	return s.reader.canonical[name] == FieldApp && !s.reader.ignored[name]
}

func (s *formSurvey) control(c *model.FormControl, name string) {
	field, isField := s.reader.canonical[name]
	if !isField {
		s.parameter(c, name)
		return
	}
	s.seen[name] = true
	s.given[field]++
	var refused []string
	for _, o := range c.Options {
		choice := strings.TrimSpace(o.Name)
		if !understood(field, choice) {
			refused = append(refused, choice)
		}
		s.timed = s.timed || field == FieldMode && modes[strings.ToLower(choice)] == model.ExecuteScheduled
	}
	if len(refused) > 0 {
		s.Choices = append(s.Choices, SurveyedField{Control: c.Name, Choices: refused})
	}
}

// understood tells whether a form in which this was chosen is read.
func understood(field, choice string) bool {
	switch field {
	case FieldMode:
		_, ok := modes[strings.ToLower(choice)]
		return ok
	case FieldDBChange, FieldDBChangeDone:
		_, ok := readBool(choice)
		return ok
	}
	return true
}

func (s *formSurvey) parameter(c *model.FormControl, name string) {
	s.seen[name] = true
	if _, mapped := s.reader.parameters[name]; !mapped && !slices.Contains(s.Unknown, c.Name) {
		s.Unknown = append(s.Unknown, c.Name)
	}
}

// walkTable looks at the columns of a table that lists apps, as readRow will.
func (s *formSurvey) walkTable(columns []model.FormControl) {
	for i := range columns {
		c := &columns[i]
		name := s.nameOf(c)
		field, isField := s.reader.canonical[name]
		switch {
		case s.reader.ignored[name] || slices.Contains(silentTypes, c.Type):
		case field == FieldApp || field == FieldKeyword || field == FieldParameter:
		case isField:
			s.Misplaced = append(s.Misplaced, c.Name)
			s.given[field]++ // once is enough to say
		default:
			s.parameter(c, name)
		}
	}
}

// lacking finishes the survey: only now is it known what is nowhere.
func (s *formSurvey) lacking(rules FormRules) {
	if len(s.tables) > 1 {
		s.Tables = s.tables
	}
	needed := map[string]bool{FieldProject: true, FieldApp: len(s.tables) == 0, FieldScheduledAt: s.timed}
	for _, field := range []string{FieldProject, FieldApp, FieldScheduledAt} {
		if needed[field] && s.given[field] == 0 {
			s.Missing = append(s.Missing, field)
		}
	}
	for _, field := range sortedKeys(s.given) {
		if s.given[field] > 1 && !toldOtherwise[field] && field != FieldKeyword && field != FieldParameter {
			s.Twice = append(s.Twice, field)
		}
	}
	for _, parameter := range sortedKeys(rules.Parameters) {
		if !s.seen[rules.Parameters[parameter]] {
			s.Unmapped = append(s.Unmapped, parameter)
		}
	}
}
