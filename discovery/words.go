package discovery

import (
	"context"
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
// of an OR. One that ends in * may be a beginning. Signs say nothing beside words, and
// alone find nothing. It is nil where there is no word.
func (f *finder) words(text string) (query.Fact, error) {
	var some query.Some
	var every query.Every
	signs := false
	next := func() {
		if len(every) > 0 {
			some = append(some, every)
		}
		every = nil
	}
	for _, word := range strings.Fields(strings.NewReplacer(`"`, " ", "(", " ", ")", " ", `\`, "").Replace(text)) {
		switch word {
		case "OR":
			next()
			continue
		case "AND":
			continue
		}
		beginning := strings.HasSuffix(word, "*") || strings.HasSuffix(word, "?")
		word = strings.Trim(word, "*?")
		if word == "" {
			continue
		}
		if !strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			signs = true
			continue
		}
		w := query.Worded{Text: word}
		if !beginning {
			w.Text += " "
		}
		var err error
		if w.Fresh, w.Stale, err = search.Pending(f.r, w.Text); err != nil {
			return nil, err
		}
		found, err := f.wordOrName(w, word, beginning)
		if err != nil {
			return nil, err
		}
		every = append(every, found)
	}
	next()
	switch {
	case len(some) == 0 && signs:
		return none, nil
	case len(some) == 0:
		return nil, nil
	case len(some) == 1:
		return some[0], nil
	}
	return some, nil
}
