package api

import (
	"math/rand/v2"
	"strconv"
)

// NewTraceID makes an id that tells requests apart: nobody is let in for knowing one, so it need be no secret.
func NewTraceID() string {
	var id [26]byte
	b := strconv.AppendUint(id[:0], rand.Uint64()|1<<63, 32)
	return string(strconv.AppendUint(b, rand.Uint64()|1<<63, 32))
}
