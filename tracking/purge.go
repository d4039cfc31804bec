package tracking

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// purgeBatch is how many nodes one transaction removes; everyone who writes
// waits for it.
const purgeBatch = 100

// A purge removes what has been in the bin for long enough, with its artifacts.
type purge struct {
	*Service
	before pedigree.Time
	remove func(uri string) error
}

// Purge removes for ever up to limit runs, logged models, experiments and
// registered models with their versions that were put in the bin before a
// moment, oldest first, and returns how many of them it removed. An experiment
// takes everything in it along. A version has no bytes of its own: they are
// those of its run or logged model.
//
// Before a record goes, remove is called with the URI of its artifacts, so that
// a purge that is cut short leaves records without bytes, which the next purge
// removes, and never bytes without records. Where an experiment keeps its
// artifacts at a place that a client named, only the parts of that place that
// belong to its runs and models are removed.
func (s *Service) Purge(ctx context.Context, before pedigree.Time, limit int, remove func(uri string) error) (n int, err error) {
	p := purge{s, before, remove}
	var bin []pedigree.Node
	err = s.store.Update(ctx, func(tx store.Tx) (err error) {
		bin, err = tx.Deleted(before, limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	var experiments []pedigree.Node
	for i := range bin {
		switch bin[i].Type {
		case pedigree.ExperimentType: // last: most of what is in the bin is there with them
			experiments = append(experiments, bin[i])
		case pedigree.RunType, pedigree.LoggedModelType:
			done, err := p.node(ctx, bin[i])
			n += done
			if err != nil {
				return n, err
			}
		case pedigree.RegisteredModelType, pedigree.ModelVersionType:
			done, err := p.purge(ctx, bin[i].ID, bin[i].ID)
			n += done
			if err != nil {
				return n, err
			}
		}
	}
	for i := range experiments {
		done, err := p.experiment(ctx, experiments[i])
		n += done
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// node removes a run or a model and reports how many nodes went: none when it
// was restored meanwhile.
func (p *purge) node(ctx context.Context, n pedigree.Node) (done int, err error) {
	if due, err := p.due(ctx, n.ID); err != nil || !due {
		return 0, err
	}
	if err := p.remove(n.URI); err != nil {
		return 0, err
	}
	return p.purge(ctx, n.ID, n.ID)
}

// experiment removes an experiment: what is in it a batch at a time, so that
// no transaction is long, then itself.
func (p *purge) experiment(ctx context.Context, n pedigree.Node) (done int, err error) {
	for _, t := range []pedigree.Type{pedigree.RunType, pedigree.LoggedModelType} {
		for {
			members, err := p.members(ctx, &n, t)
			if err != nil {
				return 0, err
			}
			if len(members) == 0 {
				break
			}
			for i := range members {
				if err := p.remove(members[i].URI); err != nil {
					return 0, err
				}
			}
			if removed, err := p.purge(ctx, n.ID, idsOf(members)...); err != nil || removed == 0 {
				return 0, err
			}
		}
	}
	if due, err := p.due(ctx, n.ID); err != nil || !due {
		return 0, err
	}
	if n.URI == p.defaultLocation(n.UID) {
		if err := p.remove(n.URI); err != nil {
			return 0, err
		}
	}
	return p.purge(ctx, n.ID, n.ID)
}

// members gives some nodes in an experiment, none when it is no longer due.
func (p *purge) members(ctx context.Context, experiment *pedigree.Node, t pedigree.Type) (members []pedigree.Node, err error) {
	err = p.store.View(ctx, func(r store.Reader) error {
		due, err := p.dueIn(r, experiment.ID)
		if err != nil || !due {
			return err
		}
		members, _, err = r.Find(&query.Query{
			Workspace: experiment.Workspace, Type: t, Homes: []pedigree.NodeID{experiment.ID}, View: query.All, Limit: purgeBatch,
		})
		return err
	})
	return members, err
}

// purge removes nodes in one transaction as long as guard is due.
func (p *purge) purge(ctx context.Context, guard pedigree.NodeID, ids ...pedigree.NodeID) (done int, err error) {
	err = p.store.Update(ctx, func(tx store.Tx) error {
		done = 0
		due, err := p.dueIn(tx, guard)
		if err != nil || !due {
			return err
		}
		for _, id := range ids {
			if err := tx.Purge(id); err != nil {
				return err
			}
		}
		done = len(ids)
		return nil
	})
	return done, err
}

func (p *purge) due(ctx context.Context, id pedigree.NodeID) (due bool, err error) {
	err = p.store.View(ctx, func(r store.Reader) (err error) {
		due, err = p.dueIn(r, id)
		return err
	})
	return due, err
}

// dueIn reports whether a node is there and has been in the bin since before
// the moment.
func (p *purge) dueIn(r store.Reader, id pedigree.NodeID) (bool, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{id})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(nodes, func(n pedigree.Node) bool { return !n.Live() && n.Deleted < p.before }), nil
}
