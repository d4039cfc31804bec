package bench

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// Lineage is what the workloads of the native lineage work on: a store that
// bench/cmd/fillgraph made, with -more.
type Lineage struct {
	Prefix string // of all names
	Parts  Parts
}

// Workloads lists the operations in the order in which they are measured.
func (l Lineage) Workloads() []Workload {
	s := l.Parts.Shape
	return []Workload{
		l.walk("lineage-downstream", "downstream", dataURI(l.part), s.Nodes(), s.Events()),
		l.walk("lineage-upstream", "upstream", func(i int) string {
			return fmt.Sprintf("s3://bucket/steps/%s-branch-%d-step-%d", l.part(i), i%s.Branches, s.Hops/2-1)
		}, s.ancestors(), 0),
		l.walk("lineage-long-chain", "both", func(int) string { return dataURI(l.first(1))(0) }, LongChain.Nodes(), LongChain.Events()),
	}
}

// part names one of the parts, spread over all.
func (l Lineage) part(i int) string { return PartName(l.Prefix, i*7919%l.Parts.Count()) }

// first names the ith of the parts that stand before them.
func (l Lineage) first(i int) func(int) string {
	return func(int) string { return PartName(FirstName(l.Prefix, i), 0) }
}

func dataURI(name func(int) string) func(int) string {
	return func(i int) string { return "s3://bucket/data/" + name(i) }
}

// ancestors is how many nodes the last step of a branch leads back to, what it
// wrote included.
func (s Shape) ancestors() int {
	steps := s.Hops / 2
	n := 1 // the data set
	for step := range steps {
		n += 2 * min(s.Branches, 1+(steps-1-step)*(s.Reads-1))
	}
	return n
}

// walk asks for a lineage of some nodes and, if not 0, edges.
func (l Lineage) walk(name, direction string, uri func(i int) string, nodes, edges int) Workload {
	return Workload{
		Name: name,
		Build: get(func(b []byte, i int) []byte {
			return fmt.Appendf(b, "/api/pedigree/v1/lineage?direction=%s&ref=%s", direction, url.QueryEscape(uri(i)))
		}),
		Verify: func(body []byte) error {
			var a struct{ Nodes, Edges []json.RawMessage }
			if err := json.Unmarshal(body, &a); err != nil {
				return err
			}
			if len(a.Nodes) != nodes || edges != 0 && len(a.Edges) != edges {
				return fmt.Errorf("%d nodes and %d edges, want %d and %d", len(a.Nodes), len(a.Edges), nodes, edges)
			}
			return nil
		},
	}
}

// Streams asks times for all that depends on the data set of the fan, as it is
// found, and gives when the first of it and when all of it was there. RSS is the
// most that the server had meanwhile.
func (l Lineage) Streams(base string, pid, times int) (first, all Result, err error) {
	path := "/api/pedigree/v1/impact?limit=1000000&ref=" + url.QueryEscape(dataURI(l.first(0))(0))
	begun, whole := make([]time.Duration, times), make([]time.Duration, times)
	most := watchMemory(pid)
	cpu := TreeCPU(pid)
	for i := range times {
		var last []byte
		if begun[i], whole[i], last, err = stream(base+path, "application/x-ndjson"); err != nil {
			return first, all, err
		}
		var end struct {
			Nodes int `json:"count_of_nodes"`
		}
		if err := json.Unmarshal(last, &end); err != nil {
			return first, all, err
		}
		if end.Nodes != Fan.Nodes() {
			return first, all, fmt.Errorf("impact: %d nodes, want %d", end.Nodes, Fan.Nodes())
		}
	}
	used, rss := TreeCPU(pid)-cpu, most()
	summary := func(name string, took []time.Duration) Result {
		r := summarise([]*worker{{times: took}}, sum(took), used)
		r.Op, r.Clients, r.RSS = name, 1, rss
		return r
	}
	return summary("impact-first-part", begun), summary("impact-of-"+strconv.Itoa(Fan.Branches), whole), nil
}

func sum(all []time.Duration) (total time.Duration) {
	for _, d := range all {
		total += d
	}
	return total
}
