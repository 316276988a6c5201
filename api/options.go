package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Options are everything a Server needs.
type Options struct {
	Service   Service
	Connector ConnectorAuth
	// Callback opens the events that DingTalk pushes by HTTP, and Events takes them; without Callback there is no such route.
	Callback Callback
	Events   Events
	// HookSecret is what Jenkins proves itself with when it pushes, and Pushes takes that; without a secret there is no such route.
	HookSecret string
	Pushes     Pushes
	// Fields are the names under which a form's canonical field comes in, by canonical field. The canonical name is
	// always accepted.
	Fields map[string][]string
	// Zone is the time zone in which people's times are read. The JSON API names it, so that its callers show times in it.
	Zone    *time.Location
	Tokens  []Token       // of the JSON API; none: nobody gets in
	Checks  []Check       // what must hold before requests are sent here
	Metrics *Metrics      // nil makes one of its own
	Gauges  Gauges        // what is counted at each scrape
	Logger  *slog.Logger  // nil logs nothing
	NewID   func() string // makes trace ids of letters, digits and hyphens; required
	Now     func() time.Time
	Limits  Limits
}

// ConnectorAuth says how a connector call proves where it comes from. Any one of the ways that are set suffices; with
// none set nobody gets in.
type ConnectorAuth struct {
	// Signature checks the signature headers; nil: not configured. Errors: signature_missing, signature_invalid,
	// signature_expired.
	Signature     func(http.Header) error
	BasicUser     string
	BasicPassword string
	Token         string // a fixed bearer token or X-Api-Key
	Insecure      bool   // lets everybody in
}

// Token is one caller of the JSON API. Who acted is recorded by its name.
type Token struct {
	Name  string
	Token string
}

// Check is one thing that must hold for the process to be ready.
type Check struct {
	Name  string
	Probe func(context.Context) error
	// Warn is what people should know although it holds; nil: never anything.
	Warn func() error
}

// Limits bound a request. Zero values take the defaults.
type Limits struct {
	Submit time.Duration // recording a release; it goes on when the caller hangs up; 3 s
	Event  time.Duration // storing an event; it goes on when DingTalk hangs up; 1.5 s
	API    time.Duration // a call of the JSON API; 10 s
	Probe  time.Duration // all readiness checks, and what is counted on a scrape; 2 s
	Body   int64         // bytes of a request body; 1 MB
}

func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	set(&l.Submit, 3*time.Second)
	set(&l.Event, 1500*time.Millisecond)
	set(&l.API, 10*time.Second)
	set(&l.Probe, 2*time.Second)
	if l.Body == 0 {
		l.Body = 1 << 20
	}
	return l
}

func (o Options) withDefaults() Options {
	o.Limits = o.Limits.withDefaults()
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return o
}
