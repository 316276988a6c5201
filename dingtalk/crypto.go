package dingtalk

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // DingTalk's protocol signs with it
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// Sizes of the encryption (DingTalk docs: callback-event-message-body-encryption-and-decryption).
const (
	aesKeyLength = 43 // characters of Base64, the last "=" left off
	randomLength = 16 // bytes before the message, to be thrown away
	prefixLength = randomLength + 4
	padTo        = 32 // although a block of AES has 16 bytes; others pad to those
)

// Crypto opens what DingTalk's event subscription pushes by HTTP, and seals what it is answered: AES-256-CBC, signed
// by SHA-1 over the token, timestamp, nonce and ciphertext.
type Crypto struct {
	token string
	owner string
	iv    []byte
	block cipher.Block
}

// NewCrypto takes the token and the key of 43 characters from the subscription's page. owner is what events are
// encrypted for: the app's key, or the corpId when the callback was registered by API. Its error, CodeInvalidRequest,
// repeats none of them.
func NewCrypto(token, aesKey, owner string) (*Crypto, error) {
	// Not Strict: the last character of a key may have bits that mean nothing.
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil || len(aesKey) != aesKeyLength {
		return nil, model.Errorf(model.CodeInvalidRequest, "事件订阅的加密 aes_key 不正确：应为 43 个字符(A-Z a-z 0-9 + /)")
	}
	if token == "" || owner == "" {
		return nil, model.Errorf(model.CodeInvalidRequest, "事件订阅缺少签名 token 或 owner")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, model.Errorf(model.CodeInvalidRequest, "事件订阅的加密 aes_key 长度不正确")
	}
	return &Crypto{token: token, owner: owner, iv: key[:aes.BlockSize], block: block}, nil
}

// Format prints nothing of it, whatever the verb: a Crypto in a log line gives no secret away.
func (c *Crypto) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "dingtalk event subscription") }

// Sealed is an encrypted message as DingTalk reads it.
type Sealed struct {
	Signature string `json:"msg_signature"`
	Timestamp string `json:"timeStamp"`
	Nonce     string `json:"nonce"`
	Encrypt   string `json:"encrypt"`
}

// Open checks a push and returns what is inside. How old it is is not checked, since nobody knows whether DingTalk signs
// anew when it pushes again; a repetition is known by the event's id. Errors: signature_missing, signature_invalid,
// event_unreadable, event_owner_mismatch.
func (c *Crypto) Open(signature, timestamp, nonce, encrypt string) ([]byte, error) {
	if signature == "" || timestamp == "" || nonce == "" {
		return nil, model.Errorf(model.CodeSignatureMissing, "请求没有签名：缺少地址参数 signature、timestamp 或 nonce")
	}
	if subtle.ConstantTimeCompare([]byte(c.sign(timestamp, nonce, encrypt)), []byte(signature)) != 1 {
		return nil, model.Errorf(model.CodeSignatureInvalid, "签名不正确：请确认事件订阅页面的签名 token 与服务端配置的一致")
	}
	plain, err := c.decrypt(encrypt)
	if err != nil {
		return nil, err
	}
	message, owner, ok := split(plain)
	if !ok {
		return nil, undecryptable()
	}
	if subtle.ConstantTimeCompare(owner, []byte(c.owner)) != 1 {
		return nil, model.Errorf(model.CodeEventOwner,
			"事件不是发给本应用的：owner 不一致，应为应用的 AppKey(Client ID)；通过接口注册的回调则为 corpId")
	}
	return message, nil
}

// Seal encrypts and signs a message with 16 bytes of random. The error is random's own.
func (c *Crypto) Seal(message []byte, timestamp, nonce string, random io.Reader) (Sealed, error) {
	plain := make([]byte, prefixLength, prefixLength+len(message)+len(c.owner)+padTo)
	if _, err := io.ReadFull(random, plain[:randomLength]); err != nil {
		return Sealed{}, err
	}
	binary.BigEndian.PutUint32(plain[randomLength:], uint32(len(message))) //nolint:gosec // nobody has a message of 4 GB
	plain = append(append(plain, message...), c.owner...)
	pad := padTo - len(plain)%padTo
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(plain, plain)
	encrypt := base64.StdEncoding.EncodeToString(plain)
	return Sealed{Signature: c.sign(timestamp, nonce, encrypt), Timestamp: timestamp, Nonce: nonce, Encrypt: encrypt}, nil
}

func (c *Crypto) sign(timestamp, nonce, encrypt string) string {
	parts := []string{c.token, timestamp, nonce, encrypt}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // DingTalk's protocol
	return hex.EncodeToString(sum[:])
}

// decrypt returns the plaintext without its padding. Errors: event_unreadable.
func (c *Crypto) decrypt(encrypt string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(encrypt)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, model.Errorf(model.CodeEventUnreadable, "事件无法解密：encrypt 不是完整的密文")
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad == 0 || pad > padTo || pad > len(data) {
		return nil, undecryptable()
	}
	text, padding := data[:len(data)-pad], data[len(data)-pad:]
	if bytes.Count(padding, padding[:1]) != pad {
		return nil, undecryptable()
	}
	return text, nil
}

// split takes a plaintext apart: random, length, message, owner.
func split(plain []byte) (message, owner []byte, ok bool) {
	if len(plain) < prefixLength {
		return nil, nil, false
	}
	length, rest := binary.BigEndian.Uint32(plain[randomLength:prefixLength]), plain[prefixLength:]
	if uint64(length) > uint64(len(rest)) {
		return nil, nil, false
	}
	return rest[:length], rest[length:], true
}

// undecryptable says the same of everything that a wrong key leads to.
func undecryptable() error {
	return model.Errorf(model.CodeEventUnreadable, "事件无法解密：请确认事件订阅页面的加密 aes_key 与服务端配置的一致")
}
