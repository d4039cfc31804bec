package transfer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// What is known of a node while an export walks, as bits.
const (
	written     = 1 << 2 // beside the ways in which it was gone on from
	bitsPerNode = 4
)

// seen keeps bits of nodes, which are numbered from 1 without large gaps: half a
// byte for each that there ever was.
type seen struct{ bits []byte }

// add sets bits of a node and reports whether one of them is new.
func (s *seen) add(id pedigree.NodeID, bits byte) bool {
	at, shift := int(id/2), uint(id%2)*bitsPerNode
	if at >= len(s.bits) {
		s.bits = append(s.bits, make([]byte, max(at+1-len(s.bits), len(s.bits)/4+1024))...)
	}
	before := s.bits[at] >> shift & (1<<bitsPerNode - 1)
	s.bits[at] |= bits << shift
	return bits&^before != 0
}

// push puts a node into the queue unless it was gone on from in that way before.
func (e *export) push(id pedigree.NodeID, w way) {
	bits := byte(w)
	if w == leaf {
		bits = 1 << 3 // known, though nothing leads on from it
	}
	if e.seen.add(id, bits) {
		e.queue = append(e.queue, step{id, w})
	}
}

// follow notes what some nodes are tied to.
func (e *export) follow(v *catalog.View, nodes []pedigree.Node, ways map[pedigree.NodeID]way) error {
	links, err := linksOf(v, nodes)
	if err != nil {
		return err
	}
	var ids []pedigree.NodeID
	for _, l := range links {
		ids = append(ids, l.end1, l.end2)
	}
	others, err := v.Reader().Nodes(unique(ids))
	if err != nil {
		return err
	}
	known := make(map[pedigree.NodeID]*pedigree.Node, len(others))
	for i := range others {
		known[others[i].ID] = &others[i]
	}
	for _, l := range links {
		for _, end := range []struct {
			from, to pedigree.NodeID
			way      way
		}{{l.end1, l.end2, outward}, {l.end2, l.end1, inward}} {
			if w, asked := ways[end.from]; asked && w&end.way != 0 && known[end.from] != nil && known[end.to] != nil {
				e.goOn(v.Types(), known[end.from], known[end.to], w, end.way)
			}
		}
	}
	return nil
}

// goOn puts what a node is tied to into the queue, if an export of the node has it.
// What a term means does not come along with the term, but terms do with what they
// mean, and their glossaries with them.
func (e *export) goOn(types *schema.Types, from, to *pedigree.Node, w, direction way) {
	source, target := types.OfNode(from.Type), types.OfNode(to.Type)
	if source == nil || target == nil || target.Foreign || !to.Live() {
		return
	}
	switch {
	case target.Internal() && !source.Internal():
		e.push(to.ID, termOnly)
	case source.Internal() && w == termOnly:
		if isGlossary(target) {
			e.push(to.ID, leaf)
		}
	case source.Internal() && !target.Internal():
	case e.noLineage && target.Kind == pedigree.Execution:
	case !e.connected:
		e.push(to.ID, around)
	case target.Kind == pedigree.Execution:
		e.push(to.ID, outward)
	case w == around:
		e.push(to.ID, direction)
	default:
		e.push(to.ID, w)
	}
}

// termOnly is the way from a term that came along with what it means: to its
// glossary, which is tied to it from the other end.
const termOnly = inward

func isGlossary(t *schema.EntityType) bool { return t.Name() == "AtlasGlossary" }

// A tie is what ties two nodes, from the first to the second.
type tie struct{ end1, end2 pedigree.NodeID }

// linksOf gives what ties nodes to others: relationships outside the bin, and what
// executions read and wrote.
func linksOf(v *catalog.View, nodes []pedigree.Node) (all []tie, err error) {
	var ids []pedigree.NodeID
	byKind := make(map[pedigree.Kind][]pedigree.NodeID)
	for i := range nodes {
		ids = append(ids, nodes[i].ID)
		byKind[nodes[i].Type.Kind] = append(byKind[nodes[i].Type.Kind], nodes[i].ID)
	}
	rows, err := v.Reader().Relationships(ids)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if rows[i].Deleted == pedigree.NoTime {
			all = append(all, tie{rows[i].End1, rows[i].End2})
		}
	}
	for _, kind := range []pedigree.Kind{pedigree.Execution, pedigree.Artifact} {
		if len(byKind[kind]) == 0 {
			continue
		}
		events, err := v.Reader().Links(kind, byKind[kind])
		if err != nil {
			return nil, err
		}
		for i := range events {
			all = append(all, tie{events[i].Execution, events[i].Artifact})
		}
	}
	return all, nil
}

