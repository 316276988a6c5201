package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
)

// BenchmarkCreate stores releases of three apps, by turns through the store and with bare gorm inserting the same rows
// in one transaction.
func BenchmarkCreate(b *testing.B) {
	for name, open := range openers() {
		b.Run(name, func(b *testing.B) {
			s := stocked(b, open, 1)
			ways := []func(context.Context, *model.Release, []string, func(*model.Release) error) error{
				s.InsertBare, s.CreateRelease,
			}
			var took [2]time.Duration
			for i := 0; b.Loop(); i++ {
				for way, create := range ways {
					begin := time.Now()
					if err := create(b.Context(), submission(), keysOf(2*i+way), accepted); err != nil {
						b.Fatal(err)
					}
					took[way] += time.Since(begin)
				}
			}
			b.ReportMetric(float64(took[0].Microseconds())/float64(b.N), "µs/bare")
			b.ReportMetric(float64(took[1].Microseconds())/float64(b.N), "µs/store")
			b.ReportMetric(float64(took[0])/float64(took[1]), "speed/bare")
		})
	}
}

func keysOf(i int) []string { return []string{fmt.Sprint("process:", i), fmt.Sprint("form:", i)} }

func submission() *model.Release {
	r := store.Finished()
	for _, app := range []string{"api", "job"} {
		d := *r.Deployments[0]
		d.FullName += app
		r.Deployments = append(r.Deployments, &d)
	}
	return r
}

func accepted(r *model.Release) error {
	r.Record(model.Event{Actor: "张三", Kind: model.EventKindAccepted, To: string(r.State)})
	for i := range 4 {
		r.Tell(model.Message{
			Key: fmt.Sprint(r.Number(), "/", i), State: model.MessagePending, NextAt: time.Now(), CreatedAt: time.Now(),
			Markdown: "### 上线单 " + r.Number(),
		})
	}
	return nil
}
