package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"
)

// Server answers every route. It is an http.Handler and safe for concurrent use.
type Server struct {
	service  Service
	callback Callback
	events   Events
	pushes   Pushes
	hooks    *rate.Limiter
	doors    doors
	zone     []string // the value of headerZone
	location *time.Location
	typed    []string // the value of Content-Type of the connector's answers
	names    inputNames
	checks   []Check
	metrics  *Metrics
	log      *slog.Logger
	newID    func() string
	now      func() time.Time
	limits   Limits
	draining atomic.Bool
	// leaving ends when the process is about to: who follows a log is sent elsewhere.
	leaving   context.Context
	leave     context.CancelFunc
	followers atomic.Int64
	exports   atomic.Int64
	buffers   sync.Pool
	queries   queries
	books     atomic.Pointer[map[kind]*book]
	engine    *gin.Engine
}

// New makes a Server. It listens nowhere.
func New(o Options) *Server {
	o = o.withDefaults()
	gin.SetMode(gin.ReleaseMode)
	s := &Server{
		service: o.Service, callback: o.Callback, events: o.Events,
		pushes: o.Pushes, hooks: newHookLimit(),
		doors: newDoors(o.Connector, o.Tokens, o.HookSecret), zone: []string{o.Zone.String()}, location: o.Zone,
		typed: []string{"application/json; charset=utf-8"}, names: newInputNames(o.Fields), checks: o.Checks,
		metrics: o.Metrics, log: o.Logger, newID: o.NewID, now: o.Now, limits: o.Limits,
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}
	s.books.Store(&map[kind]*book{})
	s.leaving, s.leave = context.WithCancel(context.Background())
	o.Metrics.watch(o.Gauges, o.Limits.Probe, o.Now)
	s.engine = s.routes()
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Drain makes the process say that it is not ready, so that no new requests are sent here; those that come are still
// answered.
func (s *Server) Drain() {
	s.draining.Store(true)
	s.leave()
}

func newEngine() *gin.Engine {
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false // DingTalk does not follow redirects
	e.ForwardedByClientIP = false
	_ = e.SetTrustedProxies(nil) // cannot fail: there is nothing to parse
	return e
}

func (s *Server) routes() *gin.Engine {
	e := newEngine()
	e.Use(s.trace, s.account, s.recover, secure())
	e.NoRoute(s.noRoute)
	e.NoMethod(s.noMethod)
	connector := e.Group("/connector")
	for _, a := range s.actions() {
		connector.GET("/"+a.name, s.connect(a))
		connector.POST("/"+a.name, s.connect(a))
	}
	if s.callback != nil {
		e.POST("/dingtalk/callback", s.push)
	}
	if s.doors.hook != nil {
		e.POST("/hooks/jenkins", s.jenkinsHook)
	}
	releases := e.Group("/api/releases", s.identify)
	releases.GET("", s.handle(s.listReleases))
	releases.GET("/export", s.exportReleases)
	releases.GET("/:number", s.handle(s.getRelease))
	releases.GET("/:number/events", s.handle(s.listEvents))
	releases.GET("/:number/logs", s.readLog)
	releases.POST("/:number/cancel", s.handle(s.cancelRelease))
	releases.POST("/:number/rollback", s.handle(s.rollBackRelease))
	releases.POST("/:number/start", s.handle(s.startRelease))
	releases.POST("/:number/continue", s.handle(s.continueRelease))
	releases.POST("/:number/answer", s.handle(s.answerRelease))
	releases.POST("/:number/retry", s.handle(s.retryRelease))
	releases.POST("/:number/abandon", s.handle(s.abandonRelease))
	releases.POST("/:number/replan", s.handle(s.replanRelease))
	e.POST("/api/validate", s.identify, s.handle(s.validateForm))
	e.POST("/api/validate/approved", s.identify, s.handle(s.validateApproved))
	messages := e.Group("/api/messages", s.identify)
	messages.GET("", s.handle(s.listLetters))
	messages.GET("/:id", s.handle(s.getLetter))
	messages.POST("/:id/resend", s.handle(s.resendLetter))
	e.GET("/api/catalogue", s.identify, s.handle(s.getCatalogue))
	e.POST("/api/catalogue/:controller/accept", s.identify, s.handle(s.acceptListing))
	e.GET("/healthz", s.healthz)
	e.GET("/readyz", s.readyz)
	e.GET("/metrics", gin.WrapH(s.metrics.handler()))
	e.GET("/openapi.yaml", openapi)
	return e
}
