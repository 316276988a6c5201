package store

import "github.com/oabridge/oabridge/model"

// draft is a release on its way into the database, with what was pending before the first try.
type draft struct {
	release  *model.Release
	keys     []string
	compose  func(*model.Release) error
	events   []model.Event
	messages []model.Message
}

// forget takes back what a try that failed gave the release.
func (d *draft) forget() {
	d.release.TakePending()
	d.release.TakeChecks()
	d.release.ID = 0
	for _, deployment := range d.release.Deployments {
		deployment.ID, deployment.ReleaseID = 0, 0
	}
	for _, e := range d.events {
		d.release.Record(e)
	}
	for _, m := range d.messages {
		d.release.Tell(m)
	}
}

// ids are what the last try gave the release and its deployments.
func (d *draft) ids() []int64 {
	ids := []int64{d.release.ID}
	for _, deployment := range d.release.Deployments {
		ids = append(ids, deployment.ID)
	}
	return ids
}

// found gives the release what a try gave it that was stored after all.
func (d *draft) found(ids []int64) {
	d.release.TakePending()
	d.release.TakeChecks()
	d.release.ID = ids[0]
	for i, deployment := range d.release.Deployments {
		deployment.ID, deployment.ReleaseID = ids[i+1], ids[0]
	}
}
