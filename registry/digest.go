package registry

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Digests finds out which bytes a new version is made of. Prompts have none.
type Digests interface {
	// Begin is called inside the transaction that makes a version, which may
	// run more than once, with the version that it is a copy of, 0 where it is
	// none. It must be quick: what takes time is for after Wake, and it reports
	// whether there is such.
	Begin(tx store.Tx, version *Version, original pedigree.NodeID) (waiting bool, err error)

	// Wake says that there is something to do. It does not wait.
	Wake()
}

// DigestWith has d told of new versions. It is for when the server is set up,
// before it answers requests.
func (s *Service) DigestWith(d Digests) { s.digests = d }

func (s *Service) beginDigest(tx store.Tx, v *Version, original pedigree.NodeID, prompt bool) (waiting bool, err error) {
	if s.digests == nil || prompt {
		return false, nil
	}
	return s.digests.Begin(tx, v, original)
}

// VersionEver finds a version like [Service.Version], also one that was
// deleted, and by the UID of its model also one whose model was deleted.
func (s *Service) VersionEver(ctx context.Context, ws pedigree.NodeID, name, number string) (Version, error) {
	var version Version
	err := s.store.View(ctx, func(r store.Reader) error {
		model, n, err := everVersion(r, ws, name, number)
		if err != nil {
			return err
		}
		version, err = describeVersion(r, &model, n)
		return err
	})
	return version, err
}

// Describe adds to the node of a version what is known of it, but its aliases.
func Describe(r store.Reader, n pedigree.Node) (Version, error) {
	versions, err := describeVersions(r, []pedigree.Node{n})
	if err != nil {
		return Version{}, err
	}
	return versions[0], nil
}
