package service

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Store is everything the service keeps.
type Store interface {
	Releases
	Identities
	Queries
	Work
	Followed
	Lines
	Standings
	Successes
	Calls
	Outbox
	Backlogs
	Checks
	Letters
	Logbook
	LogUpkeep
	Listings
	HeldListings
	Retention
	Indexing
	Registry
	Inquiries
	Withdrawals
	Attendance
	Occupancy
}

// Observer is told what happens, for metrics.
type Observer interface {
	Submissions
	Happenings
	Weather
	Upkeep
	Losses
	Conversations
}

// Submissions counts what comes in.
type Submissions interface {
	Accepted(source string)
	Duplicate(source string)
	Refused(source string)
}

// Happenings counts what goes on.
type Happenings interface {
	// Moved: a deployment changed its state.
	Moved(controller string, to model.DeploymentState)
	// Delivered: a try to deliver a message ended; code is "" when it arrived.
	Delivered(channel model.Channel, code model.Code)
	// Refreshed: a listing was asked for; apps is how many are offered now.
	Refreshed(controller string, code model.Code, apps int)
	// Polled: a look at a controller ended.
	Polled(controller string, code model.Code)
}

// Losses counts what did not arrive.
type Losses interface {
	// GaveUp: a message is dead, because of code.
	GaveUp(channel model.Channel, code model.Code)
}

// Conversations counts what pipelines are told.
type Conversations interface {
	// Answered: it is known what became of an answer of a rule or a person.
	Answered(controller string, rule bool, outcome model.AnswerOutcome)
}

// Weather tells how the outside is.
type Weather interface {
	// Reachable: a controller came back or went away.
	Reachable(controller string, up bool)
}

// Upkeep tells what is done beside the work itself.
type Upkeep interface {
	// Pruned: a batch was deleted because it was kept for long enough.
	Pruned(model.Pruned)
	// Differing: so many live replicas were given another configuration.
	Differing(replicas int)
}

// ResultRule says which results of a job's builds count as success, beside SUCCESS itself.
type ResultRule struct {
	Job      *regexp.Regexp // on fullName
	Unstable bool           // UNSTABLE
	NotBuilt bool           // NOT_BUILT
}

// Controller is one Jenkins server and what the configuration says of it.
type Controller struct {
	Name             string
	Client           Jenkins
	URL              string // where people find it
	User             string // the Jenkins user of the bridge: who caused its builds
	Rules            CatalogueRules
	Inputs           []InputRule
	InputWait        InputWait
	Results          []ResultRule // what results mean; the first rule that names the job decides
	ReleaseParameter string
	Refresh          time.Duration // between two listings, while they change
	RefreshMax       time.Duration // while they do not; 0: 5 min
	StaleAfter       time.Duration // how old a listing may be before people are told; 0: 10 min
	MaxLoss          float64       // the share of the apps that may vanish at once; 0: 0.3
	Poll             time.Duration // between two looks at what runs, when something is about to change
	PollMax          time.Duration // the same when nothing is; at least Poll, 15 s when 0
	MaxInFlight      int           // deployments handled at once
	// MaxParallelPerJob is how many builds of one job may be wanted at the same time; 0 counts as 1.
	MaxParallelPerJob int
	OnDrift           model.DriftPolicy // "" counts as hold
	Show              Shown             // what the labels of its apps tell
	Stopping          StopRules

	line  *breaker // what Client is behind
	looks *looks
	watch *watch
	turn  *listTurn
}

// buildURL is where people find a build.
func (c *Controller) buildURL(job string, number int64) string {
	parts := strings.Split(job, "/")
	for i, p := range parts {
		parts[i] = "/job/" + url.PathEscape(p)
	}
	return strings.TrimRight(c.URL, "/") + strings.Join(parts, "") + "/" + strconv.FormatInt(number, 10) + "/"
}

// Service is the lifecycle. Its methods may be called at once from many goroutines.
type Service struct {
	store       Store
	controllers map[string]*Controller
	ordered     []*Controller
	explicit    []ExplicitProject
	messenger   Messenger
	observer    Observer
	log         *slog.Logger
	form        *formReader
	values      *valueBook
	order       model.Order
	policies    []ProjectPolicy
	robots      []string
	workNotices bool
	write       writer
	location    *time.Location
	runIfLateBy time.Duration
	now         func() time.Time
	newID       func() string
	random      func() float64
	pace        Pace
	keep        time.Duration
	replica     model.Replica
	since       time.Time // when this process began
	owner       string    // this process, in leases
	claims      atomic.Int64
	offered     atomic.Pointer[Catalogue]
	listings    *listings
	alphabet    *alphabet
	yesNo       valueList // made once: nobody changes it
	live        *live
	bells       bells
	census      *census
	adoptions   map[string]*sync.Mutex // by controller
	saved       Listings
	answers     Answers
	budgets     *budgets
	fallbacks   map[string]string
	fates       Fates
	comments    Comments
	together    func(int)
	approvals   Approvals
	policy      ApprovalPolicy
	names       *nameBook
	access      *access // nil: everybody may use every project
	eventsSeen  func() time.Time
	wakeups     Wakeups
	patient     Patience
	asked       askedOnce

	parameterRules parameterRules
	openLogs       *openLogs
	again          AgainRules
	logRules       LogRules
}

