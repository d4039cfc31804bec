package server

import (
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"google.golang.org/grpc/codes"
)

// metrics are what Prometheus reads of one server.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	latency     *prometheus.HistogramVec
	calls       *prometheus.CounterVec
	callTime    *prometheus.HistogramVec
	connections prometheus.Gauge
	turnedAway  prometheus.Counter
	none        *meter // requests that are no operation
}

// latencyBuckets span what a request takes, in seconds, from an indexed read to
// the limit of an answer.
var latencyBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics(s *Server, more []prometheus.Collector) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pedigree_http_requests_total", Help: "Requests answered, by operation and status.",
		}, []string{"operation", "code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pedigree_http_request_duration_seconds", Help: "Time from the first header to the end of the answer.",
			Buckets: latencyBuckets,
		}, []string{"operation"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pedigree_grpc_calls_total", Help: "gRPC calls answered, those of gRPC-Web included, by method and status.",
		}, []string{"method", "code"}),
		callTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pedigree_grpc_call_duration_seconds", Help: "Time from the headers of a call to its status.",
			Buckets: latencyBuckets,
		}, []string{"method"}),
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "pedigree_http_connections", Help: "Open connections.",
		}),
		turnedAway: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "pedigree_http_connections_refused_total", Help: "Connections closed because too many were open.",
		}),
	}
	inFlight := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "pedigree_http_requests_in_flight", Help: "Requests being answered.",
	}, func() float64 { return float64(s.inFlight.Load()) })
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "pedigree_build_info", Help: "1, labelled with the version.",
		ConstLabels: prometheus.Labels{"version": s.version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	m.registry.MustRegister(m.requests, m.latency, m.calls, m.callTime, m.connections, m.turnedAway, inFlight, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(more...)
	m.none = m.meter("none")
	return m
}

// meter gives what counts one operation, by the status of HTTP.
func (m *metrics) meter(operation string) *meter {
	return &meter{requests: m.requests, latency: m.latency, label: strconv.Itoa, operation: operation}
}

// callMeter gives what counts one gRPC method, by its status.
func (m *metrics) callMeter(method string) *meter {
	label := func(code int) string { return codes.Code(code).String() }
	return &meter{requests: m.calls, latency: m.callTime, label: label, operation: method}
}

// A meter counts the requests of one operation. It finds its series without
// locks and labels, which cost more than the counting, and makes them when they
// are first needed.
type meter struct {
	requests  *prometheus.CounterVec
	latency   *prometheus.HistogramVec
	label     func(code int) string
	operation string // method and pattern, or the full name of a gRPC method
	growing   sync.Mutex
	series    atomic.Pointer[series]
}

type series struct {
	latency prometheus.Observer
	codes   []codeCount
}

type codeCount struct {
	code  int
	count prometheus.Counter
}

func (m *meter) count(code int, took time.Duration) {
	s := m.series.Load()
	i := s.index(code)
	if i < 0 {
		s = m.grow(code)
		i = s.index(code)
	}
	s.codes[i].count.Inc()
	s.latency.Observe(took.Seconds())
}

func (s *series) index(code int) int {
	if s == nil {
		return -1
	}
	return slices.IndexFunc(s.codes, func(c codeCount) bool { return c.code == code })
}

// grow makes the series of a code that the operation has not answered before.
func (m *meter) grow(code int) *series {
	m.growing.Lock()
	defer m.growing.Unlock()
	old := m.series.Load()
	if old.index(code) >= 0 {
		return old
	}
	grown := &series{latency: m.latency.WithLabelValues(m.operation)}
	if old != nil {
		grown.codes = slices.Clone(old.codes)
	}
	counter := m.requests.WithLabelValues(m.operation, m.label(code))
	grown.codes = append(grown.codes, codeCount{code, counter})
	m.series.Store(grown)
	return grown
}
