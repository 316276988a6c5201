package jenkins

import (
	"fmt"
	"net/http"

	"github.com/oabridge/oabridge/model"
)

// The kinds of requests, as Observe names them.
const (
	kindTrigger  = "trigger"
	kindDescribe = "describe"
	kindCancel   = "cancel"
	kindStop     = "stop"
	kindTerm     = "term"
	kindKill     = "kill"
	kindQueue    = "queue"
	kindComputer = "computer"
	kindItem     = "queue_item"
	kindBuild    = "build"
	kindBuilds   = "builds"
	kindInputs   = "inputs"
	kindProceed  = "proceed"
	kindAbort    = "abort"
	kindListing  = "listing"
	kindWhoAmI   = "whoami"
	kindStatus   = "status"
	kindJob      = "job"
	kindValues   = "values"
	kindLog      = "log"
	kindStages   = "stages"
)

// reading is a GET; only 200 is its success.
func reading(kind, verb, object string) operation {
	return operation{kind: kind, method: http.MethodGet, verb: verb, object: object, accept: []int{http.StatusOK}}
}

// triggering is the POST that makes a build. Measured: 201 is a new item, 303 an identical one that was queued
// already, 409 a disabled job.
func triggering(job string) operation {
	return operation{
		kind: kindTrigger, method: http.MethodPost, verb: "触发", object: jobObject(job), accept: []int{http.StatusCreated},
		codes: map[int]model.Code{http.StatusSeeOther: model.CodeJenkinsFolded, http.StatusConflict: model.CodeJenkinsDisabled},
	}
}

// changing is a POST about a build, whose success Jenkins answers with a redirect to the build's page (measured: 302).
func changing(kind, verb, object string) operation {
	return operation{
		kind: kind, method: http.MethodPost, verb: verb, object: object,
		accept: []int{http.StatusOK, http.StatusNoContent, http.StatusFound, http.StatusSeeOther},
	}
}

// cancelling takes an item out of the queue. Measured: 204 done, 500 when it was cancelled or started already, 422
// without the right.
func cancelling(id int64) operation {
	op := changing(kindCancel, "取消", itemObject(id))
	op.codes = map[int]model.Code{
		http.StatusInternalServerError: model.CodeConflict, http.StatusUnprocessableEntity: model.CodeJenkinsForbidden,
	}
	return op
}

// answering is a POST to an input step. Measured: 200 done, 400 with X-Error when the user may not answer, 404 when
// it was answered already.
func answering(kind, verb, object string) operation {
	return operation{
		kind: kind, method: http.MethodPost, verb: verb, object: object,
		accept: []int{http.StatusOK, http.StatusNoContent, http.StatusFound},
		codes:  map[int]model.Code{http.StatusNotFound: model.CodeConflict},
		guards: true,
	}
}

func jobObject(job string) string { return fmt.Sprintf("任务「%s」", job) }

func buildObject(job string, number int64) string {
	return fmt.Sprintf("构建「%s #%d」", job, number)
}

func itemObject(id int64) string { return fmt.Sprintf("队列项 %d", id) }

func stepObject(job string, number int64, step string) string {
	return fmt.Sprintf("构建「%s #%d」的确认步骤「%s」", job, number, step)
}
