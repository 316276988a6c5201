package dingtalk

import (
	"bytes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/oabridge/oabridge/model"
)

const (
	keyA = "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus"
	// finishedEncrypt is finishedFlat, for the token, owner and random of the self-made vector.
	finishedEncrypt = "WSbGdl4cHPt1ALTmzUYV7kF1Wtx+jyjZWuXbbmJ5fa0oZT4hznoISIcjhB0TQqfFHqTnQODcdBa1GMy9Q8pWCofFmyGyFRNKZDsjg/OgRFLzzMFeEbpihVbD1JTyyD3nQQR3MXUd4pM52Nd5+ALX69yxhJID4orIaAY0WMS3PHn1qEuC4NUUJkkLjIhrFDGuejJHa5UFp6HCXLMIJnIxZFCnORKOeKpd47WhBalpgZdx/C54XGS9qiTydMGQJC2K0ihL5e8ufIi6dtA1ILO8Yl4Rz6fWnnGysftJQh753XqlBkdf6OFQk5WS3+TIUtNtPgRzUZ9c5l2Ti92RQ2I8ki/PJo1hghwllhNUNuKo4QL2MKBv/xBrQ4jcjvUUjH5UNcgAHLqT2ZUKkflI5FqhiRfbmCW3xl4eTpvBqxQlEDvVffre6bhkuGunKgUjBEKZdasuPOGeAKGDpAkr98M1UGO4x+Gyz/Dk+SsFKfA6R2XWlQTbLscGqSAdJ+TAtrYhEVOUKnKRpwOhHRThLfPcHtVo8b56dRjK1Ga9ADTGcRE="
	shortPadEncrypt = "WSbGdl4cHPt1ALTmzUYV7rJomOsrpVddmnT5QwOKuQ1ugclXOlqDM74Dv/JBF/U3" // "success", padded to 16 bytes

	testToken, testOwner, testRandom = "testtoken123", "dingtestappkey0001", "0123456789abcdef"
	testTimestamp, testNonce         = "1663143335600", "abcdef12"
)

// cryptoVectors are those of DingTalk's own code and documents (the first four), and two that were computed.
var cryptoVectors = []struct {
	name, token, key, owner, timestamp, nonce, signature, encrypt, message string
}{
	{"Go sample", "tokenxxxx", keyA, "dingxxxxxx", "1605695694141", "WelUQl6bCqcBa2fM",
		"f36f4ba5337d426c7d4bca0dbcb06b3ddc1388fc",
		"X1VSe9cTJUMZu60d3kyLYTrBq5578ZRJtteU94wG0Q4Uk6E/wQYeJRIC0/UFW5Wkya1Ihz9oXAdLlyC9TRaqsQ==", "success"},
	{"Python sample", "mryue", "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", "ding6ccabc44d2c8d38b", "1608001896814", "WL4PK6yA",
		"03044561471240d4a14bb09372dfcfd4fd0e40cb",
		"0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3",
		`{"EventType":"check_url"}`},
	{"document", "123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "suite4xxxxxxxxxxxxxxx", "1445827045067", "nEXhMP4r",
		"5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
		"1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==",
		`{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}`},
	{"a key whose last character is not canonical", "123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw",
		"1614767836", "A7Co0cJLMzIDtMMI", "9a95a004dd16f5c307e849b994173f76aa26e5eb",
		"YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==", "success"},
	{"event", testToken, keyA, testOwner, testTimestamp, testNonce, "9dfbbcfca5629209e1e35034f1e6f4acf428adbc", finishedEncrypt, finishedFlat},
	{"answer", testToken, keyA, testOwner, testTimestamp, testNonce, "1fe117f9cf6e7089c5b41a7bb2299b0bcea55c1a",
		"WSbGdl4cHPt1ALTmzUYV7rJomOsrpVddmnT5QwOKuQ1AQppHa2QbaBUgbHIqMzWaq35ydAa7Oa6cp5Gx/Jbakw==", "success"},
}

