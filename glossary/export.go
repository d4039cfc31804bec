package glossary

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Bounds on the files that wait to be fetched. The oldest make room.
const (
	maxFiles     = 20
	maxFileBytes = 128 << 20
)

// The memos of files: what they are, and what is in them, by user and name.
const (
	filePart    = "atlas.glossary.file"
	contentPart = "atlas.glossary.content"
)

// A File is a table that somebody asked for.
type File struct {
	Name    string        `json:"name"`
	User    string        `json:"user"`
	Created pedigree.Time `json:"created"`
	Size    int           `json:"size"`
}

func (f *File) key() string { return f.User + "/" + f.Name }

// files gives those that wait, oldest first.
func files(r store.Reader) (all []*File, err error) {
	memos, err := r.Memos(filePart, 0)
	for _, m := range memos {
		var f File
		if err := json.Unmarshal(m.Content, &f); err != nil {
			return nil, pedigree.Hide(pedigree.Internal, err, "what is remembered of a file is no JSON")
		}
		all = append(all, &f)
	}
	return all, err
}

// putFile has a file wait, in place of one of the same user and name, and forgets the
// oldest where there are too many.
func putFile(tx store.Tx, file *File, content []byte) error {
	if err := forget(tx, file); err != nil {
		return err
	}
	all, err := files(tx)
	if err != nil {
		return err
	}
	total := file.Size
	for _, f := range all {
		total += f.Size
	}
	for ; len(all) > 0 && (len(all) >= maxFiles || total > maxFileBytes); all = all[1:] {
		total -= all[0].Size
		if err := forget(tx, all[0]); err != nil {
			return err
		}
	}
	about, err := json.Marshal(file)
	if err != nil {
		return err
	}
	if err := tx.PutMemo(&store.Memo{Part: filePart, Key: file.key(), Content: about}); err != nil {
		return err
	}
	return tx.PutMemo(&store.Memo{Part: contentPart, Key: file.key(), Content: content})
}

func forget(tx store.Tx, f *File) error {
	if _, err := tx.DeleteMemo(contentPart, f.key()); err != nil {
		return err
	}
	_, err := tx.DeleteMemo(filePart, f.key())
	return err
}

// notInNames is what names of files do not have: they are shown in headers and saved
// under by browsers.
var notInNames = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// CreateFile makes a table of a list, as a file of a kind (csv or xlsx) that waits
// for the user who asks for it. stamp tells it from others; empty for the time.
func (s *Service) CreateFile(ctx context.Context, workspace pedigree.NodeID, user string, f *Filter, kind string, importable bool, stamp string) error {
	rows, err := s.Table(ctx, workspace, f, importable)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := WriteTable(&b, kind, rows); err != nil {
		return err
	}
	now := pedigree.SystemClock()
	if stamp = notInNames.ReplaceAllString(stamp, "_"); stamp == "" || len(stamp) > 100 {
		stamp = time.UnixMilli(int64(now)).UTC().Format("2006-01-02_15-04-05")
	}
	name := notInNames.ReplaceAllString(user, "_") + "_GLOSSARY_EXPORT_" + stamp + "." + kind
	file := &File{Name: name, User: user, Created: now, Size: b.Len()}
	return s.update(ctx, workspace, func(d *desk) error { return putFile(d.work.Tx(), file, b.Bytes()) })
}

// Files gives the files that wait for a user, oldest first.
func (s *Service) Files(ctx context.Context, workspace pedigree.NodeID, user string) (all []*File, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		all, err = files(b.Reader())
		return err
	})
	return slices.DeleteFunc(all, func(f *File) bool { return f.User != user }), err
}

// Content gives what is in one of them.
func (s *Service) Content(ctx context.Context, workspace pedigree.NodeID, f *File) (content []byte, err error) {
	err = s.view(ctx, workspace, func(b *book) error {
		m, err := b.Reader().Memo(contentPart, f.key())
		if err == nil {
			content = m.Content
		}
		return err
	})
	return content, err
}
