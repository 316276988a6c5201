package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// Unfinished returns the deployments of controller that are not at their end, the oldest first, without their parameters.
// Errors: database_unavailable.
func (s *Store) Unfinished(ctx context.Context, controller string) ([]model.Standing, error) {
	unfinished := slices.DeleteFunc(model.DeploymentStates(), model.DeploymentState.Terminal)
	return s.standings(ctx, "SELECT id, release_id, job, state, build FROM deployments "+s.dialect.using("deployments_state")+
		" WHERE state IN ? AND controller = ? ORDER BY id", unfinished, controller)
}

// SucceededSince returns the deployments of controller that succeeded and have an id above after, or one of ids. Errors:
// database_unavailable.
func (s *Store) SucceededSince(ctx context.Context, controller string, after int64, ids []int64) ([]model.Standing, error) {
	since, err := s.standings(ctx, standingColumns+s.dialect.using("deployments_state")+
		" WHERE state = ? AND controller = ? AND id > ? ORDER BY id", model.StateSucceeded, controller, after)
	if err != nil {
		return nil, err
	}
	some, err := s.standingsOf(ctx, ids)
	return append(since, slices.DeleteFunc(some, func(d model.Standing) bool { return d.State != model.StateSucceeded })...), err
}

// SucceededBefore returns the deployment of the job that succeeded last before the time, of another release. Errors: not_found,
// database_unavailable.
func (s *Store) SucceededBefore(ctx context.Context, job model.JobRef, before time.Time, release int64) (*model.Deployment, error) {
	var rows []deploymentRow
	err := s.read(ctx, func(db *gorm.DB) error {
		query := "SELECT * FROM deployments " + s.dialect.using("deployments_build") +
			" WHERE controller = ? AND job = ? AND build > 0 AND state = ? AND finished_at < ? AND release_id <> ?" +
			" ORDER BY finished_at DESC, id DESC LIMIT 1"
		return db.Raw(query, job.Controller, job.FullName, model.StateSucceeded, before.UnixMicro(), release).Scan(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, model.Errorf(model.CodeNotFound, "任务 %s 在 %s 之前没有成功部署的记录", job.FullName, before.Format(time.RFC3339))
	}
	return rows[0].deployment()
}

// LastSucceeded returns the deployment of each job of controller that succeeded last. It reads all that ever did. Errors:
// database_unavailable.
func (s *Store) LastSucceeded(ctx context.Context, controller string) ([]model.Standing, error) {
	last := map[string]success{}
	err := s.read(ctx, func(db *gorm.DB) error {
		rows, err := db.Raw("SELECT id, job, finished_at FROM deployments "+s.dialect.using("deployments_state")+
			" WHERE state = ? AND controller = ?", model.StateSucceeded, controller).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // Err says what went wrong
		for rows.Next() {
			var job string
			var one success
			if err := rows.Scan(&one.id, &job, &one.at); err != nil {
				return err
			}
			if before, known := last[job]; !known || before.at.Int64 <= one.at.Int64 {
				last[job] = one
			}
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(last))
	for one := range maps.Values(last) {
		ids = append(ids, one.id)
	}
	slices.Sort(ids)
	return s.standingsOf(ctx, ids)
}

// success is a deployment that succeeded, and when.
type success struct {
	id int64
	at sql.NullInt64
}

const standingColumns = "SELECT id, release_id, job, state, build, finished_at, parameters FROM deployments "

// standingsOf returns deployments by their ids.
func (s *Store) standingsOf(ctx context.Context, ids []int64) ([]model.Standing, error) {
	var all []model.Standing
	for some := range slices.Chunk(ids, 500) {
		list, err := s.standings(ctx, standingColumns+"WHERE id IN ? ORDER BY id", some)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func (s *Store) standings(ctx context.Context, query string, args ...any) ([]model.Standing, error) {
	var rows []deploymentRow
	err := s.read(ctx, func(db *gorm.DB) error { return db.Raw(query, args...).Scan(&rows).Error })
	if err != nil {
		return nil, err
	}
	list := make([]model.Standing, len(rows))
	for i := range rows {
		row := &rows[i]
		list[i] = model.Standing{
			ID: row.ID, ReleaseID: row.ReleaseID, FullName: row.Job, State: row.State, Build: row.Build, FinishedAt: timeOrNil(row.FinishedAt),
		}
		if row.Parameters != "" {
			var c jsonColumns
			if c.decode("parameters", row.Parameters, &list[i].Parameters); c.err != nil {
				return nil, c.err
			}
		}
	}
	return list, nil
}
