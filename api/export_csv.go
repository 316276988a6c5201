package api

import (
	"bufio"
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

// byteOrderMark lets Excel read UTF-8.
const byteOrderMark = "\uFEFF"

// maxCell is how many characters of a cell are written; Excel takes 32,767.
const maxCell = 32_000

// csvExport writes one row for each deployment, as RFC 4180 has it.
type csvExport struct {
	out      *bufio.Writer
	csv      *csv.Writer
	location *time.Location
	filter   model.DeploymentFilter
	bom      bool
	row      []string
}

func newCSVExport(out *bufio.Writer, location *time.Location, f model.DeploymentFilter, bom bool) *csvExport {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	return &csvExport{out: out, csv: w, location: location, filter: f, bom: bom, row: make([]string, len(exportColumns))}
}

func (e *csvExport) begin() error {
	if e.bom {
		if _, err := e.out.WriteString(byteOrderMark); err != nil {
			return err
		}
	}
	for i, c := range exportColumns {
		e.row[i] = c.name
	}
	return e.csv.Write(e.row)
}

// release writes a row for each deployment that is meant; one without any has a row of its own.
func (e *csvExport) release(r *model.Release) error {
	if len(r.Deployments) == 0 && e.filter == (model.DeploymentFilter{}) {
		return e.write(exportRow{r, &model.Deployment{}, e.location})
	}
	for _, d := range r.Deployments {
		if !e.filter.Has(d) {
			continue
		}
		if err := e.write(exportRow{r, d, e.location}); err != nil {
			return err
		}
	}
	return nil
}

func (e *csvExport) write(row exportRow) error {
	for i, c := range exportColumns {
		e.row[i] = harmlessCell(c.cell(row))
	}
	return e.csv.Write(e.row)
}

func (e *csvExport) end() error {
	e.csv.Flush()
	return e.csv.Error()
}

// A formula is what begins with one of these signs, also in the width of Chinese, at the beginning or behind a semicolon: where a
// comma is the decimal sign, spreadsheets take that for the end of a cell.
var formula = regexp.MustCompile(`(^|;)([\s\p{Z}\p{Cf}]*)([=+\-@＝＋－＠])`)

// harmlessCell is a text on one line that no spreadsheet takes for a formula, whatever people or Jenkins wrote: one that begins
// like a formula gets an apostrophe in front, as OWASP advises, as does one that begins with a tab or a line break.
func harmlessCell(s string) string {
	control := s != "" && strings.ContainsRune("\t\r\n", rune(s[0]))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = formula.ReplaceAllString(s, "$1'$2$3")
	if control && s[0] != '\'' {
		s = "'" + s
	}
	return model.Cut(s, maxCell)
}

// exportRow is what the cells of one row are made of.
type exportRow struct {
	r        *model.Release
	d        *model.Deployment
	location *time.Location
}

func (row exportRow) time(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.In(row.location).Format(time.RFC3339)
}

// seconds is a duration as a number; "" for none.
func seconds(d time.Duration, known bool) string {
	if !known {
		return ""
	}
	return strconv.FormatFloat(d.Round(time.Millisecond).Seconds(), 'f', -1, 64)
}

// number is "" for 0, which stands for none.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
