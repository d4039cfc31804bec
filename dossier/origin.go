package dossier

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// An origin is the nodes that say something of a version; each may be missing.
type origin struct{ run, model *pedigree.Node }

func findOrigin(r store.Reader, v *registry.Version) (o origin, err error) {
	if o.run, err = find(r, v.Workspace, pedigree.RunType, v.RunID); err != nil {
		return o, err
	}
	o.model, err = find(r, v.Workspace, pedigree.LoggedModelType, v.ModelID)
	return o, err
}

// find gives a node by what a client called it, nil where there is none.
func find(r store.Reader, ws pedigree.NodeID, t pedigree.Type, uid string) (*pedigree.Node, error) {
	if uid == "" {
		return nil, nil
	}
	n, err := r.Node(ws, t, uid)
	if pedigree.CodeOf(err) == pedigree.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &n, nil
}

// nodes gives those there are, the more telling one first.
func (o origin) nodes() (ids []pedigree.NodeID) {
	for _, n := range []*pedigree.Node{o.model, o.run} {
		if n != nil {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// gather adds what the origin says. Of what both say, the model's word stands.
func (d *Dossier) gather(r store.Reader, o origin) error {
	d.Run, d.Params, d.Manifest = o.run, nil, map[string]string{}
	ids := o.nodes()
	if len(ids) == 0 {
		return nil
	}
	facts, err := r.Facts(ids, pedigree.Param, pedigree.Manifest)
	if err != nil {
		return err
	}
	for i := range facts {
		known := len(d.Manifest) > 0 // of the model: what the run says is of another
		for _, p := range facts[i].Properties {
			switch {
			case p.Space == pedigree.Manifest && !known:
				d.Manifest[p.Key] = p.Value
			case p.Space == pedigree.Param && !slices.ContainsFunc(d.Params, func(q pedigree.Property) bool { return q.Key == p.Key }):
				d.Params = append(d.Params, p)
			}
		}
	}
	slices.SortFunc(d.Params, func(a, b pedigree.Property) int { return cmp.Compare(a.Key, b.Key) })
	d.Metrics, err = o.metrics(r)
	return err
}

// metrics gives the latest of each metric: those of the run, and those that were
// measured of the model, on each data set.
func (o origin) metrics(r store.Reader) ([]Metric, error) {
	var all []Metric
	if o.model != nil {
		evaluations, err := r.Evaluations([]pedigree.NodeID{o.model.ID})
		if err != nil {
			return nil, err
		}
		for _, e := range evaluations {
			all = append(all, Metric{e.Point, e.Dataset, e.DatasetDigest})
		}
	}
	if o.run != nil {
		facts, err := r.Facts([]pedigree.NodeID{o.run.ID}, pedigree.Metric)
		if err != nil {
			return nil, err
		}
		for _, p := range facts[0].Metrics {
			all = append(all, Metric{Point: p})
		}
	}
	return latest(all), nil
}

// latest keeps of each metric on each data set the latest word.
func latest(all []Metric) []Metric {
	same := func(a, b *Metric) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Digest, b.Digest))
	}
	slices.SortStableFunc(all, func(a, b Metric) int {
		if c := same(&a, &b); c != 0 {
			return c
		}
		switch {
		case a.Later(b.Point):
			return -1
		case b.Later(a.Point):
			return 1
		}
		return 0
	})
	return slices.CompactFunc(all, func(a, b Metric) bool { return same(&a, &b) == 0 })
}
