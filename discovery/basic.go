package discovery

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// Parameters ask for entities by several conditions, all of which must hold.
type Parameters struct {
	Query            string `json:"query,omitempty"` // words
	TypeName         string `json:"typeName,omitempty"`
	Classification   string `json:"classification,omitempty"`
	RelationshipName string `json:"relationshipName,omitempty"`
	TermName         string `json:"termName,omitempty"` // qualified name
	SortBy           string `json:"sortBy,omitempty"`
	SortOrder        string `json:"sortOrder,omitempty"` // ASCENDING or DESCENDING

	ExcludeDeleted           bool `json:"excludeDeletedEntities"`
	ClassificationAttributes bool `json:"includeClassificationAttributes"`
	SubTypes                 bool `json:"includeSubTypes"`
	SubClassifications       bool `json:"includeSubClassifications"`
	ExcludeHeaderAttributes  bool `json:"excludeHeaderAttributes,omitempty"`

	Limit  int    `json:"limit"`
	Offset int    `json:"offset"`
	Marker string `json:"marker,omitempty"` // "*" begins, then what the last answer gave

	EntityFilters       *Filter  `json:"entityFilters,omitzero"`
	TagFilters          *Filter  `json:"tagFilters,omitzero"`
	RelationshipFilters *Filter  `json:"relationshipFilters,omitzero"`
	Attributes          []string `json:"attributes,omitempty"`
}

// NewParameters gives parameters as they are where a client says nothing.
func NewParameters() *Parameters { return &Parameters{SubTypes: true, SubClassifications: true} }

// maxFullText names the setting that other servers bound words by. The bounds are in
// bytes.
const (
	maxFullText = "atlas.graph.fulltext-max-query-str-length"
	maxWords    = 4096
	maxName     = 2048
)

// check refuses parameters that cannot be meant.
func (p *Parameters) check() error {
	switch {
	case p.Limit < 0 || p.Offset < 0:
		return badRequest("Limit/offset should be non-negative")
	case p.TypeName == "" && !p.EntityFilters.empty():
		return badRequest("EntityFilters specified without Type name")
	case p.Classification == "" && !p.TagFilters.empty():
		return badRequest("TagFilters specified without tag name")
	case p.TypeName == "" && p.Classification == "" && p.Query == "" && p.TermName == "":
		return fault.New(fault.InvalidSearchParams)
	}
	return p.checkParts()
}

func (p *Parameters) checkParts() error {
	if err := checkLengths("typeName", p.TypeName, "classification", p.Classification, "sortBy", p.SortBy); err != nil {
		return err
	}
	if len(p.Query) > maxWords {
		return fault.New(fault.InvalidQueryLength, maxFullText)
	}
	for _, f := range []*Filter{p.EntityFilters, p.TagFilters, p.RelationshipFilters} {
		if err := f.check(0); err != nil {
			return err
		}
	}
	return nil
}

// checkLengths refuses names that are too long to be any. It is given what each is the
// value of, and the value.
func checkLengths(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if len(pairs[i+1]) > maxName {
			return fault.New(fault.InvalidQueryParamLength, pairs[i])
		}
	}
	return nil
}

// Basic searches by parameters.
func (s *Service) Basic(ctx context.Context, workspace pedigree.NodeID, p *Parameters) (answer *Result, err error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		answer, err = f.basic(p)
		return err
	})
	return answer, err
}

// basic answers a search by parameters.
func (f *finder) basic(p *Parameters) (*Result, error) {
	q, of, err := f.plan(p)
	if err != nil {
		return nil, err
	}
	a := &Result{QueryType: typeBasic, Parameters: p.shown(), QueryText: p.Query, Type: "", Classification: ""}
	return a, f.fill(a, q, of, p)
}

// shown are the parameters as the answer repeats them.
func (p *Parameters) shown() *Parameters {
	q := *p
	q.Limit, q.Offset = pageOf(p.Limit, p.Offset)
	return &q
}

