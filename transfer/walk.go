package transfer

import (
	"context"
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

// What is known of a node while an export walks, as bits: the ways in which it is to
// be gone on from, and, so many bits above, those in which that was done.
const (
	alone    = 1 << 2 // known, though nothing leads on from it
	asked    = byte(around) | alone
	doneBits = 3
	written  = 1 << 6
	out      = 1 << 7 // it is in the archive, which older changes may not be
)

// A frontier knows which nodes an export has met and which are still to be read: a byte
// for each node that there ever was, for these are numbered from 1 without large
// gaps. Its memory is that of the store's nodes, however many an export meets.
type frontier struct {
	known []byte
	queue []pedigree.NodeID // to be read next, in the order in which they were met
	at    int               // where to look for those that the queue had no room for
	left  int               // how many of these there are at most
}

// queued bounds the queue. Those beyond it are read in the order of their numbers.
const queued = 10_000

func (w *frontier) grow(id pedigree.NodeID) {
	if int(id) >= len(w.known) {
		w.known = append(w.known, make([]byte, max(int(id)+1-len(w.known), len(w.known)/4+1024))...)
	}
}

// push notes that a node is to be gone on from in a way, unless it was.
func (w *frontier) push(id pedigree.NodeID, to way) {
	w.grow(id)
	bits := byte(to)
	if to == leaf {
		bits = alone
	}
	if before := w.known[id]; bits&^before != 0 {
		if pending(before) == 0 { // otherwise it waits already
			if len(w.queue) < queued {
				w.queue = append(w.queue, id)
			} else {
				w.left++
			}
		}
		w.known[id] = before | bits
	}
}

// pending gives the ways that were not gone yet.
func pending(bits byte) byte { return bits & asked &^ (bits >> doneBits) }

// empty reports whether nothing is left to be read.
func (w *frontier) empty() bool { return len(w.queue) == 0 && w.left == 0 }

// next gives some nodes that are to be read, in order, and the ways from them.
func (w *frontier) next(most int) (some []pedigree.NodeID, ways map[pedigree.NodeID]way) {
	ways = make(map[pedigree.NodeID]way, most)
	take := func(id pedigree.NodeID) {
		bits := pending(w.known[id])
		w.known[id] |= bits << doneBits
		ways[id] = way(bits) & around
		some = append(some, id)
	}
	n := min(most, len(w.queue))
	for _, id := range w.queue[:n] {
		take(id)
	}
	if w.queue = w.queue[n:]; len(w.queue) == 0 {
		w.queue = nil
	}
	for looked := 0; len(w.queue) == 0 && w.left > 0 && len(some) < most && looked < len(w.known); looked++ {
		if w.at++; w.at >= len(w.known) {
			w.at = 0
		}
		if pending(w.known[w.at]) != 0 {
			take(pedigree.NodeID(w.at))
			w.left--
		}
	}
	return some, ways
}

// first reports whether a node is written for the first time.
func (w *frontier) first(id pedigree.NodeID) bool {
	w.grow(id)
	before := w.known[id]
	w.known[id] |= written
	return before&written == 0
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
			owned    bool
		}{{l.end1, l.end2, outward, l.owns1}, {l.end2, l.end1, inward, l.owns2}} {
			w, asked := ways[end.from]
			from, to := known[end.from], known[end.to]
			if asked && from != nil && to != nil && leads(l, from, to) {
				e.goOn(v.Types(), from, to, w, end.way, end.owned)
			}
		}
	}
	return nil
}

// leads reports whether an export goes from one node to another along a tie. What was
// deleted comes along with what it was tied to, so that it is deleted where the archive
// is brought in, too; from there it leads to what was deleted alone.
func leads(l tie, from, to *pedigree.Node) bool {
	if to.Live() {
		return from.Live() && !l.gone
	}
	return true
}

// goOn puts what a node is tied to into the queue, if an export of the node has it.
// What an entity owns is part of it, whichever way led there.
// What a term means does not come along with the term, but terms do with what they
// mean, and their glossaries with them.
func (e *export) goOn(types *schema.Types, from, to *pedigree.Node, w, direction way, owned bool) {
	source, target := types.OfNode(from.Type), types.OfNode(to.Type)
	if source == nil || target == nil || target.Foreign {
		return
	}
	owned = owned && e.connected && !source.Internal()
	if w&direction == 0 && !owned {
		return
	}
	switch {
	case target.Internal() && !source.Internal():
		e.walk.push(to.ID, termOnly)
	case source.Internal() && w == termOnly:
		if isGlossary(target) {
			e.walk.push(to.ID, leaf)
		}
	case source.Internal() && !target.Internal():
	case e.noLineage && target.Kind == pedigree.Execution:
	case !e.connected:
		e.walk.push(to.ID, around)
	case owned:
		e.walk.push(to.ID, leaf)
	case target.Kind == pedigree.Execution:
		e.walk.push(to.ID, outward)
	case w == around:
		e.walk.push(to.ID, direction)
	default:
		e.walk.push(to.ID, w)
	}
}

// termOnly is the way from a term that came along with what it means: to its
// glossary, which is tied to it from the other end.
const termOnly = inward

func isGlossary(t *schema.EntityType) bool { return t.Name() == "AtlasGlossary" }

