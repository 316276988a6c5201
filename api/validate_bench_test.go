package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// BenchmarkValidate compares signed checks of forms with a bare net/http handler that writes the same bytes, as
// BenchmarkOptions does: of 10,000 apps every one is asked about in its turn, and nobody else deploys them.
func BenchmarkValidate(b *testing.B) {
	bridge, targets := startBridge(b)
	targets = validations(targets[0])
	bare := startBare(b, bridge, targets)
	b.Run("ratio", func(b *testing.B) {
		ours, theirs := dialAll(b, bridge), dialAll(b, bare)
		var ratios []float64
		for b.Loop() {
			before, took, after := runRound(b, theirs, targets), runRound(b, ours, targets), runRound(b, theirs, targets)
			ratios = append(ratios, (before+after).Seconds()/2/took.Seconds())
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[len(ratios)/2], "bridge/bare")
	})
	b.Run("bridge", func(b *testing.B) { runParallel(b, bridge, targets) })
	b.Run("bare", func(b *testing.B) { runParallel(b, bare, targets) })
}

// validations are signed as the request is.
func validations(like []byte) [][]byte {
	_, rest, _ := strings.Cut(string(like), "\r\n")
	requests := make([][]byte, 1000)
	for i := range requests {
		requests[i] = fmt.Appendf(nil, "GET /connector/validate?app=prod:team%02d/service-%04d&project=prod:team%02d&executeMode=now&reason=bugfix&dbChange=false&requestId=4f6c0d1e2b3a4958 HTTP/1.1\r\n%s", i*10/200, i*10, i*10/200, rest)
	}
	return requests
}
