package api_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// BenchmarkOptions compares signed calls of projects and apps, with 20,000 apps in 100 projects of five controllers, with a
// bare net/http handler that writes the same bytes: over loopback connections that are kept, in parallel. The client does
// next to nothing, so that the servers are compared. "ratio" measures both in turns and reports the median, which other work
// on the machine moves little.
func BenchmarkOptions(b *testing.B) {
	bridge, requests := startBridge(b)
	compare(b, bridge, requests...)
}

// compare measures the bridge against a bare handler of the same answers.
func compare(b *testing.B, bridge *httptest.Server, requests ...[]byte) {
	bare := startBare(b, bridge, requests)
	b.Run("bridge", func(b *testing.B) { runParallel(b, bridge, requests) })
	b.Run("bare", func(b *testing.B) { runParallel(b, bare, requests) })
	b.Run("ratio", func(b *testing.B) {
		ours, theirs := dialAll(b, bridge), dialAll(b, bare)
		var ratios []float64
		for b.Loop() {
			before, took, after := runRound(b, theirs, requests), runRound(b, ours, requests), runRound(b, theirs, requests)
			ratios = append(ratios, (before+after).Seconds()/2/took.Seconds())
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[len(ratios)/2], "bridge/bare")
	})
}

// manyJobs are the apps of one controller in folders, 200 each, with Chinese labels and three parameters.
func manyJobs(apps int) []model.Job {
	version := "v1.0.0"
	parameters := []model.ParameterDefinition{
		{Name: "VERSION", Kind: model.KindString, Default: &version}, {Name: "ENV", Kind: model.KindChoice, Choices: []string{"staging", "prod"}},
		{Name: "DRY_RUN", Kind: model.KindBoolean},
	}
	var list []model.Job
	for i := range apps {
		folder := fmt.Sprintf("team%02d", i/200)
		if i%200 == 0 {
			list = append(list, model.Job{FullName: folder, Name: folder, DisplayName: fmt.Sprintf("业务线 %02d", i/200), Container: true})
		}
		name := fmt.Sprintf("service-%04d", i)
		list = append(list, model.Job{
			FullName: folder + "/" + name, Name: name, DisplayName: fmt.Sprintf("服务 %04d", i), Buildable: true, Parameters: parameters,
		})
	}
	return list
}

// startBridge serves the real thing as it is in production, with every line of its log written, and says what to ask it.
func startBridge(b *testing.B) (*httptest.Server, [][]byte) {
	m := api.NewMetrics()
	var controllers []service.Controller
	for i := range 5 {
		controllers = append(controllers, controllerOf(b, fmt.Sprintf("c%d", i+1), manyJobs(4_000)))
	}
	s, _ := newServiceOf(b, m, controllers...)
	r := newRigWith(b, s, m, func(o *api.Options) {
		o.Logger = slog.New(slog.NewJSONHandler(io.Discard, nil))
		o.NewID = api.NewTraceID
	})
	server := httptest.NewServer(r.handler)
	b.Cleanup(server.Close)
	return server, [][]byte{get("projects"), get("apps?project=c1:team00"), get("apps?project=c5:team19")}
}

func get(target string) []byte { return request("GET", target, "") }

// request is one signed call as it goes over the wire.
func request(method, target, body string) []byte {
	h := http.Header{}
	sign(h)
	if body != "" {
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	var headers bytes.Buffer
	_ = h.Write(&headers) // a buffer takes everything
	return fmt.Appendf(nil, "%s /connector/%s HTTP/1.1\r\nHost: bridge.test\r\n%s\r\n%s", method, target, headers.String(), body)
}

// startBare reads what is sent and serves the bytes that the bridge answered.
func startBare(b *testing.B, bridge *httptest.Server, requests [][]byte) *httptest.Server {
	bodies := map[string][]byte{}
	for _, request := range requests {
		target := strings.Fields(string(request))[1]
		c := dial(b, bridge)
		bodies[target] = bytes.Clone(c.get(b, request))
		c.close()
		if !bytes.Contains(bodies[target], []byte(`"success":true`)) || bytes.Contains(bodies[target], []byte(`"valid":false`)) {
			b.Fatalf("%s was answered %.400s", target, bodies[target])
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the client sends what it says
		body := bodies[r.URL.RequestURI()]
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client checks what it gets
	}))
	b.Cleanup(server.Close)
	return server
}

func runParallel(b *testing.B, server *httptest.Server, requests [][]byte) {
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		c := dial(b, server)
		defer c.close()
		for i := 0; pb.Next(); i++ {
			c.get(b, requests[i%len(requests)])
		}
	})
}

const (
	roundClients  = 8
	roundRequests = 100 // of each client
)

func dialAll(b *testing.B, server *httptest.Server) []*rawClient {
	clients := make([]*rawClient, roundClients)
	for i := range clients {
		clients[i] = dial(b, server)
		b.Cleanup(clients[i].close)
	}
	return clients
}

// runRound measures one round of requests by several clients at once.
func runRound(b *testing.B, clients []*rawClient, requests [][]byte) time.Duration {
	start := time.Now()
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() {
			for i := range roundRequests {
				c.get(b, requests[i%len(requests)])
			}
		})
	}
	all.Wait()
	return time.Since(start)
}

// rawClient sends requests over one connection and reads no more of the answer than it must.
type rawClient struct {
	conn   net.Conn
	reader *bufio.Reader
}

func dial(b *testing.B, server *httptest.Server) *rawClient {
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", server.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	return &rawClient{conn: conn, reader: bufio.NewReaderSize(conn, 64<<10)}
}

func (c *rawClient) close() { _ = c.conn.Close() }

// get returns the body, which is valid until the next call.
func (c *rawClient) get(b *testing.B, request []byte) []byte {
	if _, err := c.conn.Write(request); err != nil {
		b.Error(err)
		return nil
	}
	status, err := c.reader.ReadSlice('\n')
	if err != nil || !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		b.Errorf("status line %q: %v", status, err)
		return nil
	}
	length := 0
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			b.Error(err)
			return nil
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, _ = strconv.Atoi(string(value)) // 0 fails below
		}
	}
	body, err := c.reader.Peek(length)
	if err != nil || length == 0 {
		b.Errorf("body of %d bytes: %v", length, err)
		return nil
	}
	_, _ = c.reader.Discard(length) // it was peeked
	return body
}
