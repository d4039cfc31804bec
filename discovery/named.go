package discovery

import (
	"strings"

	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// spelled compares names that are made of what nodes are known by. Nodes of given
// names are looked up.
func (f *finder) spelled(s query.Spelled, h query.Holds) (query.Fact, error) {
	switch h.Is {
	case query.Present, query.NotEmpty:
		return query.Every{}, nil
	case query.Equal:
		var among query.Among
		for _, v := range h.Values {
			text, _ := v.(string)
			n, err := f.Named(f.types.OfNode(s.Type), text)
			if err != nil {
				return nil, err
			}
			if n != nil {
				among.Nodes = append(among.Nodes, n.ID)
			}
		}
		if among.Nodes == nil {
			return none, nil
		}
		return among, nil
	}
	h.Trait = s
	return h, nil
}

// wordOrName holds of what a word is found in, and of what is not among the words: the
// classifications that say it, and qualified names of nodes of other protocols that it
// is, begins, or is like.
func (f *finder) wordOrName(w query.Fact, word string, is query.Comparison, says func(string) bool) (query.Fact, error) {
	some, err := f.classesSaying(says)
	if err != nil {
		return nil, err
	}
	some = append(query.Some{w}, some...)
	if !strings.ContainsAny(word, "/:") {
		return oneOf(some), nil
	}
	h := query.Holds{Is: is, Values: []any{word}}
	for _, u := range f.used {
		place := schema.Place{}
		if u.entity != nil && u.entity.Foreign {
			place = u.entity.Field("qualifiedName").Place
		}
		if word[0] != '*' && !strings.HasPrefix(word, place.Spelled.Prefix) || place.Column != schema.SpelledColumn {
			continue
		}
		named, err := f.spelled(place.Spelled, h)
		if err != nil {
			return nil, err
		}
		some = append(some, named)
	}
	return oneOf(some), nil
}
