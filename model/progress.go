package model

import "time"

// Push is a hint of Jenkins' that something happened to a build. Nothing of it is believed: it only says where to look.
type Push struct {
	Address string // of a page of the job or build, or its path; "": Job names it
	Job     string // fullName
	Number  int64  // 0: any build of the job
}

// Progress is what Jenkins says, while people wait, of a deployment that it has.
type Progress struct {
	Deployment int64
	Queue      *QueuePlace // nil: it is not queued, or Jenkins did not say
	ExpectedAt *time.Time  // when the build is expected to end; nil: nobody can tell
	Stages     []Stage
}

// QueuePlace is where a deployment stands in Jenkins' queue.
type QueuePlace struct {
	Position int // from 1; of two items the older one is before the other
	Length   int
	Since    time.Time
	Why      string // in Jenkins' own words
	Text     string // the same for people
}
