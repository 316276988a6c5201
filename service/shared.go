package service

// Shared is what the processes of one bridge have together beside the store. Every part may be nil, and may fail at any
// moment: then each process goes on by itself.
type Shared struct {
	Listings Listings // nil: the Store's
	Answers  Answers
	Budget   SharedBudget
	Wakeups  Wakeups
}

func (s Shared) withDefaults(store Store) Shared {
	if s.Listings == nil {
		s.Listings = store
	}
	if s.Answers == nil {
		s.Answers = noAnswers{}
	}
	if s.Budget == nil {
		s.Budget = unshared{}
	}
	if s.Wakeups == nil {
		s.Wakeups = alone{}
	}
	return s
}
