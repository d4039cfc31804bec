package glossary

import (
	"bytes"
	"context"
	"regexp"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
)

// Bounds on the files that wait to be fetched. They wait in memory, and the oldest
// make room.
const (
	maxFiles     = 20
	maxFileBytes = 128 << 20
)

// A File is a table that somebody asked for.
type File struct {
	Name    string
	User    string
	Created pedigree.Time
	Content []byte
}

// files are those that wait.
type files struct {
	mu  sync.Mutex
	all []*File // oldest first
}

func (f *files) add(file *File) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := make([]*File, 0, len(f.all)+1)
	for _, old := range f.all {
		if old.User != file.User || old.Name != file.Name {
			kept = append(kept, old)
		}
	}
	kept = append(kept, file)
	total := 0
	for _, k := range kept {
		total += len(k.Content)
	}
	for len(kept) > 1 && (len(kept) > maxFiles || total > maxFileBytes) {
		total -= len(kept[0].Content)
		kept = kept[1:]
	}
	f.all = kept
}

// of gives the files of a user.
func (f *files) of(user string) (all []*File) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range f.all {
		if file.User == user {
			all = append(all, file)
		}
	}
	return all
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
	s.files.add(&File{Name: name, User: user, Created: now, Content: b.Bytes()})
	return nil
}

// Files gives the files that wait for a user, oldest first.
func (s *Service) Files(user string) []*File { return s.files.of(user) }
