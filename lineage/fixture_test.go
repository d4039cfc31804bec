package lineage

import (
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// Types of several wires.
var (
	dataset  = pedigree.Type{Kind: pedigree.Artifact, Name: "Dataset"}
	table    = pedigree.Type{Kind: pedigree.Artifact, Name: "Table"}
	stepOf   = pedigree.Type{Kind: pedigree.Execution, Name: "Step"}
	pipeline = pedigree.Type{Kind: pedigree.Context, Name: "Pipeline"}
)

// world is a store with a clock that moves on with each write, and nodes by
// name.
type world struct {
	*testing.T
	*Service
	store.Store
	now   atomic.Int64
	round string // tells the graphs of one test apart
	ids   map[string]pedigree.NodeID
	names map[pedigree.NodeID]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, ids: map[string]pedigree.NodeID{}, names: map[pedigree.NodeID]string{}}
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{
		Durability: sqlite.Normal, Clock: func() pedigree.Time { return pedigree.Time(w.now.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w.Store, w.Service = s, New(s)
	return w
}

func (w *world) update(fn func(store.Tx) error) {
	w.Helper()
	w.now.Add(1)
	if err := w.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// node makes a node; an artifact is at the URI, if any, in the version.
func (w *world) node(name string, t pedigree.Type, uri, version string) pedigree.NodeID {
	w.Helper()
	n := pedigree.Node{
		Workspace: pedigree.DefaultWorkspace, Home: pedigree.DefaultWorkspace, Type: t, UID: name + w.round, Name: name, URI: uri, Version: version,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	w.update(func(tx store.Tx) error {
		if err := tx.CreateNode(&n); err != nil || uri == "" {
			return err
		}
		return identity.Locate(tx, &n, version, uri)
	})
	w.ids[name], w.names[n.ID] = n.ID, name
	return n.ID
}

// run makes an execution with events, such as "a b -> c".
func (w *world) run(name, events string) pedigree.NodeID {
	w.Helper()
	id := w.node(name, stepOf, "", "")
	in, out, _ := strings.Cut(events, "->")
	for direction, list := range map[pedigree.Direction]string{pedigree.Input: in, pedigree.Output: out} {
		for _, artifact := range strings.Fields(list) {
			w.event(id, w.id(artifact), direction)
		}
	}
	return id
}

func (w *world) event(execution, artifact pedigree.NodeID, d pedigree.Direction) {
	w.Helper()
	w.update(func(tx store.Tx) error {
		_, err := tx.PutEvent(&pedigree.Event{Execution: execution, Artifact: artifact, Direction: d, Time: tx.Now()})
		return err
	})
}

func (w *world) relate(kind pedigree.RelationKind, from, to string) {
	w.Helper()
	r := pedigree.Relation{Kind: kind, Source: w.id(from), Target: w.id(to), Actor: "ann", Reason: "because"}
	w.update(func(tx store.Tx) error { return tx.PutRelation(&r) })
}

// id finds a node by its name, and makes an artifact that is nowhere of one
// that nobody made.
func (w *world) id(name string) pedigree.NodeID {
	w.Helper()
	if id, ok := w.ids[name]; ok {
		return id
	}
	return w.node(name, dataset, "", "")
}

func (w *world) query(d Direction, start ...string) *Query {
	q := NewQuery(pedigree.DefaultWorkspace)
	q.Direction = d
	for _, name := range start {
		q.Start = append(q.Start, w.id(name))
	}
	return q
}

func (w *world) graph(q *Query) *Graph {
	w.Helper()
	g, err := w.Graph(w.Context(), q)
	if err != nil {
		w.Fatal(err)
	}
	return g
}

// show writes a part by the names of its nodes: nodes with their depth, edges,
// and joins with their reasons.
func (w *world) show(p *Part) string {
	var lines []string
	for i := range p.Nodes {
		lines = append(lines, w.names[p.Nodes[i].ID]+" "+strconv.Itoa(p.Nodes[i].Depth))
	}
	for _, e := range p.Edges {
		lines = append(lines, w.names[e.From]+" "+e.Kind.String()+" "+w.names[e.To])
	}
	for _, j := range p.Joined {
		text := ""
		for _, t := range j.Ties {
			text += w.names[t.A] + "=" + w.names[t.B] + " " + t.Why.String()
			if t.Alias {
				text += " alias"
			}
			text += "; "
		}
		lines = append(lines, strings.TrimSuffix(text, "; "))
	}
	return strings.Join(lines, "\n")
}
