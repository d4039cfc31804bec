package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// SetLabels makes the labels of an entity those that are given.
func (w *Work) SetLabels(n *pedigree.Node, labels []string) error {
	standing, err := w.labelsOf(n)
	if err != nil {
		return err
	}
	return w.relabel(n, subtract(labels, standing), subtract(standing, labels))
}

// AddLabels adds labels to an entity.
func (w *Work) AddLabels(n *pedigree.Node, labels []string) error {
	if len(labels) == 0 {
		return fault.New(fault.InvalidParameters, "labels is null/empty")
	}
	standing, err := w.labelsOf(n)
	if err != nil {
		return err
	}
	return w.relabel(n, subtract(labels, standing), nil)
}

// RemoveLabels takes labels from an entity.
func (w *Work) RemoveLabels(n *pedigree.Node, labels []string) error {
	if len(labels) == 0 {
		return fault.New(fault.InvalidParameters, "labels is null/empty")
	}
	if err := checkLabels(labels); err != nil {
		return err
	}
	standing, err := w.labelsOf(n)
	if err != nil {
		return err
	}
	kept := subtract(standing, labels)
	return w.relabel(n, nil, subtract(standing, kept))
}

// labelsOf gives the labels of a node.
func (v *View) labelsOf(n *pedigree.Node) ([]string, error) {
	facts, err := v.reader.Facts([]pedigree.NodeID{n.ID}, pedigree.Tag)
	if err != nil {
		return nil, err
	}
	l := loaded{facts: facts[0]}
	return l.labels(), nil
}

// subtract gives what only the first list has, each once, sorted.
func subtract(a, b []string) []string {
	var only []string
	for _, s := range a {
		if !slices.Contains(b, s) {
			only = append(only, s)
		}
	}
	slices.Sort(only)
	return slices.Compact(only)
}

func (w *Work) relabel(n *pedigree.Node, added, removed []string) error {
	if err := checkLabels(added); err != nil {
		return err
	}
	if len(added)+len(removed) == 0 {
		return nil
	}
	if err := w.checkTagsFree(n, added); err != nil {
		return err
	}
	properties := make([]pedigree.Property, len(added))
	for i, label := range added {
		properties[i] = pedigree.Property{Space: pedigree.Tag, Key: label}
	}
	if len(added) > 0 {
		if err := w.tx.PutProperties(n, properties...); err != nil {
			return err
		}
		if err := w.audit(n, AuditLabelAdd, "Added labels: "+strings.Join(added, " ")); err != nil {
			return err
		}
	}
	for _, label := range removed {
		if _, err := w.tx.DeleteProperty(n, pedigree.Tag, label); err != nil {
			return err
		}
	}
	if len(removed) > 0 {
		if err := w.audit(n, AuditLabelDelete, "Deleted labels: "+strings.Join(removed, " ")); err != nil {
			return err
		}
	}
	return w.touch(n)
}

// checkTagsFree refuses labels that would wipe out what another protocol says under
// the same key: a label is a tag without value.
func (w *Work) checkTagsFree(n *pedigree.Node, labels []string) error {
	if isOurs(n.Type) {
		return nil
	}
	for _, label := range labels {
		value, there, err := w.reader.Property(n.ID, pedigree.Tag, label)
		if err != nil {
			return err
		}
		if there && value != "" {
			return fault.New(fault.InvalidParameters, "entity "+w.GUID(n)+" has a tag "+label+" with a value already")
		}
	}
	return nil
}

// PutBusiness sets business attributes of an entity: those that are given, or with
// overwrite all, so that what is not given is removed.
func (w *Work) PutBusiness(n *pedigree.Node, given map[string]map[string]any, overwrite bool) error {
	if len(given) == 0 {
		return fault.New(fault.InvalidParameters, "businessAttributes is null/empty")
	}
	l, err := w.loadOne(n)
	if err != nil {
		return err
	}
	values, err := businessValues(l, given, overwrite)
	if err != nil {
		return err
	}
	if overwrite {
		for group, fields := range l.typ.Business() {
			for _, f := range fields {
				if _, there := values[group][f.Def.Name]; !there {
					put(values, group, f.Def.Name, nil)
				}
			}
		}
	}
	return w.writeBusiness(l, values)
}

// RemoveBusiness removes business attributes: all of the groups that are given
// without attributes, or those that are.
func (w *Work) RemoveBusiness(n *pedigree.Node, given map[string]map[string]any) error {
	if len(given) == 0 {
		return fault.New(fault.InvalidParameters, "businessAttributes is null/empty")
	}
	l, err := w.loadOne(n)
	if err != nil {
		return err
	}
	values := make(map[string]map[string]any)
	for group, attributes := range given {
		for _, f := range l.typ.Business()[group] {
			if _, named := attributes[f.Def.Name]; named || len(attributes) == 0 {
				put(values, group, f.Def.Name, nil)
			}
		}
	}
	return w.writeBusiness(l, values)
}

