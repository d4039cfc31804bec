package mlflow

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/mlmodel"
	"github.com/pedigree-ml/pedigree/tracking"
)

// What the files of a model say is read when they arrive, so that searches can
// use it. Whatever is wrong with them is for the log alone: artifacts are
// bytes, and those are safe by then.

// manifestReaders read the files of a model, by name.
var manifestReaders = []struct {
	name string
	read func([]byte) ([]pedigree.Property, error)
}{
	{mlmodel.Manifest, mlmodel.ReadManifest},
	{mlmodel.Requirements, mlmodel.ReadRequirements},
	{mlmodel.Conda, mlmodel.ReadConda},
}

// keeperLocks let the files of one run or model be read one at a time: of two
// readings at once the one that saw less could have the last word.
type keeperLocks [64]sync.Mutex

func (l *keeperLocks) of(k *keeper) *sync.Mutex { return &l[uint64(k.ID)%uint64(len(l))] }

// A keeper is the run or logged model that artifacts belong to.
type keeper struct {
	pedigree.Node
	root place // of all its artifacts
}

// keeperOf finds the run or logged model that keeps its artifacts where a key
// lies: at or below <anything>/<id>/artifacts.
func (h *Handler) keeperOf(ctx context.Context, s blob.Store, key blob.Key) (keeper, error) {
	segments := strings.Split(key.String(), "/")
	for i := 1; i < len(segments); i++ {
		if segments[i] != "artifacts" {
			continue
		}
		n, err := h.tracking.Keeper(ctx, h.workspace(), segments[i-1])
		if pedigree.CodeOf(err) == pedigree.NotFound {
			continue
		}
		if err != nil {
			return keeper{}, err
		}
		root, err := h.artifacts.place(n.URI)
		if err == nil && root.store == s && root.prefix.String() == strings.Join(segments[:i+1], "/") {
			return keeper{n, root}, nil
		}
	}
	return keeper{}, errNoKeeper
}

var errNoKeeper = pedigree.Errorf(pedigree.NotFound, "No run or logged model keeps its artifacts there")

// readManifest reads the files of a model if one of them has just arrived.
func (h *Handler) readManifest(ctx context.Context, s blob.Store, key blob.Key) error {
	if !describes(key.Name()) {
		return nil
	}
	k, err := h.keeperOf(ctx, s, key)
	if err != nil {
		return unlessAbsent(err)
	}
	dir := key.Parent()
	if k.Type == pedigree.LoggedModelType && dir != k.root.prefix {
		return nil // a model inside the model
	}
	return h.describe(ctx, k, dir)
}

func describes(name string) bool {
	for _, r := range manifestReaders {
		if r.name == name {
			return true
		}
	}
	return false
}

// describe makes what the files of a model in a directory say all that is said
// of its keeper.
func (h *Handler) describe(ctx context.Context, k keeper, dir blob.Prefix) error {
	lock := h.manifests.of(&k)
	lock.Lock()
	defer lock.Unlock()
	var facts []pedigree.Property
	if k.Type == pedigree.RunType {
		is, err := h.isModelOf(ctx, k, dir)
		if err != nil || !is {
			return err
		}
		facts = append(facts, pedigree.Property{Space: pedigree.Manifest, Key: tracking.ManifestPath, Value: k.root.path(dir)})
	}
	var odd error
	for _, r := range manifestReaders {
		said, err := readSmall(ctx, k.root.store, dir, r.name, r.read)
		facts = append(facts, said...)
		odd = errors.Join(odd, unlessAbsent(err))
	}
	return errors.Join(odd, h.tracking.SetManifest(ctx, k.ID, facts))
}

// isModelOf reports whether a directory of a run holds a model that is not a
// part of the one that the run is known for.
func (h *Handler) isModelOf(ctx context.Context, k keeper, dir blob.Prefix) (bool, error) {
	if there, err := k.holdsModel(ctx, dir); err != nil || !there {
		return false, err
	}
	said, err := h.tracking.Manifest(ctx, k.ID)
	if err != nil {
		return false, err
	}
	known, err := k.root.below(said[tracking.ManifestPath])
	if err != nil || known == dir || !known.Contains(dir) {
		return true, nil //nolint:nilerr // it is known for none yet
	}
	there, err := k.holdsModel(ctx, known)
	return !there, err
}

// holdsModel reports whether there is an MLmodel file in a directory.
func (k *keeper) holdsModel(ctx context.Context, dir blob.Prefix) (bool, error) {
	key, err := joinName(dir, mlmodel.Manifest)
	if err == nil {
		_, err = k.root.store.Stat(ctx, key)
	}
	return err == nil, unlessAbsent(err)
}

// path writes a directory of the place as it lies below it.
func (p place) path(dir blob.Prefix) string {
	if dir == p.prefix {
		return "."
	}
	return strings.TrimPrefix(dir.String(), p.prefix.String()+"/")
}

// below reads what path wrote; empty text names none.
func (p place) below(path string) (blob.Prefix, error) {
	switch path {
	case "":
		return blob.Prefix{}, errNoKeeper
	case ".":
		return p.prefix, nil
	}
	dir, err := blob.ParsePrefix(path)
	if err != nil {
		return dir, err
	}
	return p.prefix.Sub(dir)
}

func joinName(dir blob.Prefix, name string) (blob.Key, error) {
	key, err := blob.ParseKey(name)
	if err != nil {
		return key, err
	}
	return dir.Join(key)
}

// readSmall reads a file, unless it is too large to be what its name says.
func readSmall(
	ctx context.Context, s blob.Store, dir blob.Prefix, name string, read func([]byte) ([]pedigree.Property, error),
) ([]pedigree.Property, error) {
	key, err := joinName(dir, name)
	if err != nil {
		return nil, err
	}
	o, err := s.Get(ctx, key, blob.Span{})
	if err != nil {
		return nil, err
	}
	defer o.Body.Close()
	if o.Length > mlmodel.MaxFile {
		return nil, pedigree.Errorf(pedigree.Invalid, "%s has %d bytes and is not read", name, o.Length)
	}
	text, err := io.ReadAll(o.Body)
	if err != nil {
		return nil, err
	}
	return read(text)
}

// dropManifest forgets what files said that are gone, and reads what is left.
func (h *Handler) dropManifest(ctx context.Context, s blob.Store, key blob.Key) error {
	k, err := h.keeperOf(ctx, s, key)
	if err != nil {
		return unlessAbsent(err)
	}
	dir := k.root.prefix
	if k.Type == pedigree.RunType {
		said, err := h.tracking.Manifest(ctx, k.ID)
		if err != nil {
			return err
		}
		if dir, err = k.root.below(said[tracking.ManifestPath]); err != nil {
			return nil //nolint:nilerr // nothing is said of the run
		}
	}
	isFile := key.Parent() == dir && describes(key.Name())
	if !isFile && !key.Prefix().Contains(dir) {
		return nil
	}
	there, err := k.holdsModel(ctx, dir)
	if err != nil {
		return err
	}
	if !there && k.Type == pedigree.RunType {
		return h.tracking.SetManifest(ctx, k.ID, nil)
	}
	return h.describe(ctx, k, dir)
}
