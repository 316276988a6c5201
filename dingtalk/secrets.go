package dingtalk

import (
	"errors"
	"net/url"
	"strings"
)

// secrets are the values that must not appear in an error, a log line or a message.
type secrets []string

// redact replaces every secret in text, also where it was percent-encoded into a URL.
func (s secrets) redact(text string) string {
	for _, secret := range s {
		if secret == "" {
			continue
		}
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			text = strings.ReplaceAll(text, form, "<secret>")
		}
	}
	return text
}

// cause is err without the URL that net/http and net/url put into theirs, and without any secret. What errors.Is finds
// in err it finds in the result, unless the text had to be changed.
func (s secrets) cause(err error) error {
	for {
		outer, ok := errors.AsType[*url.Error](err)
		if !ok {
			break
		}
		err = outer.Err
	}
	if clean := s.redact(err.Error()); clean != err.Error() {
		return errors.New(clean)
	}
	return err
}
