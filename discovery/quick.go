package discovery

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/search"
)

// A QuickResult is what a quick search found, and what it is by type, state, owner and
// service.
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

// metrics counts all results of a query by type, state, owner, and service where types
// have one.
func (f *finder) metrics(q *query.Entities) (map[string][]Count, error) {
	all := *q
	all.By, all.Offset, all.Limit = nil, 0, maxLimit
	metrics := map[string][]Count{"__typeName": {}, "__state": {}, "Asset.owner": {}}
	types, err := f.countBy(&all, query.TypeTrait{})
	if err != nil {
		return nil, err
	}
	services := make(map[string]int64)
	for _, c := range types {
		c.Name = f.typeName(c.Name)
		metrics["__typeName"] = append(metrics["__typeName"], c)
		services[f.serviceOf(c.Name)] += c.Count
	}
	if metrics["Asset.owner"], err = f.owners(all); err != nil {
		return nil, err
	}
	delete(services, "")
	for _, service := range slices.Sorted(maps.Keys(services)) {
		metrics["ServiceType"] = append(metrics["ServiceType"], Count{service, services[service]})
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

// countBy counts the results of a query by a trait, but for those that lack it.
func (f *finder) countBy(q *query.Entities, trait query.Trait) ([]Count, error) {
	rows, err := f.r.Tabulate(&query.Table{Entities: *q, Group: []query.Trait{trait}, Cells: []query.Cell{{Of: query.Count}}})
	if err != nil {
		return nil, err
	}
	counts := []Count{}
	for _, row := range rows {
		value, _ := row[0].(string)
		n, _ := row[1].(int64)
		if value != "" {
			counts = append(counts, Count{value, n})
		}
	}
	return counts, nil
}

// owners counts results by their owner, whom nodes of other protocols keep elsewhere.
func (f *finder) owners(q query.Entities) ([]Count, error) {
	var foreign []pedigree.Type
	q.Types = slices.DeleteFunc(slices.Clone(q.Types), func(t pedigree.Type) bool {
		of := f.types.OfNode(t)
		if of == nil || !of.Foreign {
			return false
		}
		if owner := of.Field("owner"); owner != nil && owner.Place.Column == schema.OwnerColumn {
			foreign = append(foreign, t)
		}
		return true
	})
	counts := []Count{}
	var err error
	if len(q.Types) > 0 {
		if counts, err = f.countBy(&q, query.FieldTrait{Key: "owner"}); err != nil {
			return nil, err
		}
	}
	if len(foreign) == 0 {
		return counts, nil
	}
	q.Types = foreign
	others, err := f.countBy(&q, query.Owner)
	for _, c := range others {
		if i := slices.IndexFunc(counts, func(o Count) bool { return o.Name == c.Name }); i >= 0 {
			counts[i].Count += c.Count
		} else {
			counts = append(counts, c)
		}
	}
	return counts, err
}

// serviceOf gives the service that a type of entity is of.
func (f *finder) serviceOf(typeName string) string {
	if t := f.types.Entity(typeName); t != nil {
		return t.Def.ServiceType
	}
	return ""
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
		answer.add(text)
	}
	return f.suggestForeign(answer, field, beginning)
}

func (s *Suggestions) add(text string) {
	if text != "" && !slices.Contains(s.Suggestions, text) && len(s.Suggestions) < mostSuggested {
		s.Suggestions = append(s.Suggestions, text)
	}
}

// suggestForeign adds values of nodes of other protocols, which are looked for among
// the words, and qualified names where the beginning looks like that of one.
func (f *finder) suggestForeign(answer *Suggestions, field, beginning string) error {
	if len(answer.Suggestions) >= mostSuggested {
		return nil
	}
	scope := f.nodeTypes(func(t *schema.EntityType) bool { return t.Foreign && t.Field(field) != nil && !t.Internal() })
	if len(scope) == 0 {
		return nil
	}
	where, err := f.holds(&attribute{name: field, trait: query.FieldTrait{Key: field}}, scope, query.Holds{Is: query.Starting, Values: []any{beginning}})
	if err != nil {
		return err
	}
	switch {
	case field != "qualifiedName":
		w, err := search.Worded(f.r, beginning)
		if err != nil {
			return err
		}
		where = query.Every{w, where}
	case !strings.ContainsAny(beginning, "/:"):
		return nil
	}
	nodes, err := f.r.Entities(&query.Entities{Workspace: f.workspace, Types: scope, Live: true, Where: where, Limit: triedForEach})
	if err != nil {
		return err
	}
	headers, err := f.Headers(nodes, catalog.HeaderOptions{Attributes: []string{field}})
	if err != nil {
		return err
	}
	for _, h := range headers {
		text, _ := h.Attributes[field].(string)
		answer.add(text)
	}
	return nil
}
