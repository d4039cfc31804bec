package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteTables writes reports side by side in Markdown, one column each: start
// and memory, then processor time, rate and latency for each number of clients.
// The last report is the base: the others' figures carry their ratio to it.
func WriteTables(w io.Writer, reports []*Report) error {
	var b strings.Builder
	t := tables{out: &b, reports: reports, base: reports[len(reports)-1]}
	t.servers()
	for _, clients := range clientCounts(reports) {
		t.processor(clients)
		t.rate(clients)
		t.latency(clients)
	}
	t.failures()
	_, err := io.WriteString(w, b.String())
	return err
}

type tables struct {
	out     *strings.Builder
	reports []*Report
	base    *Report
}

func clientCounts(reports []*Report) []int {
	var counts []int
	for _, r := range reports {
		for _, result := range r.Results {
			if !slices.Contains(counts, result.Clients) && !strings.HasPrefix(result.Op, "seed") {
				counts = append(counts, result.Clients)
			}
		}
	}
	slices.Sort(counts)
	return counts
}

func (t *tables) head(title, corner string) {
	fmt.Fprintf(t.out, "\n%s\n\n| %s |", title, corner)
	for _, r := range t.reports {
		fmt.Fprintf(t.out, " %s |", r.Label)
	}
	t.out.WriteString("\n|---|" + strings.Repeat("---:|", len(t.reports)) + "\n")
}

// row writes a line unless no report has a cell for it.
func (t *tables) row(name string, cell func(*Report) string) {
	cells := make([]string, len(t.reports))
	for i, r := range t.reports {
		cells[i] = cell(r)
	}
	if strings.Join(cells, "") != "" {
		fmt.Fprintf(t.out, "| %s | %s |\n", name, strings.Join(cells, " | "))
	}
}

func (t *tables) servers() {
	t.head("**The process**", "")
	t.row("ready, empty store, ms", func(r *Report) string { return r.ready("empty") })
	t.row("ready, filled store, ms", func(r *Report) string { return r.ready("filled") })
	t.row("processes", func(r *Report) string { return r.memory(func(u Usage) float64 { return float64(u.Processes) }) })
	t.row("idle RSS, MB", func(r *Report) string { return r.memory(func(u Usage) float64 { return u.RSS }) })
	t.row("idle PSS, MB", func(r *Report) string { return r.memory(func(u Usage) float64 { return u.PSS }) })
	t.row("idle CPU, ms per s", func(r *Report) string {
		if r.Idle == nil {
			return ""
		}
		return number(r.Idle.CPUPerSecond)
	})
	t.row("RSS on the filled store, MB", func(r *Report) string {
		if r.Seeded == nil {
			return ""
		}
		return number(r.Seeded.RSS)
	})
	t.row("RSS after the load, MB", func(r *Report) string {
		if r.Loaded == nil {
			return ""
		}
		return number(r.Loaded.RSS)
	})
	t.row("store after the load, MB", func(r *Report) string {
		if r.StoreBytes == 0 {
			return ""
		}
		return number(float64(r.StoreBytes) / (1 << 20))
	})
}

// ready is the median start on a store.
func (r *Report) ready(store string) string {
	var times []float64
	for _, s := range r.Starts {
		if s.Store == store {
			times = append(times, s.Ready)
		}
	}
	if len(times) == 0 {
		return ""
	}
	slices.Sort(times)
	return number(times[len(times)/2])
}

func (r *Report) memory(of func(Usage) float64) string {
	if r.Idle == nil {
		return ""
	}
	return number(of(r.Idle.Usage))
}

func (t *tables) processor(clients int) {
	t.head(fmt.Sprintf("**Server CPU per operation, ms, %s**", plural(clients)), "operation")
	t.each(clients, func(r, base Result) string { return number(r.CPU) + ratio(r.CPU, base.CPU) })
}

func (t *tables) rate(clients int) {
	t.head(fmt.Sprintf("**Operations per second, %s**", plural(clients)), "operation")
	t.each(clients, func(r, base Result) string { return number(r.Rate) + ratio(base.Rate, r.Rate) })
}

func (t *tables) latency(clients int) {
	t.head(fmt.Sprintf("**Latency p50 / p99, ms, %s**", plural(clients)), "operation")
	t.each(clients, func(r, _ Result) string {
		if r.P50 == 0 { // not measured by itself
			return ""
		}
		return number(r.P50) + " / " + number(r.P99)
	})
}

// each writes one row per operation. The base report's own cells carry no
// ratio.
func (t *tables) each(clients int, cell func(r, base Result) string) {
	for _, op := range t.operations(clients) {
		base, _ := t.base.Find(op, clients)
		t.row(op, func(r *Report) string {
			result, ok := r.Find(op, clients)
			switch {
			case !ok:
				return ""
			case result.Done == 0:
				return "failed"
			case r == t.base:
				return cell(result, Result{})
			}
			return cell(result, base)
		})
	}
}

func (t *tables) operations(clients int) []string {
	var ops []string
	for _, r := range t.reports {
		for _, result := range r.Results {
			if result.Clients == clients && !slices.Contains(ops, result.Op) && !strings.HasPrefix(result.Op, "seed") {
				ops = append(ops, result.Op)
			}
		}
	}
	return ops
}

// failures lists the phases in which operations failed.
func (t *tables) failures() {
	var lines []string
	for _, r := range t.reports {
		for _, result := range r.Results {
			if result.Errors > 0 {
				lines = append(lines, fmt.Sprintf("- %s, %s, %s: %d of %d failed, the first with: `%.160s`",
					r.Label, result.Op, plural(result.Clients), result.Errors, result.Errors+result.Done, result.FirstError))
			}
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(t.out, "\n**Failed operations**\n\n%s\n", strings.Join(lines, "\n"))
	}
}

func plural(clients int) string {
	if clients == 1 {
		return "1 client"
	}
	return fmt.Sprintf("%d clients", clients)
}

// number writes three significant digits, and whole numbers from 100 on.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// ratio writes how many times a is of base, or nothing without a base.
func ratio(a, base float64) string {
	if base == 0 || a == 0 {
		return ""
	}
	return " (" + strings.TrimSuffix(number(a/base), ".00") + "×)"
}
