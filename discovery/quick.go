package discovery

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
)

// A QuickResult is what a quick search found, and what it is by type, state and owner.
type QuickResult struct {
	Results *Result            `json:"searchResults"`
	Metrics map[string][]Count `json:"aggregationMetrics"`
}

// A Count says how many results have a value.
type Count struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Quick searches for words that may be beginnings.
func (s *Service) Quick(ctx context.Context, workspace pedigree.NodeID, p *Parameters) (answer *QuickResult, err error) {
	switch {
	case p.Limit < 0 || p.Offset < 0:
		return nil, badRequest("Limit/offset should be non-negative")
	case p.TypeName == "" && !p.EntityFilters.empty():
		return nil, badRequest("EntityFilters specified without Type name")
	case p.TypeName == "" && p.Query == "":
		return nil, fault.New(fault.InvalidSearchParams)
	case p.TypeName == "" && p.SortBy != "":
		return nil, badRequest("SortBy specified without Type name")
	}
	if err := p.checkParts(); err != nil {
		return nil, err
	}
	q := *p
	if q.Query != "" && !strings.HasSuffix(q.Query, "*") {
		q.Query += "*"
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		plan, of, err := f.plan(&q)
		if err != nil {
			return err
		}
		found := &Result{QueryType: typeBasic, Parameters: q.shown(), QueryText: q.Query}
		if err := f.fill(found, plan, of, &q); err != nil {
			return err
		}
		answer = &QuickResult{Results: found}
		answer.Metrics, err = f.metrics(plan)
		return err
	})
	return answer, err
}

// metrics counts all results of a query by type, state and owner.
func (f *finder) metrics(q *query.Entities) (map[string][]Count, error) {
	all := *q
	all.By, all.Offset, all.Limit = nil, 0, maxLimit
	metrics := map[string][]Count{"__typeName": {}, "__state": {}, "Asset.owner": {}}
	for name, trait := range map[string]query.Trait{"__typeName": query.TypeTrait{}, "Asset.owner": query.FieldTrait{Key: "owner"}} {
		rows, err := f.r.Tabulate(&query.Table{Entities: all, Group: []query.Trait{trait}, Cells: []query.Cell{{Of: query.Count}}})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			value, _ := row[0].(string)
			n, _ := row[1].(int64)
			if name == "__typeName" {
				value = f.typeName(value)
			}
			if value != "" {
				metrics[name] = append(metrics[name], Count{value, n})
			}
		}
	}
	total, err := f.r.CountEntities(&all)
	if err != nil {
		return nil, err
	}
	all.Live = true
	live, err := f.r.CountEntities(&all)
	for _, c := range []Count{{"ACTIVE", live}, {"DELETED", total - live}} {
		if c.Count > 0 {
			metrics["__state"] = append(metrics["__state"], c)
		}
	}
	for _, list := range metrics {
		slices.SortStableFunc(list, func(a, b Count) int { return int(b.Count - a.Count) })
	}
	return metrics, err
}

// typeName gives the type of entity that nodes of a type are.
func (f *finder) typeName(node string) string {
	for _, u := range f.used {
		if u.Type.Name == node {
			return u.entity.Name()
		}
	}
	return strings.TrimPrefix(node, pedigree.AtlasPrefix)
}

// Suggestions complete what somebody is typing.
type Suggestions struct {
	Suggestions []string `json:"suggestions"`
	Prefix      string   `json:"prefixString"`
	Field       string   `json:"fieldName,omitempty"`
}

const (
	mostSuggested = 5
	triedForEach  = 50 // entities that are looked at for one beginning
)

// Suggest completes a text by values of an attribute, or of those that entities are
// named by where none is said.
func (s *Service) Suggest(ctx context.Context, workspace pedigree.NodeID, prefix, field string) (*Suggestions, error) {
	answer := &Suggestions{Suggestions: []string{}, Prefix: prefix, Field: field}
	if strings.TrimSpace(prefix) == "" {
		return answer, nil
	}
	fields := []string{"name", "displayName", "qualifiedName", "owner"}
	if field != "" {
		fields = []string{lastPart(field)}
	}
	err := s.view(ctx, workspace, func(f *finder) error {
		answer.Suggestions = []string{}
		for _, name := range fields {
			for _, beginning := range spellings(prefix) {
				if err := f.suggest(answer, name, beginning); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return answer, err
}

// spellings gives a beginning as it was typed, and with a capital and a small letter.
func spellings(prefix string) []string {
	r, size := utf8.DecodeRuneInString(prefix)
	all := []string{prefix, string(unicode.ToUpper(r)) + prefix[size:], string(unicode.ToLower(r)) + prefix[size:]}
	slices.Sort(all)
	return slices.Compact(all)
}

func (f *finder) suggest(answer *Suggestions, field, beginning string) error {
	if len(answer.Suggestions) >= mostSuggested {
		return nil
	}
	rows, err := f.r.Tabulate(&query.Table{
		Entities: query.Entities{
			Workspace: f.workspace, Types: f.nodeTypes(anyEntity), Live: true, Limit: triedForEach,
			Where: query.Holds{Trait: query.FieldTrait{Key: field}, Is: query.Starting, Values: []any{beginning}},
		},
		Group: []query.Trait{query.FieldTrait{Key: field}}, Cells: []query.Cell{{Of: query.Count}},
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		text, _ := row[0].(string)
		if text != "" && !slices.Contains(answer.Suggestions, text) && len(answer.Suggestions) < mostSuggested {
			answer.Suggestions = append(answer.Suggestions, text)
		}
	}
	return nil
}