// plan makes a query of parameters. of are the types that were named.
func (f *finder) plan(p *Parameters) (q *query.Entities, of []*schema.EntityType, err error) {
	q = &query.Entities{Workspace: f.workspace, Live: p.ExcludeDeleted}
	q.Limit, q.Offset = pageOf(p.Limit, p.Offset)
	if of, err = f.named(p.TypeName); err != nil {
		return nil, nil, err
	}
	q.Types = f.typesFor(of, p.SubTypes)
	var every query.Every
	add := func(c query.Fact, err error) error {
		if err == nil && c != nil {
			every = append(every, c)
		}
		return err
	}
	if err := f.checkNames(of, p); err != nil {
		return nil, nil, err
	}
	if err := add(f.classes(p)); err != nil {
		return nil, nil, err
	}
	if err := add(f.term(p.TermName)); err != nil {
		return nil, nil, err
	}
	if err := add(f.words(p.Query)); err != nil {
		return nil, nil, err
	}
	if !p.EntityFilters.empty() {
		if err := add(f.filter(of, q.Types, p.EntityFilters)); err != nil {
			return nil, nil, err
		}
	}
	if len(every) > 0 {
		q.Where = every
	}
	if p.SortBy != "" {
		a := f.anyAttribute(of, p.SortBy)
		if a == nil {
			return nil, nil, fault.New(fault.UnknownAttribute, p.SortBy, nameOf(of))
		}
		q.By, q.Desc = f.sortTrait(a), descending(p.SortOrder)
	}
	return q, of, f.resume(q, p)
}

func descending(order string) bool { return strings.HasPrefix(strings.ToUpper(order), "DESC") }

// named gives the types that a list of names means: nil for any.
func (f *finder) named(list string) ([]*schema.EntityType, error) {
	if list == "" {
		return nil, nil
	}
	var of []*schema.EntityType
	for name := range strings.SplitSeq(list, ",") {
		if name == AllEntityTypes {
			return nil, nil
		}
		if t := f.types.Entity(name); t != nil {
			of = append(of, t)
		}
	}
	if len(of) == 0 {
		return nil, fault.New(fault.UnknownTypeName, list)
	}
	return of, nil
}

// typesFor gives the types of nodes that are entities of some types.
func (f *finder) typesFor(of []*schema.EntityType, subtypes bool) []pedigree.Type {
	if of == nil {
		return f.nodeTypes(anyEntity)
	}
	return f.nodeTypes(func(t *schema.EntityType) bool {
		return slices.ContainsFunc(of, func(o *schema.EntityType) bool { return t == o || subtypes && t.IsA(o.Name()) })
	})
}

func nameOf(of []*schema.EntityType) string {
	if len(of) == 0 {
		return AllEntityTypes
	}
	return of[0].Name()
}

// anyAttribute finds what a name means among several types: those that most
// entities have where none is named.
func (f *finder) anyAttribute(of []*schema.EntityType, name string) *attribute {
	if a := f.attributeOf(nil, name); a != nil {
		return a
	}
	if of == nil {
		return f.attributeOf(f.types.Entity("Asset"), name)
	}
	for _, t := range of {
		if a := f.attributeOf(t, strings.TrimPrefix(name, t.Name()+".")); a != nil {
			return a
		}
		if a := f.attributeOf(t, name); a != nil {
			return a
		}
	}
	return nil
}

// rootType is what refusals call the type of all entities.
const rootType = "__ENTITY_ROOT"

// tabular reports whether only the values of attributes are wanted.
func (p *Parameters) tabular() bool { return p.ExcludeHeaderAttributes && len(p.Attributes) > 0 }

