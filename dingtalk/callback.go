package dingtalk

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
)

// success is what DingTalk wants to be answered to every push that was taken.
const success = "success"

// nonceLength is how many random bytes make the nonce of an answer.
const nonceLength = 8

// Callback is our end of an event subscription by HTTP. It is safe for concurrent use when Random is.
type Callback struct {
	Crypto *Crypto
	Now    func() time.Time
	Random io.Reader
	Count  func(kind string) // told of each push that counts against a quota; nil: nobody is
}

// Open checks, decrypts and reads a push. event is nil when it is nothing for us, as when DingTalk only tries the
// address; it is to be answered like the others. Errors: those of Crypto.Open, and invalid_request.
func (c Callback) Open(query url.Values, body []byte) (typ string, event *model.ApprovalEvent, err error) {
	var in struct {
		Encrypt string `json:"encrypt"`
	}
	if json.Unmarshal(body, &in) != nil || in.Encrypt == "" {
		return "", nil, model.Errorf(model.CodeInvalidRequest, `请求体应为 {"encrypt":"…"}`)
	}
	signature := query.Get("signature")
	if signature == "" {
		signature = query.Get("msg_signature")
	}
	message, err := c.Crypto.Open(signature, query.Get("timestamp"), query.Get("nonce"), in.Encrypt)
	if err != nil {
		return "", nil, err
	}
	e, err := ParseHTTP(message, c.Now())
	if c.Count != nil && EventCounts(e.Type) {
		c.Count(CallWebhook)
	}
	return e.Type, e.Approval, err
}

// Success is the answer that says that a push was taken, as JSON.
func (c Callback) Success() ([]byte, error) {
	nonce := make([]byte, nonceLength)
	if _, err := io.ReadFull(c.Random, nonce); err != nil {
		return nil, err
	}
	timestamp := strconv.FormatInt(c.Now().UnixMilli(), 10)
	sealed, err := c.Crypto.Seal([]byte(success), timestamp, hex.EncodeToString(nonce), c.Random)
	if err != nil {
		return nil, err
	}
	return json.Marshal(sealed)
}
