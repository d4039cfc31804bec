package search

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/store"
)

// shownText is how much of a text a list gives, in bytes.
const shownText = 1000

// show reads the properties that are to be shown of each node.
func (p *Page) show(r store.Reader, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	var spaces []pedigree.Space
	for _, key := range keys {
		if space, _, ok := pedigree.SplitKey(key); ok {
			spaces = append(spaces, space)
		} else {
			spaces = append(spaces, pedigree.Field, pedigree.Custom)
		}
	}
	slices.Sort(spaces)
	ids := make([]pedigree.NodeID, len(p.Nodes))
	for i := range p.Nodes {
		ids[i] = p.Nodes[i].ID
	}
	facts, err := r.Facts(ids, slices.Compact(spaces)...)
	for i := range facts {
		f := &facts[i]
		f.Properties = slices.DeleteFunc(f.Properties, func(p pedigree.Property) bool { return !slices.Contains(keys, pedigree.QualifiedKey(p.Space, p.Key)) })
		for i := range f.Properties {
			f.Properties[i].Value = naming.Shorten(f.Properties[i].Value, shownText)
		}
		f.Metrics = slices.DeleteFunc(f.Metrics, func(m pedigree.Point) bool {
			return !slices.Contains(keys, pedigree.QualifiedKey(pedigree.Metric, m.Key))
		})
	}
	p.Facts = facts
	return err
}

// contextsShown is how many contexts of a node a list gives.
const contextsShown = 20

// place reads the contexts of each node that are not in the bin.
func (p *Page) place(r store.Reader) error {
	ids := make([]pedigree.NodeID, len(p.Nodes))
	for i := range p.Nodes {
		ids[i] = p.Nodes[i].ID
	}
	members, err := r.Contexts(ids)
	if err != nil {
		return err
	}
	of := make(map[pedigree.NodeID][]pedigree.NodeID, len(ids))
	var wanted []pedigree.NodeID
	for _, m := range members {
		if len(of[m.Node]) < contextsShown {
			of[m.Node] = append(of[m.Node], m.Context)
			wanted = append(wanted, m.Context)
		}
	}
	slices.Sort(wanted)
	found, err := r.Nodes(slices.Compact(wanted))
	if err != nil {
		return err
	}
	contexts := make(map[pedigree.NodeID]pedigree.Node, len(found))
	for i := range found {
		contexts[found[i].ID] = found[i]
	}
	p.In = make([][]pedigree.Node, len(ids))
	for i, id := range ids {
		for _, c := range of[id] {
			if n, there := contexts[c]; there && n.Live() {
				p.In[i] = append(p.In[i], n)
			}
		}
	}
	return nil
}

// Nodes gives nodes of a workspace, in the bin or not, with all that is known of
// each, in the order asked for; unknown ones are left out.
func (s *Service) Nodes(ctx context.Context, workspace pedigree.NodeID, ids []pedigree.NodeID) (nodes []pedigree.Node, facts []pedigree.Facts, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		if nodes, err = r.Nodes(ids); err != nil {
			return err
		}
		nodes = slices.DeleteFunc(nodes, func(n pedigree.Node) bool { return n.Workspace != workspace })
		found := make([]pedigree.NodeID, len(nodes))
		for i := range nodes {
			found[i] = nodes[i].ID
		}
		if facts, err = r.Facts(found); err != nil {
			return err
		}
		return carry.Mark(r, found, facts, pedigree.Tag)
	})
	return nodes, facts, err
}
