package jobs

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// A Search asks for jobs and data sets by a part of their names.
type Search struct {
	Text      string
	Jobs      bool
	Datasets  bool
	Namespace string // empty for any
	ByUpdate  bool   // the last changed first; else by name
	Limit     int
}

// A Hit is what a search found.
type Hit struct {
	Ref
	Updated pedigree.Time
}

// Search finds jobs and data sets.
func (s *Service) Search(ctx context.Context, ws pedigree.NodeID, q Search) (hits []Hit, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		hits = nil
		homes, err := v.homesFor(q.Namespace)
		if err != nil {
			return err
		}
		for _, t := range []pedigree.Type{pedigree.JobType, pedigree.LineageDatasetType} {
			if t == pedigree.JobType && !q.Jobs || t == pedigree.LineageDatasetType && !q.Datasets || q.Limit < 1 {
				continue
			}
			found, err := v.search(&q, t, homes)
			if err != nil {
				return err
			}
			hits = append(hits, found...)
		}
		slices.SortStableFunc(hits, func(a, b Hit) int {
			if q.ByUpdate {
				return -cmp.Compare(a.Updated, b.Updated)
			}
			return strings.Compare(a.Name.Name, b.Name.Name)
		})
		hits = hits[:min(len(hits), q.Limit)]
		return nil
	})
	return hits, err
}

func (v *viewer) search(q *Search, t pedigree.Type, homes []pedigree.NodeID) ([]Hit, error) {
	order := byName
	if q.ByUpdate {
		order = query.Order{Field: query.Updated, Desc: true}
	}
	nodes, _, err := v.Find(&query.Query{
		Workspace: v.ws, Type: t, Homes: homes, Limit: q.Limit, Order: []query.Order{order},
		Where: query.Compare{Field: query.Name, Op: query.ILike, Value: query.Value{Text: "%" + q.Text + "%"}},
	})
	if err != nil {
		return nil, err
	}
	if err := v.learn(nodes); err != nil {
		return nil, err
	}
	hits := make([]Hit, len(nodes))
	for i := range nodes {
		hits[i].Updated = nodes[i].Updated
		if hits[i].Ref = (Ref{nameOf(&nodes[i]), true}); t != pedigree.JobType {
			hits[i].Ref = Ref{v.datasetName(&nodes[i]), false}
		}
	}
	return hits, nil
}

// Exists reports whether there is a job or data set of a name.
func (s *Service) Exists(ctx context.Context, ws pedigree.NodeID, ref Ref) (found bool, err error) {
	err = s.view(ctx, ws, func(v *viewer) (err error) {
		if ref.Job {
			_, err = v.jobNamed(ref.Name, 0)
		} else {
			_, err = v.dataset(ref.Name)
		}
		if found = err == nil; err != nil && pedigree.CodeOf(err) == pedigree.NotFound {
			return nil
		}
		return err
	})
	return found, err
}

// Reports lists what was reported from one moment to before another, and counts it.
func (s *Service) Reports(ctx context.Context, ws pedigree.NodeID, from, to pedigree.Time, newestFirst bool, p Page) (all []pedigree.Report, total int, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		if all, err = v.Reader.Reports(ws, from, to, newestFirst, p.Limit, p.Offset); err != nil {
			return err
		}
		counts, err := v.CountReports(ws, from, to, max(int64(to-from), 1))
		total = 0
		for _, c := range counts {
			total += c.Count
		}
		return err
	})
	return all, total, err
}

// CountReports counts what was reported by state and stretch of time.
func (s *Service) CountReports(ctx context.Context, ws pedigree.NodeID, from, to pedigree.Time, width int64) (counts []pedigree.ReportCount, err error) {
	err = s.view(ctx, ws, func(v *viewer) (err error) {
		counts, err = v.Reader.CountReports(ws, from, to, width)
		return err
	})
	return counts, err
}

// CountMade counts the nodes of a type that were made before each of some moments.
func (s *Service) CountMade(ctx context.Context, ws pedigree.NodeID, t pedigree.Type, before []pedigree.Time) (counts []int, err error) {
	err = s.view(ctx, ws, func(v *viewer) error {
		counts = make([]int, len(before))
		id, err := v.typeID(t)
		if err != nil || id == 0 {
			return err
		}
		for i, moment := range before {
			tally, _, err := v.Tally(&query.Selection{
				Workspace: ws, Kind: t.Kind, Types: []pedigree.TypeID{id}, By: query.Arrival, Limit: 1,
				Where: query.Call{Op: query.Below, Args: []query.Scalar{query.Column{Part: query.MadeAt}, query.Literal{Value: int64(moment)}}},
			}, counted)
			if err != nil {
				return err
			}
			for _, c := range tally {
				counts[i] += int(c.Nodes)
			}
		}
		return nil
	})
	return counts, err
}
