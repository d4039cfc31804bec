package discovery

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/search"
)

// FullText searches for words in all that is said of entities.
func (s *Service) FullText(ctx context.Context, workspace pedigree.NodeID, text string, excludeDeleted bool, limit, offset int) (answer *Result, err error) {
	if len(text) > maxWords {
		return nil, fault.New(fault.InvalidQueryLength, maxFullText)
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		q := &query.Entities{Workspace: workspace, Types: f.nodeTypes(anyEntity), Live: excludeDeleted}
		q.Limit, q.Offset = pageOf(limit, offset)
		answer = &Result{QueryType: typeFullText, QueryText: text, FullText: []Ranked{}}
		if strings.TrimSpace(text) == "" {
			return nil
		}
		var err error
		if q.Where, err = f.words(text); err != nil {
			return err
		}
		nodes, err := f.r.Entities(q)
		if err != nil {
			return err
		}
		headers, err := f.Headers(nodes, catalog.HeaderOptions{})
		if err != nil {
			return err
		}
		for _, h := range headers {
			answer.FullText = append(answer.FullText, Ranked{Entity: h, Score: 1})
		}
		answer.ApproximateCount, err = f.r.CountEntities(q)
		return err
	})
	return answer, err
}

// words is the condition that some words are found: all of them, or those on one side
// of an OR, and none that follows NOT or a minus. Words in quotes follow each other. In
// a word * stands for any letters, ? for one. Signs say nothing beside words, and alone
// find nothing. It is nil where there is no word.
func (f *finder) words(text string) (query.Fact, error) {
	w := &wording{finder: f, rest: wordsIn(text)}
	var every query.Every
	for len(w.rest) > 0 {
		some, err := w.either(0)
		if err != nil {
			return nil, err
		}
		if some != nil {
			every = append(every, some)
		}
		if len(w.rest) > 0 { // a bracket that nothing opened
			w.rest = w.rest[1:]
		}
	}
	switch {
	case len(every) == 0 && w.signs:
		return none, nil
	case len(every) == 0:
		return nil, nil
	case len(every) == 1:
		return every[0], nil
	}
	return every, nil
}

// wordsIn parts a text into words, brackets, and what stands in quotes as one word.
func wordsIn(text string) []string {
	text = strings.NewReplacer(`\*`, "", `\?`, "", `\`, "").Replace(text)
	var words []string
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 {
			words = append(words, strings.Join(strings.Fields(part), together))
		} else {
			words = append(words, strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(part))...)
		}
	}
	return slices.DeleteFunc(words, func(word string) bool { return word == "" })
}

const (
	together  = "_" // a sign: the words on both sides follow each other
	maxNested = 50  // brackets in each other; further ones say nothing
)

// A wording is words on the way to a condition.
type wording struct {
	*finder
	rest  []string
	signs bool // there was something without letters
}

// either reads words up to the end or a closing bracket.
func (w *wording) either(depth int) (query.Fact, error) {
	var some query.Some
	var every query.Every
	next := func() {
		if len(every) > 0 {
			some = append(some, every)
		}
		every = nil
	}
	for len(w.rest) > 0 && w.rest[0] != ")" {
		if word := w.rest[0]; word == "OR" || word == "AND" {
			w.rest = w.rest[1:]
			if word == "OR" {
				next()
			}
			continue
		}
		one, err := w.one(depth)
		if err != nil {
			return nil, err
		}
		if one != nil {
			every = append(every, one)
		}
	}
	next()
	switch len(some) {
	case 0:
		return nil, nil
	case 1:
		return some[0], nil
	}
	return some, nil
}

// one reads a word, what is in brackets, or what shall not be found.
func (w *wording) one(depth int) (query.Fact, error) {
	not := false
	for len(w.rest) > 0 && w.rest[0] == "NOT" {
		not, w.rest = !not, w.rest[1:]
	}
	if len(w.rest) == 0 || w.rest[0] == ")" {
		return nil, nil
	}
	word := w.rest[0]
	w.rest = w.rest[1:]
	var found query.Fact
	var err error
	switch {
	case word == "(" && depth == maxNested:
	case word == "(":
		found, err = w.either(depth + 1)
		if len(w.rest) > 0 {
			w.rest = w.rest[1:]
		}
	case strings.HasPrefix(word, "-") && word != "-":
		not = !not
		found, err = w.word(word[1:])
	default:
		found, err = w.word(word)
	}
	if found != nil && err == nil && not {
		found = query.Except{Part: found}
	}
	return found, err
}

// word is the condition that a word is found; nil where it has no letters.
func (w *wording) word(word string) (query.Fact, error) {
	if !strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		w.signs = w.signs || strings.Trim(word, "*?") != ""
		return nil, nil
	}
	plain := strings.TrimRight(word, "*")
	if strings.ContainsAny(plain, "*?") {
		found, err := search.Like(w.r, word)
		if err != nil {
			return nil, err
		}
		return w.wordOrName(found, word, query.Globbed, func(text string) bool { return search.IsLike(text, word) })
	}
	text, is := plain, query.Starting
	if plain == word {
		text, is = plain+" ", query.Equal
	}
	found, err := search.Worded(w.r, text)
	if err != nil {
		return nil, err
	}
	return w.wordOrName(found, plain, is, func(said string) bool { return search.Says(said, text) })
}
