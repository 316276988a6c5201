package jenkins

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// refusal is the sentence for people about an answer: what happened and what they can do.
func (c *Client) refusal(code model.Code, op operation, x *exchange, cause *statusError) string {
	switch code {
	case model.CodeJenkinsAuth:
		return fmt.Sprintf("Jenkins「%s」不接受账号「%s」的登录(HTTP %d)；请在 Jenkins 中为它重新生成 API Token，并更新 jenkins.token 的配置",
			c.name, c.user, x.status)
	case model.CodeJenkinsForbidden:
		return fmt.Sprintf("Jenkins「%s」的账号「%s」无权%s：%s", c.name, c.user, op.what(), missing(cause, c.hide))
	case model.CodeJenkinsNotFound:
		return fmt.Sprintf("Jenkins「%s」中找不到%s：它可能已被删除或改名，或账号「%s」没有 Job/Read 权限", c.name, op.object, c.user)
	case model.CodeJenkinsDisabled:
		return fmt.Sprintf("%s在 Jenkins「%s」中已停用；请先在 Jenkins 中启用它", op.object, c.name)
	case model.CodeJenkinsUnavailable:
		return fmt.Sprintf("Jenkins「%s」暂时无法%s(HTTP %d)，可能正在启动或维护；请稍后再试", c.name, op.what(), x.status)
	case model.CodeJenkinsUnknown:
		return c.uncertain(op, fmt.Sprintf("答复是 HTTP %d", x.status))
	case model.CodeJenkinsFolded:
		return fmt.Sprintf("Jenkins「%s」的队列里已有与%s参数相同的一项，这次请求被并入其中，没有产生新的构建；等它离开队列后再提交", c.name, op.object)
	case model.CodeConflict:
		return fmt.Sprintf("%s在 Jenkins「%s」中的状态已经改变，无法%s；请先查看它现在的状态", op.object, c.name, op.verb)
	case model.CodeJenkinsRejected:
		return fmt.Sprintf("Jenkins「%s」拒绝%s(HTTP %d)；请核对参数以及任务在 Jenkins 中的配置", c.name, op.what(), x.status)
	default:
		return c.unexpected(op, x)
	}
}

// unexpected is for answers that no Jenkins of ours gives: a proxy or another address.
func (c *Client) unexpected(op operation, x *exchange) string {
	return fmt.Sprintf("%s时，Jenkins「%s」的答复(HTTP %d)不是预期的；请检查 jenkins.url 是否为 Jenkins 的最终地址(协议、主机、路径)，中间的代理是否改写了答复",
		op.what(), c.name, x.status)
}

func (c *Client) uncertain(op operation, why string) string {
	text := fmt.Sprintf("%s的请求已发给 Jenkins「%s」，但%s，不能确定是否生效；请先在 Jenkins 中确认，不要直接重发", op.what(), c.name, why)
	if op.kind == kindTrigger {
		// Measured: a choice outside the list is a 500 whose reason stands in Jenkins' own log only.
		text += "(若每次如此，请核对选项参数的值是否都在列表中)"
	}
	return text
}

func (c *Client) unreadable(op operation, bad *bodyError) string {
	if errors.Is(bad, errTooLarge) {
		return fmt.Sprintf("%s时，Jenkins「%s」的答复超过了大小限制；请缩小 Jenkins 账号可见的范围", op.what(), c.name)
	}
	return fmt.Sprintf("%s时，Jenkins「%s」的答复不是 JSON；请检查 jenkins.url 是否指向 Jenkins 本身，而不是登录页或代理", op.what(), c.name)
}

// missing says which right a refusal misses. Measured: a 403 names it in X-Required-Permission, an input step says
// in X-Error who may answer it, and a password instead of an API token fails for want of a crumb.
func missing(cause *statusError, hide *strings.Replacer) string {
	switch {
	case cause == nil:
		return "请检查它的权限"
	case cause.permission != "":
		return fmt.Sprintf("缺少 %s 权限(%s)，请在 Jenkins 的授权策略或文件夹权限中授予", permissionLabel(cause.permission), cause.permission)
	case cause.reason != "":
		return "Jenkins 的说明是「" + hide.Replace(cause.reason) + "」"
	case strings.Contains(cause.page, "crumb"):
		return "Jenkins 要求 crumb，说明 jenkins.token 不是 API Token(也许是密码)；请生成 API Token 后更新配置"
	case cause.status == http.StatusUnprocessableEntity:
		return "缺少 Job/Cancel 权限，请在 Jenkins 的授权策略或文件夹权限中授予"
	}
	return "请检查它在 Jenkins 中的权限(至少 Overall/Read、Job/Read、Job/Build)"
}

// permissionLabel is a permission as Jenkins' own pages call it: "Job/Build" for hudson.model.Item.Build.
func permissionLabel(id string) string {
	groups := map[string]string{"Item": "Job", "Run": "Run", "Hudson": "Overall", "View": "View", "Computer": "Agent"}
	parts := strings.Split(id, ".")
	if len(parts) < 2 {
		return id
	}
	group, ok := groups[parts[len(parts)-2]]
	if !ok {
		return id
	}
	return group + "/" + parts[len(parts)-1]
}
