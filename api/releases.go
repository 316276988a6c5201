package api

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/model"
)

// headerZone names the time zone in which the JSON API reads times without an offset. What it answers is UTC.
const headerZone = "X-Time-Zone"

// identify lets callers with a token in, notes who they are and tells them the time zone.
func (s *Server) identify(c *gin.Context) {
	name, err := s.doors.caller(c.Request)
	if err != nil {
		s.fail(c, err)
		return
	}
	current(c).actor = name
	c.Writer.Header()[headerZone] = s.zone
	c.Next()
}

// request is one call of the JSON API, read.
type request struct {
	by     string // name of the caller's token
	number string // of the path: a release's number, a message's id, or a controller's name
	fields fields
}

// handle makes a handler of a function that answers with what is to be rendered.
func (s *Server) handle(answer func(context.Context, request) (any, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		f, err := s.read(c.Writer, c.Request)
		if err != nil {
			s.fail(c, err)
			return
		}
		ctx, cancel := context.WithTimeout(current(c), s.limits.API)
		defer cancel()
		reply, err := answer(ctx, request{by: current(c).actor, number: cmp.Or(c.Param("number"), c.Param("id"), c.Param("controller")), fields: f})
		if err != nil {
			s.fail(c, err)
			return
		}
		c.JSON(http.StatusOK, reply)
	}
}

// one is the field's only value, "" when it is missing. Errors: invalid_request.
func (r request) one(name string) (string, error) {
	values := r.fields[name]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	default:
		return "", invalid("字段%s只能有一个值", quoted(name))
	}
}

// only refuses fields with other names. Errors: invalid_request.
func (r request) only(names ...string) error {
	for name := range r.fields {
		if !slices.Contains(names, name) {
			return invalid("不认识的字段%s", quoted(name))
		}
	}
	return nil
}

// maxReason is how long a reason may be, in runes.
const maxReason = 500

// reason reads why somebody acts. Errors: invalid_request.
func (r request) reason() (string, error) {
	reason, err := r.one("reason")
	if err != nil {
		return "", err
	}
	hidden := func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }
	switch {
	case len([]rune(reason)) > maxReason:
		return "", invalid("字段%s过长(最多 %d 个字)", quoted("reason"), maxReason)
	case slices.ContainsFunc([]rune(reason), hidden):
		return "", invalid("字段%s含有控制字符", quoted("reason"))
	}
	return reason, nil
}

// why reads the reason of a decision that somebody will ask about later. Errors: invalid_request.
func (r request) why() (string, error) {
	reason, err := r.reason()
	if err == nil && strings.TrimSpace(reason) == "" {
		return "", invalid("请在字段%s里写明原因", quoted("reason"))
	}
	return reason, err
}

// decision is what a person decided about one deployment, or about all of the release that it applies to.
type decision func(ctx context.Context, id, deployment int64, by, reason string) (*model.Release, error)

// decide answers what a person decided, and why, which read makes sure of.
func (s *Server) decide(ctx context.Context, r request, read func(request) (string, error), decided decision) (any, error) {
	if err := r.only("deployment", "app", "reason"); err != nil {
		return nil, err
	}
	reason, err := read(r)
	if err != nil {
		return nil, err
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	deployment, err := s.one(ctx, r, id)
	if err != nil {
		return nil, err
	}
	release, err := decided(ctx, id, deployment, r.by, reason)
	if err != nil {
		return nil, err
	}
	return viewOf(release), nil
}

// one is the id of the deployment that is meant, by "deployment", its id, or "app", its key or name; 0: none in particular.
// Errors: invalid_request, not_found.
func (s *Server) one(ctx context.Context, r request, id int64) (int64, error) {
	deployment, err := r.count("deployment", 0, math.MaxInt64)
	if err != nil {
		return 0, err
	}
	app, err := r.one("app")
	if err != nil || app == "" {
		return deployment, err
	}
	if deployment != 0 {
		return 0, invalid("字段%s和%s只能给一个", quoted("deployment"), quoted("app"))
	}
	release, err := s.service.Release(ctx, id)
	if err != nil {
		return 0, err
	}
	d, err := release.DeploymentOf(app)
	if err != nil {
		return 0, err
	}
	return d.ID, nil
}

// id is the number of the path. Errors: not_found.
func (r request) id() (int64, error) { return model.ParseNumber(r.number) }
