package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const e2eTimestamp, e2eNonce = "1663143335600", "abcdef12"

// enveloped is a message as DingTalk writes it before encryption: 16 random bytes, length, message, owner, padding.
func enveloped(message, owner string) []byte {
	plain := append([]byte("0123456789abcdef"), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(plain[16:], uint32(len(message)))
	plain = append(plain, message+owner...)
	pad := 32 - len(plain)%32
	return append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
}

// encrypted is AES-256-CBC by the subscription's key, however odd the plaintext is.
func encrypted(t *testing.T, plain []byte) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(e2eEventKey + "=")
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	out := slices.Clone(plain)
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(out, out)
	return base64.StdEncoding.EncodeToString(out)
}

// pushedRaw pushes a ciphertext with the signature that belongs to it, unless sign changes that.
func (o *outside) pushedRaw(encrypt string, sign func(signature string) string) (status int, answer string) {
	o.t.Helper()
	parts := []string{e2eEventToken, e2eTimestamp, e2eNonce, encrypt}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	query := url.Values{"signature": {sign(hex.EncodeToString(sum[:]))}, "timestamp": {e2eTimestamp}, "nonce": {e2eNonce}}
	body, _ := json.Marshal(map[string]string{"encrypt": encrypt})
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, "http://"+o.address+"/dingtalk/callback?"+query.Encode(),
		bytes.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// finishMessage is the event of an approval, whose template and type can be others.
func (o *outside) finishMessage(instance, typ, template string) string {
	o.t.Helper()
	data, err := o.dingtalk.InstanceEvent(instance, "finish")
	if err != nil {
		o.t.Fatal(err)
	}
	data["EventType"], data["eventId"], data["processCode"] = typ, instance+typ+template, template
	message, err := json.Marshal(data)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(message)
}

// TestServeMeetsBadEvents pushes what DingTalk would never push, and what is nothing for us: each is answered as DingTalk
// expects, and deploys nothing.
func TestServeMeetsBadEvents(t *testing.T) {
	o := approving(t)
	b := o.serve()
	instance := o.approved(webForm())
	good := enveloped(o.finishMessage(instance, "bpms_instance_change", deployTemplate), "dinge2e")
	changed := func(at int, to ...byte) []byte {
		plain := slices.Clone(good)
		copy(plain[(at+len(plain))%len(plain):], to)
		return plain
	}
	event := func(instance, typ, template string) string {
		return encrypted(t, enveloped(o.finishMessage(instance, typ, template), "dinge2e"))
	}
	unknown := strings.ReplaceAll(o.finishMessage(instance, "bpms_instance_change", deployTemplate), instance, "nobody-knows")
	right := func(signature string) string { return signature }
	for name, c := range map[string]struct {
		encrypt string
		sign    func(string) string
		status  int
	}{
		"a wrong signature":    {encrypted(t, good), func(s string) string { return strings.Repeat("0", len(s)) }, 401},
		"no signature":         {encrypted(t, good), func(string) string { return "" }, 401},
		"another owner":        {encrypted(t, enveloped(`{"EventType":"check_url"}`, "dingother")), right, 403},
		"a short ciphertext":   {encrypted(t, good)[:20], right, 400},
		"one block":            {encrypted(t, good[:16]), right, 400},
		"half a block":         {base64.StdEncoding.EncodeToString(good[:40]), right, 400},
		"a corrupted one":      {encrypted(t, good)[:64] + "AAAA" + encrypted(t, good)[68:], right, 400},
		"no Base64":            {"%%%%", right, 400},
		"padding 0":            {encrypted(t, changed(-1, 0)), right, 400},
		"padding 33":           {encrypted(t, changed(-1, 33)), right, 400},
		"a length too large":   {encrypted(t, changed(16, 0xff, 0xff, 0xff, 0xff)), right, 400},
		"no JSON inside":       {encrypted(t, enveloped("success", "dinge2e")), right, 400},
		"null inside":          {encrypted(t, enveloped("null", "dinge2e")), right, 400},
		"an unknown type":      {event(instance, "bpms_of_tomorrow", deployTemplate), right, 200},
		"of another template":  {event(instance, "bpms_instance_change", "PROC-holiday"), right, 200},
		"of no known instance": {encrypted(t, enveloped(unknown, "dinge2e")), right, 200},
	} {
		if status, answer := o.pushedRaw(c.encrypt, c.sign); status != c.status {
			t.Errorf("%s is answered with %d %s, want %d", name, status, answer, c.status)
		}
	}
	o.eventually("DingTalk was asked for the unknown one", func() bool {
		return o.dingtalk.Ledger().Refused["processInstanceNotExist"] > 0
	}, b.log)
	if list, _ := o.api("/api/releases")["releases"].([]any); len(list) > 0 || o.jenkins.Triggered() > 0 {
		t.Errorf("%d releases, %q", len(list), o.built())
	}
	if status, _ := o.pushedRaw(encrypted(t, good), right); status != http.StatusOK { // years old by its timestamp, as repetitions may be
		t.Errorf("the good one is answered with %d", status)
	}
	o.settled(o.onlyRelease(), "succeeded")
	o.wantBuilt("deploy/mall/mall-web v2.1.0 SUCCESS")
	noSecretIn(t, o.wantEnd(b))
}

// TestServeMeetsOddForms has approvals agreed whose form is of no use: people are told, nothing is deployed.
func TestServeMeetsOddForms(t *testing.T) {
	o := approving(t)
	b := o.serve()
	o.pushing()
	for name, form := range map[string]map[string]any{
		"64 kB, so that DingTalk leaves the values out": webForm("上线说明", strings.Repeat("长", 30_000)),
		"nulls": {"项目名称": "null", "应用名称": "null", "VERSION": "null"},
	} {
		if comments := o.commented(o.approved(form), 1); !strings.Contains(comments[0], "请选择项目") {
			t.Errorf("%s: commented %q", name, comments)
		}
	}
	o.told("上线申请未被接受")
	o.settledBy(o.approved(webForm("上线说明", "null", "执行时间", "null", "NOTES", "null")), "succeeded")
	o.caller.Secret = "wrong"
	o.turnedAway("signature_invalid")
	o.caller.Secret, o.caller.Now = e2eConnector, func() time.Time { return time.Now().Add(-2 * time.Hour) }
	o.turnedAway("signature_expired")
	o.wantBuilt("deploy/mall/mall-web v2.1.0 SUCCESS")
	noSecretIn(t, o.wantEnd(b))
}
