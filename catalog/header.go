package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
)

// headerNames are the attributes that headers show beside unique ones.
var headerNames = []string{"name", "displayName", "description", "owner", "createTime"}

// MeaningRelationship ties a term of a glossary (its first end) to what it says the
// meaning of.
const MeaningRelationship = "AtlasGlossarySemanticAssignment"

// HeaderOptions say how much headers show.
type HeaderOptions struct {
	Attributes      []string // more attributes, by name; those that a type does not have are left out
	Classifications bool     // and what they say, beside their names
}

// Headers gives the headers of nodes in the order given.
func (v *View) Headers(nodes []pedigree.Node, o HeaderOptions) ([]*Header, error) {
	parts := withMeanings | withClasses
	if links, err := v.wantLinks(nodes, o.Attributes); err != nil {
		return nil, err
	} else if links {
		parts = withLinks | withClasses
	}
	all, err := v.load(nodes, parts)
	if err != nil {
		return nil, err
	}
	return v.headers(all, o)
}

// headersNoted gives short headers of nodes as clients read them of what was tied
// anew: without what came to be carried to them by that.
func (v *View) headersNoted(nodes []pedigree.Node) ([]*Header, error) {
	all, err := v.load(nodes, withMeanings|withNoted)
	if err != nil {
		return nil, err
	}
	return v.headers(all, HeaderOptions{})
}

// wantLinks reports whether some attributes are references of some of the nodes. These
// may be tied to very many others.
func (v *View) wantLinks(nodes []pedigree.Node, attributes []string) (bool, error) {
	seen := make(map[pedigree.Type]bool)
	for i := range nodes {
		if len(attributes) == 0 || seen[nodes[i].Type] {
			continue
		}
		seen[nodes[i].Type] = true
		t, err := v.typeOf(&nodes[i])
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(attributes, func(name string) bool { return refers(t, name) }) {
			return true, nil
		}
	}
	return false, nil
}

// refers reports whether an attribute, which may be named with its type, is a reference.
func refers(t *schema.EntityType, name string) bool {
	f := t.Field(name)
	if f == nil {
		name = name[strings.LastIndexByte(name, '.')+1:]
		f = t.Field(name)
	}
	return f != nil && f.Target != nil || len(t.End(name)) > 0
}

// Header gives the header of a node with all that it says.
func (v *View) Header(n *pedigree.Node) (*Header, error) {
	headers, err := v.Headers([]pedigree.Node{*n}, HeaderOptions{Classifications: true})
	if err != nil {
		return nil, err
	}
	return headers[0], nil
}

func (v *View) headers(all []*loaded, o HeaderOptions) ([]*Header, error) {
	r := reading{View: v, known: make(map[pedigree.NodeID]*loaded)}
	if err := r.learnHeaders(all, o); err != nil {
		return nil, err
	}
	headers := make([]*Header, len(all))
	for i, l := range all {
		headers[i] = r.header(l, o)
	}
	return headers, nil
}

