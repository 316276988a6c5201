package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/service"
)

const acceptSecret = "secret-of-the-benchmark"

// BenchmarkAccept compares a whole "releases" call (signature, reading, validation, idempotency, one transaction) with
// bare gin and gorm that insert the same rows in one transaction, over kept loopback connections, eight at once. "ratio"
// measures both by turns and reports the median.
func BenchmarkAccept(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	for name, open := range openers() {
		b.Run(name, func(b *testing.B) {
			var unique atomic.Int64
			bridge := acceptor{b, startAcceptingBridge(b, stocked(b, open, 1)), &unique}
			bare := acceptor{b, startAcceptingBare(b, stocked(b, open, 1)), &unique}
			b.Run("bridge", bridge.run)
			b.Run("bare", bare.run)
			b.Run("ratio", func(b *testing.B) {
				var ratios []float64
				for b.Loop() {
					before, took, after := bare.round(b), bridge.round(b), bare.round(b)
					ratios = append(ratios, (before+after).Seconds()/2/took.Seconds())
				}
				slices.Sort(ratios)
				b.ReportMetric(ratios[len(ratios)/2], "bridge/bare")
			})
		})
	}
}

// acceptor sends submissions, each with an instance id of its own.
type acceptor struct {
	b      *testing.B
	caller dingtalktest.Connector
	unique *atomic.Int64
}

func (a acceptor) send(b *testing.B) {
	form := approvedForm("proc-" + strconv.FormatInt(a.unique.Add(1), 10))
	status, answer, err := a.caller.Call(context.Background(), "releases", form)
	if err != nil || status != http.StatusOK || answer["success"] != true {
		b.Errorf("answered %d %v: %v", status, answer, err)
	}
}

func approvedForm(instance string) map[string]any {
	return map[string]any{
		"项目名称": "交易平台", "应用名称": "订单服务", "BRANCH": "release/1.2", "ENV": "prod", "DRY_RUN": "否", "执行方式": "立即",
		"上线说明": "修复结算", "发起人": "zhang", "审批人": []string{"wang", "li"}, "审批编号": "202611220001", "实例ID": instance,
	}
}

func (a acceptor) run(b *testing.B) {
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			a.send(b)
		}
	})
}

// round sends 200 submissions, eight at once, and returns how long it took.
func (a acceptor) round(b *testing.B) time.Duration {
	begin := time.Now()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 25 {
				a.send(b)
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}

func connectorOf(b testing.TB, handler http.Handler) dingtalktest.Connector {
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	b.Cleanup(transport.CloseIdleConnections)
	return dingtalktest.Connector{
		BaseURL: server.URL + "/connector", Secret: acceptSecret, HTTPClient: &http.Client{Transport: transport},
	}
}

// listed is a Jenkins of which only the jobs are asked.
type listed struct{ service.Jenkins }

func (listed) List(context.Context) (model.Listing, error) {
	branch := "main"
	return model.Listing{Jobs: []model.Job{
		{FullName: "trade", Name: "trade", DisplayName: "交易平台", Container: true},
		{FullName: "trade/order", Name: "order", DisplayName: "订单服务", Buildable: true, Parameters: []model.ParameterDefinition{
			{Name: "BRANCH", Kind: model.KindString, Default: &branch},
			{Name: "ENV", Kind: model.KindChoice, Choices: []string{"uat", "prod"}},
			{Name: "DRY_RUN", Kind: model.KindBoolean},
			{Name: "RELEASE_ID", Kind: model.KindString},
		}},
	}}, nil
}

type undelivered struct{}

func (undelivered) Deliver(context.Context, model.Message) (int64, error) { return 0, nil }

func startAcceptingBridge(b testing.TB, s *store.Store) dingtalktest.Connector {
	var ids atomic.Int64
	newID := func() string { return fmt.Sprintf("id-%d", ids.Add(1)) }
	metrics := api.NewMetrics()
	bridge := service.New(service.Options{
		Store: s, Messenger: undelivered{}, Observer: metrics, Logger: slog.New(slog.DiscardHandler), Location: time.UTC,
		Form: service.FormRules{Fields: config.Form{}.Names()}, Now: time.Now, NewID: newID, RunIfLateBy: time.Hour,
		Robots: []string{"ops"}, WorkNotices: true,
		Controllers: []service.Controller{{
			Name: "bench", Client: listed{}, URL: "http://jenkins.test", Refresh: time.Minute, ReleaseParameter: "RELEASE_ID",
		}},
	})
	if err := bridge.RefreshOnce(b.Context(), "bench"); err != nil {
		b.Fatal(err)
	}
	key := dingtalk.NewConnectorKey(acceptSecret)
	return connectorOf(b, api.New(api.Options{
		Service: bridge, Fields: config.Form{}.Names(), Metrics: metrics, NewID: newID, Logger: slog.New(slog.DiscardHandler),
		Connector: api.ConnectorAuth{Signature: func(h http.Header) error {
			return key.VerifyCall(h, time.Now(), time.Hour)
		}},
	}))
}

// startAcceptingBare is what somebody would write in an afternoon: no signature, no checks, the same rows.
func startAcceptingBare(b *testing.B, s *store.Store) dingtalktest.Connector {
	engine := gin.New()
	engine.POST("/connector/releases", func(c *gin.Context) {
		var form map[string]any
		if err := c.ShouldBindJSON(&form); err != nil {
			c.JSON(http.StatusBadRequest, gin.H{"success": false})
			return
		}
		instance := fmt.Sprint(form["实例ID"])
		r := bareRelease(instance)
		if err := s.InsertBare(c.Request.Context(), r, []string{"instance:" + instance}, accepted); err != nil {
			c.JSON(http.StatusInternalServerError, gin.H{"success": false, "errorMsg": err.Error()})
			return
		}
		c.JSON(http.StatusOK, gin.H{"success": true, "releaseId": r.Number(), "state": r.State})
	})
	return connectorOf(b, engine)
}

// bareRelease has the rows that the bridge makes of the same form: one app, one line of history, four messages.
func bareRelease(instance string) *model.Release {
	r := store.Finished()
	r.ProcessInstanceID = instance
	r.Deployments = r.Deployments[:1]
	return r
}