// checkNames refuses attributes that a type does not have. One without a name, which
// some programs ask for where they want none, is no attribute.
func (f *finder) checkNames(of []*schema.EntityType, p *Parameters) error {
	if len(of) == 0 {
		if p.tabular() && p.TypeName != "" {
			for _, name := range p.Attributes {
				if name != "" && f.attributeOf(nil, name) == nil {
					return fault.New(fault.UnknownAttribute, name, rootType)
				}
			}
		}
		return nil
	}
	for _, name := range p.Attributes {
		if name != "" && f.anyAttribute(of[:1], name) == nil {
			return fault.New(fault.UnknownAttribute, name, of[0].Name())
		}
	}
	return nil
}

// classes is the condition on classifications, nil for none.
func (f *finder) classes(p *Parameters) (query.Fact, error) {
	if p.Classification == "" {
		return nil, nil
	}
	wanted := strings.Split(p.Classification, ",")
	if slices.Contains(wanted, NotClassified) {
		class, err := f.classified(nil, nil, false, false)
		return query.Except{Part: class}, err
	}
	wildcard := slices.ContainsFunc(wanted, func(name string) bool { return name != "*" && strings.Contains(name, "*") })
	names := f.classNames(wanted, p.SubClassifications)
	switch {
	case slices.ContainsFunc(wanted, isAnyClass):
		names = nil
	case wildcard && !p.TagFilters.empty():
		return nil, badRequest("TagFilters specified with wildcard tag name")
	case wildcard && names == nil:
		return none, nil
	case names == nil:
		return nil, fault.New(fault.UnknownClassification, p.Classification)
	}
	if p.TagFilters.empty() {
		return f.classified(names, nil, false, false)
	}
	return f.filteredClasses(p, names)
}

func isAnyClass(name string) bool {
	return name == Classified || name == AllClassifications || name == "*"
}

// classNames gives the classifications that names mean, which may have stars in them,
// and those that descend from these.
func (f *finder) classNames(wanted []string, sub bool) (names []string) {
	for _, name := range wanted {
		switch {
		case isAnyClass(name):
		case strings.Contains(name, "*"):
			for _, c := range f.types.Classifications() {
				if globs(name, c.Def.Name) {
					names = append(names, f.descendants(c.Def.Name, sub)...)
				}
			}
		case f.types.Classification(name) != nil:
			names = append(names, f.descendants(name, sub)...)
		}
	}
	return names
}

// filteredClasses is the condition that there is a classification of some names, nil for
// any, which the filter lets through.
func (f *finder) filteredClasses(p *Parameters, names []string) (query.Fact, error) {
	filter, status, err := f.byStatus(p.TagFilters)
	if err != nil {
		return nil, err
	}
	if len(status) > 0 {
		q := *p
		q.TagFilters = filter
		class, err := f.classes(&q)
		return append(status, class), err
	}
	names, filter, own, err := f.byClassName(names, filter)
	switch {
	case err != nil:
		return nil, err
	case names != nil && len(names) == 0:
		return none, nil
	case filter.empty():
		return f.classified(names, nil, own, false)
	}
	where, err := f.tagFilter(names, filter)
	if err != nil {
		return nil, err
	}
	return f.classified(names, where, own, false)
}

// parts are the filters all of which must hold: one, or those that it is made of.
func (f *Filter) parts() []*Filter {
	if len(f.Criterion) == 0 || !strings.EqualFold(f.Condition, "AND") && len(f.Criterion) > 1 {
		return []*Filter{f}
	}
	return f.Criterion
}

// byStatus takes the parts out of a filter of classifications, all of which must hold,
// that compare the state of the entity.
func (f *finder) byStatus(filter *Filter) (rest *Filter, status query.Every, err error) {
	var others []*Filter
	for _, part := range filter.parts() {
		if part.Attribute != "__entityStatus" || len(part.Criterion) > 0 {
			others = append(others, part)
			continue
		}
		one, err := f.leaf(part, false, func(c comparison) (query.Fact, error) { return stateFact(f, c) })
		if err != nil {
			return nil, nil, err
		}
		status = append(status, one)
	}
	if len(status) == 0 {
		return filter, nil, nil
	}
	return &Filter{Condition: "AND", Criterion: others}, status, nil
}

