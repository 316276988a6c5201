package jenkins

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// operation is what one method of the Client does, for classifying and for people.
type operation struct {
	kind   string // the label given to Observe
	method string
	verb   string // "触发"
	object string // "任务「a/b」"
	accept []int  // statuses of success
	codes  map[int]model.Code
	guards bool // a 400 with X-Error means that the user may not
}

func (o operation) what() string { return o.verb + o.object }

// verdict is what a status means for the operation; "" is success. A POST that was answered 5xx may have been
// accepted: measured, a POST during start-up can be 500. Only 503 surely comes from before Jenkins or from its start, and
// 429 from a proxy before it.
func (o operation) verdict(status int) model.Code {
	if code, ok := o.codes[status]; ok {
		return code
	}
	post := o.method == http.MethodPost
	switch {
	case slices.Contains(o.accept, status):
		return ""
	case status == http.StatusUnauthorized:
		return model.CodeJenkinsAuth
	case status == http.StatusForbidden:
		return model.CodeJenkinsForbidden
	case status == http.StatusNotFound:
		return model.CodeJenkinsNotFound
	case post && (status >= 500 && status != http.StatusServiceUnavailable || status == http.StatusRequestTimeout):
		return model.CodeJenkinsUnknown
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		return model.CodeJenkinsUnavailable
	case status >= 400:
		return model.CodeJenkinsRejected
	}
	return model.CodeJenkinsProtocol
}

// judge turns an answer into the operation's error, nil for success.
func (c *Client) judge(op operation, x *exchange, cause *statusError) error {
	code := op.verdict(x.status)
	if op.guards && x.status == http.StatusBadRequest && cause != nil && cause.reason != "" {
		code = model.CodeJenkinsForbidden
	}
	if x.status >= 300 && x.status < 400 {
		code = x.redirected(code)
	}
	if code == "" {
		return nil
	}
	var err error
	if cause != nil {
		err = c.hidden(cause)
	}
	return model.Wrap(code, err, "%s", c.refusal(code, op, x, cause))
}

// redirected judges a redirect by where it leads: to a login page the login was not accepted; to the path that was
// asked for, another address of Jenkins should be configured; anything else is as the operation says.
func (x *exchange) redirected(code model.Code) model.Code {
	to, err := url.Parse(x.header.Get("Location"))
	switch {
	case err != nil:
		return model.CodeJenkinsProtocol
	case isLogin(to.Path):
		return model.CodeJenkinsAuth
	case to.Host != "" && to.EscapedPath() == x.path:
		return model.CodeJenkinsProtocol
	}
	return code
}

// isLogin knows Jenkins' own login page and those of the usual plugins and proxies; a job may be called "login".
func isLogin(path string) bool {
	if strings.Contains(path, "/job/") {
		return false
	}
	return strings.HasSuffix(strings.TrimRight(path, "/"), "/login") ||
		strings.Contains(path, "/securityRealm/") || strings.Contains(path, "/oauth2/")
}

// failure classifies a request that brought no usable answer.
func (c *Client) failure(op operation, x *exchange, err error) error {
	if refused, ok := errors.AsType[*statusError](err); ok {
		return c.judge(op, x, refused)
	}
	bad, ok := errors.AsType[*bodyError](err)
	switch {
	case ok && !bad.broken():
		return model.Wrap(model.CodeJenkinsProtocol, c.hidden(bad), "%s", c.unreadable(op, bad))
	case !ok && x.status != 0: // net/http could not read where a redirect leads
		return model.Wrap(model.CodeJenkinsProtocol, c.hidden(err), "%s", c.unexpected(op, x))
	}
	if op.method == http.MethodPost && !x.unsent() {
		return model.Wrap(model.CodeJenkinsUnknown, c.hidden(err), "%s", c.uncertain(op, "没有收到答复"))
	}
	return c.unreachable(op, err)
}

func (c *Client) unreachable(op operation, err error) error {
	return model.Wrap(model.CodeJenkinsUnavailable, c.hidden(err),
		"连不上 Jenkins「%s」，无法%s；请检查 Jenkins 是否在运行、网络是否通畅以及 jenkins.url 的配置", c.name, op.what())
}

// StatusOf is the HTTP status of the answer that err comes from, 0 when there was none.
func StatusOf(err error) int {
	if refused, ok := errors.AsType[*statusError](err); ok {
		return refused.status
	}
	return 0
}

// hiddenError is a cause whose text has lost its secrets; what it was stays recognisable.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string { return e.text }

func (e *hiddenError) Unwrap() error { return e.err }

// hidden strips the address from err and the login from its text.
func (c *Client) hidden(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	return &hiddenError{text: c.hide.Replace(err.Error()), err: err}
}

// hider replaces the token however it could come back: plain, in a URL, in a header.
func hider(user, token string) *strings.Replacer {
	if token == "" {
		return strings.NewReplacer()
	}
	basic := base64.StdEncoding.EncodeToString([]byte(user + ":" + token))
	return strings.NewReplacer(token, model.Masked, url.QueryEscape(token), model.Masked, basic, model.Masked)
}
