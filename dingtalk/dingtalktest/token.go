package dingtalktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// tokenLife is how long an access token lives after it was last fetched.
const tokenLife = 7200 * time.Second

func (s *Server) issueToken(c call) reply {
	var in struct{ AppKey, AppSecret string }
	if c.Method != http.MethodPost || json.Unmarshal(c.body, &in) != nil {
		return s.refuse(http.StatusBadRequest, "MissingParameter", "appKey and appSecret are required")
	}
	if in.AppKey != s.opts.AppKey || in.AppSecret != s.opts.AppSecret {
		return s.refuse(http.StatusBadRequest, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
	}
	return jsonReply(http.StatusOK, map[string]any{"accessToken": s.token(), "expireIn": int(tokenLife.Seconds())})
}

func (s *Server) issueOldToken(c call) reply {
	q := c.URL.Query()
	if q.Get("appkey") != s.opts.AppKey || q.Get("appsecret") != s.opts.AppSecret {
		return s.old(40096, "不合法的appKey或appSecret", nil)
	}
	return s.old(0, "ok", map[string]any{"access_token": s.token(), "expires_in": int(tokenLife.Seconds())})
}

// token is the living one with a renewed life, or a new one.
func (s *Server) token() string {
	now := s.opts.Now()
	for value, end := range s.tokens {
		if now.Before(end) {
			s.tokens[value] = now.Add(tokenLife)
			return value
		}
	}
	s.issued++
	value := fmt.Sprintf("fake-access-token-%d", s.issued)
	s.tokens[value] = now.Add(tokenLife)
	return value
}

// withOldToken lets a call through whose query has a living token.
func (s *Server) withOldToken(next func(call) reply) func(call) reply {
	return func(c call) reply {
		if c.Method != http.MethodPost {
			return s.old(43002, "需要POST请求", nil)
		}
		end, known := s.tokens[c.URL.Query().Get("access_token")]
		switch {
		case !known:
			return s.oldToken("40014", "不合法的access_token")
		case !s.opts.Now().Before(end):
			return s.oldToken("42001", "access_token已过期")
		}
		return next(c)
	}
}

// withToken lets a call through whose header has a living token.
func (s *Server) withToken(next func(call) reply) func(call) reply {
	return func(c call) reply {
		token := c.Header.Get("x-acs-dingtalk-access-token")
		if token == "" {
			return s.refuse(http.StatusBadRequest, "AuthenticationFailed.MissingParameter", "x-acs-dingtalk-access-token is required")
		}
		if end, known := s.tokens[token]; !known || !s.opts.Now().Before(end) {
			return s.refuse(http.StatusBadRequest, "InvalidAuthentication", "不合法的access_token")
		}
		return next(c)
	}
}

// ExpireTokens ends the life of every token that was issued.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for value := range s.tokens {
		s.tokens[value] = s.opts.Now()
	}
}
