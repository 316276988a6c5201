package jenkins

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/oabridge/oabridge/model"
)

// listingDecoder reads a listing as it comes, so that only one job's fields are in memory beside the result: 10,000 jobs
// are some 15 MB of JSON, most of it the same strings again and again.
type listingDecoder struct {
	json   *json.Decoder
	jobs   []model.Job
	views  []model.View
	shared map[string]string
	values map[string]*string
	alike  map[string][]model.ParameterDefinition // by their JSON
}

// maxAlike bounds how many different lists of parameters are remembered while a listing is read.
const maxAlike = 1000

// jobFields are the fields of one item that decide what it is.
type jobFields struct {
	class     string
	buildable *bool
	holds     bool // it has jobs of its own
	views     []viewJSON
}

type propertyJSON struct {
	Definitions []struct {
		Class       string  `json:"_class"`
		Type        string  `json:"type"`
		Name        string  `json:"name"`
		Description string  `json:"description"`
		Choices     choices `json:"choices"`
		ProjectName string  `json:"projectName"`
		Filter      string  `json:"filter"`
		Default     *struct {
			Value scalar `json:"value"`
		} `json:"defaultParameterValue"`
	} `json:"parameterDefinitions"`
}

func newDecoder(r io.Reader) *listingDecoder {
	return &listingDecoder{
		json: json.NewDecoder(r), shared: map[string]string{}, values: map[string]*string{},
		alike: map[string][]model.ParameterDefinition{},
	}
}

func decodeListing(r io.Reader) ([]model.Job, []model.View, error) {
	d := newDecoder(r)
	var top []viewJSON
	err := d.object(func(key string) error {
		switch key {
		case "jobs":
			return d.list()
		case "views":
			return d.json.Decode(&top)
		}
		return d.skip()
	})
	inFolders := d.views
	d.views = nil
	d.addViews("", top)
	d.views = append(d.views, inFolders...)
	return slices.Clip(d.jobs), d.shareJobNames(), err
}

// decodeJob reads one job. What is neither a job nor a container that we know cannot be built.
func decodeJob(r io.Reader) (model.Job, error) {
	d := newDecoder(r)
	if err := d.item(); err != nil || len(d.jobs) == 0 {
		return model.Job{}, err
	}
	return d.jobs[0], nil
}

// object walks an object; field must read each value.
func (d *listingDecoder) object(field func(key string) error) error {
	if err := d.expect('{'); err != nil {
		return err
	}
	for d.json.More() {
		token, err := d.json.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string) // the decoder gives nothing else here
		if err := field(key); err != nil {
			return err
		}
	}
	return d.expect('}')
}

// list walks an array of items.
func (d *listingDecoder) list() error {
	if err := d.expect('['); err != nil {
		return err
	}
	for d.json.More() {
		if err := d.item(); err != nil {
			return err
		}
	}
	return d.expect(']')
}

func (d *listingDecoder) expect(delim json.Delim) error {
	token, err := d.json.Token()
	if err == nil && token != delim {
		err = fmt.Errorf("%v where %v was expected", token, delim)
	}
	return err
}

func (d *listingDecoder) skip() error {
	var ignored json.RawMessage
	return d.json.Decode(&ignored)
}

// item reads a job or a container with what it holds. Its place in the list is taken first, so that a container
// stands before its jobs; what turns out to be neither is taken out again.
func (d *listingDecoder) item() error {
	at := len(d.jobs)
	d.jobs = append(d.jobs, model.Job{})
	var job model.Job
	var seen jobFields
	if err := d.object(func(key string) error { return d.field(key, &job, &seen) }); err != nil {
		return err
	}
	switch {
	case isContainer(seen.class), seen.holds && seen.buildable == nil:
		job.Container, job.Kind = true, containerKind(seen.class)
		if job.Kind == model.JobFolder { // those of the others are made by themselves: branches, pull requests
			d.addViews(job.FullName+"/", seen.views)
		}
	case seen.buildable != nil:
		job.Buildable, job.Kind = *seen.buildable, jobKind(seen.class)
	default:
		d.jobs = slices.Delete(d.jobs, at, at+1)
		return nil
	}
	d.jobs[at] = job
	return nil
}

func (d *listingDecoder) field(key string, job *model.Job, seen *jobFields) error {
	switch key {
	case "_class":
		return d.text(&seen.class)
	case "buildable":
		return d.json.Decode(&seen.buildable)
	case "fullName":
		return d.json.Decode(&job.FullName)
	case "name":
		return d.text(&job.Name)
	case "displayName":
		return d.text(&job.DisplayName)
	case "description":
		return d.text(&job.Description)
	case "property":
		return d.property(job)
	case "jobs":
		seen.holds = true
		return d.list()
	case "views":
		return d.json.Decode(&seen.views)
	}
	return d.skip()
}

// text reads a string that other jobs may have too; null is "".
func (d *listingDecoder) text(target *string) error {
	if err := d.json.Decode(target); err != nil {
		return err
	}
	*target = d.share(*target)
	return nil
}

func (d *listingDecoder) share(s string) string {
	if known, ok := d.shared[s]; ok {
		return known
	}
	d.shared[s] = s
	return s
}

// property reads the parameters. Jobs made from one template declare the same ones, word for word: they share them.
func (d *listingDecoder) property(job *model.Job) error {
	var raw json.RawMessage
	if err := d.json.Decode(&raw); err != nil {
		return err
	}
	known, ok := d.alike[string(raw)]
	if !ok {
		var err error
		if known, err = d.parameters(raw); err != nil {
			return err
		}
		if len(d.alike) < maxAlike {
			d.alike[string(raw)] = known
		}
	}
	job.Parameters = known
	return nil
}

func (d *listingDecoder) parameters(raw []byte) ([]model.ParameterDefinition, error) {
	var properties []propertyJSON
	if err := json.Unmarshal(raw, &properties); err != nil {
		return nil, err
	}
	var list []model.ParameterDefinition
	for i := range properties {
		for j := range properties[i].Definitions {
			p := &properties[i].Definitions[j]
			definition := model.ParameterDefinition{
				Name: d.share(p.Name), Kind: kindOf(p.Class, p.Type), Description: d.share(p.Description),
			}
			definition.Multiple = takesSeveral(definition.Kind, p.Type)
			if definition.Kind == model.KindRun {
				definition.BuildsOf, definition.Filter = d.share(p.ProjectName), d.share(p.Filter)
			}
			for _, choice := range p.Choices {
				definition.Choices = append(definition.Choices, d.share(choice))
			}
			if p.Default != nil {
				definition.Default = d.value(p.Default.Value)
			}
			list = append(list, definition)
		}
	}
	return slices.Clip(list), nil
}

func (d *listingDecoder) value(s scalar) *string {
	if !s.set {
		return nil
	}
	known, ok := d.values[s.text]
	if !ok {
		text := d.share(s.text)
		known = &text
		d.values[text] = known
	}
	return known
}