// A tie is what ties two nodes, from the first to the second.
type tie struct {
	end1, end2 pedigree.NodeID
	gone       bool // in the bin
	owns1      bool // the first end owns the second
	owns2      bool // or the other way round
}

// linksOf gives what ties nodes to others: relationships, and what executions read and
// wrote.
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
		l := tie{end1: rows[i].End1, end2: rows[i].End2, gone: rows[i].Deleted.Set()}
		if t := v.Types().Relationship(rows[i].Type); t != nil && t.Def.Kind == schema.Composition {
			l.owns1, l.owns2 = t.Def.End1.Container, t.Def.End2.Container
		}
		all = append(all, l)
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
			all = append(all, tie{end1: events[i].Execution, end2: events[i].Artifact})
		}
	}
	return all, nil
}

// begin finds what the request names and reports whether that is anything.
func (e *export) begin() (any bool, err error) {
	for i := range e.request.Items {
		item := &e.request.Items[i]
		known := false
		err := e.entities.View(e.ctx, e.workspace, func(v *catalog.View) error {
			known, err = e.start(v, item)
			return err
		})
		if err != nil {
			return false, err
		}
		if known {
			e.items++
		}
	}
	for e.walk.empty() && len(e.scans) > 0 {
		if err := e.scanOn(e.ctx); err != nil {
			return false, err
		}
	}
	return !e.walk.empty(), nil
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
	match := strings.ToLower(e.request.text("matchType"))
	if match == "fortype" {
		for _, name := range strings.Split(item.TypeName, ",") {
			t, err := startType(v, strings.TrimSpace(name))
			if err != nil {
				return false, err
			}
			e.startAll(t, nil)
		}
		return false, nil
	}
	t, err := startType(v, item.TypeName)
	if err != nil {
		return false, err
	}
	rest := make(map[string]string) // what has to be looked for in all of the type
	for name, value := range item.Unique {
		f := t.Field(name)
		text, isText := value.(string)
		switch {
		case f == nil:
		case match == "" && f.Def.Unique:
			n, err := v.Lookup(t, map[string]any{name: value})
			if err != nil {
				return false, err
			}
			found = n != nil && e.startAt(v, n) || found
		case isText:
			rest[name] = text
		}
	}
	if len(rest) > 0 {
		matches, err := matcher(match, rest)
		if err != nil {
			return false, err
		}
		e.startAll(t, matches)
	}
	return found, nil
}

// startType finds the type of entities to begin with.
func startType(v *catalog.View, name string) (*schema.EntityType, error) {
	t := v.Types().Entity(name)
	if t == nil {
		return nil, fault.New(fault.TypeNameInvalid, "ENTITY", name)
	}
	return t, nil
}

// startAt begins with one node, if it came through the catalog.
func (e *export) startAt(v *catalog.View, n *pedigree.Node) bool {
	t := v.Types().OfNode(n.Type)
	if t == nil || t.Foreign {
		return false
	}
	e.walk.push(n.ID, around)
	return true
}

// A scan looks through all entities of a type for those to begin with. It goes on as
// what it finds is written.
type scan struct {
	query   *query.Query               // nil once all were looked at
	matches func(*pedigree.Facts) bool // nil for all
	found   bool
}

// startAll begins with all of a type that match. Types that descend from it count for
// themselves.
func (e *export) startAll(of *schema.EntityType, matches func(*pedigree.Facts) bool) {
	if of.Foreign {
		return
	}
	e.scans = append(e.scans, &scan{matches: matches, query: &query.Query{
		Workspace: e.workspace, Homes: []pedigree.NodeID{e.workspace}, Type: of.Node, View: query.Live, Limit: 500,
	}})
}

// scanOn looks through the next entities, if there are some to be looked through.
func (e *export) scanOn(ctx context.Context) error {
	s := e.scans[0]
	if s.query == nil {
		e.scans = e.scans[1:]
		return nil
	}
	return e.entities.View(ctx, e.workspace, func(v *catalog.View) error {
		nodes, next, err := v.Reader().Find(s.query)
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
				e.walk.push(ids[i], around)
			}
		}
		if s.query.After = next; next == nil {
			s.query = nil
		}
		return nil
	})
}

// matcher says which entities match one of some attributes. What is not known of a match
// is that the texts are equal.
func matcher(match string, want map[string]string) (func(*pedigree.Facts) bool, error) {
	test := func(have, want string) bool { return have == want }
	switch match {
	case "startswith":
		test = strings.HasPrefix
	case "endswith":
		test = strings.HasSuffix
	case "contains":
		test = strings.Contains
	case "matches":
		patterns := make(map[string]*regexp.Regexp)
		for _, text := range want {
			p, err := regexp.Compile(`^(?:` + text + `)$`)
			if err != nil || len(text) > 1000 {
				return nil, fault.New(fault.BadRequest, "The pattern of matchType matches cannot be read")
			}
			patterns[text] = p
		}
		test = func(have, want string) bool { return patterns[want].MatchString(have) }
	}
	return func(f *pedigree.Facts) bool {
		return slices.ContainsFunc(f.Of(pedigree.Field), func(p pedigree.Property) bool {
			text, wanted := want[p.Key]
			return wanted && test(p.Value, text)
		})
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
