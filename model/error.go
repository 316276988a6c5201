package model

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Code names one kind of failure. Codes are stable: they are what callers switch on, what the metrics are labelled
// with and what docs/errors.md explains.
type Code string

// Every code oabridge answers with. Codes lists them all; a test compares the list with docs/errors.md.
const (
	CodeInvalidRequest      Code = "invalid_request"
	CodeBodyTooLarge        Code = "body_too_large"
	CodeUnsupportedMedia    Code = "unsupported_media_type"
	CodeMethodNotAllowed    Code = "method_not_allowed"
	CodeTooMany             Code = "too_many_requests"
	CodeSignatureMissing    Code = "signature_missing"
	CodeSignatureInvalid    Code = "signature_invalid"
	CodeSignatureExpired    Code = "signature_expired"
	CodeUnauthorized        Code = "unauthorized"
	CodeEventUnreadable     Code = "event_unreadable"
	CodeEventOwner          Code = "event_owner_mismatch"
	CodeNotFound            Code = "not_found"
	CodeConflict            Code = "conflict"
	CodeInvalidTransition   Code = "invalid_transition"
	CodeValidationFailed    Code = "validation_failed"
	CodeUnknownProject      Code = "unknown_project"
	CodeUnknownApp          Code = "unknown_app"
	CodeUnknownParameter    Code = "unknown_parameter"
	CodeSubmissionConflict  Code = "submission_conflict"
	CodeCatalogueUnready    Code = "catalogue_unready"
	CodeCatalogueHeld       Code = "catalogue_held"
	CodeJobChanged          Code = "job_changed"
	CodeApprovalRefuted     Code = "approval_refuted"
	CodeAccessDenied        Code = "access_denied"
	CodeDatabaseUnavailable Code = "database_unavailable"
	CodeDatabaseBusy        Code = "database_busy"
	CodeDatabaseReadOnly    Code = "database_read_only"
	CodeDatabaseFull        Code = "database_full"
	CodeDatabaseUnknown     Code = "database_outcome_unknown"
	CodeShuttingDown        Code = "shutting_down"
	CodeInternal            Code = "internal"

	CodeJenkinsUnavailable Code = "jenkins_unavailable"
	CodeJenkinsUnknown     Code = "jenkins_outcome_unknown"
	CodeJenkinsAuth        Code = "jenkins_auth"
	CodeJenkinsForbidden   Code = "jenkins_forbidden"
	CodeJenkinsNotFound    Code = "jenkins_not_found"
	CodeJenkinsDisabled    Code = "jenkins_job_disabled"
	CodeJenkinsFolded      Code = "jenkins_folded"
	CodeJenkinsRejected    Code = "jenkins_rejected"
	CodeJenkinsProtocol    Code = "jenkins_protocol"
	CodeJenkinsUnstoppable Code = "jenkins_unstoppable"

	CodeDingTalkUnavailable Code = "dingtalk_unavailable"
	CodeDingTalkAuth        Code = "dingtalk_auth"
	CodeDingTalkForbidden   Code = "dingtalk_forbidden"
	CodeDingTalkNotFound    Code = "dingtalk_not_found"
	CodeDingTalkThrottled   Code = "dingtalk_throttled"
	CodeDingTalkQuota       Code = "dingtalk_quota"
	CodeDingTalkRejected    Code = "dingtalk_rejected"
	CodeDingTalkTooLarge    Code = "dingtalk_too_large"
)

// Codes returns every code, in the order of docs/errors.md.
func Codes() []Code {
	return []Code{
		CodeInvalidRequest, CodeBodyTooLarge, CodeUnsupportedMedia, CodeMethodNotAllowed, CodeTooMany,
		CodeSignatureMissing, CodeSignatureInvalid, CodeSignatureExpired, CodeUnauthorized,
		CodeEventUnreadable, CodeEventOwner,
		CodeNotFound, CodeConflict, CodeInvalidTransition,
		CodeValidationFailed, CodeUnknownProject, CodeUnknownApp, CodeUnknownParameter, CodeSubmissionConflict,
		CodeCatalogueUnready, CodeCatalogueHeld, CodeJobChanged, CodeApprovalRefuted, CodeAccessDenied, CodeDatabaseUnavailable, CodeDatabaseBusy, CodeDatabaseReadOnly,
		CodeDatabaseFull, CodeDatabaseUnknown, CodeShuttingDown, CodeInternal,
		CodeJenkinsUnavailable, CodeJenkinsUnknown, CodeJenkinsAuth, CodeJenkinsForbidden, CodeJenkinsNotFound,
		CodeJenkinsDisabled, CodeJenkinsFolded, CodeJenkinsRejected, CodeJenkinsProtocol, CodeJenkinsUnstoppable,
		CodeDingTalkUnavailable, CodeDingTalkAuth, CodeDingTalkForbidden, CodeDingTalkNotFound,
		CodeDingTalkThrottled, CodeDingTalkQuota, CodeDingTalkRejected, CodeDingTalkTooLarge,
	}
}

// OfDatabase tells whether the database failed, in whatever way; the same may go well later.
func (c Code) OfDatabase() bool {
	return slices.Contains(databaseCodes, c)
}

var databaseCodes = []Code{
	CodeDatabaseUnavailable, CodeDatabaseBusy, CodeDatabaseReadOnly, CodeDatabaseFull, CodeDatabaseUnknown,
}

// Error is a failure with a code for programs and a sentence for people.
type Error struct {
	Code    Code
	Message string // for people; never carries a secret or a cause's raw text
	Err     error  // for the log only
	// RetryAfter is how long to wait before the same call can help; 0 leaves it to the caller's own back-off.
	RetryAfter time.Duration
}

// Errorf makes an Error without a cause.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error around a cause; the cause goes to the log, the message to people.
func Wrap(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

func (e *Error) Error() string {
	if e.Err != nil {
		return string(e.Code) + ": " + e.Message + ": " + e.Err.Error()
	}
	return string(e.Code) + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of the outermost Error in err's chain, CodeInternal when there is none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// MessageOf is the sentence for people of the outermost Error in err's chain; a fixed one when there is none, so
// that a cause's raw text never reaches a person.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return "系统内部错误，请稍后重试"
}
