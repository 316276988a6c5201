package model

// RollbackWish is what a person wants of a release that is to be rolled back.
type RollbackWish struct {
	Deployment int64  // id of the only one that is meant; 0: all that ran
	User       string // DingTalk user id of who asks for it, who has to be allowed to use the project; "": nobody in particular
	By         string // whose token it is
	Reason     string
	// Request makes it one release however often it comes; "": so does its content, until that failed.
	Request string
	DryRun  bool // nothing is stored
}

// Rollback is what became of the wish.
type Rollback struct {
	Release   *Release // with id 0 after a dry run
	Duplicate bool     // there was one already
	Targets   []RollbackTarget
	Warnings  []string     // for people
	Builds    []DraftBuild // of a dry run
}

// RollbackTarget is the success that an app goes back to.
type RollbackTarget struct {
	App     string // title
	Release string // number
	Build   int64
}
