package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree/bench"
)

// settings are the flags of a run.
type settings struct {
	label, url, out, engine, log, dir, only string
	pid, artifacts, nodes, most             int
	filled                                  string
	clients                                 []int
	seconds, idle                           time.Duration
	command                                 []string
}

func parse(args []string) (*settings, error) {
	var s settings
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.StringVar(&s.label, "label", "server", "name of the column")
	f.StringVar(&s.url, "url", "", "grpc://HOST:PORT of a server that is there already")
	f.IntVar(&s.pid, "pid", 0, "its process, to know what it uses")
	f.StringVar(&s.out, "out", "", "write the report here as JSON")
	f.StringVar(&s.engine, "engine", "", "the server tells what its engine spends (bench/mlmdengine): write that here as a report of its own")
	f.StringVar(&s.log, "log", os.DevNull, "the started server's output goes here")
	f.StringVar(&s.dir, "dir", "", "data directory of the started server (default: a new one, removed at the end)")
	f.StringVar(&s.only, "only", "", "only these operations, with commas between")
	f.StringVar(&s.filled, "filled", "", "lineage alone, in the graph of -nodes that bench/cmd/fillgraph made with this -prefix")
	f.IntVar(&s.artifacts, "artifacts", 10000, "artifacts that lists and lookups choose from, at least 1000")
	f.IntVar(&s.nodes, "nodes", 100000, "nodes of the graph that lineage is walked in; 0 for no lineage")
	f.IntVar(&s.most, "ops", 20000, "most operations per phase")
	f.DurationVar(&s.seconds, "time", 6*time.Second, "longest time per phase")
	f.DurationVar(&s.idle, "idle", 3*time.Second, "how long to leave it alone before looking at its memory")
	clients := f.String("clients", "1,8,64", "numbers of clients, one phase each")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	for _, text := range strings.Split(*clients, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-clients: %q is not a number of clients", text)
		}
		s.clients = append(s.clients, n)
	}
	s.command = f.Args()
	if (s.url == "") == (len(s.command) == 0) {
		return nil, fmt.Errorf("name either -url or, after --, the command of a server")
	}
	if s.artifacts < 1000 {
		return nil, fmt.Errorf("-artifacts: want at least 1000")
	}
	return &s, nil
}

// A session measures one server.
type session struct {
	*settings
	url    string
	pid    int
	report *bench.Report
	engine *bench.Report // what the server's engine spends alone, nil if that is not asked for
}

func run(args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	m := &session{settings: s, url: s.url, pid: s.pid, report: s.newReport(s.label)}
	if s.engine != "" {
		m.engine = s.newReport(s.label + ", its engine alone")
	}
	if s.url != "" {
		err = m.measure()
	} else {
		err = m.measureStarted()
	}
	if m.engine != nil {
		err = errors.Join(err, m.engine.Save(s.engine))
	}
	if s.out != "" { // what was measured before an error is of use too
		return errors.Join(err, m.report.Save(s.out))
	}
	return errors.Join(err, bench.WriteTables(os.Stdout, []*bench.Report{m.report}))
}

func (s *settings) newReport(label string) *bench.Report {
	return &bench.Report{Label: label, Command: s.command, Date: time.Now().UTC().Truncate(time.Second), Machine: bench.ThisMachine()}
}

func (m *session) measureStarted() error {
	command, remove, err := m.serverCommand()
	if err != nil {
		return err
	}
	defer remove()
	server, err := command.Start(5 * time.Minute)
	if err != nil {
		return err
	}
	m.url, m.pid = server.URL, server.PID
	m.report.Starts = append(m.report.Starts, bench.Start{Store: m.store(), Ready: float64(server.Ready) / float64(time.Millisecond)})
	m.report.Idle = bench.MeasureIdle(server.PID, m.idle)
	err = m.measure()
	loaded := bench.TreeUsage(server.PID)
	m.report.Loaded = &loaded
	if err = errors.Join(err, server.Stop()); err != nil {
		return err
	}
	m.report.StoreBytes, err = bench.DirBytes(command.Dir)
	return err
}

func (s *settings) store() string {
	if s.filled != "" {
		return "filled"
	}
	return "empty"
}

func (s *settings) serverCommand() (bench.Command, func(), error) {
	log, err := os.Create(s.log)
	if err != nil {
		return bench.Command{}, nil, err
	}
	command := bench.Command{Args: s.command, Dir: s.dir, Log: log, GRPC: true}
	if s.dir != "" {
		return command, func() { log.Close() }, nil
	}
	command.Dir, err = os.MkdirTemp("", "mlmdload-")
	return command, func() { log.Close(); os.RemoveAll(command.Dir) }, err
}

// measure runs every phase against a server that is ready.
func (m *session) measure() error {
	load := &bench.MLMD{Artifacts: m.artifacts, Graph: bench.Parts{Nodes: m.nodes, Shape: bench.Chains}}
	list, err := m.workloads(load)
	if err != nil {
		return err
	}
	for _, clients := range m.clients {
		for _, w := range list {
			if err := m.phase(w, clients); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *session) workloads(load *bench.MLMD) ([]bench.Workload, error) {
	if m.filled != "" {
		return []bench.Workload{load.FilledLineage(m.filled)}, nil
	}
	start := time.Now()
	if err := load.Seed(m.url); err != nil {
		return nil, err
	}
	fmt.Printf("# %s seeded in %s\n", m.label, time.Since(start).Round(time.Second))
	list := load.Workloads()
	if m.only == "" {
		return list, nil
	}
	names := strings.Split(m.only, ",")
	return slices.DeleteFunc(list, func(w bench.Workload) bool { return !slices.Contains(names, w.Name) }), nil
}

func (m *session) phase(w bench.Workload, clients int) error {
	var before, after bench.EngineSpent
	var err error
	if m.engine != nil {
		if before, err = bench.AskEngine(m.url); err != nil {
			return err
		}
	}
	r, err := bench.Run(m.url, m.pid, w, bench.Plan{Clients: clients, Most: m.most, Time: m.seconds, Timeout: 5 * time.Minute})
	if err != nil {
		return err
	}
	record(m.report, r)
	if m.engine == nil {
		return nil
	}
	if after, err = bench.AskEngine(m.url); err == nil {
		record(m.engine, after.Since(before, r))
	}
	return err
}

func record(report *bench.Report, r bench.Result) {
	report.Results = append(report.Results, r)
	fmt.Printf("%-21s c=%-2d n=%-6d err=%-4d %9.1f/s  p50 %9.3f ms  p99 %9.3f ms  cpu %9.4f ms/op  rss %7.1f MB %.120s\n",
		r.Op, r.Clients, r.Done, r.Errors, r.Rate, r.P50, r.P99, r.CPU, r.RSS, r.FirstError)
}
