// Package dossier gathers all that is known of a model version, whoever said it:
// the registry, the run and the logged model that it came from, its files, and
// what it was made of. It draws a card of that for people, and tells two versions
// apart.
package dossier

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// A Dossier is all that is known of a model version.
type Dossier struct {
	Version  registry.Version
	Run      *pedigree.Node // that it came from; nil where that is not known here
	Metrics  []Metric       // by key, then data set
	Params   []pedigree.Property
	Manifest map[string]string // what its files say: flavors, inputs, requirements and so on

	Code        []pedigree.Property // which program made it
	Environment []pedigree.Property // in what that ran
	Data        []lineage.Material  // what went into it, nearest first
	Truncated   bool                // there is more upstream than is told
}

// A Metric is how well a version did, by the latest word on it.
type Metric struct {
	pedigree.Point
	Dataset string // on which it was measured; empty where nobody says
	Digest  string // of that data set
}

// Bounds of a dossier.
const (
	maxUpstream = 2000 // nodes that are looked at for what went into a version
	maxData     = 200  // of them that are told
)

// A Service reads dossiers.
type Service struct {
	store   store.Store
	lineage *lineage.Service
}

// New returns a service on s.
func New(s store.Store, l *lineage.Service) *Service { return &Service{s, l} }

// Read gathers what is known of a version.
func (s *Service) Read(ctx context.Context, v *registry.Version) (*Dossier, error) {
	d := &Dossier{Version: *v}
	err := s.store.View(ctx, func(r store.Reader) error {
		o, err := findOrigin(r, v)
		if err != nil {
			return err
		}
		return d.gather(r, o)
	})
	if err != nil {
		return nil, err
	}
	return d, s.trace(ctx, d)
}

// Metrics gives the metrics of several versions, in their order. Those of one
// version are as in its dossier.
func (s *Service) Metrics(ctx context.Context, versions []registry.Version) (all [][]Metric, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		all = make([][]Metric, len(versions))
		for i := range versions {
			o, err := findOrigin(r, &versions[i])
			if err != nil {
				return err
			}
			if all[i], err = o.metrics(r); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// trace adds what went into the version.
func (s *Service) trace(ctx context.Context, d *Dossier) error {
	q := lineage.NewQuery(d.Version.Workspace, d.Version.ID)
	q.Nodes = maxUpstream
	p, err := s.lineage.Provenance(ctx, q)
	if err != nil {
		return err
	}
	d.Truncated = p.Truncated
	for i := range p.Steps {
		if step := &p.Steps[i]; d.Run != nil && step.ID == d.Run.ID {
			d.Code, d.Environment = step.Code, step.Environment
		}
	}
	// Of several versions of one thing the nearest went in; the others are there
	// because they share a place with something that tells no version.
	seen := map[string]bool{}
	for i := range p.Materials {
		m := &p.Materials[i]
		name := m.Type.Name + " " + DataName(m)
		if m.Type == pedigree.ModelVersionType || m.Type == pedigree.LoggedModelType || seen[name] {
			continue
		}
		seen[name] = true
		if len(d.Data) == maxData {
			d.Truncated = true
			break
		}
		d.Data = append(d.Data, *m)
	}
	return nil
}
