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
	label, url, out, log, dir, only, experiment, empty, suite, prefix string
	pid, runs, points, most, pages, restarts                          int
	models, versions, nodes, entities, fan                            int
	filled, fillOnly                                                  bool
	atlas                                                             *bench.Atlas
	clients                                                           []int
	seconds, idle                                                     time.Duration
	command                                                           []string
}

func parse(args []string) (*settings, error) {
	var s settings
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.StringVar(&s.label, "label", "server", "name of the column")
	f.StringVar(&s.url, "url", "", "base URL of a server that is there already")
	f.IntVar(&s.pid, "pid", 0, "its process, to know what it uses")
	f.StringVar(&s.out, "out", "", "write the report here as JSON")
	f.StringVar(&s.log, "log", os.DevNull, "the started server's output goes here")
	f.StringVar(&s.dir, "dir", "", "data directory of the started server (default: a new one, removed at the end)")
	f.StringVar(&s.suite, "suite", "all", "all: every operation of MLflow's tracking; large: searches of the store that -experiment is in; "+
		"registry: the model registry; lineage: the lineage of a store that bench/cmd/fillgraph made; openlineage: the intake of events; atlas: the catalog by Apache Atlas's protocol; empty: the floor alone")
	f.IntVar(&s.models, "models", 200, "with -suite registry: registered models")
	f.IntVar(&s.versions, "versions", 10, "with -suite registry: versions of each model")
	f.IntVar(&s.nodes, "nodes", 10_000_000, "with -suite lineage: nodes of the graph")
	f.StringVar(&s.prefix, "prefix", "large", "with -suite lineage: what all names begin with")
	f.BoolVar(&s.filled, "filled", false, "with -suite registry or atlas: the store holds the models or entities already")
	f.IntVar(&s.entities, "entities", 10_000, "with -suite atlas: tables that are there when measuring begins")
	f.IntVar(&s.fan, "fan", 100_000, "with -suite atlas: entities that a classification of one is carried to")
	f.BoolVar(&s.fillOnly, "fill-only", false, "with -suite atlas: fill the store and measure nothing")
	f.StringVar(&s.only, "only", "", "only these operations, with commas between")
	f.StringVar(&s.experiment, "experiment", "", "search this experiment, which holds seeded runs, and seed none")
	f.StringVar(&s.empty, "empty", "", "path of an operation that answers {}: the floor")
	f.IntVar(&s.runs, "runs", 10000, "runs in the experiment that is searched")
	f.IntVar(&s.points, "points", 10000, "points of the long metric history")
	f.IntVar(&s.most, "ops", 20000, "most operations per phase")
	f.IntVar(&s.pages, "pages", 100, "with -experiment: pages to walk down to the deep one")
	f.IntVar(&s.restarts, "restarts", 3, "starts on the filled store")
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
	if (s.suite == "large") != (s.experiment != "") {
		return nil, fmt.Errorf("-suite large and -experiment go together")
	}
	s.atlas = bench.NewAtlas(s.entities, s.fan)
	s.command = f.Args()
	if (s.url == "") == (len(s.command) == 0) {
		return nil, fmt.Errorf("name either -url or, after --, the command of a server")
	}
	return &s, nil
}

func run(args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	report := &bench.Report{
		Label: s.label, Command: s.command, Date: time.Now().UTC().Truncate(time.Second),
		Machine: bench.ThisMachine(), Size: bench.Size{Runs: s.runs, Points: s.points},
	}
	if s.url != "" {
		err = measure(s, s.url, s.pid, report)
	} else {
		err = measureStarted(s, report)
	}
	if s.out != "" { // what was measured before an error is of use too
		return errors.Join(err, report.Save(s.out))
	}
	return errors.Join(err, bench.WriteTables(os.Stdout, []*bench.Report{report}))
}

// measureStarted starts the server, measures it, and starts it again on what it
// holds by then.
func measureStarted(s *settings, report *bench.Report) error {
	command, remove, err := s.serverCommand()
	if err != nil {
		return err
	}
	defer remove()
	server, err := command.Start(5 * time.Minute)
	if err != nil {
		return err
	}
	store := "empty"
	if s.experiment != "" || s.filled {
		store = "filled"
	}
	report.Starts = append(report.Starts, bench.Start{Store: store, Ready: ms(server.Ready)})
	fmt.Printf("# %s ready after %.1f ms\n", s.label, ms(server.Ready))
	report.Idle = bench.MeasureIdle(server.PID, s.idle)
	err = measure(s, server.URL, server.PID, report)
	loaded := bench.TreeUsage(server.PID)
	report.Loaded = &loaded
	if stopErr := server.Stop(); err == nil {
		err = stopErr
	}
	if err != nil {
		return err
	}
	if report.StoreBytes, err = bench.DirBytes(command.Dir); err != nil {
		return err
	}
	return restart(s, command, report)
}

