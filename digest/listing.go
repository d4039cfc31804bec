package digest

import (
	"context"
	"errors"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// A listing is what was found of a version's files.
type listing struct {
	version pedigree.NodeID
	files   []pedigree.File
	reason  string // why there are none
}

// listAll lists the files of versions. Those with few files, which are most,
// share a transaction.
func (s *Service) listAll(ctx context.Context, versions []registry.Version) error {
	var errs error
	var few []listing
	files := 0
	for i := range versions {
		l, err := s.list(ctx, &versions[i])
		if err == nil && len(l.files) > batch {
			err = s.recordMany(ctx, &l)
		} else if err == nil {
			few = append(few, l)
			files += len(l.files)
		}
		errs = errors.Join(errs, err)
		if files > batch {
			errs = errors.Join(errs, s.record(ctx, few))
			few, files = nil, 0
		}
	}
	return errors.Join(errs, s.record(ctx, few))
}

// list looks at what there is at the location of a version.
func (s *Service) list(ctx context.Context, v *registry.Version) (listing, error) {
	l := listing{version: v.ID}
	var p place
	err := s.store.View(ctx, func(r store.Reader) (err error) {
		p, err = s.place(r, v)
		return err
	})
	if err == nil {
		l.files, err = list(ctx, p)
	}
	if pedigree.CodeOf(err) == pedigree.Invalid {
		l.reason = err.Error()
		return l, nil
	}
	if err != nil {
		return l, err
	}
	if len(l.files) == 0 {
		l.reason = "there were no files at its location when it was registered"
	}
	return l, s.addKnown(ctx, v.Workspace, p, l.files)
}

// record writes what was found of versions with few files.
func (s *Service) record(ctx context.Context, listings []listing) error {
	if len(listings) == 0 {
		return nil
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		for i := range listings {
			if err := listings[i].record(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *listing) record(tx store.Tx) error {
	n, err := versionNode(tx, l.version)
	if n == nil {
		return err
	}
	if l.reason != "" {
		return setState(tx, n, Unavailable, reasonField, l.reason)
	}
	if err := tx.DeleteFiles(n.ID); err != nil {
		return err
	}
	if err := tx.PutFiles(n.ID, l.files...); err != nil {
		return err
	}
	if slices.ContainsFunc(l.files, func(f pedigree.File) bool { return f.SHA256 == "" }) {
		return setState(tx, n, Computing, "", "")
	}
	return setComplete(tx, n, Whole(l.files))
}

// recordMany writes what was found of one version with many files, a batch at a
// time. Until the last the version waits, and a restart lists it anew.
func (s *Service) recordMany(ctx context.Context, l *listing) error {
	first := true
	for files := range slices.Chunk(l.files, batch) {
		err := s.update(ctx, l.version, func(tx store.Tx, n *pedigree.Node) error {
			if first {
				if err := tx.DeleteFiles(n.ID); err != nil {
					return err
				}
			}
			return tx.PutFiles(n.ID, files...)
		})
		if err != nil {
			return err
		}
		first = false
	}
	return s.update(ctx, l.version, func(tx store.Tx, n *pedigree.Node) error { return setState(tx, n, Computing, "", "") })
}

// update changes a version in one transaction, if it is still there.
func (s *Service) update(ctx context.Context, version pedigree.NodeID, fn func(store.Tx, *pedigree.Node) error) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		n, err := versionNode(tx, version)
		if n == nil {
			return err
		}
		return fn(tx, n)
	})
}

// versionNode finds a version; nil where it was purged.
func versionNode(r store.Reader, version pedigree.NodeID) (*pedigree.Node, error) {
	nodes, err := r.Nodes([]pedigree.NodeID{version})
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	return &nodes[0], nil
}
