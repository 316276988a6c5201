package api

import (
	"context"
	"strconv"
)

// What answers with options say of their age before everything else.
const (
	fresh = `"stale":false,"age":0,`
	stale = `"stale":true,"age":`
)

// noteAge puts into the answer whether what it offers of the project, or of all when it is "", is old. That changes by
// itself, so it is not rendered with the options.
func (s *Server) noteAge(ctx context.Context, project string) {
	call := callOf(ctx)
	call.lead = fresh
	if age, old := s.service.Stale(project); old {
		call.lead = stale + strconv.FormatInt(int64(age.Seconds()), 10) + ","
	}
}

// noOptions are the outputs of an action that offers options and failed.
func noOptions(message string) fragment { return append(fragment(fresh), noChoices(message)...) }
