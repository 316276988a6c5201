package dingtalktest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// envelope is an encrypted message on the wire.
type envelope struct {
	signature, timestamp, nonce, encrypt string
}

// seal encrypts and signs a message as DingTalk does: random(16), length, message, owner, padded to 32 bytes.
func (c CallbackSettings) seal(message, timestamp, nonce string) (envelope, error) {
	key, err := c.key()
	if err != nil {
		return envelope{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return envelope{}, err
	}
	plain := []byte(rand.Text()[:16])
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message)))
	plain = append(plain, message+c.Owner...)
	n := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(plain, plain)
	encrypt := base64.StdEncoding.EncodeToString(plain)
	return envelope{c.sign(timestamp, nonce, encrypt), timestamp, nonce, encrypt}, nil
}

// open checks everything about an answer that DingTalk checks, and says what is wrong with it.
func (c CallbackSettings) open(e envelope) (string, error) {
	if e.signature != c.sign(e.timestamp, e.nonce, e.encrypt) {
		return "", errors.New("the signature of the answer is wrong (900005 签名不匹配)")
	}
	key, err := c.key()
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	data, err := base64.StdEncoding.DecodeString(e.encrypt)
	if err != nil || len(data) == 0 || len(data)%32 != 0 {
		return "", fmt.Errorf("the ciphertext of the answer is no Base64 of blocks of 32 bytes: %d bytes", len(data))
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(data, data)
	n := int(data[len(data)-1])
	if n < 1 || n > 32 || len(data)-n < 20 {
		return "", fmt.Errorf("the answer has a padding of %d", n)
	}
	data = data[:len(data)-n]
	length := binary.BigEndian.Uint32(data[16:20])
	if int64(length) > int64(len(data)-20) {
		return "", fmt.Errorf("the answer claims %d bytes of %d", length, len(data)-20)
	}
	if owner := string(data[20+length:]); owner != c.Owner {
		return "", fmt.Errorf("the answer is for the owner %q, not %q (900010 corpid 不匹配)", owner, c.Owner)
	}
	return string(data[20 : 20+length]), nil
}

// sign is hex(SHA-1) over token, timestamp, nonce and ciphertext, sorted and joined.
func (c CallbackSettings) sign(timestamp, nonce, encrypt string) string {
	parts := []string{c.Token, timestamp, nonce, encrypt}
	sort.Strings(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (c CallbackSettings) key() ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(c.AESKey + "=")
	if err != nil || len(c.AESKey) != 43 {
		return nil, errors.New("the aes_key must have 43 characters of Base64")
	}
	return key, nil
}
