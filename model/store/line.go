package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// Line tells which slots of the job are taken, and the first limit deployments that wait for one: those that could run
// now if only the job were free, or that Jenkins has not taken yet. Errors: database_unavailable.
func (s *Store) Line(ctx context.Context, job model.JobRef, limit int) (model.Line, error) {
	var line model.Line
	err := s.read(ctx, func(db *gorm.DB) error {
		of := " WHERE controller = @controller AND job = @job AND "
		args := map[string]any{
			"controller": job.Controller, "job": job.FullName, "inHand": inHand, "waiting": model.StateWaiting,
			"ready": []model.Wait{"", model.WaitJob, model.WaitJenkins, model.WaitAuth, model.WaitFolded},
			"timed": []model.Wait{model.WaitSchedule, model.WaitWindow}, "now": s.Now().UnixMicro(), "limit": limit,
		}
		slots, index := s.dialect.using("deployments_slot"), s.dialect.using("deployments_line")
		var taken []int // the slots, and less than none: how many others
		busy := "SELECT job_slot FROM deployments " + slots + of + "job_slot IS NOT NULL" +
			" UNION ALL SELECT -1 - COUNT(*) FROM deployments " + index + of + "state IN @inHand AND job_slot IS NULL"
		if err := db.Raw(busy, args).Scan(&taken).Error; err != nil {
			return err
		}
		slices.Sort(taken)
		line.Others, line.Taken = -1-taken[0], taken[1:]
		waiting := "SELECT id FROM deployments " + index + of + "state = @waiting AND job_slot IS NULL AND" +
			" (wait_reason IN @ready OR (wait_reason IN @timed AND next_at <= @now)) ORDER BY id LIMIT @limit"
		return db.Raw(waiting, args).Scan(&line.Waiting).Error
	})
	return line, err
}

// inHand are the states of a deployment that has, or may have, a build that is not at its end.
var inHand = []model.DeploymentState{model.StateSubmitting, model.StateQueued, model.StateRunning, model.StatePaused}

// Park lets claimed deployments wait for their job until they are called; those that owner does not hold any more stay as
// they are. Errors: database_unavailable.
func (s *Store) Park(ctx context.Context, owner string, ids []int64) error {
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Exec("UPDATE deployments SET wait_reason = ?, next_at = NULL, delayed_since = NULL,"+
			" lease_owner = '', lease_until = NULL, version = version + 1"+
			" WHERE id IN ? AND state = ? AND lease_owner = ?", model.WaitJob, ids, model.StateWaiting, owner).Error
	})
}

// parked is the condition that a deployment waits to be called.
func parked(table string) string {
	return table + "state = 'waiting' AND " + table + "wait_reason = 'job' AND " + table + "next_at IS NULL"
}

// CallNext makes the first deployment that is parked before the job due, and says whether there was one. Errors:
// database_unavailable.
func (s *Store) CallNext(ctx context.Context, job model.JobRef) (bool, error) {
	var first []int64
	err := s.read(ctx, func(db *gorm.DB) error {
		next := "SELECT id FROM deployments " + s.dialect.using("deployments_line") +
			" WHERE controller = ? AND job = ? AND " + parked("") + " ORDER BY id LIMIT 1"
		return db.Raw(next, job.Controller, job.FullName).Scan(&first).Error
	})
	if err != nil || len(first) == 0 {
		return false, err
	}
	return true, s.call(ctx, first)
}

// CallParked makes the first parked deployment due of every job of the controller that has fewer than parallel slots
// taken, since whoever should have called them may have died; and every one whose release was scheduled before overdue. It
// returns how many there were. Errors: database_unavailable.
func (s *Store) CallParked(ctx context.Context, controller string, parallel int, overdue time.Time) (int, error) {
	ids, blocked, err := s.parkedFree(ctx, controller, parallel)
	if err == nil && len(blocked) > 0 {
		err = s.freeSlots(ctx, controller, blocked)
	}
	if err != nil {
		return 0, err
	}
	late, err := s.parkedSince(ctx, controller, overdue)
	if ids = append(ids, late...); err != nil || len(ids) == 0 {
		return 0, err
	}
	return len(ids), s.call(ctx, ids)
}

func (s *Store) parkedSince(ctx context.Context, controller string, overdue time.Time) ([]int64, error) {
	var late []int64
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw("SELECT p.id FROM deployments p "+s.dialect.using("deployments_state")+
			" JOIN releases r ON r.id = p.release_id WHERE "+parked("p.")+" AND p.controller = ?"+
			" AND r.scheduled_at < ? AND (p.position = 1 OR r.deploy_order = ?)",
			controller, overdue.UnixMicro(), model.OrderParallel).Scan(&late).Error
	})
	return late, err
}

// freeSlots takes the slots of the jobs from what has ended: a version that knows no slots may have ended it.
func (s *Store) freeSlots(ctx context.Context, controller string, jobs []string) error {
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Exec("UPDATE deployments "+s.dialect.using("deployments_slot")+" SET job_slot = NULL, version = version + 1"+
			" WHERE controller = ? AND job IN ? AND job_slot IS NOT NULL AND state NOT IN ?",
			controller, jobs, append([]model.DeploymentState{model.StateWaiting}, inHand...)).Error
	})
}

// parkedFree returns the first parked deployment of each job that has room, and the jobs that have none.
func (s *Store) parkedFree(ctx context.Context, controller string, parallel int) (free []int64, blocked []string, err error) {
	var jobs []struct {
		Job   string
		First int64
		Taken int
	}
	err = s.read(ctx, func(db *gorm.DB) error {
		lines := "SELECT p.job AS job, MIN(p.id) AS first, (SELECT COUNT(*) FROM deployments a " + s.dialect.using("deployments_slot") +
			" WHERE a.controller = ? AND a.job = p.job AND a.job_slot IS NOT NULL) AS taken" +
			" FROM deployments p " + s.dialect.using("deployments_state") +
			" WHERE " + parked("p.") + " AND p.controller = ? GROUP BY p.job"
		return db.Raw(lines, controller, controller).Scan(&jobs).Error
	})
	if err != nil {
		return nil, nil, err
	}
	for _, job := range jobs {
		if job.Taken < parallel {
			free = append(free, job.First)
		} else {
			blocked = append(blocked, job.Job)
		}
	}
	return free, blocked, nil
}

func (s *Store) call(ctx context.Context, ids []int64) error {
	return s.exclusive(ctx, func(db *gorm.DB) error {
		return db.Exec("UPDATE deployments SET next_at = ?, version = version + 1 WHERE id IN ? AND "+parked(""),
			s.Now().UnixMicro(), ids).Error
	})
}

// Recall makes the deployments due that wait for the controller to come back and would not be due before after: those that
// were tried before first, then the others in the order of approval. Errors: database_unavailable.
func (s *Store) Recall(ctx context.Context, controller string, after time.Time) (int64, error) {
	var recalled int64
	err := s.exclusive(ctx, func(db *gorm.DB) error {
		now := s.Now().UnixMicro()
		result := db.Exec("UPDATE deployments "+s.dialect.using("deployments_due")+
			" SET next_at = COALESCE(posted_at, @now), version = version + 1"+
			" WHERE controller = @controller AND next_at > @after AND state IN @states AND wait_reason = @wait",
			sql.Named("now", now), sql.Named("after", after.UnixMicro()), sql.Named("controller", controller), sql.Named("wait", model.WaitJenkins),
			sql.Named("states", []model.DeploymentState{model.StateWaiting, model.StateSubmitting}))
		recalled = result.RowsAffected
		return result.Error
	})
	return recalled, err
}
