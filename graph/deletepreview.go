package graph

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Preview tells what a deletion would take, or why it would be refused, and
// changes nothing.
func (s *Service) Preview(ctx context.Context, d Deletion) (goes Removed, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		p := preview{deletion: &d, r: r}
		n, err := d.find(r)
		if err != nil {
			return err
		}
		for _, kind := range d.memberKinds() {
			if err := p.members(ctx, kind); err != nil {
				return err
			}
		}
		err = p.add(*n)
		goes = p.goes
		return err
	})
	return goes, err
}

// A preview is under way. What ties two nodes of a deletion goes with the first
// of them: here it is counted with both, and taken off once.
type preview struct {
	deletion  *Deletion
	r         store.Reader
	goes      Removed
	artifacts []pedigree.NodeID // that go, by identity
}

// members adds the members of a kind that go.
func (p *preview) members(ctx context.Context, kind pedigree.Kind) error {
	q := p.deletion.members(kind)
	for more := true; more; more = q.After != nil {
		if err := givenUp(ctx); err != nil {
			return err
		}
		alone, next, err := p.deletion.page(p.r, q)
		if err != nil {
			return err
		}
		if err := p.add(alone...); err != nil {
			return err
		}
		q.After = next
		twice, err := p.countedTwice(kind, alone)
		if err != nil {
			return err
		}
		p.goes.count(twice, -1)
	}
	return nil
}

// add counts nodes and what hangs on each.
func (p *preview) add(nodes ...pedigree.Node) error {
	for i := range nodes {
		with, err := p.r.Attached(nodes[i].ID)
		if err != nil {
			return err
		}
		p.goes.add(&nodes[i], p.deletion.List)
		p.goes.count(with, 1)
	}
	return nil
}

// countedTwice counts what ties members to each other, to those before them and
// to the context. Artifacts go before executions.
func (p *preview) countedTwice(kind pedigree.Kind, members []pedigree.Node) (twice store.Attached, err error) {
	for i := range members {
		if members[i].Home != p.deletion.Node { // a home is no row of its own
			twice.Memberships++
		}
	}
	ids := idsOfNodes(members)
	if kind == pedigree.Execution {
		events, err := p.r.Links(kind, ids)
		for i := range events {
			if p.goesToo(events[i].Artifact) {
				twice.Events++
			}
		}
		return twice, err
	}
	p.artifacts = append(p.artifacts, ids...)
	relations, err := p.r.Relations(ids)
	for i := range relations {
		if p.goesToo(relations[i].Source) && p.goesToo(relations[i].Target) {
			twice.Relations++
		}
	}
	return twice, err
}

func (p *preview) goesToo(artifact pedigree.NodeID) bool {
	_, found := slices.BinarySearch(p.artifacts, artifact)
	return found
}
