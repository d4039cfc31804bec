package catalog

import (
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// A deletion is what goes into the bin together.
type deletion struct {
	gone   []*loaded
	others []pedigree.NodeID // that were tied to it and stay
}

// Delete puts entities into the bin with all that they own, and lets go of what they
// are tied to. Those that are there already are left out of the answer. Entities of
// internal types, such as terms of a glossary, are removed for ever.
func (w *Work) Delete(nodes []pedigree.Node) (*Mutations, error) {
	answer := &Mutations{}
	d, err := w.putInBin(nodes, false)
	if err != nil || len(d.gone) == 0 {
		return answer, err
	}
	headers, err := w.headers(d.gone, HeaderOptions{})
	if err != nil {
		return nil, err
	}
	for i, h := range headers {
		h.Status = Active // as clients read it: what it was
		answer.add(ActionDelete, h)
		if l := d.gone[i]; l.typ.Internal() {
			if err := w.tx.Purge(l.ID); err != nil {
				return nil, err
			}
		}
	}
	others, err := w.loadIDs(d.others, 0)
	if err != nil {
		return nil, err
	}
	s := saving{Work: w, batch: &batch{view: w.View}}
	var stay []pedigree.Node
	for _, id := range d.others {
		l := others[id]
		if l == nil || !l.Live() {
			continue
		}
		if err := w.touchKnown(&l.Node, l.fields()); err != nil {
			return nil, err
		}
		if err := s.auditOther(l); err != nil {
			return nil, err
		}
		stay = append(stay, l.Node)
	}
	headers, err = w.headersNoted(stay)
	for _, h := range headers {
		answer.add(ActionUpdate, h)
	}
	return answer, err
}

// putInBin puts nodes and what they own into the bin.
func (w *Work) putInBin(nodes []pedigree.Node, imported bool) (*deletion, error) {
	d := &deletion{}
	seen := make(map[pedigree.NodeID]bool)
	for next := nodes; len(next) > 0; {
		fresh := next[:0:0]
		for i := range next {
			n := &next[i]
			if seen[n.ID] || !n.Live() {
				continue
			}
			seen[n.ID] = true
			if !isOurs(n.Type) {
				t, err := w.typeOf(n)
				if err != nil {
					return nil, err
				}
				return nil, refuseForeign(t.Name())
			}
			fresh = append(fresh, *n)
		}
		all, err := w.load(fresh, withLinks|withNoted)
		if err != nil {
			return nil, err
		}
		d.gone = append(d.gone, all...)
		if next, err = w.ownedNodes(all, true); err != nil {
			return nil, err
		}
	}
	tied := make(map[pedigree.NodeID]bool)
	for _, l := range d.gone {
		if err := w.binOne(l, imported); err != nil {
			return nil, err
		}
		for _, k := range l.links {
			other, end := k.other(l.ID)
			if !seen[other] && !tied[other] && k.live() && knownAsAttribute(k, end) {
				tied[other] = true
				d.others = append(d.others, other)
			}
			if k.live() && k.event == nil {
				if err := w.dropLink(k); err != nil {
					return nil, err
				}
			}
		}
	}
	return d, nil
}

// knownAsAttribute reports whether who stands at an end of a link knows it as an
// attribute, and not only as a relationship.
func knownAsAttribute(k *link, end int) bool { return k.def == nil || k.def.End(end).Legacy }

// ownedNodes gives the nodes that others own: those whose tie to them is live, or
// all that ever were.
func (w *Work) ownedNodes(all []*loaded, live bool) ([]pedigree.Node, error) {
	var ids []pedigree.NodeID
	for _, l := range all {
		for _, k := range l.links {
			other, end := k.other(l.ID)
			f := bareField(l.typ, k, end)
			if (k.owns(end) || f != nil && f.Owned()) && (!live || k.live()) {
				ids = append(ids, other)
			}
		}
	}
	slices.Sort(ids)
	return w.reader.Nodes(slices.Compact(ids))
}

// binOne puts one node into the bin.
func (w *Work) binOne(l *loaded, imported bool) error {
	left, err := w.leavings(l)
	if err != nil {
		return err
	}
	if err := w.touchKnown(&l.Node, l.fields()); err != nil {
		return err
	}
	l.Deleted = w.Now()
	if l.Type.Kind == pedigree.Context {
		l.Name = l.UID // whoever comes after it may have its name
	}
	if err := w.tx.UpdateNode(&l.Node); err != nil {
		return err
	}
	what := AuditDelete
	if imported {
		what = AuditImportDelete
	}
	line, err := w.auditLine(&l.Node, what, "Deleted entity")
	if err != nil {
		return err
	}
	return w.tellLeft(line, left)
}

// PurgeChange is what the history of the workspace says where entities were purged:
// Before lists the guids that were asked for, After those that went, both in JSON.
const PurgeChange = pedigree.AtlasPrefix + "PURGE"

// Purge removes entities for ever that are in the bin, with all that they owned and
// that is there, too. Others are left out of the answer.
func (w *Work) Purge(nodes []pedigree.Node) (*Mutations, error) {
	answer := &Mutations{}
	var gone []*loaded
	seen := make(map[pedigree.NodeID]bool)
	for next := nodes; len(next) > 0; {
		fresh := next[:0:0]
		for i := range next {
			if n := &next[i]; !seen[n.ID] && !n.Live() && isOurs(n.Type) {
				seen[n.ID] = true
				fresh = append(fresh, *n)
			}
		}
		all, err := w.load(fresh, withLinks|withClasses)
		if err != nil {
			return nil, err
		}
		gone = append(gone, all...)
		if next, err = w.ownedNodes(all, false); err != nil {
			return nil, err
		}
	}
	if len(gone) == 0 {
		return answer, nil
	}
	headers, err := w.headers(gone, HeaderOptions{Classifications: true})
	if err != nil {
		return nil, err
	}
	asked, went := []string{}, []string{}
	for i := range nodes {
		asked = append(asked, w.GUID(&nodes[i]))
	}
	for i, l := range gone {
		answer.add(ActionPurge, headers[i])
		went = append(went, l.guid)
		if err := w.purgeOne(l, headers[i]); err != nil {
			return nil, err
		}
	}
	return answer, w.tx.AppendChange(&pedigree.Change{
		Workspace: w.workspace, Node: w.workspace, Actor: bounded(w.actor.Name), Reason: bounded(w.actor.Reason), What: PurgeChange,
		Before: shorten(jsonText(asked), maxAudit), After: shorten(jsonText(went), maxAudit),
	})
}

// purgeOne removes a node. The line that says so names its guid, by which its
// history can be found.
func (w *Work) purgeOne(l *loaded, h *Header) error {
	left, err := w.leavings(l)
	if err != nil {
		return err
	}
	line := pedigree.Change{
		Workspace: w.workspace, Node: l.ID, Actor: bounded(w.actor.Name), Reason: bounded(w.actor.Reason),
		What: pedigree.AtlasPrefix + string(AuditPurge), Before: l.guid, After: shorten(auditPrefixes[AuditPurge]+jsonText(h), maxAudit),
	}
	if err := w.tx.AppendChange(&line); err != nil {
		return err
	}
	if err := w.tellLeft(line.ID, left); err != nil {
		return err
	}
	return w.tx.Purge(l.ID)
}