// byClassName applies those parts of a filter of classifications, all of which must
// hold, that compare their names. It gives the names that are left and the rest of the
// filter; what is carried to an entity does not count by its name.
func (f *finder) byClassName(names []string, filter *Filter) (left []string, rest *Filter, own bool, err error) {
	parts := filter.parts()
	var others []*Filter
	for _, part := range parts {
		if part.Attribute != "__typeName" || len(part.Criterion) > 0 {
			others = append(others, part)
			continue
		}
		if names == nil {
			for _, c := range f.types.Classifications() {
				names = append(names, c.Def.Name)
			}
		}
		own = true
		_, err := f.leaf(part, false, func(c comparison) (query.Fact, error) {
			names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return c.fits(name) == c.not })
			return none, nil
		})
		if err != nil {
			return nil, nil, false, err
		}
		if names == nil {
			names = []string{}
		}
	}
	if !own {
		return names, filter, false, nil
	}
	return names, &Filter{Condition: "AND", Criterion: others}, true, nil
}

// term is the condition that a term is assigned, nil for none.
func (f *finder) term(name string) (query.Fact, error) {
	if name == "" {
		return nil, nil
	}
	is := query.Holds{Trait: query.FieldTrait{Key: "qualifiedName"}, Is: query.Equal, Values: []any{name}}
	types := f.nodeTypes(func(t *schema.EntityType) bool { return t.IsA(termType) })
	n, err := f.r.CountEntities(&query.Entities{Workspace: f.workspace, Types: types, Live: true, Where: is})
	if err == nil && n == 0 {
		err = fault.New(fault.UnknownGlossaryTerm, name)
	}
	return termed(is), err
}

// marker is where a page begins.
type marker struct {
	Offset int    `json:"offset"`
	Query  uint64 `json:"query"`
}

// digest stands for all of the parameters but the page.
func (p *Parameters) digest() uint64 {
	q := *p
	q.Limit, q.Offset, q.Marker = 0, 0, ""
	text, err := json.Marshal(q)
	if err != nil {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write(text)
	return h.Sum64()
}

// The markers that are no places.
const (
	firstMarker = "*"
	lastMarker  = "-1" // nothing follows
)

// mark writes where the next page begins, after so many of all. Terms, and filters of
// classifications alone, have no markers, as clients know them.
func (p *Parameters) mark(offset int, all int64) (string, error) {
	switch {
	case p.Marker == "" || p.TermName != "" || p.Query == "" && !p.TagFilters.empty():
		return "", nil
	case int64(offset) >= all:
		return lastMarker, nil
	}
	text, err := json.Marshal(marker{offset, p.digest()})
	return base64.RawURLEncoding.EncodeToString(text), err
}

// resume begins a page where the last one ended.
func (f *finder) resume(q *query.Entities, p *Parameters) error {
	switch {
	case p.Marker == "":
		return nil
	case p.Offset > 0:
		return badRequest("Marker can be used only if offset=0.")
	case p.Marker == firstMarker:
		return nil
	}
	var m marker
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.Marker, "="))
	if err != nil || json.Unmarshal(text, &m) != nil || m.Offset < 0 || m.Query != p.digest() {
		return badRequest("Invalid marker!")
	}
	q.Offset = m.Offset
	return nil
}

// fill reads the results of a query into an answer.
func (f *finder) fill(a *Result, q *query.Entities, of []*schema.EntityType, p *Parameters) error {
	nodes, err := f.r.Entities(q)
	if err != nil {
		return err
	}
	switch {
	case len(nodes) < q.Limit && (len(nodes) > 0 || q.Offset == 0):
		a.ApproximateCount = int64(q.Offset + len(nodes))
	default:
		if a.ApproximateCount, err = f.r.CountEntities(q); err != nil {
			return err
		}
	}
	if a.NextMarker, err = p.mark(q.Offset+len(nodes), a.ApproximateCount); err != nil {
		return err
	}
	show := slices.Clone(p.Attributes)
	show = append(show, p.EntityFilters.names()...)
	if p.SortBy != "" {
		show = append(show, p.SortBy)
	}
	slices.Sort(show)
	show = slices.Compact(show)
	if p.tabular() && p.TypeName != "" && !f.refers(of, p.Attributes) {
		return f.tableOf(a, nodes, of, p.Attributes)
	}
	if a.Entities, err = f.Headers(nodes, catalog.HeaderOptions{Attributes: show, Classifications: p.ClassificationAttributes}); err != nil {
		return err
	}
	return f.referred(a)
}