func (v *View) loadOne(n *pedigree.Node) (*loaded, error) {
	all, err := v.load([]pedigree.Node{*n}, 0)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func put(values map[string]map[string]any, group, name string, value any) {
	if values[group] == nil {
		values[group] = make(map[string]any)
	}
	values[group][name] = value
}

// businessValues checks business attributes. What must be there may be there already.
func businessValues(l *loaded, given map[string]map[string]any, overwrite bool) (map[string]map[string]any, error) {
	var problems []string
	values := make(map[string]map[string]any)
	for _, group := range slices.Sorted(maps.Keys(given)) {
		fields, known := l.typ.Business()[group]
		if !known {
			problems = append(problems, group+": invalid business-metadata for entity type "+l.typ.Name())
			continue
		}
		for _, f := range fields {
			g, there := given[group][f.Def.Name]
			name := l.typ.Name() + "." + group + "." + f.Def.Name
			if g == nil {
				if !f.Def.Optional && (overwrite || l.field(businessKey(f)) == nil) {
					problems = append(problems, name+": mandatory business-metadata attribute value missing in type "+l.typ.Name())
				} else if there {
					put(values, group, f.Def.Name, nil)
				}
				continue
			}
			value, err := f.Type.Normalize(g)
			switch {
			case err != nil:
				problems = append(problems, problemOf(name, err))
			case tooLong(value, f.MaxLength):
				problems = append(problems, name+":  Business attribute-value exceeds maximum length limit")
			default:
				put(values, group, f.Def.Name, value)
			}
		}
	}
	if len(problems) > 0 {
		return nil, fault.New(fault.InstanceCrudInvalidParams, strings.Join(problems, ", "))
	}
	return values, nil
}

// tooLong reports whether a text, or one of a list or map, has more than so many
// UTF-16 units; 0 stands for no bound.
func tooLong(value any, most int) bool {
	if most == 0 {
		return false
	}
	switch v := value.(type) {
	case string:
		return length(v) > most
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return tooLong(e, most) })
	case map[string]any:
		for _, e := range v {
			if tooLong(e, most) {
				return true
			}
		}
	}
	return false
}

// writeBusiness writes business attributes; nil removes. What does not differ is left
// alone.
func (w *Work) writeBusiness(l *loaded, values map[string]map[string]any) error {
	changed := false
	for _, group := range slices.Sorted(maps.Keys(values)) {
		differs := make(map[string]any)
		for _, f := range l.typ.Business()[group] {
			value, there := values[group][f.Def.Name]
			if !there {
				continue
			}
			standing := l.field(businessKey(f))
			switch {
			case value == nil && standing == nil, value != nil && standing != nil && same(value, valueOf(f.Type, standing)):
				continue
			case value == nil:
				if _, err := w.tx.DeleteProperty(&l.Node, pedigree.Field, businessKey(f)); err != nil {
					return err
				}
			default:
				if err := w.tx.PutProperties(&l.Node, propertyFor(businessKey(f), value)); err != nil {
					return err
				}
			}
			differs[f.Def.Name] = value
		}
		if len(differs) == 0 {
			continue
		}
		changed = true
		details := "Updated business attributes: " + jsonText(&Struct{TypeName: group, Attributes: differs})
		if err := w.audit(&l.Node, AuditBusinessAttributeUpdate, details); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	return w.touchKnown(&l.Node, l.fields())
}

// businessProperties checks the business attributes of a new entity and gives the
// properties that they are kept as. Groups that are not for its type are left out.
func businessProperties(r *request) ([]pedigree.Property, error) {
	if len(r.entity.BusinessAttributes) == 0 {
		return nil, nil
	}
	given := make(map[string]map[string]any)
	for group, values := range r.entity.BusinessAttributes {
		if _, known := r.typ.Business()[group]; known && len(values) > 0 {
			given[group] = values
		}
	}
	values, err := businessValues(&loaded{typ: r.typ}, given, false)
	if err != nil {
		return nil, err
	}
	var properties []pedigree.Property
	for _, group := range slices.Sorted(maps.Keys(values)) {
		for _, name := range slices.Sorted(maps.Keys(values[group])) {
			if value := values[group][name]; value != nil {
				properties = append(properties, propertyFor(group+"."+name, value))
			}
		}
	}
	return properties, nil
}

// PartialByGUID changes one attribute of an entity.
func (w *Work) PartialByGUID(guid, name string, value any) (*Mutations, error) {
	n, err := w.NodeByGUID(guid)
	if err != nil {
		return nil, err
	}
	t, err := w.typeOf(n)
	if err != nil {
		return nil, err
	}
	e := &Entity{GUID: guid, TypeName: t.Name()}
	f := t.Field(name)
	switch {
	case f == nil && len(t.End(name)) == 0:
		return nil, fault.New(fault.UnknownAttribute, name, t.Name())
	case len(t.End(name)) > 0 || f.Target != nil:
		given := oneReference(name, targetOf(t, f, name), value)
		if len(t.End(name)) > 0 {
			e.RelationshipAttributes = given
		} else {
			e.Attributes = given
		}
	default:
		e.Attributes = map[string]any{name: value}
	}
	return w.Save(&Batch{Entities: []*Entity{e}}, SaveOptions{Partial: true})
}

func targetOf(t *schema.EntityType, f *schema.Field, name string) *schema.EntityType {
	if ends := t.End(name); len(ends) > 0 {
		return ends[0].Other
	}
	return f.Target
}

// oneReference makes a reference of a guid that is given as text.
func oneReference(name string, target *schema.EntityType, value any) map[string]any {
	if guid, ok := value.(string); ok {
		value = map[string]any{"guid": guid, "typeName": target.Name()}
	}
	return map[string]any{name: value}
}

// PartialByUnique changes what is given of the entity that has the given unique
// attributes.
func (w *Work) PartialByUnique(typeName string, unique map[string]any, e *Entity, referred map[string]*Entity) (*Mutations, error) {
	if e == nil {
		return nil, fault.New(fault.InvalidParameters, "no entity to update.")
	}
	n, err := w.LookupExact(typeName, unique)
	if err != nil {
		return nil, err
	}
	e.GUID = w.GUID(n)
	if e.TypeName == "" {
		e.TypeName = typeName
	}
	return w.Save(&Batch{Entities: []*Entity{e}, Referred: referred}, SaveOptions{Partial: true})
}
