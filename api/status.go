package api

import (
	"net/http"

	"github.com/oabridge/oabridge/model"
)

// meaning says how a code is answered.
type meaning struct {
	status int
	// refusal: the form's author can put it right. DingTalk must show the sentence and must not try again, so the
	// connector answers 200 with success:false.
	refusal bool
}

// meanings is the one table from codes to answers; a test walks all codes.
var meanings = map[model.Code]meaning{
	model.CodeInvalidRequest:      {status: http.StatusBadRequest},
	model.CodeBodyTooLarge:        {status: http.StatusRequestEntityTooLarge},
	model.CodeUnsupportedMedia:    {status: http.StatusUnsupportedMediaType},
	model.CodeMethodNotAllowed:    {status: http.StatusMethodNotAllowed},
	model.CodeTooMany:             {status: http.StatusTooManyRequests},
	model.CodeSignatureMissing:    {status: http.StatusUnauthorized},
	model.CodeSignatureInvalid:    {status: http.StatusUnauthorized},
	model.CodeSignatureExpired:    {status: http.StatusUnauthorized},
	model.CodeUnauthorized:        {status: http.StatusUnauthorized},
	model.CodeEventUnreadable:     {status: http.StatusBadRequest},
	model.CodeEventOwner:          {status: http.StatusForbidden},
	model.CodeNotFound:            {status: http.StatusNotFound},
	model.CodeConflict:            {status: http.StatusConflict},
	model.CodeInvalidTransition:   {status: http.StatusConflict},
	model.CodeValidationFailed:    {status: http.StatusUnprocessableEntity, refusal: true},
	model.CodeUnknownProject:      {status: http.StatusUnprocessableEntity, refusal: true},
	model.CodeUnknownApp:          {status: http.StatusUnprocessableEntity, refusal: true},
	model.CodeUnknownParameter:    {status: http.StatusUnprocessableEntity, refusal: true},
	model.CodeSubmissionConflict:  {status: http.StatusConflict, refusal: true},
	model.CodeCatalogueUnready:    {status: http.StatusServiceUnavailable},
	model.CodeCatalogueHeld:       {status: http.StatusServiceUnavailable},
	model.CodeJobChanged:          {status: http.StatusConflict},
	model.CodeApprovalRefuted:     {status: http.StatusConflict},
	model.CodeAccessDenied:        {status: http.StatusForbidden},
	model.CodeDatabaseUnavailable: {status: http.StatusServiceUnavailable},
	model.CodeDatabaseBusy:        {status: http.StatusServiceUnavailable},
	model.CodeDatabaseReadOnly:    {status: http.StatusServiceUnavailable},
	model.CodeDatabaseFull:        {status: http.StatusServiceUnavailable},
	model.CodeDatabaseUnknown:     {status: http.StatusServiceUnavailable},
	model.CodeShuttingDown:        {status: http.StatusServiceUnavailable},
	model.CodeInternal:            {status: http.StatusInternalServerError},

	model.CodeJenkinsUnavailable: {status: http.StatusServiceUnavailable},
	model.CodeJenkinsUnknown:     {status: http.StatusBadGateway},
	model.CodeJenkinsAuth:        {status: http.StatusBadGateway},
	model.CodeJenkinsForbidden:   {status: http.StatusBadGateway},
	model.CodeJenkinsNotFound:    {status: http.StatusBadGateway},
	model.CodeJenkinsDisabled:    {status: http.StatusBadGateway},
	model.CodeJenkinsFolded:      {status: http.StatusBadGateway},
	model.CodeJenkinsRejected:    {status: http.StatusBadGateway},
	model.CodeJenkinsProtocol:    {status: http.StatusBadGateway},
	model.CodeJenkinsUnstoppable: {status: http.StatusBadGateway},

	model.CodeDingTalkUnavailable: {status: http.StatusServiceUnavailable},
	model.CodeDingTalkAuth:        {status: http.StatusBadGateway},
	model.CodeDingTalkForbidden:   {status: http.StatusBadGateway},
	model.CodeDingTalkNotFound:    {status: http.StatusBadGateway},
	model.CodeDingTalkThrottled:   {status: http.StatusServiceUnavailable},
	model.CodeDingTalkQuota:       {status: http.StatusBadGateway},
	model.CodeDingTalkRejected:    {status: http.StatusBadGateway},
	model.CodeDingTalkTooLarge:    {status: http.StatusBadGateway},
}

// meaningOf is how a code is answered; one that is not in the table is our own mistake.
func meaningOf(code model.Code) meaning {
	if m, ok := meanings[code]; ok {
		return m
	}
	return meaning{status: http.StatusInternalServerError}
}