func newCrypto(t testing.TB, token, key, owner string) *Crypto {
	t.Helper()
	c, err := NewCrypto(token, key, owner)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCryptoVectors(t *testing.T) {
	for _, v := range cryptoVectors {
		t.Run(v.name, func(t *testing.T) {
			c := newCrypto(t, v.token, v.key, v.owner)
			message, err := c.Open(v.signature, v.timestamp, v.nonce, v.encrypt)
			if err != nil || string(message) != v.message {
				t.Fatalf("opened: %s, %v", message, err)
			}
			plain, err := c.decrypt(v.encrypt)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := c.Seal(message, v.timestamp, v.nonce, bytes.NewReader(plain))
			if want := (Sealed{v.signature, v.timestamp, v.nonce, v.encrypt}); err != nil || sealed != want {
				t.Errorf("sealed again: %+v, %v", sealed, err)
			}
		})
	}
}

// What the vectors say of the random bytes is not taken from their own ciphertext.
func TestCryptoVectorsWithTheirRandom(t *testing.T) {
	for i, random := range map[int]string{0: "WelUQl6bCqcBa2fM", 4: testRandom, 5: testRandom} {
		v := cryptoVectors[i]
		sealed, err := newCrypto(t, v.token, v.key, v.owner).Seal([]byte(v.message), v.timestamp, v.nonce, strings.NewReader(random))
		if err != nil || sealed.Encrypt != v.encrypt || sealed.Signature != v.signature {
			t.Errorf("%s: %+v, %v", v.name, sealed, err)
		}
	}
}

// DingTalk's own Go sample pads to 16 bytes.
func TestCryptoTakesShorterPadding(t *testing.T) {
	c := newCrypto(t, testToken, keyA, testOwner)
	message, err := c.Open(c.sign("1", "2", shortPadEncrypt), "1", "2", shortPadEncrypt)
	if err != nil || string(message) != success {
		t.Errorf("%s, %v", message, err)
	}
}

func TestNewCryptoRefuses(t *testing.T) {
	for _, in := range [][3]string{
		{"", keyA, testOwner}, {testToken, keyA, ""}, {testToken, "", testOwner}, {testToken, keyA + "=", testOwner},
		{testToken, keyA[1:], testOwner}, {testToken, "-" + keyA[1:], testOwner}, {testToken, "\n" + keyA[1:], testOwner},
		{testToken, keyA[:42] + "=", testOwner},
	} {
		_, err := NewCrypto(in[0], in[1], in[2])
		wantCode(t, err, model.CodeInvalidRequest)
		if strings.Contains(err.Error(), keyA[2:40]) || strings.Contains(err.Error(), testToken) {
			t.Errorf("a secret is told: %v", err)
		}
	}
}

func TestCryptoPrintsNoSecret(t *testing.T) {
	c := newCrypto(t, testToken, keyA, testOwner)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if text := fmt.Sprintf(verb, Callback{Crypto: c}); strings.Contains(text, testToken) || strings.Contains(text, testOwner) {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestSealNeedsRandom(t *testing.T) {
	broken := errors.New("no random")
	sealed, err := newCrypto(t, testToken, keyA, testOwner).Seal(nil, "1", "2", iotest.ErrReader(broken))
	if !errors.Is(err, broken) || sealed != (Sealed{}) {
		t.Errorf("%+v, %v", sealed, err)
	}
}

// encryptRaw encrypts a plaintext of whole blocks as it is.
func encryptRaw(c *Crypto, plain []byte) string {
	data := bytes.Clone(plain)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data)
}

// envelope is a plaintext with any length field and any padding, as whole blocks.
func envelope(length uint32, rest string, pad ...byte) []byte {
	plain := binary.BigEndian.AppendUint32([]byte(testRandom), length)
	return append(append(plain, rest...), pad...)
}

func pad(n byte, times int) []byte { return bytes.Repeat([]byte{n}, times) }

func TestOpenRefusesWhatItCannotRead(t *testing.T) {
	c := newCrypto(t, testToken, keyA, testOwner)
	const body = "success" + testOwner // with the prefix, 45 bytes
	whole, _ := base64.StdEncoding.DecodeString(finishedEncrypt)
	corrupted := bytes.Clone(whole)
	corrupted[len(corrupted)-20] ^= 1 // garbles a block, and the padding in the last one
	tests := []struct {
		name, encrypt string
		want          model.Code
	}{
		{"as it should be", encryptRaw(c, envelope(7, body, pad(19, 19)...)), ""},
		{"padding 32", encryptRaw(c, envelope(7, "success"+testOwner+"abc", pad(32, 32)...)), model.CodeEventOwner},
		{"padding 0", encryptRaw(c, envelope(7, body, pad(0, 19)...)), model.CodeEventUnreadable},
		{"padding 33", encryptRaw(c, envelope(7, body+"abcdefghijklmn"+"abc", append(pad(33, 32), 33, 33)...)), model.CodeEventUnreadable},
		{"padding of 33 equal bytes", encryptRaw(c, envelope(7, body+"ab", pad(33, 33)...)), model.CodeEventUnreadable},
		{"padding of different bytes", encryptRaw(c, envelope(7, body, append(pad(18, 18), 19)...)), model.CodeEventUnreadable},
		{"padding longer than everything", encryptRaw(c, pad(17, 16)), model.CodeEventUnreadable},
		{"nothing but padding", encryptRaw(c, pad(32, 32)), model.CodeEventUnreadable},
		{"shorter than its prefix", encryptRaw(c, append([]byte(testRandom), pad(16, 16)...)), model.CodeEventUnreadable},
		{"a length beyond the end", encryptRaw(c, envelope(26, body, pad(19, 19)...)), model.CodeEventUnreadable},
		{"a length of 4 GB", encryptRaw(c, envelope(1<<32-1, body, pad(19, 19)...)), model.CodeEventUnreadable},
		{"a negative length", encryptRaw(c, envelope(1<<31, body, pad(19, 19)...)), model.CodeEventUnreadable},
		{"a length up to the end", encryptRaw(c, envelope(25, body, pad(19, 19)...)), model.CodeEventOwner},
		{"no owner", encryptRaw(c, envelope(7, "success", pad(5, 5)...)), model.CodeEventOwner},
		{"another owner", encryptRaw(c, envelope(7, "success"+"dingtestappkey0002", pad(19, 19)...)), model.CodeEventOwner},
		{"nothing", "", model.CodeEventUnreadable},
		{"no Base64", "success!", model.CodeEventUnreadable},
		{"half a block", base64.StdEncoding.EncodeToString(whole[:len(whole)-8]), model.CodeEventUnreadable},
		{"a block short", base64.StdEncoding.EncodeToString(whole[:len(whole)-16]), model.CodeEventUnreadable},
		{"corrupted", base64.StdEncoding.EncodeToString(corrupted), model.CodeEventUnreadable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			message, err := c.Open(c.sign("1", "2", tt.encrypt), "1", "2", tt.encrypt)
			if wantCode(t, err, tt.want); err != nil && message != nil {
				t.Errorf("refused, and yet %q", message)
			}
		})
	}
}

func TestOpenChecksTheSignatureFirst(t *testing.T) {
	v := cryptoVectors[4]
	c := newCrypto(t, v.token, v.key, v.owner)
	tests := []struct {
		name, signature, timestamp, nonce, encrypt string
		want                                       model.Code
	}{
		{"another signature", cryptoVectors[5].signature, v.timestamp, v.nonce, v.encrypt, model.CodeSignatureInvalid},
		{"in capitals", strings.ToUpper(v.signature), v.timestamp, v.nonce, v.encrypt, model.CodeSignatureInvalid},
		{"cut", v.signature[:39], v.timestamp, v.nonce, v.encrypt, model.CodeSignatureInvalid},
		{"another time", v.signature, "1663143335601", v.nonce, v.encrypt, model.CodeSignatureInvalid},
		{"another nonce", v.signature, v.timestamp, "abcdef13", v.encrypt, model.CodeSignatureInvalid},
		{"another message", v.signature, v.timestamp, v.nonce, cryptoVectors[5].encrypt, model.CodeSignatureInvalid},
		{"nothing readable", v.signature, v.timestamp, v.nonce, "!", model.CodeSignatureInvalid},
		{"no signature", "", v.timestamp, v.nonce, v.encrypt, model.CodeSignatureMissing},
		{"no time", v.signature, "", v.nonce, v.encrypt, model.CodeSignatureMissing},
		{"no nonce", v.signature, v.timestamp, "", v.encrypt, model.CodeSignatureMissing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Open(tt.signature, tt.timestamp, tt.nonce, tt.encrypt)
			wantCode(t, err, tt.want)
		})
	}
	_, err := newCrypto(t, "othertoken", v.key, v.owner).Open(v.signature, v.timestamp, v.nonce, v.encrypt)
	wantCode(t, err, model.CodeSignatureInvalid)
	_, err = newCrypto(t, v.token, v.key, "ding0000corp").Open(v.signature, v.timestamp, v.nonce, v.encrypt)
	wantCode(t, err, model.CodeEventOwner)
	_, err = newCrypto(t, v.token, cryptoVectors[1].key, v.owner).Open(v.signature, v.timestamp, v.nonce, v.encrypt)
	wantCode(t, err, model.CodeEventUnreadable)
}

