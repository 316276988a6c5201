package dingtalk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Headers of a connector call whose authentication is "API Secret" (DingTalk docs: apissecret-authentication).
const (
	HeaderSignature = "x-ddpaas-signature"
	// HeaderTimestamp holds epoch milliseconds in real traffic; the example of the documentation has seconds.
	HeaderTimestamp = "x-ddpaas-signature-timestamp"
)

// SignConnector is the value of HeaderSignature: Base64(HMAC-SHA256(secret, timestamp)), over the decimal timestamp
// exactly as it is sent. Neither the body nor the URL is signed, so a signature can be replayed within the window.
func SignConnector(secret, timestamp string) string {
	return hmacBase64(secret, timestamp)
}

// VerifyConnector checks the two header values of a connector call. The signature is compared in constant time and
// before the window, so that only who has the secret learns how far the clocks are apart. It answers
// CodeSignatureMissing, CodeSignatureInvalid (an empty secret included) or CodeSignatureExpired, each with a sentence
// for the administrator who sees the raw answer in DingTalk's console.
func VerifyConnector(secret, timestamp, signature string, now time.Time, maxSkew time.Duration) error {
	if timestamp == "" || signature == "" {
		return model.Errorf(model.CodeSignatureMissing,
			"请求没有签名：缺少请求头 %s 或 %s，请在连接器的鉴权方式中选择「API Secret」", HeaderTimestamp, HeaderSignature)
	}
	if secret == "" {
		return model.Errorf(model.CodeSignatureInvalid, "服务端没有配置连接器密钥，无法验证签名，请联系管理员")
	}
	if !hmac.Equal([]byte(SignConnector(secret, timestamp)), []byte(signature)) {
		return model.Errorf(model.CodeSignatureInvalid,
			"签名不正确：请确认连接器里填写的 API Secret 与服务端配置的一致(注意首尾空格)")
	}
	sent, ok := connectorTime(timestamp)
	if !ok {
		return model.Errorf(model.CodeSignatureInvalid, "签名时间戳必须是 10 位(秒)或 13 位(毫秒)数字")
	}
	return checkSkew(sent.Sub(now), maxSkew)
}

// connectorTime reads 10 digits as seconds and 13 as milliseconds.
func connectorTime(timestamp string) (time.Time, bool) {
	for _, c := range []byte(timestamp) {
		if c < '0' || c > '9' {
			return time.Time{}, false
		}
	}
	n, err := strconv.ParseInt(timestamp, 10, 64)
	switch {
	case err == nil && len(timestamp) == 10:
		return time.Unix(n, 0), true
	case err == nil && len(timestamp) == 13:
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}

// checkSkew refuses a request that lies ahead of our clock, or behind it, by more than maxSkew.
func checkSkew(ahead, maxSkew time.Duration) error {
	if ahead.Abs() <= maxSkew {
		return nil
	}
	direction := "早"
	if ahead > 0 {
		direction = "晚"
	}
	return model.Errorf(model.CodeSignatureExpired,
		"签名已过期：请求时间比服务器时间%s %s，最多允许相差 %s，请校准服务器时钟后重新发起",
		direction, chineseDuration(ahead.Abs()), chineseDuration(maxSkew))
}

func hmacBase64(key, message string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
