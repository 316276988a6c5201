package api

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

const (
	maxExports  = 4        // at the same time
	exportChunk = 64 << 10 // bytes of one write
)

// The formats of an export.
const (
	formatCSV  = "csv"
	formatJSON = "json"
)

// exporter writes releases in one format.
type exporter interface {
	begin() error
	release(r *model.Release) error
	end() error
}

// exportReleases answers GET /api/releases/export: every release that the filter lets through. Whatever fails once something was
// written breaks the answer off, so that half of it never looks whole.
func (s *Server) exportReleases(c *gin.Context) {
	f, format, bom, err := s.exportQuery(c)
	if err == nil {
		err = s.enterExport()
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	defer s.exports.Add(-1)
	ctx, cancel := context.WithCancel(c.Request.Context())
	defer cancel()
	defer context.AfterFunc(s.leaving, cancel)()
	wire := &exportWire{c: c, format: format, name: "releases-" + s.now().In(s.location).Format("20060102-150405") + "." + format}
	out := bufio.NewWriterSize(wire, exportChunk)
	var e exporter = &jsonExport{out: out}
	if format == formatCSV {
		e = newCSVExport(out, s.location, f.DeploymentFilter, bom)
	}
	err = e.begin()
	if err == nil {
		err = s.service.Export(ctx, f, e.release)
	}
	if err == nil {
		err = e.end()
	}
	if err == nil {
		err = out.Flush()
	}
	s.endExport(wire, err)
}

// exportQuery reads the filter, the format and whether a byte order mark is wanted. Errors: invalid_request.
func (s *Server) exportQuery(c *gin.Context) (f model.ReleaseFilter, format string, bom bool, err error) {
	fields, err := s.read(c.Writer, c.Request)
	if err != nil {
		return f, "", false, err
	}
	r := request{fields: fields}
	if err := r.only(append([]string{"format", "bom"}, filterNames...)...); err != nil {
		return f, "", false, err
	}
	if format, err = oneOf(r, "format", []string{formatCSV, formatJSON}); err != nil {
		return f, "", false, err
	}
	mark, err := oneOf(r, "bom", []string{"true", "false"})
	if err != nil {
		return f, "", false, err
	}
	f, err = s.which(r)
	return f, cmp.Or(format, formatCSV), mark == "true", err
}

// enterExport lets one more in. Errors: shutting_down, too_many_requests.
func (s *Server) enterExport() error {
	switch {
	case s.leaving.Err() != nil:
		return model.Errorf(model.CodeShuttingDown, "服务正在关闭，请稍后重试")
	case s.exports.Add(1) > maxExports:
		s.exports.Add(-1)
		return model.Errorf(model.CodeTooMany, "同时导出的人过多(最多 %d 个)，请稍后重试", maxExports)
	}
	return nil
}

// endExport tells how it ended.
func (s *Server) endExport(w *exportWire, err error) {
	switch {
	case err == nil:
	case errors.Is(err, errGone) || w.c.Request.Context().Err() != nil:
		panic(http.ErrAbortHandler)
	case !w.begun && s.leaving.Err() != nil:
		s.fail(w.c, model.Errorf(model.CodeShuttingDown, "服务正在关闭，请稍后重试"))
	case !w.begun:
		s.fail(w.c, err)
	default:
		note(w.c, err)
		panic(http.ErrAbortHandler)
	}
}

// exportWire is the answer of an export, which begins with the first write.
type exportWire struct {
	c      *gin.Context
	format string
	name   string
	begun  bool
}

// Write gives each piece its time to be taken.
func (w *exportWire) Write(p []byte) (int, error) {
	if !w.begun {
		w.begun = true
		kind := "application/json; charset=utf-8"
		if w.format == formatCSV {
			kind = "text/csv; charset=utf-8; header=present"
		}
		w.c.Header("Content-Type", kind)
		w.c.Header("Content-Disposition", `attachment; filename="`+w.name+`"`)
		w.c.Status(http.StatusOK)
	}
	wire := http.NewResponseController(w.c.Writer)
	_ = wire.SetWriteDeadline(time.Now().Add(writePatience)) // a writer without deadlines has none to pass
	n, err := w.c.Writer.Write(p)
	if err != nil {
		return n, errors.Join(errGone, err)
	}
	if err := wire.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return n, errors.Join(errGone, err)
	}
	return n, nil
}
