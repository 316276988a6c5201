package dingtalktest

import (
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxRequest bounds what is read of a request, in bytes.
const maxRequest = 1 << 20

// beijing is the time that DingTalk's days and wall clocks follow; it has no daylight saving.
var beijing = time.FixedZone("CST", 8*3600)

// Options of a Server.
type Options struct {
	AppKey    string
	AppSecret string
	AgentID   int64
	Robots    []Robot
	Users     []User
	Now       func() time.Time // default time.Now
	// StringCodes answers errcode and success as strings, as some of DingTalk's samples do.
	StringCodes bool
	QPS         int // calls of the app in any second; default 20, negative: as many as come
	// What the organisation may use in a month; 0: as much as it likes.
	APIQuota     int
	WebhookQuota int
	// Forms are the approval templates by process code. Without any every code is taken, and no form has a schema.
	Forms map[string][]Component
	// Departments are those below the organisation itself, with the department that each is in.
	Departments map[int64]int64
}

// Robot is a custom group robot.
type Robot struct {
	Name        string // only for the ledger
	AccessToken string
	Secret      string   // empty: messages need no signature
	Keywords    []string // when there are any, a message must contain one
}

// User is a member of the organisation.
type User struct {
	ID          string
	Name        string
	Mobile      string
	Departments []int64 // none: the organisation itself, which is 1
	Roles       []Role
}

// Server is the fake. It is an http.Handler for both of DingTalk's hosts, api.dingtalk.com and oapi.dingtalk.com.
type Server struct {
	opts   Options
	routes map[string]func(call) reply

	mu        sync.Mutex
	faults    faults
	tokens    map[string]time.Time // value to end of life
	issued    int
	requests  int
	paths     map[string]int
	refused   map[string]int
	robots    map[string]*robotState // by access token
	robotRate int
	notices   noticeState
	use       usage
	instances map[string]*instance
	deleted   map[string]*instance // only their last event tells of them
	forms     map[string][]Component
	started   int           // instances ever
	lag       time.Duration // for which a finished instance still shows as running
	comments  []Comment
	callback  callbackState
	changes   []InstanceChange // not told yet
	watchers  []func(InstanceChange)
	stream    streamState
}

// New makes a server that knows the app, robots and users of o.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		opts: o, tokens: map[string]time.Time{}, paths: map[string]int{}, refused: map[string]int{},
		robots: map[string]*robotState{}, robotRate: robotRate, instances: map[string]*instance{}, deleted: map[string]*instance{}, notices: newNoticeState(),
		forms: maps.Clone(o.Forms), use: newUsage(o),
		stream: streamState{tickets: map[string]streamTicket{}, byID: map[string]*streamMessage{}, pick: rand.IntN},
	}
	for _, robot := range o.Robots {
		s.robots[robot.AccessToken] = &robotState{Robot: robot, seen: map[string]bool{}}
	}
	s.opts.Users, s.opts.Departments = slices.Clone(o.Users), maps.Clone(o.Departments)
	s.routes = map[string]func(call) reply{
		"/v1.0/oauth2/accessToken": s.issueToken,
		"/gettoken":                s.issueOldToken,
		"/topapi/message/corpconversation/asyncsend_v2":  s.withOldToken(s.sendNotice),
		"/topapi/message/corpconversation/getsendresult": s.withOldToken(s.noticeResult),
		"/topapi/v2/user/get":                            s.withOldToken(s.getUser),
		"/topapi/v2/department/listparentbyuser":         s.withOldToken(s.departmentsOfUser),
		"/topapi/v2/department/listparentbydept":         s.withOldToken(s.departmentsAbove),
		"/topapi/role/list":                              s.withOldToken(s.listRoles),
		"/robot/send":                                    s.sendRobot,
		"/v1.0/workflow/processInstances":                s.withToken(s.processInstances),
		"/v1.0/workflow/processInstances/comments":       s.withToken(s.addComment),
		"/v1.0/workflow/processInstances/terminate":      s.withToken(s.terminateInstance),
		"/v1.0/workflow/processes/instanceIds/query":     s.withToken(s.queryInstances),
		"/v1.0/workflow/forms/schemas/processCodes":      s.withToken(s.readSchema),
		streamOpen: s.openStream,
	}
	return s
}

// ServeHTTP answers one call. A cut connection is http.ErrAbortHandler, which net/http's server turns into one.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == streamPath {
		s.serveStream(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "request too large or cut", http.StatusBadRequest)
		return
	}
	answer, f := s.handle(call{Request: r, body: body})
	s.tell()
	if !wait(r, f.delay) || f.cut {
		panic(http.ErrAbortHandler)
	}
	answer.write(w)
}

// handle counts the call, and answers it unless a fault comes in between.
func (s *Server) handle(c call) (reply, fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	s.paths[c.URL.Path]++
	f := s.faults.next(c.URL.Path)
	switch {
	case f.instead != nil:
		return *f.instead, f
	case f.lost:
		return reply{}, f
	case f.limited, !s.use.admit(c.URL.Path, s.opts.Now()):
		return s.rateLimited(c), f
	case !s.use.spend(c.URL.Path, s.opts.Now()):
		return s.overQuota(c), f
	}
	route, ok := s.routes[c.URL.Path]
	if !ok {
		return s.refuse(http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found."), f
	}
	return route(c), f
}

// wait reports false when the client hung up before the time was over.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// rateLimited is what each kind of interface says beyond its rate.
func (s *Server) rateLimited(c call) reply {
	switch {
	case c.URL.Path == "/robot/send":
		return s.old(410100, "发送速度太快而限流", nil)
	case strings.HasPrefix(c.URL.Path, "/v1.0/"):
		return s.refuse(http.StatusForbidden, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "您的应用调用该接口的QPS超过限制")
	}
	return s.old(90018, "您的应用调用该接口的QPS超过限制", nil)
}

// overQuota is what each kind of interface says when the month's quota is used up.
func (s *Server) overQuota(c call) reply {
	const message = "本月调用量已超出额度"
	if strings.HasPrefix(c.URL.Path, "/v1.0/") {
		return s.refuse(http.StatusForbidden, "Forbidden.AccessDenied.ApiCountLimitForOrg", message)
	}
	return s.old(90020, message, nil)
}
