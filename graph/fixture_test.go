package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// A fixture is a service on a real store, and a clock that goes on by one at
// each look.
type fixture struct {
	*Service
	t   testing.TB
	ctx context.Context
	now *atomic.Int64 // milliseconds
}

func open(t testing.TB, o Options) *fixture {
	t.Helper()
	f := &fixture{t: t, ctx: t.Context(), now: new(atomic.Int64)}
	f.now.Store(1_700_000_000_000)
	path := filepath.Join(t.TempDir(), "db")
	blank, err := prepared()
	f.must(err)
	f.must(os.WriteFile(path, blank, 0o600))
	s, err := sqlite.Open(f.ctx, path, sqlite.Options{
		Durability: sqlite.Normal,
		Clock:      func() pedigree.Time { return pedigree.Time(f.now.Add(1)) },
	})
	f.must(err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	f.Service = New(s, o)
	return f
}

// prepared gives the file of a store that was prepared and nothing else. Each
// test starts from a copy, which takes a tenth of the time.
var prepared = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "graph")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "db")
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(New(s, Options{}).Prepare(context.Background()), s.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// refused checks the code of an error, and that its text says the words.
func (f *fixture) refused(err error, code pedigree.Code, words string) {
	f.t.Helper()
	if err == nil || pedigree.CodeOf(err) != code || !strings.Contains(err.Error(), words) {
		f.t.Errorf("got %v (%s)\nwant %s (%s)", err, pedigree.CodeOf(err), words, code)
	}
}

func (f *fixture) update(fn func(store.Tx) error) {
	f.t.Helper()
	f.must(f.store.Update(f.ctx, fn))
}

func (f *fixture) view(fn func(store.Reader) error) {
	f.t.Helper()
	f.must(f.store.View(f.ctx, fn))
}

// bin puts nodes into the bin, as other wires do.
func (f *fixture) bin(ids ...pedigree.NodeID) {
	f.t.Helper()
	f.update(func(tx store.Tx) error {
		nodes, err := tx.Nodes(ids)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			n.Deleted = tx.Now()
			if err := tx.UpdateNode(&n); err != nil {
				return err
			}
		}
		return nil
	})
}

// typ declares a type; properties are "key:form".
func typ(kind pedigree.Kind, name string, properties ...string) Type {
	t := Type{Declaration: pedigree.Declaration{Type: pedigree.Type{Kind: kind, Name: name}}}
	for _, p := range properties {
		key, form, _ := strings.Cut(p, ":")
		t.Properties = append(t.Properties, pedigree.DeclaredProperty{Key: key, Form: map[string]pedigree.Form{
			"text": pedigree.Text, "int": pedigree.Int, "double": pedigree.Double, "struct": pedigree.Struct, "proto": pedigree.Proto, "bool": pedigree.Bool,
		}[form]})
	}
	slices.SortFunc(t.Properties, byDeclaredKey)
	return t
}

func (f *fixture) declare(t Type) pedigree.TypeID {
	f.t.Helper()
	ids, err := f.PutTypes(f.ctx, []Type{t}, TypeOptions{})
	f.must(err)
	return ids[0]
}

func (f *fixture) described(t pedigree.Type) Type {
	f.t.Helper()
	got, err := f.Type(f.ctx, t)
	f.must(err)
	return got
}

// draft asks for a node with properties.
func draft(kind pedigree.Kind, t pedigree.TypeID, name string, properties ...pedigree.Property) *NodePut {
	p := NewPut(kind)
	p.HasType, p.TypeID = true, t
	if name != "" {
		p.HasName, p.Node.Name = true, name
	}
	return p.say(properties...)
}

// again asks for a change of a node to what p says.
func again(p *NodePut, id pedigree.NodeID) *NodePut {
	change := *p
	change.HasID, change.Node.ID = true, id
	return &change
}

func (p *NodePut) say(properties ...pedigree.Property) *NodePut {
	p.Node.Properties = slices.SortedFunc(slices.Values(properties), byKey)
	return p
}

