package digest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// keepEvery is how many bytes are read between two notes of how far the
// reading has come: what a restart has to read again, about.
const keepEvery = 256 << 20

// readAll reads the files of versions that have no digest.
func (s *Service) readAll(ctx context.Context, versions []registry.Version) error {
	var errs error
	for i := range versions {
		errs = errors.Join(errs, s.readVersion(ctx, &versions[i]))
	}
	return errs
}

func (s *Service) readVersion(ctx context.Context, v *registry.Version) error {
	var p place
	err := s.store.View(ctx, func(r store.Reader) (err error) {
		p, err = s.place(r, v)
		return err
	})
	if err == nil {
		err = s.readUnread(ctx, v, p)
	}
	if pedigree.CodeOf(err) == pedigree.Invalid {
		return s.update(ctx, v.ID, func(tx store.Tx, n *pedigree.Node) error {
			return setState(tx, n, Unavailable, reasonField, err.Error())
		})
	}
	if err != nil {
		return err
	}
	return s.complete(ctx, v.ID)
}

// readUnread reads files one after the other. The error is Invalid where one is
// not what it was when the version was registered: then nobody can tell any
// more what that was.
func (s *Service) readUnread(ctx context.Context, v *registry.Version, p place) error {
	after := ""
	for {
		var files []pedigree.File
		err := s.store.View(ctx, func(r store.Reader) (err error) {
			files, err = r.UnreadFiles(v.ID, after, batch)
			return err
		})
		if err != nil || len(files) == 0 {
			return err
		}
		if err := s.readPage(ctx, v, p, files); err != nil {
			return err
		}
		after = files[len(files)-1].Path
	}
}

// readPage reads files and keeps their digests, also of those before an error.
func (s *Service) readPage(ctx context.Context, v *registry.Version, p place, files []pedigree.File) error {
	kept, bytes := 0, int64(0)
	for i := range files {
		f := &files[i]
		found, err := sumFile(ctx, p, f.Path, nil)
		if pedigree.CodeOf(err) == pedigree.NotFound || err == nil && (found.Tag != f.Tag || found.Size != f.Size) {
			err = pedigree.Errorf(pedigree.Invalid, "%s was changed or removed before it could be read", f.Path)
		}
		if err != nil {
			return errors.Join(err, s.keep(context.WithoutCancel(ctx), v, p, files[kept:i]))
		}
		f.SHA256 = found.SHA256
		if bytes += f.Size; bytes >= keepEvery {
			if err := s.keep(ctx, v, p, files[kept:i+1]); err != nil {
				return err
			}
			kept, bytes = i+1, 0
		}
	}
	return s.keep(ctx, v, p, files[kept:])
}

// keep writes down digests of files of a version, and of what they are in the
// server's own store.
func (s *Service) keep(ctx context.Context, v *registry.Version, p place, files []pedigree.File) error {
	if len(files) == 0 {
		return nil
	}
	return s.update(ctx, v.ID, func(tx store.Tx, n *pedigree.Node) error {
		if err := tx.PutFiles(n.ID, files...); err != nil || !p.owned {
			return err
		}
		for _, f := range files {
			key, err := p.key(f.Path)
			if err != nil {
				return err
			}
			if err := tx.PutObjects(n.Workspace, pedigree.Object{Key: key.String(), Size: f.Size, SHA256: f.SHA256, Tag: f.Tag}); err != nil {
				return err
			}
		}
		return nil
	})
}

// complete gives a version the digest of the whole, once all its files have one.
func (s *Service) complete(ctx context.Context, version pedigree.NodeID) error {
	var files []pedigree.File
	err := s.store.View(ctx, func(r store.Reader) (err error) {
		files, err = allFiles(r, version)
		return err
	})
	if err != nil {
		return err
	}
	whole := Whole(files)
	return s.update(ctx, version, func(tx store.Tx, n *pedigree.Node) error {
		count, err := tx.CountFiles(n.ID)
		if err != nil || count.Unread > 0 || count.Files != len(files) {
			return err // then it is done another time
		}
		return setComplete(tx, n, whole)
	})
}

// sumFile reads a file of a place and tells its size, tag and digest. read,
// unless nil, is called with the number of bytes that have been read since it
// was called before.
func sumFile(ctx context.Context, p place, path string, read func(int64)) (pedigree.File, error) {
	key, err := p.key(path)
	if err != nil {
		return pedigree.File{}, err
	}
	o, err := p.store.Get(ctx, key, blob.Span{})
	if err != nil {
		return pedigree.File{}, err
	}
	defer o.Body.Close()
	sum := sha256.New()
	n, err := copySome(ctx, sum, o.Body, read)
	if err == nil && n != o.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return pedigree.File{}, pedigree.Hide(pedigree.Internal, err, "an artifact cannot be read")
	}
	return pedigree.File{Path: path, Size: o.Size, SHA256: hex.EncodeToString(sum.Sum(nil)), Tag: o.Tag}, nil
}

// piece is how much is read between two looks at whether to go on.
const piece = 16 << 20

func copySome(ctx context.Context, to io.Writer, from io.Reader, read func(int64)) (total int64, err error) {
	buffer := make([]byte, 128<<10)
	for {
		n, err := io.CopyBuffer(to, struct{ io.Reader }{io.LimitReader(from, piece)}, buffer)
		if total += n; err != nil {
			return total, err
		}
		if read != nil {
			read(n)
		}
		if err := ctx.Err(); err != nil || n < piece {
			return total, err
		}
	}
}
