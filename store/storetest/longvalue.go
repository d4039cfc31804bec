package storetest

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// longValues stores values of every length and form in the spaces that take
// them, in place of each other.
func longValues(e *env) {
	n := e.node(pedigree.DatasetType, pedigree.DefaultWorkspace)
	text := func(length int) string { return strings.Repeat("é", length/2) + "end" }
	property := func(form pedigree.Form, value string) pedigree.Property {
		return pedigree.Property{Space: pedigree.Custom, Key: "k", Form: form, Value: value}
	}
	for _, p := range []pedigree.Property{
		property(pedigree.Text, "short"), property(pedigree.Text, text(100_000)), property(pedigree.Text, text(5_000)),
		property(pedigree.Bytes, "\x00"+text(50_000)+"\xff"), property(pedigree.Struct, "\x0a"+text(9_000)), property(pedigree.Text, text(4_090)),
		property(pedigree.Proto, text(2_000_000)),
		{Space: pedigree.Custom, Key: "k", Form: pedigree.Int, Int: 3},
		property(pedigree.Text, ""), property(pedigree.Text, text(70_000)),
	} {
		other := pedigree.Property{Space: pedigree.Custom, Key: "other", Value: text(20_000)}
		e.update(func(tx store.Tx) error { return tx.PutProperties(n, p, other) })
		e.view(func(r store.Reader) error {
			facts, err := r.Facts([]pedigree.NodeID{n.ID, n.ID})
			want := []pedigree.Property{p, other}
			if err != nil || !slices.Equal(facts[0].Properties, want) || !slices.Equal(facts[1].Properties, want) {
				e.Errorf("a value of form %d and %d bytes came back otherwise (%v)", p.Form, len(p.Value), err)
			}
			value, ok, err := r.Property(n.ID, pedigree.Custom, "k")
			if p.Form == pedigree.Text && (value != p.Value || !ok) {
				e.Errorf("a text of %d bytes came back with %d (%v)", len(p.Value), len(value), err)
			}
			return err
		})
	}
	column := query.Column{Of: query.Source{Relation: query.Customs, Label: "k"}, Part: query.TextValue}
	for name, c := range map[string]struct {
		op    query.Operation
		text  string
		found int
	}{
		"the same":           {query.Equals, text(70_000), 1},
		"its beginning":      {query.Equals, text(70_000)[:64], 0},
		"another end":        {query.Equals, text(70_000) + "x", 0},
		"a part far behind":  {query.Matches, "%éend", 1},
		"no part":            {query.Matches, "%end_", 0},
		"what sorts before":  {query.Above, text(69_998), 1},
		"what sorts behind":  {query.Below, text(69_998), 0},
		"one of two of them": {query.OneOf, text(70_000), 1},
	} {
		e.view(func(r store.Reader) error {
			where := query.Call{Op: c.op, Args: []query.Scalar{column, query.Literal{Value: c.text}}}
			nodes, _, err := r.Select(&query.Selection{Workspace: pedigree.DefaultWorkspace, Kind: pedigree.Artifact, Where: where, By: query.Arrival, Limit: 5})
			if len(nodes) != c.found {
				e.Errorf("%s: %d found, want %d", name, len(nodes), c.found)
			}
			return err
		})
	}
	e.update(func(tx store.Tx) error {
		if _, err := tx.DeleteProperty(n, pedigree.Custom, "k"); err != nil {
			return err
		}
		return tx.Purge(n.ID)
	})
	if err := e.Check(e.Context()); err != nil {
		e.Error(err)
	}
}
