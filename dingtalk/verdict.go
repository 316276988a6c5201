package dingtalk

import (
	"net/http"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	// qpsPause follows a call beyond the calls per second of an app (20).
	qpsPause = time.Second
	// interfacePause follows a call that DingTalk calls "temporarily forbidden".
	interfacePause = time.Minute
)

// verdict is what an error code means to us.
type verdict struct {
	code model.Code
	text string        // for people, with what to do
	wait time.Duration // how long before another try can help; 0 unknown
}

// apiVerdict classifies the codes of app interfaces: errcode and sub_code of oapi.dingtalk.com, code of api.dingtalk.com
// (DingTalk docs: server-api-error-codes).
func apiVerdict(code, _ string) (verdict, bool) {
	switch code {
	case "-1", "ServiceUnavailable", "systemBusy", "SystemError":
		return verdict{model.CodeDingTalkUnavailable, "钉钉系统繁忙", 0}, true
	case "40014", "42001", "40001", "InvalidAuthentication", "AuthenticationFailed.MissingParameter":
		return verdict{model.CodeDingTalkAuth, "access token 无效或已过期", 0}, true
	case "40089", "40096", "invalidClientIdOrSecret":
		return verdict{model.CodeDingTalkAuth, "AppKey 或 AppSecret 不正确，请检查配置", 0}, true
	case "60011", "43007", "50002", "Forbidden.AccessDenied.AccessTokenPermissionDenied":
		return verdict{model.CodeDingTalkForbidden, "应用缺少权限，请在钉钉开发者后台申请", 0}, true
	case "60020", "Forbidden.AccessDenied.IpNotInWhiteList":
		return verdict{model.CodeDingTalkForbidden, "出口 IP 不在应用的服务器出口 IP 白名单中", 0}, true
	case "90020", "Forbidden.AccessDenied.ApiCountLimitForOrg":
		return verdict{model.CodeDingTalkQuota, "本月的接口调用额度已用完", 0}, true
	case "needAuth":
		return verdict{model.CodeDingTalkForbidden, "应用没有访问该审批的权限，请在钉钉开发者后台申请", 0}, true
	case "autoflowLikeTriggerRateLimited":
		return verdict{model.CodeDingTalkThrottled, "接口被暂时限流", interfacePause}, true
	case "90018", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi":
		return verdict{model.CodeDingTalkThrottled, "每秒调用次数超过限制", qpsPause}, true
	case "90001", "90002", "90003", "90004", "90005", "90006":
		return verdict{model.CodeDingTalkThrottled, "接口被暂时限流", interfacePause}, true
	case "34016":
		return verdict{model.CodeDingTalkTooLarge, "消息内容超过长度限制", 0}, true
	}
	text, known := notThere[code]
	return verdict{model.CodeDingTalkNotFound, text, 0}, known
}

// notThere are the codes that say what does not exist.
var notThere = map[string]string{
	"60121":                   "通讯录中没有该用户",
	"40056":                   "没有这个 agent_id，请按应用页面核对",
	"processInstanceNotExist": "审批实例不存在",
	"processInstanceIdError":  "审批实例不存在",
	"processCodeError":        "审批模板不存在，请检查 processCode",
}

// departmentVerdict knows what interfaces about departments say besides (DingTalk docs:
// queries-the-list-of-all-parent-departments-of-a-user, query-the-list-of-all-parent-departments-of-a-department).
func departmentVerdict(code, hint string) (verdict, bool) {
	switch code {
	case "33012":
		return verdict{model.CodeDingTalkNotFound, "通讯录中没有该用户", 0}, true
	case "60003":
		return verdict{model.CodeDingTalkNotFound, "通讯录中没有该部门", 0}, true
	}
	return apiVerdict(code, hint)
}

// tokenRefused reports the codes after which a new access token can help.
func tokenRefused(code string) bool {
	switch code {
	case "40014", "42001", "40001", "InvalidAuthentication":
		return true
	}
	return false
}

// statusVerdict classifies by the HTTP status what no table knows.
func statusVerdict(resp *http.Response) verdict {
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		return verdict{model.CodeDingTalkThrottled, "调用过于频繁", max(retryAfter(resp), qpsPause)}
	case status >= 500, status/100 == 3:
		return verdict{model.CodeDingTalkUnavailable, "钉钉服务暂时不可用", retryAfter(resp)}
	case status == http.StatusUnauthorized:
		return verdict{model.CodeDingTalkAuth, "钉钉拒绝了应用的凭证", 0}
	case status == http.StatusForbidden:
		return verdict{model.CodeDingTalkForbidden, "钉钉拒绝访问", 0}
	}
	return verdict{model.CodeDingTalkRejected, "钉钉拒绝了请求", 0}
}