// learnHeaders loads no more of what nodes are tied to than headers show.
func (r *reading) learnHeaders(all []*loaded, o HeaderOptions) error {
	var ids []pedigree.NodeID
	for _, l := range all {
		r.known[l.ID] = l
	}
	want := func(id pedigree.NodeID) {
		if r.known[id] == nil {
			ids = append(ids, id)
		}
	}
	for _, l := range all {
		for _, k := range l.links {
			other, end := k.other(l.ID)
			if k.Type == MeaningRelationship || wantsLink(l, k, end, o.Attributes) {
				want(other)
			}
		}
		for i := range l.carried {
			want(l.carried[i].Node)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	others, err := r.loadIDs(ids, 0)
	for id, l := range others {
		r.known[id] = l
	}
	return err
}

// wantsLink reports whether a link is part of one of some attributes.
func wantsLink(l *loaded, k *link, end int, attributes []string) bool {
	if len(attributes) == 0 {
		return false
	}
	if k.def != nil {
		return slices.Contains(attributes, k.def.End(end).Name)
	}
	f := bareField(l.typ, k, end)
	return f != nil && slices.Contains(attributes, f.Def.Name)
}

func (r *reading) header(l *loaded, o HeaderOptions) *Header {
	h := &Header{
		TypeName: l.typ.Name(), GUID: l.guid, Status: statusOf(l.Deleted), DisplayText: r.displayText(l), Attributes: r.headerAttributes(l),
		ClassificationNames: []string{}, MeaningNames: []string{}, Meanings: []Meaning{}, Labels: l.labels(),
	}
	if p := l.field(keyIncomplete); p != nil {
		h.IsIncomplete = p.Int != 0
	}
	for _, name := range o.Attributes {
		r.addAttribute(h, l, name)
	}
	for _, list := range [][]pedigree.Classification{l.own, l.carried} {
		for i := range list {
			h.ClassificationNames = append(h.ClassificationNames, list[i].Type)
		}
	}
	if o.Classifications {
		h.Classifications = r.classifications(l)
		if h.Classifications == nil {
			h.Classifications = []Classification{}
		}
	}
	for _, k := range l.links {
		if k.Type != MeaningRelationship || k.End2 != l.ID || !k.live() {
			continue
		}
		if m, ok := r.meaning(k); ok {
			h.Meanings = append(h.Meanings, m)
			h.MeaningNames = append(h.MeaningNames, m.DisplayText)
		}
	}
	return h
}

// addAttribute adds one attribute, which may be named with its type, to a header.
func (r *reading) addAttribute(h *Header, l *loaded, name string) {
	f := l.typ.Field(name)
	if f == nil {
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name = name[i+1:]
			f = l.typ.Field(name)
		}
	}
	switch {
	case f != nil && (f.Target == nil || f.Soft()):
		if value := r.value(l, f); value != nil {
			h.Attributes[name] = shown(value)
		}
	case len(l.typ.End(name)) > 0:
		if value := r.legacy(l, name); value != nil {
			h.Attributes[name] = value
		}
	case f != nil:
		if value := r.bare(l, f); value != nil {
			h.Attributes[name] = value
		}
	}
}

// headerAttributes gives the attributes that headers show, as far as they have values.
func (v *View) headerAttributes(l *loaded) map[string]any {
	values := make(map[string]any, 4)
	for _, f := range l.typ.Fields {
		if f.Target != nil || !f.Def.Unique && !slices.Contains(headerNames, f.Def.Name) {
			continue
		}
		if value := v.value(l, f); value != nil {
			values[f.Def.Name] = shown(value)
		}
	}
	return values
}

// displayText gives what an entity is shown as, empty where it has nothing for that.
func (v *View) displayText(l *loaded) string {
	for _, name := range [...]string{l.typ.DisplayAttribute(), "name", "displayName", "qualifiedName"} {
		if text := v.textAttribute(l, name); text != "" {
			return text
		}
	}
	return ""
}

func (v *View) qualifiedName(l *loaded) string { return v.textAttribute(l, "qualifiedName") }

func (v *View) textAttribute(l *loaded, name string) string {
	f := l.typ.Field(name)
	if f == nil || f.Target != nil {
		return ""
	}
	switch value := v.value(l, f).(type) {
	case nil:
		return ""
	case string:
		return value
	default:
		return strings.Trim(jsonText(value), `"`)
	}
}

// textOf writes the value of a property of any form as text.
func textOf(p *pedigree.Property) string {
	switch p.Form {
	case pedigree.Bool:
		return strconv.FormatBool(p.Int != 0)
	case pedigree.Int:
		return strconv.FormatInt(p.Int, 10)
	case pedigree.Double:
		return strings.Trim(jsonText(p.Number), `"`)
	}
	return p.Value
}

// meaning describes the term that a relationship assigns.
func (r *reading) meaning(k *link) (m Meaning, ok bool) {
	term := r.known[k.End1]
	if term == nil || k.def == nil {
		return m, false
	}
	values := linkAttributes(k)
	text := func(name string) string { s, _ := values[name].(string); return s }
	confidence, _ := values["confidence"].(int64)
	return Meaning{
		TermGUID: term.guid, RelationGUID: k.UID, DisplayText: cmp.Or(r.textAttribute(term, "name"), r.displayText(term)),
		QualifiedName: r.qualifiedName(term), Description: text("description"), Expression: text("expression"), Status: text("status"),
		Confidence: confidence, CreatedBy: text("createdBy"), Steward: text("steward"), Source: text("source"),
	}, true
}
