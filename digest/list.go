package digest

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/store"
)

var errTooMany = pedigree.Errorf(pedigree.Invalid, "there are more than %d files at its location", maxFiles)

// loadedMark is the file that MLflow's clients write beside a model when they
// load it from a directory that they reach themselves: the name and number by
// which they asked for it. There it is no part of the model, or loading a model
// would be tampering with it. In the server's own store nothing is written but
// what a client uploads, and what it uploads counts.
const loadedMark = "registered_model_meta"

// list gives the files in a place, by path, without digests. The error is
// Invalid where there are too many.
func list(ctx context.Context, p place) ([]pedigree.File, error) {
	var files []pedigree.File
	for e, err := range blob.Walk(ctx, p.store, p.dir) {
		if err != nil {
			return nil, err
		}
		if !p.owned && e.Name == loadedMark {
			continue
		}
		if len(files) == maxFiles {
			return nil, errTooMany
		}
		files = append(files, pedigree.File{Path: e.Name, Size: e.Size, Tag: e.Tag})
	}
	slices.SortFunc(files, byPath)
	return files, nil
}

func byPath(f, g pedigree.File) int {
	switch {
	case f.Path < g.Path:
		return -1
	case f.Path > g.Path:
		return 1
	}
	return 0
}

// addKnown gives files the digests that were computed when their bytes came
// through the server. The tags tell whether those are the bytes that stand.
func (s *Service) addKnown(ctx context.Context, ws pedigree.NodeID, p place, files []pedigree.File) error {
	if !p.owned {
		return nil
	}
	below := p.dir.String() + "/"
	return s.store.View(ctx, func(r store.Reader) error {
		after := ""
		for {
			objects, err := r.Objects(ws, p.dir.String(), after, page)
			if err != nil {
				return err
			}
			for _, o := range objects {
				if len(o.Key) > len(below) {
					addDigest(files, o.Key[len(below):], &o)
				}
			}
			if len(objects) < page {
				return nil
			}
			after = objects[page-1].Key
		}
	})
}

func addDigest(files []pedigree.File, path string, o *pedigree.Object) {
	i, found := slices.BinarySearchFunc(files, pedigree.File{Path: path}, byPath)
	if found && files[i].Tag == o.Tag && files[i].Size == o.Size {
		files[i].SHA256 = o.SHA256
	}
}
