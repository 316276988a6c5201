package dingtalk

import (
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// robotBlock is how long a robot refuses everything after its 21st message in a minute.
const robotBlock = 10 * time.Minute

// robotVerdict classifies the error codes of group robots; what it does not list is judged as for app interfaces.
func robotVerdict(code, hint string) (verdict, bool) {
	switch code {
	case "310000":
		return securityVerdict(hint), true
	case "410100", "130101", "660026":
		return verdict{model.CodeDingTalkThrottled, "每分钟超过 20 条消息，机器人被限流 10 分钟", robotBlock}, true
	case "300001", "300005", "400101":
		return verdict{model.CodeDingTalkAuth, "webhook 的 access_token 不存在，请在群里重新复制 webhook", 0}, true
	case "400013", "400102", "400106":
		return verdict{model.CodeDingTalkForbidden, "群已解散、机器人已停用或已被移出群", 0}, true
	case "430101", "430102", "430103", "430104":
		return verdict{model.CodeDingTalkRejected, "消息内容被钉钉判定为不安全", 0}, true
	case "460101", "101002":
		return verdict{model.CodeDingTalkTooLarge, "消息超过 20000 字节", 0}, true
	case "400105", "40035", "43002", "43004":
		return verdict{model.CodeDingTalkRejected, "消息格式不被接受", 0}, true
	}
	return apiVerdict(code, hint)
}

// securityVerdict tells the three security settings apart that share errcode 310000; only the words do.
func securityVerdict(hint string) verdict {
	words := strings.ToLower(hint)
	switch {
	case strings.Contains(words, "keyword") || strings.Contains(words, "关键词"):
		return verdict{model.CodeDingTalkRejected, "消息里没有机器人安全设置要求的关键词", 0}
	case strings.Contains(words, "whitelist") || strings.Contains(words, "白名单"):
		return verdict{model.CodeDingTalkForbidden, "出口 IP 不在机器人安全设置的 IP 白名单中", 0}
	}
	return verdict{model.CodeDingTalkAuth, "加签校验失败，请检查机器人的加签密钥和服务器时钟", 0}
}
