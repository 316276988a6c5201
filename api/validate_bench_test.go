package api_test

import (
	"fmt"
	"testing"
)

// BenchmarkValidate compares signed checks of forms with a bare net/http handler that writes the same bytes, as
// BenchmarkOptions does: of 20,000 apps a thousand are asked about in their turn, and nobody else deploys them.
func BenchmarkValidate(b *testing.B) {
	bridge, _ := startBridge(b)
	requests := make([][]byte, 1000)
	for i := range requests {
		controller, app := i%5+1, i/5*20
		requests[i] = get(fmt.Sprintf("validate?app=c%d:team%02d/service-%04d&project=c%d:team%02d&executeMode=now&reason=bugfix&dbChange=false&requestId=4f6c0d1e2b3a4958",
			controller, app/200, app, controller, app/200))
	}
	compare(b, bridge, requests...)
}

// BenchmarkValidateForm compares, in the same way, the check of a whole form as JSON, with what people call things and with
// parameters.
func BenchmarkValidateForm(b *testing.B) {
	bridge, _ := startBridge(b)
	compare(b, bridge, request("POST", "validate",
		`{"项目名称":"c3:team07","应用名称":"服务 1500","VERSION":"v2.1.0","ENV":"prod","DRY_RUN":"否","上线说明":"常规上线","发起人":"zhang"}`))
}
