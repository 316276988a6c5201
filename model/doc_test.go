package model

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var edge = regexp.MustCompile(`^(\S+) --> (\S+?)(?:: (\S+))?$`)

// drawn are the arrows of the page's drawing, as "from --event--> to".
func drawn(t *testing.T, text string) map[string]bool {
	t.Helper()
	_, rest, begins := strings.Cut(text, "```mermaid\n")
	drawing, _, ends := strings.Cut(rest, "```")
	if !begins || !ends {
		t.Fatal("there is no drawing")
	}
	arrows := map[string]bool{}
	for line := range strings.Lines(drawing) {
		line = strings.TrimSpace(line)
		if line == "" || line == "stateDiagram-v2" {
			continue
		}
		m := edge.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("cannot read %q", line)
		}
		arrow := m[1] + " --" + m[3] + "--> " + m[2]
		if arrows[arrow] {
			t.Errorf("drawn twice: %s", arrow)
		}
		arrows[arrow] = true
	}
	return arrows
}

// tabled are the arrows that the transition table means.
func tabled() map[string]bool {
	arrows := map[string]bool{"[*] ----> waiting": true}
	for _, from := range DeploymentStates() {
		if from.Terminal() {
			arrows[string(from)+" ----> [*]"] = true
		}
		for event, to := range transitions[from] {
			arrows[string(from)+" --"+string(event)+"--> "+string(to)] = true
		}
	}
	return arrows
}

func TestDrawingShowsTheTable(t *testing.T) {
	got, want := drawn(t, page(t, "state_machine.md")), tabled()
	for arrow := range want {
		if !got[arrow] {
			t.Errorf("the drawing lacks %s", arrow)
		}
	}
	for arrow := range got {
		if !want[arrow] {
			t.Errorf("the table lacks %s", arrow)
		}
	}
}

// section is what stands below a heading of the second level.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("there is no section %q", heading)
	}
	body, _, _ := strings.Cut(rest, "\n## ")
	return body
}

// rows are the cells of the table rows that begin with a name in code type, by that name.
func rows(t *testing.T, text string) map[string][]string {
	t.Helper()
	table := map[string][]string{}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		name := strings.TrimSpace(cells[0])
		if !strings.HasPrefix(line, "| `") || !strings.HasPrefix(name, "`") {
			continue
		}
		name = strings.Trim(name, "`")
		if _, twice := table[name]; twice {
			t.Errorf("%s stands there twice", name)
		}
		table[name] = cells
	}
	return table
}

func TestEveryNameHasARow(t *testing.T) {
	states := page(t, "state_machine.md")
	for what, c := range map[string]struct {
		text  string
		names []string
		cells int
	}{
		"deployment states": {section(t, states, "Deployment"), names(DeploymentStates()), 4},
		"events":            {section(t, states, "Events"), names(DeploymentEvents()), 2},
		"release states":    {section(t, states, "Release"), names(ReleaseStates()), 3},
		"codes":             {page(t, "errors.md"), names(Codes()), 4},
	} {
		t.Run(what, func(t *testing.T) {
			table := rows(t, c.text)
			for _, name := range c.names {
				if len(table[name]) != c.cells || slices.ContainsFunc(table[name], blank) {
					t.Errorf("%s has no complete row: %q", name, table[name])
				}
				delete(table, name)
			}
			for _, name := range slices.Sorted(maps.Keys(table)) {
				t.Errorf("there is no %s", name)
			}
		})
	}
}

func blank(cell string) bool { return strings.TrimSpace(cell) == "" }

func names[S ~string](all []S) []string {
	texts := make([]string, len(all))
	for i, s := range all {
		texts[i] = string(s)
	}
	return texts
}

func TestErrorsStandInTheOrderOfCodes(t *testing.T) {
	text, at := page(t, "errors.md"), 0
	for _, code := range Codes() {
		i := strings.Index(text, "| `"+string(code)+"`")
		if i < at {
			t.Errorf("%s stands at %d, before the one that precedes it in Codes", code, i)
		}
		at = i
	}
}
