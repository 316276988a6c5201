package model

// LogRead is how one reading of a build's log ended. Offsets count what Jenkins keeps, hidden notes included, so they grow
// faster than the text.
type LogRead struct {
	Next    int64 // where the next reading starts
	More    bool  // the build still writes
	Written int64 // bytes of text that were passed on
	// Shorter: the log ends before the offset that was asked for, so nothing was passed on: it is another build's, or was cut.
	Shorter bool
}
