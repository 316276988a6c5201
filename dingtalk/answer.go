package dingtalk

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
)

// banPause is how long DingTalk refuses an address that made more than 10000 calls in 20 seconds. The refusal is a page
// or {"status":1111,"punish":"deny"}, not an answer of the interface.
const banPause = 5 * time.Minute

// maxHint bounds DingTalk's own words in a message, in characters; the scope and the link to apply for it fit.
const maxHint = 300

// answer is the part of an answer that says whether a call succeeded, in the old style (errcode, sub_code) and in the
// new one (code, message).
type answer struct {
	ErrCode loose  `json:"errcode"`
	ErrMsg  loose  `json:"errmsg"`
	SubCode loose  `json:"sub_code"`
	SubMsg  loose  `json:"sub_msg"`
	Code    loose  `json:"code"`
	Message loose  `json:"message"`
	Success *loose `json:"success"`
	Punish  loose  `json:"punish"`

	raw []byte
}

// loose is a value that DingTalk sends as a number, a boolean or a string, as it likes.
type loose string

// UnmarshalJSON never fails: whatever is no string is kept as it is written, null is empty.
func (l *loose) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*l = loose(s)
		return nil
	}
	*l = loose(b)
	return nil
}

// code is the error code that tells most: errcode 88 only says that sub_code has it. "" and "0" are no error.
func (a answer) code() string {
	switch {
	case a.ErrCode == "88" && a.SubCode != "":
		return string(a.SubCode)
	case a.ErrCode != "":
		return string(a.ErrCode)
	}
	return string(a.Code)
}

func (a answer) hint() string {
	for _, text := range []loose{a.SubMsg, a.ErrMsg, a.Message} {
		if text != "" {
			return string(text)
		}
	}
	return ""
}

// failed reports a failure that the answer itself tells.
func (a answer) failed() bool {
	if code := a.code(); code != "" && code != "0" {
		return true
	}
	return a.Success != nil && *a.Success != "true" && *a.Success != "1"
}

// read decides whether an HTTP answer is a success, and classifies it when it is none.
func (r request) read(resp *http.Response, body []byte) (answer, error) {
	a := answer{raw: body}
	object := len(body) <= r.most() && bytes.HasPrefix(bytes.TrimSpace(body), []byte("{"))
	if !object || json.Unmarshal(body, &a) != nil {
		return answer{}, r.unreadable(resp)
	}
	if a.Punish != "" {
		return answer{}, r.banned()
	}
	if resp.StatusCode/100 == 2 && !a.failed() {
		return a, nil
	}
	return a, r.refused(a, resp)
}

// refused classifies what DingTalk's own answer says; the table first, then the HTTP status.
func (r request) refused(a answer, resp *http.Response) error {
	hint := model.Cut(r.hide.redact(oneLine(a.hint())), maxHint)
	v, known := r.judge(a.code(), hint)
	if !known {
		v = statusVerdict(resp)
	}
	err := model.Errorf(v.code, "%s：%s", r.what, v.text)
	if code := a.code(); code != "" {
		err.Message += "(" + model.Cut(r.hide.redact(oneLine(code)), 100) + ")"
	}
	if hint != "" {
		err.Message += "：" + hint
	}
	err.RetryAfter = v.wait
	return err
}

// unreadable is an answer that is no JSON object of sane size: a ban page, a proxy, a wrong address.
func (r request) unreadable(resp *http.Response) error {
	v := statusVerdict(resp)
	if v.code == model.CodeDingTalkThrottled {
		return &model.Error{Code: v.code, Message: r.what + "：" + v.text, RetryAfter: v.wait}
	}
	err := model.Errorf(model.CodeDingTalkUnavailable,
		"%s返回了无法识别的内容(HTTP %d)：可能是出口 IP 被钉钉临时封禁，或被代理、防火墙拦截", r.what, resp.StatusCode)
	if resp.StatusCode < http.StatusInternalServerError {
		err.RetryAfter = banPause
	}
	return err
}

func (r request) banned() error {
	err := model.Errorf(model.CodeDingTalkThrottled, "%s：出口 IP 调用过于频繁，被钉钉临时封禁约 5 分钟", r.what)
	err.RetryAfter = banPause
	return err
}

// retryAfter reads the header's seconds; 0 when there are none.
func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > 86400 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
