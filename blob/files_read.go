package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// Get opens a part of an object.
func (f *Files) Get(_ context.Context, key Key, span Span) (*Object, error) {
	if key.IsZero() {
		return nil, invalidPath(errors.New("no key"))
	}
	dir, err := f.dir(key.Parent(), false)
	if err != nil {
		return nil, reading("open the artifact", err)
	}
	defer dir.Close()
	file, info, err := openSeen(dir, key.Name())
	if err != nil {
		return nil, reading("open the artifact", err)
	}
	o := &Object{Info: infoOf(info)}
	o.Offset, o.Length, err = span.Resolve(info.Size())
	if err == nil {
		_, err = file.Seek(o.Offset, io.SeekStart)
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, reading("open the artifact", err)
	}
	o.Body = &fileBody{file, o.Length}
	return o, nil
}

// A fileBody is the rest of a span of a file.
type fileBody struct {
	file *os.File
	left int64
}

// Read reads on until the end of the span.
func (b *fileBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.file.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// WriteTo hands the file itself to w, which lets a connection take the bytes
// from the kernel.
func (b *fileBody) WriteTo(w io.Writer) (int64, error) {
	n, err := io.CopyN(w, b.file, b.left)
	b.left -= n
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Close closes the file.
func (b *fileBody) Close() error { return b.file.Close() }

// Stat tells about an object.
func (f *Files) Stat(_ context.Context, key Key) (Info, error) {
	if key.IsZero() {
		return Info{}, invalidPath(errors.New("no key"))
	}
	dir, err := f.dir(key.Parent(), false)
	if err != nil {
		return Info{}, reading("look at the artifact", err)
	}
	defer dir.Close()
	info, err := look(dir, key.Name())
	if err != nil {
		return Info{}, reading("look at the artifact", err)
	}
	return infoOf(info), nil
}

// List gives what is in a directory. Memory grows with its number of names.
func (f *Files) List(ctx context.Context, prefix Prefix) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		err := f.list(ctx, prefix, func(e Entry) bool { return yield(e, nil) })
		if err != nil && err != errNoObject {
			yield(Entry{}, err)
		}
	}
}

func (f *Files) list(ctx context.Context, prefix Prefix, yield func(Entry) bool) error {
	dir, err := f.dir(prefix, false)
	if err != nil {
		return reading("list artifacts", err)
	}
	defer dir.Close()
	names, err := namesIn(dir)
	if err != nil {
		return reading("list artifacts", err)
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return pedigree.Hide(pedigree.Unavailable, err, "The list was cut short")
		}
		e, ok, err := entry(dir, prefix, name)
		if err != nil {
			return reading("list artifacts", err)
		}
		if ok && !yield(e) {
			return nil
		}
	}
	return nil
}

// namesIn gives the names in a directory, sorted.
func namesIn(dir *os.Root) ([]string, error) {
	handle, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer handle.Close()
	names, err := handle.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// entry describes a name. What no key can name is not there, and neither is
// what went since the names were read.
func entry(dir *os.Root, prefix Prefix, name string) (Entry, bool, error) {
	if k, err := ParseKey(name); err != nil || !prefix.holds(k) {
		return Entry{}, false, nil //nolint:nilerr // such a name is left out, like a link
	}
	info, err := dir.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Entry{}, false, nil
	case err != nil:
		return Entry{}, false, err
	case info.IsDir():
		return Entry{Name: name, Dir: true}, true, nil
	}
	return Entry{Name: name, Size: info.Size(), Tag: tagOf(info)}, info.Mode().IsRegular(), nil
}
