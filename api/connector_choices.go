package api

import "github.com/oabridge/oabridge/model"

// choices are options as forms take them: as objects and as two lists of equal length.
type choices struct {
	List     []option `json:"list"`
	IDs      []string `json:"ids"`
	Names    []string `json:"names"`
	Total    int      `json:"total"`
	Disabled int      `json:"disabled"`
}

type option struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func render(from *model.Choices) []byte {
	n := len(from.List)
	c := choices{List: make([]option, n), IDs: make([]string, n), Names: make([]string, n), Total: from.Total, Disabled: from.Disabled}
	for i, o := range from.List {
		c.List[i], c.IDs[i], c.Names[i] = option{ID: o.ID, Name: o.Name}, o.ID, o.Name
	}
	return inside(c)
}

func noChoices(string) fragment { return render(&model.Choices{}) }

// offered renders what a Chooser answered.
func offered(c *model.Choices, err error) (fragment, error) {
	if err != nil {
		return nil, err
	}
	return c.Rendered(render), nil
}