// begin finds what the request names and reports whether that is anything.
func (e *export) begin() (any bool, err error) {
	for i := range e.request.Items {
		item := &e.request.Items[i]
		before := len(e.queue)
		known := false
		err := e.entities.View(e.ctx, e.workspace, func(v *catalog.View) error {
			known, err = e.start(v, item)
			return err
		})
		if err != nil {
			return false, err
		}
		if known || len(e.queue) > before {
			e.items++
		}
	}
	for len(e.queue) == 0 && len(e.scans) > 0 {
		if err := e.scanOn(); err != nil {
			return false, err
		}
	}
	return len(e.queue) > 0, nil
}

// start finds what one item names; found where there is something, which another
// item may have named before.
func (e *export) start(v *catalog.View, item *Item) (found bool, err error) {
	if item.GUID != "" {
		nodes, err := v.NodesByGUID([]string{item.GUID})
		if n := nodes[item.GUID]; n != nil {
			return e.startAt(v, n), err
		}
		return false, err
	}
	t := v.Types().Entity(item.TypeName)
	if t == nil {
		return false, fault.New(fault.TypeNameInvalid, "ENTITY", item.TypeName)
	}
	match := e.request.text("matchType")
	if strings.EqualFold(match, "forType") {
		e.startAll(v, t, nil)
		return false, nil
	}
	if len(item.Unique) == 0 {
		return false, nil
	}
	matches, err := matcher(match, item.Unique)
	if err != nil {
		return false, err
	}
	if matches == nil {
		n, err := v.Lookup(t, item.Unique)
		return n != nil && e.startAt(v, n), err
	}
	e.startAll(v, t, matches)
	return false, nil
}

// startAt begins with one node, if it came through the catalog.
func (e *export) startAt(v *catalog.View, n *pedigree.Node) bool {
	t := v.Types().OfNode(n.Type)
	if t == nil || t.Foreign {
		return false
	}
	e.push(n.ID, around)
	return true
}

// A scan looks through all entities of a type, and of those that descend from it,
// for those to begin with. It goes on as what it finds is written.
type scan struct {
	left    []*query.Query             // of the types that are not looked through to their end
	matches func(*pedigree.Facts) bool // nil for all
	found   bool
}

// startAll begins with all of a type that match.
func (e *export) startAll(v *catalog.View, of *schema.EntityType, matches func(*pedigree.Facts) bool) {
	s := &scan{matches: matches}
	for _, name := range of.Descendants() {
		if t := v.Types().Entity(name); t != nil && !t.Foreign {
			s.left = append(s.left, &query.Query{Workspace: e.workspace, Homes: []pedigree.NodeID{e.workspace}, Type: t.Node, View: query.Live, Limit: 500})
		}
	}
	e.scans = append(e.scans, s)
}

// scanOn looks through the next entities, if there are some to be looked through.
func (e *export) scanOn() error {
	s := e.scans[0]
	if len(s.left) == 0 {
		e.scans = e.scans[1:]
		return nil
	}
	return e.entities.View(e.ctx, e.workspace, func(v *catalog.View) error {
		nodes, next, err := v.Reader().Find(s.left[0])
		if err != nil {
			return err
		}
		ids := make([]pedigree.NodeID, len(nodes))
		for i := range nodes {
			ids[i] = nodes[i].ID
		}
		var facts []pedigree.Facts
		if s.matches != nil {
			if facts, err = v.Reader().Facts(ids, pedigree.Field); err != nil {
				return err
			}
		}
		for i := range ids {
			if s.matches == nil || s.matches(&facts[i]) {
				if !s.found {
					s.found = true
					e.items++
				}
				e.push(ids[i], around)
			}
		}
		if s.left[0].After = next; next == nil {
			s.left = s.left[1:]
		}
		return nil
	})
}

