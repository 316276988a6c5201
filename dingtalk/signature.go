package dingtalk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"strconv"
	"sync"
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

// ConnectorKey checks connector calls with one secret. It is safe for concurrent use.
type ConnectorKey struct {
	secret string
	macs   sync.Pool // of *keyedMAC
}

// keyedMAC is a hash with the key in it, which costs more to make than to use, and room for what is compared.
type keyedMAC struct {
	hash.Hash
	sum, text, given []byte
}

// NewConnectorKey makes the key of a secret.
func NewConnectorKey(secret string) *ConnectorKey {
	return &ConnectorKey{secret: secret, macs: sync.Pool{
		New: func() any { return &keyedMAC{Hash: hmac.New(sha256.New, []byte(secret))} },
	}}
}

// VerifyCall checks the headers of a connector call, as Verify does.
func (k *ConnectorKey) VerifyCall(h http.Header, now time.Time, maxSkew time.Duration) error {
	return k.Verify(only(h[storedTimestamp]), only(h[storedSignature]), now, maxSkew)
}

// The names under which net/http stores the two headers: Header.Get would make them anew for each call.
const (
	storedSignature = "X-Ddpaas-Signature"
	storedTimestamp = "X-Ddpaas-Signature-Timestamp"
)

// only is the value that Header.Get would return.
func only(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// Verify checks the two header values of a connector call. The signature is compared in constant time and
// before the window, so that only who has the secret learns how far the clocks are apart. It answers
// CodeSignatureMissing, CodeSignatureInvalid (an empty secret included) or CodeSignatureExpired, each with a sentence
// for the administrator who sees the raw answer in DingTalk's console.
func (k *ConnectorKey) Verify(timestamp, signature string, now time.Time, maxSkew time.Duration) error {
	if timestamp == "" || signature == "" {
		return model.Errorf(model.CodeSignatureMissing,
			"请求没有签名：缺少请求头 %s 或 %s，请在连接器的鉴权方式中选择「API Secret」", HeaderTimestamp, HeaderSignature)
	}
	if k.secret == "" {
		return model.Errorf(model.CodeSignatureInvalid, "服务端没有配置连接器密钥，无法验证签名，请联系管理员")
	}
	if !k.signed(timestamp, signature) {
		return model.Errorf(model.CodeSignatureInvalid,
			"签名不正确：请确认连接器里填写的 API Secret 与服务端配置的一致(注意首尾空格)")
	}
	sent, ok := connectorTime(timestamp)
	if !ok {
		return model.Errorf(model.CodeSignatureInvalid, "签名时间戳必须是 10 位(秒)或 13 位(毫秒)数字")
	}
	return checkSkew(sent.Sub(now), maxSkew)
}

// signed tells whether the signature is the timestamp's. It is compared in constant time.
func (k *ConnectorKey) signed(timestamp, signature string) bool {
	mac, _ := k.macs.Get().(*keyedMAC)
	defer k.macs.Put(mac)
	mac.Reset()
	mac.text = append(mac.text[:0], timestamp...)
	mac.Write(mac.text)
	mac.sum = mac.Sum(mac.sum[:0])
	mac.text = base64.StdEncoding.AppendEncode(mac.text[:0], mac.sum)
	mac.given = append(mac.given[:0], signature...)
	return hmac.Equal(mac.text, mac.given)
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
