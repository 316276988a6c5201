package service

// bells wake the loops at once when there is something to do; the loops' own timers make it certain.
type bells struct {
	submit  map[string]chan struct{}
	follow  map[string]chan struct{}
	pushed  map[string]chan struct{} // by Jenkins
	listing map[string]chan struct{} // another process listed, or something is missed
	showing map[string]chan struct{} // what labels tell has changed
	outbox  chan struct{}
	checks  chan struct{}
}

func newBells() bells {
	return bells{
		submit: map[string]chan struct{}{}, follow: map[string]chan struct{}{}, pushed: map[string]chan struct{}{}, listing: map[string]chan struct{}{}, showing: map[string]chan struct{}{},
		outbox: make(chan struct{}, 1), checks: make(chan struct{}, 1),
	}
}

func (b bells) add(controller string) {
	b.submit[controller] = make(chan struct{}, 1)
	b.follow[controller] = make(chan struct{}, 1)
	b.pushed[controller] = make(chan struct{}, 1)
	b.listing[controller] = make(chan struct{}, 1)
	b.showing[controller] = make(chan struct{}, 1)
}

// ring wakes the loop behind the bell; one that is awake looks once more.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// ringAll wakes what gives deployments to Jenkins and what delivers messages in this process.
func (s *Service) ringAll() {
	for _, bell := range s.bells.submit {
		ring(bell)
	}
	ring(s.bells.outbox)
	ring(s.bells.checks)
}