// New makes a Service. Run makes it work.
func New(o Options) *Service {
	s := &Service{
		store: o.Store, controllers: map[string]*Controller{}, messenger: o.Messenger, observer: o.Observer,
		log: o.Logger, form: newFormReader(o.Form, o.Location), order: o.Form.Order, policies: o.Policies, robots: o.Robots,
		workNotices: o.WorkNotices, location: o.Location, runIfLateBy: o.RunIfLateBy,
		now: func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) }, newID: o.NewID,
		pace: o.Pace.withDefaults(), keep: o.Keep, replica: o.Replica, owner: o.NewID(), listings: newListings(), alphabet: newAlphabet(), yesNo: yesNo(), live: newLive(),
		write:     newWriter(o),
		approvals: o.Approvals, policy: o.Policy.withDefaults(), names: newNameBook(), eventsSeen: o.EventsSeen,
		bells: newBells(), census: newCensus(), adoptions: map[string]*sync.Mutex{}, explicit: o.Projects,
	}
	s.values, s.parameterRules = newValueBook(s.now), newParameterRules(o.Parameters)
	s.replica.ID, s.together, s.since = s.owner, o.Together, s.now()
	s.access = newAccess(o.Access, s.now, o.Logger)
	s.openLogs, s.logRules = newOpenLogs(), o.Logs.withDefaults()
	shared := o.Shared.withDefaults(o.Store)
	s.saved, s.answers, s.wakeups = shared.Listings, shared.Answers, shared.Wakeups
	s.patient, s.again = o.Patience, o.Again
	s.fallbacks, s.fates, s.comments = o.Fallbacks, o.Fates, o.Comments
	if s.random = o.Random; s.random == nil {
		s.random = func() float64 { return 0.5 }
	}
	s.budgets = newBudgets(o.RobotLimits, shared.Budget, s.now, o.Logger)
	if s.order == "" {
		s.order = model.OrderSequence
	}
	for i := range o.Controllers {
		c := new(o.Controllers[i])
		c.line = newBreaker(c.Name, c.Client, s.now)
		c.looks = newLooks(c.line, s.now)
		c.Client, c.watch, c.turn = c.line, newWatch(), &listTurn{stretch: 1, taken: make(chan struct{}, 1)}
		if c.RefreshMax == 0 {
			c.RefreshMax = max(c.Refresh, 5*time.Minute)
		}
		if c.StaleAfter == 0 {
			c.StaleAfter = max(2*c.RefreshMax, 10*time.Minute)
		}
		if c.MaxLoss == 0 {
			c.MaxLoss = 0.3
		}
		c.PollMax = max(c.Poll, cmp.Or(c.PollMax, longestPoll))
		s.controllers[c.Name] = c
		s.ordered = append(s.ordered, c)
		s.bells.add(c.Name)
		s.values.lanes[c.Name] = newLane()
		s.adoptions[c.Name] = &sync.Mutex{}
	}
	return s
}

// catalogue is what forms are answered from. Errors: catalogue_unready.
func (s *Service) catalogue() (*Catalogue, error) {
	if c := s.offered.Load(); c != nil {
		return c, nil
	}
	return nil, model.Errorf(model.CodeCatalogueUnready, "还没有从 Jenkins 取得应用清单，请稍后重试")
}

// clock is a time for people.
func (s *Service) clock(t time.Time) string { return t.In(s.location).Format("2006-01-02 15:04:05") }

// change updates a release, tells the log and the metrics how its deployments moved, and wakes whoever goes on with it.
func (s *Service) change(ctx context.Context, releaseID int64, decide func(*model.Release) error) (*model.Release, error) {
	var changed *model.Release
	var events []model.Event
	var tells bool
	err := s.store.UpdateRelease(ctx, releaseID, func(r *model.Release) error {
		err := decide(r)
		changed, events, tells = r, r.PendingEvents(), r.Tells()
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		s.census.moved()
	}
	if tells || s.anyDue(changed) {
		s.nudge()
	}
	for _, e := range events {
		d, err := changed.Deployment(e.DeploymentID)
		if err == nil && e.Kind == model.EventKindHeld {
			s.callNext(ctx, d) // it left its slot to others
		}
		if err != nil || e.From == e.To {
			continue // of the release itself, or no move
		}
		s.log.InfoContext(ctx, "deployment moved", "release", changed.Number(), "deployment", d.ID, "app", d.Key(),
			"event", e.Kind, "from", e.From, "to", e.To, "actor", e.Actor, "build", d.Build, "queue", d.QueueID, "code", string(e.Code))
		s.observer.Moved(d.Controller, model.DeploymentState(e.To))
		ring(s.bells.showing[d.Controller])
		if to := model.DeploymentState(e.To); to.Terminal() || to == model.StateLost {
			s.callNext(ctx, d)
			s.values.outdate(reading{kind: readBuilds, JobRef: d.JobRef})
		}
	}
	return changed, nil
}
