package jenkinstest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const sessionCookie = "JSESSIONID"

// authenticate finds the user; nil means go on, as anonymous when there are no credentials.
func (s *Server) authenticate(c *call) *answer {
	name, secret, given := c.r.BasicAuth()
	if !given {
		return s.anonymous(c)
	}
	for i := range s.opt.Users {
		u := &s.opt.Users[i]
		if u.Name != name {
			continue
		}
		c.token = same(u.Token, secret)
		if c.token || same(u.Password, secret) {
			c.user = u
			return nil
		}
	}
	return jettyPage(c.r, http.StatusUnauthorized, "Unauthorized").set("WWW-Authenticate", `Basic realm="Jenkins"`)
}

func same(want, got string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}

// anonymous may see the login page and who it is; a POST lacks a crumb before it lacks a right.
func (s *Server) anonymous(c *call) *answer {
	if len(c.segs) > 0 && (c.segs[0] == "login" || c.segs[0] == "whoAmI") {
		return nil
	}
	if c.r.Method == http.MethodPost {
		return noCrumb(c)
	}
	from := url.QueryEscape(c.r.URL.EscapedPath())
	body := fmt.Sprintf("<html><head><meta http-equiv='refresh' content='1;url=/login?from=%[1]s'/>"+
		"<script id='redirect' data-redirect-url='/login?from=%[1]s' src='/static/%[2]s/scripts/redirect.js'></script></head>"+
		"<body style='background-color:white; color:white;'>\nAuthentication required\n<!--\n-->\n\n</body></html>%[3]s",
		from, s.sessionID(), strings.Repeat(" ", 300))
	a := newAnswer(http.StatusForbidden, "text/html;charset=utf-8", []byte(body)).set("X-Hudson", "1.395")
	a = s.identify(a, "")
	a.header.Del("X-Frame-Options")
	return a
}

func noCrumb(c *call) *answer {
	return jettyPage(c.r, http.StatusForbidden, "No valid crumb was included in the request")
}

// checkCrumb wants a crumb and its session cookie for a POST with a password. With an API token a crumb is ignored.
func (s *Server) checkCrumb(c *call) *answer {
	if c.r.Method != http.MethodPost || c.token || c.user == nil {
		return nil
	}
	cookie, err := c.r.Cookie(sessionCookie)
	crumb := c.r.Header.Get("Jenkins-Crumb")
	if crumb == "" {
		crumb = c.form.Get("Jenkins-Crumb")
	}
	if err != nil || !same(s.crumb(c.user, cookie.Value), crumb) {
		return noCrumb(c)
	}
	return nil
}

// crumb is bound to the user, the session and this start of Jenkins.
func (s *Server) crumb(u *User, session string) string {
	mac := hmac.New(sha256.New, []byte(s.sessionID()))
	mac.Write([]byte(u.Name + "\n" + session))
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *Server) crumbIssuer(c *call) *answer {
	session, fresh := "", false
	if cookie, err := c.r.Cookie(sessionCookie); err == nil {
		session = cookie.Value
	} else {
		s.cookies++
		session, fresh = fmt.Sprintf("node0%s%d.node0", s.sessionID(), s.cookies), true
	}
	b := newBean("hudson.security.csrf.DefaultCrumbIssuer").
		add(1, "crumb", s.crumb(c.user, session)).add(1, "crumbRequestField", "Jenkins-Crumb")
	a := s.json(c, b)
	if fresh {
		a.set("Set-Cookie", sessionCookie+"="+session+"; Path=/; HttpOnly")
	}
	return a
}

func (s *Server) whoAmI(c *call) *answer {
	name, authority := "anonymous", "anonymous"
	if c.user != nil {
		name, authority = c.user.Name, "authenticated"
	}
	return s.json(c, newBean("hudson.security.WhoAmI").add(1, "anonymous", c.user == nil).add(1, "authenticated", true).
		add(1, "authorities", []string{authority}).add(1, "name", name))
}

func (s *Server) me(c *call) *answer {
	b := newBean("hudson.model.User").add(3, "absoluteUrl", s.opt.RootURL+"/user/"+url.PathEscape(c.user.Name)).
		add(1, "description", nil).add(3, "fullName", c.user.fullName()).add(1, "id", c.user.Name)
	var props []*bean
	for _, class := range []string{
		"jenkins.security.ApiTokenProperty", "jenkins.console.ConsoleUrlProviderUserProperty",
		"com.cloudbees.plugins.credentials.UserCredentialsProvider$UserCredentialsProperty", "hudson.tasks.Mailer$UserProperty",
		"hudson.model.MyViewsProperty", "org.jenkinsci.plugins.displayurlapi.user.PreferredProviderUserProperty",
		"hudson.model.PaneStatusProperties", "jenkins.security.seed.UserSeedProperty", "hudson.search.UserSearchProperty",
		"hudson.model.TimeZoneProperty", "jenkins.model.experimentalflags.UserExperimentalFlagsProperty",
		"hudson.security.HudsonPrivateSecurityRealm$Details",
	} {
		p := newBean(class)
		switch class {
		case "hudson.tasks.Mailer$UserProperty":
			p.add(2, "address", nil)
		case "hudson.search.UserSearchProperty":
			p.add(2, "insensitiveSearch", true)
		}
		props = append(props, p)
	}
	return s.json(c, b.addInline(1, "property", props))
}
