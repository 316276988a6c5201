package store

import "errors"

// trace are the rows that a transaction changed, as it left them.
type trace struct {
	release     *releaseRow // nil: not changed
	deployments []deploymentRow
}

var errNoTrace = errors.New("the rows were changed again since, or never by us")

// in tells, from the rows as they are now, whether the transaction was committed: then all of them were changed. A row's
// version only goes up. Errors: errNoTrace.
func (t trace) in(now *releaseRows) (bool, error) {
	if t.release != nil {
		if now.releaseRow == *t.release {
			return true, nil
		}
		if now.Version < t.release.Version {
			return false, nil
		}
	}
	for _, left := range t.deployments {
		row := now.deployment(left.ID)
		if row == nil {
			continue
		}
		if *row == left {
			return true, nil
		}
		if row.Lease.Version < left.Lease.Version {
			return false, nil
		}
	}
	return false, errNoTrace
}
