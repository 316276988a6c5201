package api

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// digest stands for a secret, so that comparing takes the same time whatever is compared.
type digest [sha256.Size]byte

func digestOf(s string) digest { return sha256.Sum256([]byte(s)) }

func (d digest) equals(s string) bool {
	other := digestOf(s)
	return subtle.ConstantTimeCompare(d[:], other[:]) == 1
}

// doors decide who may come in.
type doors struct {
	signature func(http.Header) error
	insecure  bool
	basic     *digest // of user and password
	token     *digest
	callers   []caller
	hook      *digest // what Jenkins proves itself with
}

type caller struct {
	name  string
	token digest
}

func newDoors(a ConnectorAuth, tokens []Token, hook string) doors {
	d := doors{signature: a.Signature, insecure: a.Insecure}
	if hook != "" {
		d.hook = new(digestOf(hook))
	}
	if a.BasicUser != "" && a.BasicPassword != "" {
		d.basic = new(digestOf(pair(a.BasicUser, a.BasicPassword)))
	}
	if a.Token != "" {
		d.token = new(digestOf(a.Token))
	}
	for _, t := range tokens {
		if t.Token != "" {
			d.callers = append(d.callers, caller{name: t.Name, token: digestOf(t.Token)})
		}
	}
	return d
}

// pair joins user and password so that no other two give the same text: a user of Basic authentication holds no colon.
func pair(user, password string) string { return user + ":" + password }

// connector checks a connector call. Errors: signature_missing, signature_invalid, signature_expired, unauthorized.
func (d *doors) connector(r *http.Request) error {
	if d.insecure {
		return nil
	}
	var signature error
	if d.signature != nil {
		if signature = d.signature(r.Header); signature == nil {
			return nil
		}
	}
	if d.byPassword(r) || d.byToken(r) {
		return nil
	}
	other := tried(r) && (d.basic != nil || d.token != nil)
	if signature == nil || (other && model.CodeOf(signature) == model.CodeSignatureMissing) {
		return model.Errorf(model.CodeUnauthorized, "鉴权失败：用户名、密码或令牌不正确，请检查连接器的鉴权配置")
	}
	return signature
}

func (d *doors) byPassword(r *http.Request) bool {
	if d.basic == nil {
		return false
	}
	user, password, ok := r.BasicAuth()
	return ok && d.basic.equals(pair(user, password))
}

func (d *doors) byToken(r *http.Request) bool {
	if d.token == nil {
		return false
	}
	given := bearer(r)
	if given == "" {
		given = r.Header.Get("X-Api-Key")
	}
	return given != "" && d.token.equals(given)
}

// headerHook is where a push of Jenkins' may carry the secret.
const headerHook = "X-Hook-Secret"

// jenkins checks a push of Jenkins': by a bearer token, a header, or the password of an address with a user in it, which is all
// that the Notification plugin can send. Errors: unauthorized.
func (d *doors) jenkins(r *http.Request) error {
	_, password, _ := r.BasicAuth()
	given := cmp.Or(bearer(r), r.Header.Get(headerHook), password)
	if d.hook == nil || given == "" || !d.hook.equals(given) {
		return model.Errorf(model.CodeUnauthorized, "鉴权失败：请提供 jenkins_hook.secret，例如请求头 Authorization: Bearer 「密钥」")
	}
	return nil
}

// tried tells whether the caller gave anything but a signature.
func tried(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || r.Header.Get("X-Api-Key") != ""
}

// bearer is the request's bearer token, "" when there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// caller names who has this token. Every token is compared, so that the time says nothing of which one it was.
// Errors: unauthorized.
func (d *doors) caller(r *http.Request) (string, error) {
	given, name := bearer(r), ""
	for _, c := range d.callers {
		if c.token.equals(given) {
			name = c.name
		}
	}
	if given == "" || name == "" {
		return "", model.Errorf(model.CodeUnauthorized, "请在请求头 Authorization 中提供有效的令牌：Bearer 「令牌」")
	}
	return name, nil
}
