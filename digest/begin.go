package digest

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// Begin notes in the transaction that makes a version what there is to do for
// it, if anything. A copy is made of the bytes that the original was registered
// with, not of what has become of them.
func (s *Service) Begin(tx store.Tx, version *registry.Version, original pedigree.NodeID) (waiting bool, err error) {
	if original != 0 {
		if done, err := inherit(tx, &version.Node, original); err != nil || done {
			return false, err
		}
	}
	_, err = s.place(tx, version)
	if pedigree.CodeOf(err) == pedigree.Invalid {
		return false, setState(tx, &version.Node, Unavailable, "", "") // why is told by where it is
	}
	if err != nil {
		return false, err
	}
	return true, setState(tx, &version.Node, Waiting, "", "")
}

// Wake has [Service.Run] look for versions to digest.
func (s *Service) Wake() { notify(s.wake) }

// inherit takes over what is known of the version that another is a copy of, if
// that is all.
func inherit(tx store.Tx, version *pedigree.Node, original pedigree.NodeID) (done bool, err error) {
	known, err := summaryOf(tx, original)
	if err != nil || known.State != Complete {
		return false, err
	}
	if err := tx.CopyFiles(original, version.ID); err != nil {
		return false, err
	}
	return true, setComplete(tx, version, known.Digest)
}

// A place is a directory of a store.
type place struct {
	store blob.Store
	dir   blob.Prefix
	owned bool // all bytes come into the store through the server
}

// key gives the key of a file in the place.
func (p place) key(path string) (blob.Key, error) {
	k, err := blob.ParseKey(path)
	if err != nil {
		return k, err
	}
	return p.dir.Join(k)
}

// place finds the bytes of a version. The error is Invalid, in words for its
// reason, where they are not in reach; a whole store is nobody's.
func (s *Service) place(r store.Reader, v *registry.Version) (place, error) {
	location := v.Location()
	uri, err := resolveRun(r, v.Workspace, location)
	if err != nil {
		return place{}, err
	}
	found, dir, err := s.locations.Find(uri)
	if err != nil || dir.IsRoot() {
		return place{}, pedigree.Errorf(pedigree.Invalid, "%s", reasonElsewhere(location))
	}
	return place{found, dir, s.locations.Owns(found)}, nil
}

func reasonElsewhere(location string) string {
	return "the bytes are elsewhere: this server does not serve " + location
}

// resolveRun gives the location behind one such as runs:/<run>/model, and any
// other as it is.
func resolveRun(r store.Reader, ws pedigree.NodeID, location string) (string, error) {
	scheme, path, found := strings.Cut(location, ":")
	if !found || !strings.EqualFold(scheme, "runs") {
		return location, nil
	}
	id, below, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	run, err := r.Node(ws, pedigree.RunType, id)
	if pedigree.CodeOf(err) == pedigree.NotFound {
		return location, nil
	}
	if below = strings.Trim(below, "/"); below == "" {
		return run.URI, err
	}
	return strings.TrimRight(run.URI, "/") + "/" + below, err
}
