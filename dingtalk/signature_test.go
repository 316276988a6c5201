package dingtalk

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// The first vector is the official one (DingTalk docs: custom-signature-authentication), the second its form in
// milliseconds.
var connectorVectors = []struct{ secret, timestamp, signature string }{
	{"123456789", "1670577222", "ZxG82mXCf3Z41wNXtWP159kGkeAH/GZDftu+hDbYqac="},
	{"123456789", "1670577222000", "H0lBOD+axrsJQUVgkiskv1K77M3xoGFP8dtSHfxyW8w="},
}

func TestSignConnectorVectors(t *testing.T) {
	for _, v := range connectorVectors {
		if got := SignConnector(v.secret, v.timestamp); got != v.signature {
			t.Errorf("SignConnector(%q, %q) = %q, want %q", v.secret, v.timestamp, got, v.signature)
		}
		now := time.Unix(1670577222, 0)
		if err := NewConnectorKey(v.secret).Verify(v.timestamp, v.signature, now, time.Minute); err != nil {
			t.Errorf("the key refuses %q: %v", v.timestamp, err)
		}
	}
}

func TestConnectorKey(t *testing.T) {
	const secret = "s3cret"
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).UnixMilli(), 10) }
	sign := func(timestamp string) string { return SignConnector(secret, timestamp) }
	tests := []struct {
		name, secret, timestamp, signature string
		want                               model.Code
		words                              string
	}{
		{"now", secret, at(0), sign(at(0)), "", ""},
		{"seconds", secret, at(0)[:10], sign(at(0)[:10]), "", ""},
		{"oldest allowed", secret, at(-10 * time.Minute), sign(at(-10 * time.Minute)), "", ""},
		{"newest allowed", secret, at(10 * time.Minute), sign(at(10 * time.Minute)), "", ""},
		{"too old", secret, at(-12*time.Minute - 30*time.Second), sign(at(-12*time.Minute - 30*time.Second)),
			model.CodeSignatureExpired, "早 12分30秒，最多允许相差 10分"},
		{"a millisecond too old", secret, at(-10*time.Minute - time.Millisecond), sign(at(-10*time.Minute - time.Millisecond)),
			model.CodeSignatureExpired, "早"},
		{"too new", secret, at(26 * time.Hour), sign(at(26 * time.Hour)), model.CodeSignatureExpired, "晚 1天2小时"},
		{"the end of time", secret, "9999999999999", sign("9999999999999"), model.CodeSignatureExpired, "晚"},
		{"no timestamp", secret, "", sign(at(0)), model.CodeSignatureMissing, HeaderTimestamp},
		{"no signature", secret, at(0), "", model.CodeSignatureMissing, "API Secret"},
		{"nothing", secret, "", "", model.CodeSignatureMissing, HeaderSignature},
		{"another secret", secret, at(0), SignConnector("other", at(0)), model.CodeSignatureInvalid, "API Secret"},
		{"old and forged says nothing of time", secret, at(-time.Hour), SignConnector("other", at(-time.Hour)),
			model.CodeSignatureInvalid, "签名不正确"},
		{"no secret configured", "", at(0), SignConnector("", at(0)), model.CodeSignatureInvalid, "没有配置"},
		{"11 digits", secret, "16705772220", sign("16705772220"), model.CodeSignatureInvalid, "10 位"},
		{"20 digits", secret, "16705772220000000000", sign("16705772220000000000"), model.CodeSignatureInvalid, "13 位"},
		{"signed number", secret, "+670577222", sign("+670577222"), model.CodeSignatureInvalid, "10 位"},
		{"full-width digits", secret, "１６７０", sign("１６７０"), model.CodeSignatureInvalid, "10 位"},
		{"base64 without padding", secret, at(0), strings.TrimRight(sign(at(0)), "="), model.CodeSignatureInvalid, "签名不正确"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := NewConnectorKey(tt.secret).Verify(tt.timestamp, tt.signature, now, 10*time.Minute)
			wantCode(t, err, tt.want)
			if err != nil && !strings.Contains(model.MessageOf(err), tt.words) {
				t.Errorf("message %q lacks %q", model.MessageOf(err), tt.words)
			}
		})
	}
}

// The connector of the fake signs on its own; what it sends must pass, in every encoding.
func TestAKeyTakesAConnectorsCall(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := NewConnectorKey("s3cret").VerifyCall(r.Header, now, time.Minute)
		_, _ = fmt.Fprintf(w, `{"errorCode":%q}`, model.CodeOf(err))
	}))
	for _, encoding := range []dingtalktest.Encoding{dingtalktest.EncodingJSON, dingtalktest.EncodingForm, dingtalktest.EncodingQuery} {
		for secret, want := range map[string]model.Code{
			"s3cret": "", "other": model.CodeSignatureInvalid, "": model.CodeSignatureMissing,
		} {
			c := dingtalktest.Connector{BaseURL: url, Secret: secret, Encoding: encoding, HTTPClient: newHTTPClient(t),
				Now: func() time.Time { return now.Add(30 * time.Second) }}
			_, answer, err := c.Call(context.Background(), "ping", map[string]any{"keyword": "交易"})
			if err != nil || answer["errorCode"] != string(want) {
				t.Errorf("encoding %d, secret %q: %v, %v", encoding, secret, answer, err)
			}
		}
	}
}

func FuzzConnectorKey(f *testing.F) {
	for _, v := range connectorVectors {
		f.Add(v.secret, int64(1670577222000), v.timestamp, v.signature, uint8(3))
	}
	f.Add("密钥", int64(0), "x", "é", uint8(200))
	f.Add("", int64(-1), "", "", uint8(0))
	f.Fuzz(func(t *testing.T, secret string, ms int64, timestamp, signature string, position uint8) {
		now := time.UnixMilli(ms)
		if err := NewConnectorKey(secret).Verify(timestamp, signature, now, time.Hour); err == nil &&
			(secret == "" || signature != SignConnector(secret, timestamp)) {
			t.Fatalf("accepts %q for %q", signature, timestamp)
		}
		valid := strconv.FormatInt(ms, 10)
		if secret == "" || len(valid) != 13 || ms < 0 {
			return
		}
		signed := SignConnector(secret, valid)
		if err := NewConnectorKey(secret).Verify(valid, signed, now, time.Second); err != nil {
			t.Fatalf("refuses a valid signature: %v", err)
		}
		if err := NewConnectorKey(secret).Verify(valid, flip(signed, position), now, time.Hour); model.CodeOf(err) != model.CodeSignatureInvalid {
			t.Fatalf("a changed signature: %v", err)
		}
		if err := NewConnectorKey(secret).Verify(flip(valid, position), signed, now, time.Hour); model.CodeOf(err) != model.CodeSignatureInvalid {
			t.Fatalf("a changed timestamp: %v", err)
		}
		if err := NewConnectorKey(flip(secret, position)).Verify(valid, signed, now, time.Hour); model.CodeOf(err) != model.CodeSignatureInvalid {
			t.Fatalf("a changed secret: %v", err)
		}
	})
}

// flip changes one bit of one byte.
func flip(s string, position uint8) string {
	b := []byte(s)
	b[int(position)%len(b)] ^= 1
	return string(b)
}
