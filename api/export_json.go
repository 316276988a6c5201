package api

import (
	"bufio"
	"encoding/json"

	"github.com/oabridge/oabridge/model"
)

// jsonExport writes one array of releases as GET /api/releases shows them, each on a line of its own. One that is cut off is no
// JSON.
type jsonExport struct {
	out   *bufio.Writer
	lines int
}

func (e *jsonExport) begin() error { return e.out.WriteByte('[') }

func (e *jsonExport) release(r *model.Release) error {
	data, err := json.Marshal(viewOf(r))
	if err != nil {
		return err
	}
	between := ",\n"
	if e.lines == 0 {
		between = "\n"
	}
	e.lines++
	if _, err := e.out.WriteString(between); err != nil {
		return err
	}
	_, err = e.out.Write(data)
	return err
}

func (e *jsonExport) end() error {
	_, err := e.out.WriteString("\n]\n")
	return err
}