func (f *finder) refers(of []*schema.EntityType, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		a := f.anyAttribute(of, name)
		return a != nil && a.target != nil
	})
}

// tableOf answers with the values of attributes alone.
func (f *finder) tableOf(a *Result, nodes []pedigree.Node, of []*schema.EntityType, names []string) error {
	r := &run{finder: f}
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i] = column{label: name, attr: f.anyAttribute(of, name)}
	}
	rows, err := r.cells(nodes, columns)
	a.Attributes = &Values{Name: names, Values: rows}
	return err
}

// referred adds the headers of what attributes of the results refer to.
func (f *finder) referred(a *Result) error {
	var guids []string
	for _, h := range a.Entities {
		for _, v := range h.Attributes {
			eachReference(v, func(guid string) { guids = append(guids, guid) })
		}
	}
	if len(guids) == 0 {
		return nil
	}
	slices.Sort(guids)
	found, err := f.NodesByGUID(slices.Compact(guids))
	if err != nil {
		return err
	}
	var nodes []pedigree.Node
	for _, n := range found {
		nodes = append(nodes, *n)
	}
	headers, err := f.Headers(nodes, catalog.HeaderOptions{})
	if err != nil {
		return err
	}
	a.Referred = make(map[string]*catalog.Header, len(headers))
	for _, h := range headers {
		a.Referred[h.GUID] = h
	}
	return nil
}

// eachReference finds the guids in the value of an attribute.
func eachReference(v any, fn func(guid string)) {
	switch v := v.(type) {
	case schema.ObjectID:
		fn(v.GUID)
	case *schema.ObjectID:
		fn(v.GUID)
	case catalog.RelatedID:
		fn(v.GUID)
	case *catalog.RelatedID:
		fn(v.GUID)
	case []any:
		for _, one := range v {
			eachReference(one, fn)
		}
	case []catalog.ObjectID:
		for _, one := range v {
			fn(one.GUID)
		}
	case []*catalog.RelatedID:
		for _, one := range v {
			fn(one.GUID)
		}
	case map[string]any:
		for _, one := range v {
			eachReference(one, fn)
		}
	}
}

// AttributePrefix searches for entities of a type whose attribute begins with a text.
func (s *Service) AttributePrefix(ctx context.Context, workspace pedigree.NodeID, typeName, name, prefix string, limit, offset int) (*Result, error) {
	if err := checkLengths("attrName", name, "attrValuePrefix", prefix, "typeName", typeName); err != nil {
		return nil, err
	}
	if name == "" && prefix == "" {
		return nil, fault.New(fault.InvalidParameters, fmt.Sprintf("attrName : %s, attrValue: %s for attribute search.", name, prefix))
	}
	p := NewParameters()
	p.TypeName, p.Limit, p.Offset = typeName, limit, offset
	if name == "" {
		err := s.view(ctx, workspace, func(f *finder) error {
			name = "qualifiedName"
			if t := f.types.Entity(typeName); t != nil && t.Field(name) == nil && t.Field("name") != nil {
				name = "name"
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	p.EntityFilters = &Filter{Attribute: name, Operator: "startsWith", Value: prefix}
	if prefix == "" {
		p.EntityFilters = &Filter{Attribute: name, Operator: "notNull"}
	}
	return s.Basic(ctx, workspace, p)
}
