package carry

import (
	"regexp"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// checkSearched compares a search by what is shown with what is shown.
func (w *world) checkSearched(r store.Reader, when string, ids []pedigree.NodeID) {
	facts, err := r.Facts(ids)
	if err == nil {
		err = Mark(r, ids, facts, pedigree.Tag)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	texts := []string{"{}", "from Thing " + w.nodes[0].Name, "from Thing n%", "from %", "%", "FROM STEP n%", "{_", "other"}
	for _, name := range append(names, "None") {
		c := query.Compare{
			Field: query.Property{Space: pedigree.Tag, Key: MarkPrefix + name},
			Op:    rapid.SampledFrom([]query.Op{query.Eq, query.Ne, query.Like, query.ILike, query.In, query.NotIn, query.IsNull, query.NotNull, query.Lt}).Draw(w.t, "op"),
			Value: query.Value{Text: rapid.SampledFrom(texts).Draw(w.t, "text"), Texts: texts[:2]},
		}
		where, negated := query.Expr(c), rapid.Bool().Draw(w.t, "not")
		if negated {
			where = query.Or{query.Not{Term: query.And{c}}}
		}
		searched, err := Searched(r, where, pedigree.Tag)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, typ := range kinds {
			var want []pedigree.NodeID
			for i := range w.nodes {
				if w.nodes[i].Type == typ && shows(facts[i].Properties, c) != negated {
					want = append(want, ids[i])
				}
			}
			found, _, err := r.Find(&query.Query{
				Workspace: workspace, Type: typ, Homes: []pedigree.NodeID{workspace}, View: query.All, Where: searched, Limit: 1000,
				Order: []query.Order{{Field: query.Created}},
			})
			if err != nil {
				w.t.Fatal(err)
			}
			var got []pedigree.NodeID
			for i := range found {
				got = append(got, found[i].ID)
			}
			slices.Sort(got)
			if slices.Sort(want); !slices.Equal(got, want) {
				w.t.Errorf("%s: a search of %ss for %+v (negated: %t) finds %v, want %v", when, typ.Name, c, negated, got, want)
			}
		}
	}
}

// checkSelected does the same for selections.
func (w *world) checkSelected(r store.Reader, when string, ids []pedigree.NodeID) {
	facts, err := r.Facts(ids)
	if err == nil {
		err = Mark(r, ids, facts, pedigree.Tag)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	name := rapid.SampledFrom(append(names, "None")).Draw(w.t, "class")
	of := query.Source{Relation: query.Customs, Label: rapid.SampledFrom([]string{"tags.", ""}).Draw(w.t, "space") + MarkPrefix + name}
	c := query.Compare{
		Field: query.Property{Space: pedigree.Tag, Key: MarkPrefix + name}, Op: rapid.SampledFrom([]query.Op{query.Eq, query.Ne, query.ILike}).Draw(w.t, "op"),
		Value: query.Value{Text: rapid.SampledFrom([]string{"{}", "from Thing " + w.nodes[0].Name, "from %"}).Draw(w.t, "text")},
	}
	ops := map[query.Op]query.Operation{query.Eq: query.Equals, query.Ne: query.Differs, query.ILike: query.Matches}
	where := query.Scalar(query.Call{Op: ops[c.Op], Args: []query.Scalar{query.Column{Of: of, Part: query.TextValue}, query.Literal{Value: c.Value.Text}}})
	if rapid.Bool().Draw(w.t, "any") {
		where = query.Call{Op: query.AllOf, Args: []query.Scalar{query.Any{Of: of, Where: where}, query.Literal{Value: true}}}
	}
	searched, err := SearchedIn(r, where)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, typ := range kinds {
		var want, got []pedigree.NodeID
		for i := range w.nodes {
			if w.nodes[i].Type == typ && w.nodes[i].Live() && shows(facts[i].Properties, c) {
				want = append(want, ids[i])
			}
		}
		found, _, err := r.Select(&query.Selection{Workspace: workspace, Kind: typ.Kind, Where: searched, By: query.Arrival, Limit: 1000})
		if err != nil {
			w.t.Fatal(err)
		}
		for i := range found {
			got = append(got, found[i].ID)
		}
		if slices.Sort(want); !slices.Equal(got, want) {
			w.t.Errorf("%s: a selection of %ss for %+v finds %v, want %v", when, typ.Name, c, got, want)
		}
	}
}

// shows evaluates a comparison with a tag.
func shows(tags []pedigree.Property, c query.Compare) bool {
	f, _ := c.Field.(query.Property)
	at := slices.IndexFunc(tags, func(p pedigree.Property) bool { return p.Space == f.Space && p.Key == f.Key })
	if at < 0 {
		return c.Op == query.IsNull
	}
	got := tags[at].Value
	like := func(flags string) bool {
		pattern := strings.NewReplacer("%", ".*", "_", ".").Replace(strings.ReplaceAll(regexp.QuoteMeta(c.Value.Text), `\{`, "[{]"))
		return regexp.MustCompile("^(?" + flags + "s:" + pattern + ")$").MatchString(got)
	}
	switch c.Op {
	case query.Eq:
		return got == c.Value.Text
	case query.Ne:
		return got != c.Value.Text
	case query.Lt:
		return got < c.Value.Text
	case query.Like:
		return like("")
	case query.ILike:
		return like("i")
	case query.In:
		return slices.Contains(c.Value.Texts, got)
	case query.NotIn:
		return !slices.Contains(c.Value.Texts, got)
	case query.NotNull:
		return true
	}
	return false
}
