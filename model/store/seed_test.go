package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/oabridge/oabridge/model"
)

// atOnce is how many releases one statement makes, so that it ends long before the connection's time-out.
const atOnce = 50_000

// Seed stores n finished releases with all that belongs to them: copies of one, made by the database itself.
func (s *Store) Seed(ctx context.Context, n int) error {
	r := finished(s.Now())
	if err := s.CreateRelease(ctx, r, []string{"seed"}, func(r *model.Release) error {
		for i := range 6 {
			r.Record(model.Event{Actor: "jenkins", Kind: "seed", Message: fmt.Sprint("line ", i)})
		}
		r.Tell(model.Message{Key: "seed", State: model.MessageSent, Markdown: "### " + r.Number()})
		return nil
	}); err != nil {
		return err
	}
	for have := 1; have < n; {
		more := min(have, n-have, atOnce)
		if err := s.double(ctx, more); err != nil {
			return err
		}
		have += more
	}
	if err := s.spread(ctx, r.ID); err != nil {
		return err
	}
	return s.copyBelongings(ctx, r.ID)
}

// spread lets each release be a minute younger than the one before.
func (s *Store) spread(ctx context.Context, first int64) error {
	statement := fmt.Sprintf("UPDATE releases AS r SET created_at = created_at + (id - %d) * 60000000", first)
	return s.inPortions(ctx, statement, first)
}

func finished(now time.Time) *model.Release {
	return &model.Release{
		State: model.ReleaseSucceeded, Accepted: model.ReleaseActive, Fingerprint: model.Hash("seed"), Source: "connector",
		ProcessInstanceID: "a1b2c3d4-e5f6-7890", Project: "prod:deploy/shop", ProjectName: "商城", Mode: model.ExecuteNow,
		Initiator: model.Person{ID: "manager01", Name: "张三"}, Approvers: []model.Person{{ID: "manager02", Name: "李四"}},
		Reason: "修复下单页面的问题", Form: map[string][]string{"项目名称": {"商城"}, "应用名称": {"商城前端"}}, FinishedAt: &now,
		Deployments: []*model.Deployment{{
			Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/shop/web"}, AppName: "商城前端",
			State: model.StateSucceeded, Parameters: []model.ParameterValue{{Name: "BRANCH", Value: "main"}},
			Result: "SUCCESS", Build: 7, BuildURL: "https://jenkins.example.com/job/deploy/job/shop/job/web/7/", FinishedAt: &now,
		}},
	}
}

func (s *Store) double(ctx context.Context, n int) error {
	columns, err := s.columns(&releaseRow{})
	if err != nil {
		return err
	}
	list := strings.Join(columns, ", ")
	return s.run(ctx, fmt.Sprintf("INSERT INTO releases (%s) SELECT %s FROM releases ORDER BY id LIMIT %d", list, list, n))
}

// copyBelongings gives every release the deployments, history and messages of the first.
func (s *Store) copyBelongings(ctx context.Context, first int64) error {
	for _, row := range []interface{ TableName() string }{&deploymentRow{}, &eventRow{}, &messageRow{}, &termRow{}} {
		columns, err := s.columns(row)
		if err != nil {
			return err
		}
		values := make([]string, len(columns))
		for i, column := range columns {
			values[i] = "one." + column
			switch column {
			case "release_id":
				values[i] = "r.id"
			case "message_key":
				values[i] = "CONCAT('seed-', r.id)"
			}
		}
		statement := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM releases r JOIN %s one ON one.release_id = %d",
			row.TableName(), strings.Join(columns, ", "), strings.Join(values, ", "), row.TableName(), first)
		if err := s.inPortions(ctx, statement, first); err != nil {
			return err
		}
	}
	return nil
}

// inPortions runs the statement for the releases behind first, so many at a time.
func (s *Store) inPortions(ctx context.Context, statement string, first int64) error {
	var last int64
	if err := s.db.WithContext(ctx).Raw("SELECT MAX(id) FROM releases").Scan(&last).Error; err != nil {
		return err
	}
	for from := first; from < last; from += atOnce {
		if err := s.run(ctx, fmt.Sprintf("%s WHERE r.id > %d AND r.id <= %d", statement, from, from+atOnce)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) columns(row any) ([]string, error) {
	statement := &gorm.Statement{DB: s.db}
	err := statement.Parse(row)
	names := slices.DeleteFunc(slices.Clone(statement.Schema.DBNames), func(name string) bool { return name == "id" })
	return names, err
}

func (s *Store) run(ctx context.Context, statement string) error {
	return s.db.WithContext(ctx).Exec(statement).Error
}