func restart(s *settings, command bench.Command, report *bench.Report) error {
	for i := range s.restarts {
		server, err := command.Start(5 * time.Minute)
		if err != nil {
			return err
		}
		report.Starts = append(report.Starts, bench.Start{Store: "filled", Ready: ms(server.Ready)})
		if i == 0 {
			report.Seeded = bench.MeasureIdle(server.PID, s.idle)
		}
		if err := server.Stop(); err != nil {
			return err
		}
	}
	return nil
}

func (s *settings) serverCommand() (bench.Command, func(), error) {
	log, err := os.Create(s.log)
	if err != nil {
		return bench.Command{}, nil, err
	}
	if s.dir != "" {
		return bench.Command{Args: s.command, Dir: s.dir, Log: log}, func() { log.Close() }, nil
	}
	dir, err := os.MkdirTemp("", "httpload-")
	if err != nil {
		return bench.Command{}, nil, err
	}
	return bench.Command{Args: s.command, Dir: dir, Log: log}, func() { log.Close(); os.RemoveAll(dir) }, nil
}

// measure runs every phase against a server that is ready.
func measure(s *settings, url string, pid int, report *bench.Report) error {
	var fixture *bench.Fixture
	var err error
	switch {
	case s.suite == "empty", s.suite == "openlineage":
	case s.suite == "lineage":
		err = s.streams(url, pid, report)
	case s.suite == "atlas":
		err = s.prepareAtlas(url, pid, report)
	case s.suite == "registry":
		if !s.filled {
			err = s.registry().Seed(url)
		}
	case s.experiment != "":
		fixture, err = bench.Adopt(url, s.experiment, s.pages)
	default:
		var seeded bench.Result
		fixture, seeded, err = bench.Prepare(url, pid, report.Size)
		record(report, seeded)
	}
	if err != nil || s.fillOnly {
		return err
	}
	for _, clients := range s.clients {
		for _, w := range s.workloads(fixture, clients) {
			plan := bench.Plan{Clients: clients, Most: s.most, Time: s.seconds, Timeout: 5 * time.Minute}
			result, err := bench.Run(url, pid, w, plan)
			if err != nil {
				return err
			}
			record(report, result)
		}
	}
	return nil
}

func (s *settings) workloads(f *bench.Fixture, clients int) []bench.Workload {
	var list []bench.Workload
	switch s.suite {
	case "all":
		list = f.Workloads(clients)
	case "large":
		list = f.LargeReads()
	case "registry":
		list = s.registry().Workloads(clients)
	case "lineage":
		list = s.lineage().Workloads()
	case "atlas":
		list = s.atlas.Workloads(clients)
	case "openlineage":
		list = bench.NewOpenLineage().Workloads(clients)
	}
	if s.empty != "" {
		list = append(list, bench.Empty(s.empty))
	}
	if s.only == "" {
		return list
	}
	names := strings.Split(s.only, ",")
	return slices.DeleteFunc(list, func(w bench.Workload) bool { return !slices.Contains(names, w.Name) })
}

func (s *settings) registry() bench.Registry {
	return bench.Registry{Models: s.models, Versions: s.versions}
}

func (s *settings) lineage() bench.Lineage {
	return bench.Lineage{Prefix: s.prefix, Parts: bench.Parts{Nodes: s.nodes, Shape: bench.Pipelines}}
}

// prepareAtlas fills the store where it is not, and measures the one operation
// that is no phase: a classification that is carried far.
func (s *settings) prepareAtlas(url string, pid int, report *bench.Report) error {
	if !s.filled {
		if err := s.atlas.Seed(url); err != nil || s.fillOnly {
			return err
		}
	}
	if err := s.atlas.Adopt(url); err != nil {
		return err
	}
	const times = 5
	if s.only != "" && !strings.Contains(s.only, "spread") {
		return nil
	}
	results, err := s.atlas.Spread(url, pid, times)
	for _, r := range results {
		record(report, r)
	}
	return err
}

// streams measures what comes in parts.
func (s *settings) streams(url string, pid int, report *bench.Report) error {
	const times = 5
	if s.only != "" && !strings.Contains(s.only, "impact") {
		return nil
	}
	first, all, err := s.lineage().Streams(url, pid, times)
	if err == nil {
		record(report, first)
		record(report, all)
	}
	return err
}

func record(report *bench.Report, r bench.Result) {
	report.Results = append(report.Results, r)
	fmt.Printf("%-20s c=%-2d n=%-6d err=%-4d %9.1f/s  p50 %9.3f ms  p99 %9.3f ms  cpu %9.4f ms/op  rss %7.1f MB %.120s\n",
		r.Op, r.Clients, r.Done, r.Errors, r.Rate, r.P50, r.P99, r.CPU, r.RSS, r.FirstError)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