func field(key string, value any) pedigree.Property  { return property(pedigree.Field, key, value) }
func custom(key string, value any) pedigree.Property { return property(pedigree.Custom, key, value) }

func property(space pedigree.Space, key string, value any) pedigree.Property {
	p := pedigree.Property{Space: space, Key: key}
	switch v := value.(type) {
	case string:
		p.Value = v
	case []byte:
		p.Form, p.Value = pedigree.Bytes, string(v)
	case int:
		p.Form, p.Int = pedigree.Int, int64(v)
	case int64:
		p.Form, p.Int = pedigree.Int, v
	case float64:
		p.Form, p.Number = pedigree.Double, v
	case bool:
		if p.Form = pedigree.Bool; v {
			p.Int = 1
		}
	default:
		panic(fmt.Sprintf("no form holds %T", value))
	}
	return p
}

// message is a property that holds a serialised message.
func message(space pedigree.Space, key string, form pedigree.Form, bytes string) pedigree.Property {
	return pedigree.Property{Space: space, Key: key, Form: form, Value: bytes}
}

func (f *fixture) put(puts ...*NodePut) []pedigree.NodeID {
	f.t.Helper()
	ids, err := f.PutNodes(f.ctx, ws, puts)
	f.must(err)
	if len(ids) != len(puts) {
		f.t.Fatalf("%d identities for %d nodes", len(ids), len(puts))
	}
	return ids
}

// node makes a node of a type without properties.
func (f *fixture) node(kind pedigree.Kind, t pedigree.TypeID, name string) pedigree.NodeID {
	f.t.Helper()
	return f.put(draft(kind, t, name))[0]
}

func (f *fixture) get(kind pedigree.Kind, id pedigree.NodeID) Node {
	f.t.Helper()
	nodes, err := f.Nodes(f.ctx, ws, kind, []pedigree.NodeID{id})
	f.must(err)
	if len(nodes) != 1 {
		f.t.Fatalf("%d nodes have the identity %d", len(nodes), id)
	}
	return nodes[0]
}

func wantProperties(t testing.TB, n Node, want ...pedigree.Property) {
	t.Helper()
	want = slices.SortedFunc(slices.Values(want), byKey)
	if !slices.EqualFunc(n.Properties, want, func(a, b pedigree.Property) bool { return byKey(a, b) == 0 && same(&a, &b) }) {
		t.Errorf("properties %v, want %v", n.Properties, want)
	}
}

// idsOf gives the identities of nodes in their order.
func idsOf(nodes []Node) []pedigree.NodeID {
	ids := make([]pedigree.NodeID, len(nodes))
	for i := range nodes {
		ids[i] = nodes[i].ID
	}
	return ids
}

func wantIDs[ID cmp.Ordered](t testing.TB, what string, got []ID, want ...ID) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// pipeline is a small graph: an artifact that a step reads, one that it writes,
// and the context of both.
type pipeline struct {
	*fixture
	dataset, step, model, run pedigree.NodeID
	artifact, execution, ctxt pedigree.TypeID
}

func newPipeline(t testing.TB, o Options) *pipeline {
	t.Helper()
	f := open(t, o)
	p := &pipeline{
		fixture: f, artifact: f.declare(typ(pedigree.Artifact, "A", "n:int", "s:text")),
		execution: f.declare(typ(pedigree.Execution, "E", "n:int", "s:text")), ctxt: f.declare(typ(pedigree.Context, "C", "n:int", "s:text")),
	}
	p.dataset, p.model = p.node(pedigree.Artifact, p.artifact, "dataset"), p.node(pedigree.Artifact, p.artifact, "model")
	p.step, p.run = p.node(pedigree.Execution, p.execution, "step"), p.node(pedigree.Context, p.ctxt, "run")
	return p
}

func event(direction pedigree.Direction, execution, artifact pedigree.NodeID) pedigree.Event {
	return pedigree.Event{Direction: direction, Execution: execution, Artifact: artifact, Time: pedigree.NoTime}
}

// purge removes a node for good, as other wires do.
func purge(id pedigree.NodeID) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.Purge(id) }
}