// FuzzOpen signs whatever is given, so that the fuzzer gets behind the signature; what opens must seal to what opens again.
func FuzzOpen(f *testing.F) {
	for _, v := range cryptoVectors {
		raw, err := base64.StdEncoding.DecodeString(v.encrypt)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, v.timestamp, v.nonce, v.signature)
	}
	c := newCrypto(f, testToken, keyA, testOwner)
	for _, plain := range [][]byte{pad(0, 16), pad(33, 48), envelope(1<<32-1, "success"+testOwner, pad(19, 19)...)} {
		raw, err := base64.StdEncoding.DecodeString(encryptRaw(c, plain))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, "1", "2", "")
	}
	f.Fuzz(func(t *testing.T, raw []byte, timestamp, nonce, signature string) {
		encrypt := base64.StdEncoding.EncodeToString(raw)
		if _, err := c.Open(signature, timestamp, nonce, encrypt); err == nil && signature != c.sign(timestamp, nonce, encrypt) {
			t.Fatalf("opens with the signature %q", signature)
		}
		message, err := c.Open(c.sign("1", "2", encrypt), "1", "2", encrypt)
		if err != nil {
			if code := model.CodeOf(err); code != model.CodeEventUnreadable && code != model.CodeEventOwner {
				t.Fatal(err)
			}
			message = raw
		}
		sealed, err := c.Seal(message, "1", "2", strings.NewReader(testRandom))
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.Open(sealed.Signature, "1", "2", sealed.Encrypt)
		if err != nil || !bytes.Equal(again, message) {
			t.Fatalf("%q opens as %q, %v", message, again, err)
		}
	})
}
