package dingtalktest

import (
	"strings"
	"testing"
)

const (
	keyA       = "o1w0aum42yaptlz8alnhwikjd3jenzt9cb9wmzptgus"
	answerGood = "WSbGdl4cHPt1ALTmzUYV7rJomOsrpVddmnT5QwOKuQ1AQppHa2QbaBUgbHIqMzWaq35ydAa7Oa6cp5Gx/Jbakw=="
)

// The fake reads DingTalk's own vectors, so that it is no mirror of the client.
func TestCallbackOpensVectors(t *testing.T) {
	tests := []struct {
		settings CallbackSettings
		envelope envelope
		want     string
	}{
		{CallbackSettings{Token: "tokenxxxx", AESKey: keyA, Owner: "dingxxxxxx"}, envelope{
			"f36f4ba5337d426c7d4bca0dbcb06b3ddc1388fc", "1605695694141", "WelUQl6bCqcBa2fM",
			"X1VSe9cTJUMZu60d3kyLYTrBq5578ZRJtteU94wG0Q4Uk6E/wQYeJRIC0/UFW5Wkya1Ihz9oXAdLlyC9TRaqsQ=="}, "success"},
		{CallbackSettings{Token: "mryue", AESKey: "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", Owner: "ding6ccabc44d2c8d38b"}, envelope{
			"03044561471240d4a14bb09372dfcfd4fd0e40cb", "1608001896814", "WL4PK6yA",
			"0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju4yhELOFchzNukR+t8SB/qk4ROMu3",
		}, `{"EventType":"check_url"}`},
	}
	for _, tt := range tests {
		if got, err := tt.settings.open(tt.envelope); err != nil || got != tt.want {
			t.Errorf("%q, %v", got, err)
		}
		sealed, err := tt.settings.seal(tt.want, tt.envelope.timestamp, tt.envelope.nonce)
		if err != nil || len(sealed.encrypt) != len(tt.envelope.encrypt) {
			t.Errorf("sealed %+v, %v", sealed, err)
		}
		if got, err := tt.settings.open(sealed); err != nil || got != tt.want {
			t.Errorf("own: %q, %v", got, err)
		}
	}
}

func TestCallbackFindsWhatIsWrongWithAnAnswer(t *testing.T) {
	right := CallbackSettings{Token: "testtoken123", AESKey: keyA, Owner: "dingtestappkey0001"}
	signed := func(encrypt string) envelope {
		return envelope{right.sign("1", "2", encrypt), "1", "2", encrypt}
	}
	if got, err := right.open(signed(answerGood)); got != "success" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	other, otherKey := right, right
	other.Owner, otherKey.AESKey = "dingother", "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7"
	for name, tt := range map[string]struct {
		settings CallbackSettings
		envelope envelope
		words    string
	}{
		"signature":        {right, envelope{"x", "1", "2", answerGood}, "900005"},
		"owner":            {other, signed(answerGood), "900010"},
		"key":              {otherKey, signed(answerGood), "padding"},
		"padded to 16":     {right, signed("WSbGdl4cHPt1ALTmzUYV7rJomOsrpVddmnT5QwOKuQ1ugclXOlqDM74Dv/JBF/U3"), "blocks of 32"},
		"no Base64":        {right, signed("success"), "blocks of 32"},
		"nothing":          {right, signed(""), "blocks of 32"},
		"settings, no key": {CallbackSettings{Token: "testtoken123"}, signed(answerGood), "43 characters"},
	} {
		if got, err := tt.settings.open(tt.envelope); err == nil || !strings.Contains(err.Error(), tt.words) || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
