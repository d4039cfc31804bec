package jobs

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// A fixture is a service on a real store.
type fixture struct {
	*Service
	testing.TB
	ctx  context.Context
	runs int // recorded by ran
}

func open(t testing.TB) *fixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{Service: New(s), TB: t, ctx: t.Context()}
}

func (f *fixture) record(ws pedigree.NodeID, events ...*Event) {
	f.Helper()
	for _, e := range events {
		if len(e.Body) == 0 {
			e.Body = fmt.Appendf(nil, "%+v %+v %+v", *e, e.Run, e.Job)
		}
		f.must(f.Record(f.ctx, ws, e))
	}
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// graph writes all that a workspace holds, but for the times and numbers that
// depend on when it arrived.
func (f *fixture) graph(ws pedigree.NodeID) string {
	f.Helper()
	var lines []string
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		entries, err := r.Feed(0, 1_000_000)
		if err != nil {
			return err
		}
		seen := make(map[pedigree.NodeID]bool)
		var ids []pedigree.NodeID
		for _, e := range entries {
			if e.Workspace == ws && !seen[e.Node] && e.Node != ws {
				seen[e.Node] = true
				ids = append(ids, e.Node)
			}
		}
		d := dump{Reader: r, names: map[pedigree.NodeID]string{0: "nobody", ws: "the workspace"}}
		err = d.all(ids)
		lines = d.lines
		return err
	}))
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// A dump gathers lines that describe nodes.
type dump struct {
	store.Reader
	names map[pedigree.NodeID]string
	lines []string
}

func (d *dump) line(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *dump) all(ids []pedigree.NodeID) error {
	nodes, err := d.Nodes(ids)
	if err != nil {
		return err
	}
	for i := range nodes {
		d.names[nodes[i].ID] = nodes[i].Type.Name + " " + nodes[i].UID
	}
	for i := range nodes {
		if err := d.node(&nodes[i]); err != nil {
			return err
		}
	}
	members, err := d.Contexts(ids)
	for _, m := range members {
		d.line("%s in %s", d.names[m.Node], d.names[m.Context])
	}
	if err != nil {
		return err
	}
	return d.ties(ids)
}

func (d *dump) node(n *pedigree.Node) error {
	name := d.names[n.ID]
	d.line("%s: home %s name %q version %q state %q owner %q uri %q from %d to %d deleted %d",
		name, d.names[n.Home], n.Name, n.Version, n.State, n.Owner, n.URI, n.Started, n.Ended, n.Deleted)
	facts, err := d.Facts([]pedigree.NodeID{n.ID})
	if err != nil {
		return err
	}
	for _, p := range facts[0].Properties {
		d.line("%s: %s %s = %s", name, p.Space, p.Key, p.Value)
	}
	if n.Type.Kind != pedigree.Execution {
		return nil
	}
	events, err := d.Events([]pedigree.NodeID{n.ID})
	for _, e := range events {
		d.line("%s: direction %d role %d %s at %d %v", name, e.Direction, e.Role, d.names[e.Artifact], e.Time, e.Tags)
	}
	return err
}

func (d *dump) ties(ids []pedigree.NodeID) error {
	places, err := d.Places(ids)
	if err != nil {
		return err
	}
	for _, p := range places {
		uris, err := d.LocationURIs([]pedigree.LocationID{p.Location})
		if err != nil {
			return err
		}
		d.line("%s at %s version %q", d.names[p.Node], uris[0], p.Version)
	}
	relations, err := d.Relations(ids)
	if err != nil {
		return err
	}
	for _, r := range relations {
		d.line("%s to %s: relation %d %s", d.names[r.Source], d.names[r.Target], r.Kind, r.Reason)
	}
	links, err := d.ColumnLinks(ids)
	for _, l := range links {
		d.line("%s.%s from %s.%s by %s: %s at %d", d.names[l.Target], l.TargetColumn, d.names[l.Source], l.SourceColumn, d.names[l.Execution], l.Detail, l.Time)
	}
	return err
}