// matcher says which entities match unique attributes, nil where they are equal.
func matcher(match string, want map[string]any) (func(*pedigree.Facts) bool, error) {
	var test func(have, want string) bool
	switch strings.ToLower(match) {
	case "startswith":
		test = func(have, want string) bool {
			return len(have) >= len(want) && strings.EqualFold(have[:len(want)], want)
		}
	case "endswith":
		test = func(have, want string) bool {
			return len(have) >= len(want) && strings.EqualFold(have[len(have)-len(want):], want)
		}
	case "contains":
		test = func(have, want string) bool { return strings.Contains(strings.ToLower(have), strings.ToLower(want)) }
	case "matches":
		patterns := make(map[string]*regexp.Regexp)
		for _, w := range want {
			text, _ := w.(string)
			p, err := regexp.Compile(`^(?:` + text + `)$`)
			if err != nil || len(text) > 1000 {
				return nil, fault.New(fault.BadRequest, "The pattern of matchType matches cannot be read")
			}
			patterns[text] = p
		}
		test = func(have, want string) bool { return patterns[want].MatchString(have) }
	default:
		return nil, nil
	}
	return func(f *pedigree.Facts) bool {
		have := make(map[string]string)
		for _, p := range f.Of(pedigree.Field) {
			have[p.Key] = p.Value
		}
		for name, w := range want {
			text, _ := w.(string)
			if !test(have[name], text) {
				return false
			}
		}
		return true
	}, nil
}

// parseMarker reads a moment in milliseconds; none stands for the beginning.
func parseMarker(text string) (pedigree.Time, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.BadRequest, "The option changeMarker must be a number of milliseconds")
	}
	return pedigree.Time(n), nil
}

// usedTypes are the types that exported entities need, by name.
type usedTypes struct{ names map[string]bool }

func newUsedTypes() usedTypes { return usedTypes{make(map[string]bool)} }

// add notes the types of an entity and of all that it says.
func (u usedTypes) add(types *schema.Types, e *catalog.Entity) {
	u.entity(types, e.TypeName)
	for _, c := range e.Classifications {
		u.classification(types, c.TypeName)
	}
	for name := range e.BusinessAttributes {
		if b := types.Business(name); b != nil && !u.names[name] {
			u.names[name] = true
			for i := range b.Def.Attributes {
				u.value(types, b.Def.Attributes[i].Type)
			}
		}
	}
}

func (u usedTypes) entity(types *schema.Types, name string) {
	t := types.Entity(name)
	if t == nil || t.Foreign || u.names[name] {
		return
	}
	u.names[name] = true
	for _, super := range t.Ancestors() {
		u.entity(types, super)
	}
	for i := range t.Def.Attributes {
		u.value(types, t.Def.Attributes[i].Type)
	}
	for _, end := range t.EndNames() {
		for _, r := range t.End(end) {
			u.relationship(types, r.Relationship.Def.Name)
		}
	}
}

func (u usedTypes) classification(types *schema.Types, name string) {
	t := types.Classification(name)
	if t == nil || u.names[name] {
		return
	}
	u.names[name] = true
	for _, super := range t.Ancestors() {
		u.classification(types, super)
	}
	for i := range t.Def.Attributes {
		u.value(types, t.Def.Attributes[i].Type)
	}
}

func (u usedTypes) relationship(types *schema.Types, name string) {
	t := types.Relationship(name)
	if t == nil || u.names[name] {
		return
	}
	u.names[name] = true
	u.entity(types, t.Def.End1.Type)
	u.entity(types, t.Def.End2.Type)
	for i := range t.Def.Attributes {
		u.value(types, t.Def.Attributes[i].Type)
	}
}

// value notes the types in the type of an attribute, such as array<x>.
func (u usedTypes) value(types *schema.Types, name string) {
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("<>, ", r) }) {
		if u.names[part] {
			continue
		}
		switch {
		case types.Enum(part) != nil:
			u.names[part] = true
		case types.Struct(part) != nil:
			u.names[part] = true
			for i := range types.Struct(part).Def.Attributes {
				u.value(types, types.Struct(part).Def.Attributes[i].Type)
			}
		default:
			u.entity(types, part)
		}
	}
}

// defs gives the definitions.
func (u usedTypes) defs(types *schema.Types) *schema.Defs {
	d := &schema.Defs{
		Enums: []schema.EnumDef{}, Structs: []schema.StructDef{}, Classifications: []schema.ClassificationDef{},
		Entities: []schema.EntityDef{}, Relationships: []schema.RelationshipDef{}, Business: []schema.BusinessDef{},
	}
	names := make([]string, 0, len(u.names))
	for name := range u.names {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch def := types.Def(name).(type) {
		case *schema.EnumDef:
			d.Enums = append(d.Enums, *def)
		case *schema.StructDef:
			d.Structs = append(d.Structs, *def)
		case *schema.ClassificationDef:
			d.Classifications = append(d.Classifications, *def)
		case *schema.EntityDef:
			d.Entities = append(d.Entities, *def)
		case *schema.RelationshipDef:
			d.Relationships = append(d.Relationships, *def)
		case *schema.BusinessDef:
			d.Business = append(d.Business, *def)
		}
	}
	return d
}
