package blob_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
)

func open(t *testing.T, dir string, options ...blob.FilesOption) *blob.Files {
	t.Helper()
	f, err := blob.OpenFiles(dir, append([]blob.FilesOption{blob.KeepFree(0)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // some tests close it themselves
	return f
}

func TestFilesKeepTheContract(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, t.TempDir()) })
}

// left gives what is under a directory, relative to it.
func left(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if rel, _ := filepath.Rel(dir, path); rel != "." {
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func wantNothingStaged(t *testing.T, dir string) {
	t.Helper()
	if names := left(t, filepath.Join(dir, blob.Staging)); len(names) != 3 {
		t.Errorf("the staging area holds %q", names)
	}
}

func TestObjectsArePlainFilesForTheOwnerAlone(t *testing.T) {
	defer umask(umask(0))
	dir := filepath.Join(t.TempDir(), "made", "here")
	f := open(t, dir)
	blobtest.Put(t, f, "0/run/model.bin", "bytes")
	u, err := f.CreateUpload(t.Context(), blobtest.Key(t, "k"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.PutPart(t.Context(), blobtest.Key(t, "k"), u, 1, strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "0", "run", "model.bin")); string(text) != "bytes" || err != nil {
		t.Errorf("the file holds %q, %v", text, err)
	}
	for _, name := range append(left(t, dir), ".") {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want := fs.FileMode(0o600)
		if info.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestNoKeyReachesTheStagingArea(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	blobtest.Put(t, f, "x", "")
	for _, name := range append(left(t, dir), blob.Staging) {
		if name == "x" {
			continue
		}
		if _, err := blob.ParseKey(filepath.ToSlash(name)); err == nil {
			t.Errorf("%q is a key", name)
		}
		if _, err := blob.ParsePrefix(filepath.ToSlash(name)); err == nil {
			t.Errorf("%q is a prefix", name)
		}
	}
	if names := blobtest.Names(t, f, ""); fmt.Sprint(names) != "[x]" {
		t.Errorf("the root lists %q", names)
	}
}

func TestFailuresLeaveNothingBehind(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	for _, size := range []int64{3, 5} {
		if _, err := f.Put(t.Context(), blobtest.Key(t, "a/b"), strings.NewReader("four"), size); err == nil {
			t.Errorf("4 bytes were taken for %d", size)
		}
	}
	id, err := f.CreateUpload(t.Context(), blobtest.Key(t, "a/b"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AbortUpload(t.Context(), blobtest.Key(t, "a/b"), id); err != nil {
		t.Fatal(err)
	}
	wantNothingStaged(t, dir)
	if names := left(t, dir); len(names) != 4 {
		t.Errorf("the store holds %q", names)
	}
}

// plant makes a store with a secret beside it and links of every sort in it.
func plant(t *testing.T) (dir, secret string) {
	t.Helper()
	outside := t.TempDir()
	dir, secret = t.TempDir(), filepath.Join(outside, "secret")
	f := open(t, dir)
	blobtest.Put(t, f, "run/real/file", "real")
	for path, err := range map[string]error{
		"secret":      os.WriteFile(secret, []byte("secret"), 0o600),
		"file":        os.Symlink(secret, filepath.Join(dir, "run", "file")),
		"dir":         os.Symlink(outside, filepath.Join(dir, "run", "dir")),
		"dangling":    os.Symlink(filepath.Join(outside, "none"), filepath.Join(dir, "run", "dangling")),
		"inside":      os.Symlink("real", filepath.Join(dir, "run", "inside")),
		"inside file": os.Symlink("real/file", filepath.Join(dir, "run", "insidefile")),
		"up":          os.Symlink("..", filepath.Join(dir, "run", "up")),
		"self":        os.Symlink("self", filepath.Join(dir, "run", "self")),
		"slash":       os.Symlink(outside+"/", filepath.Join(dir, "run", "slash")),
		"staging":     os.Symlink("../"+blob.Staging, filepath.Join(dir, "run", "staging")),
		"top":         os.Symlink(outside, filepath.Join(dir, "top")),
	} {
		if err != nil {
			t.Fatalf("planting %s: %v", path, err)
		}
	}
	return dir, secret
}

func TestLinksAreRefusedWhereverTheyStand(t *testing.T) {
	dir, secret := plant(t)
	f := open(t, dir)
	paths := []string{"top", "top/secret", "top/new"}
	for _, link := range []string{"file", "dir", "dangling", "inside", "insidefile", "up", "self", "slash", "staging"} {
		paths = append(paths, "run/"+link, "run/"+link+"/secret", "run/"+link+"/file", "run/"+link+"/new/deep", "run/"+link+"/put")
	}
	refused := func(doing, path string, err error) {
		t.Helper()
		if code := pedigree.CodeOf(err); err == nil || code != pedigree.Invalid {
			t.Errorf("%s of %s: %v", doing, path, err)
		}
	}
	before := objects(t, dir)
	for _, path := range paths {
		key := blobtest.Key(t, path)
		_, err := f.Get(t.Context(), key, blob.Span{})
		refused("Get", path, err)
		_, err = f.Stat(t.Context(), key)
		refused("Stat", path, err)
		_, err = f.Put(t.Context(), key, strings.NewReader("mine"), 4)
		refused("Put", path, err)
		refused("Delete", path, f.Delete(t.Context(), key))
		refused("upload", path, upload(t, f, key))
		for e, err := range f.List(t.Context(), key.Prefix()) {
			if err == nil {
				t.Errorf("List of %s gives %q", path, e.Name)
			}
		}
	}
	if text, err := os.ReadFile(secret); string(text) != "secret" || err != nil {
		t.Errorf("the secret is %q, %v", text, err)
	}
	if after := objects(t, dir); !slices.Equal(after, before) {
		t.Errorf("the store changed from %q to %q", before, after)
	}
	if names := left(t, filepath.Dir(secret)); len(names) != 1 {
		t.Errorf("beside the secret lies %q", names)
	}
}

// objects gives what is in a store outside the staging area.
func objects(t *testing.T, dir string) []string {
	t.Helper()
	return slices.DeleteFunc(left(t, dir), func(name string) bool { return strings.HasPrefix(name, blob.Staging) })
}

func upload(t *testing.T, f *blob.Files, key blob.Key) error {
	t.Helper()
	id, err := f.CreateUpload(t.Context(), key, 1)
	if err != nil {
		return err
	}
	tag, err := f.PutPart(t.Context(), key, id, 1, strings.NewReader("mine"), 4)
	if err != nil {
		return err
	}
	_, err = f.CompleteUpload(t.Context(), key, id, []blob.Part{{Number: 1, Tag: tag}})
	return err
}

func TestLinksAreNotListed(t *testing.T) {
	dir, _ := plant(t)
	f := open(t, dir)
	for path, want := range map[string]string{"": "[run/]", "run": "[real/]"} {
		if names := blobtest.Names(t, f, path); fmt.Sprint(names) != want {
			t.Errorf("%q lists %q", path, names)
		}
	}
}

func TestDeletingATreeRemovesLinksAndKeepsWhatTheyNamed(t *testing.T) {
	dir, secret := plant(t)
	f := open(t, dir)
	if err := f.Delete(t.Context(), blobtest.Key(t, "run")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(secret); string(text) != "secret" || err != nil {
		t.Errorf("the secret is %q, %v", text, err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "run")); !os.IsNotExist(err) {
		t.Errorf("the tree is still there: %v", err)
	}
	wantNothingStaged(t, dir)
}

func TestAFullDiskStopsUploads(t *testing.T) {
	const gib = 1 << 30
	tests := []struct {
		name        string
		free, total int64
		size        int64
		want        bool
	}{
		{"a large disk keeps 1 GiB", gib, 100 * gib, 0, true},
		{"and not less", gib - 1, 100 * gib, 0, false},
		{"and counts what is to come", gib + 9, 100 * gib, 10, false},
		{"a small disk keeps 5 %", gib / 20, gib, 0, true},
		{"and not less either", gib/20 - 1, gib, 0, false},
		{"an unknown disk is no reason", 0, 0, 10, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := open(t, t.TempDir(), blob.KeepFree(gib), blob.WithDisk(func() (int64, int64, error) { return test.free, test.total, nil }))
			_, err := f.Put(t.Context(), blobtest.Key(t, "k"), bytes.NewReader(make([]byte, test.size)), test.size)
			if (err == nil) != test.want || err != nil && pedigree.CodeOf(err) != pedigree.Unavailable {
				t.Errorf("Put: %v", err)
			}
			_, err = f.CreateUpload(t.Context(), blobtest.Key(t, "k"), 1)
			if want := test.want || test.size > 0; (err == nil) != want {
				t.Errorf("CreateUpload: %v", err)
			}
		})
	}
}

func TestADiskThatFillsUpStopsABodyUnderWay(t *testing.T) {
	looks := 0
	dir := t.TempDir()
	f := open(t, dir, blob.KeepFree(100), blob.WithDisk(func() (int64, int64, error) {
		looks++
		return int64(1000 - 500*looks), 1 << 40, nil
	}))
	_, err := f.Put(t.Context(), blobtest.Key(t, "k"), io.LimitReader(zeros{}, 200<<20), -1)
	if pedigree.CodeOf(err) != pedigree.Unavailable {
		t.Errorf("Put: %v", err)
	}
	wantNothingStaged(t, dir)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestMemoryStaysFlatWhateverTheSize(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 300 MB")
	}
	f := open(t, t.TempDir())
	key := blobtest.Key(t, "big")
	const size = 300 << 20
	grew := growth(t, func() {
		if _, err := f.Put(t.Context(), key, io.LimitReader(zeros{}, size), size); err != nil {
			t.Fatal(err)
		}
		o, err := f.Get(t.Context(), key, blob.Span{})
		if err != nil {
			t.Fatal(err)
		}
		defer o.Body.Close()
		if n, err := io.Copy(io.Discard, o.Body); n != size || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
	})
	if grew > 2<<20 {
		t.Errorf("%d MB of objects took %d KB of memory", size>>20, grew>>10)
	}
}

// growth gives how many bytes a function allocates in all, freed or not.
func growth(t *testing.T, do func()) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestUploadsOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	key := blobtest.Key(t, "model")
	f := open(t, dir)
	id, err := f.CreateUpload(t.Context(), key, 3)
	if err != nil {
		t.Fatal(err)
	}
	tags := make([]blob.Part, 3)
	put := func(n int, text string) {
		t.Helper()
		tag, err := f.PutPart(t.Context(), key, id, n, strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		tags[n-1] = blob.Part{Number: n, Tag: tag}
	}
	put(3, "end")
	put(1, "first")
	f = reopen(t, f, dir, `{"part":2,"si`) // as if cut short by the end of the process
	put(2, "other")
	f = reopen(t, f, dir, "")
	put(1, "wrong")
	put(1, "again")
	f = reopen(t, f, dir, `{"part":3`)
	if _, err := f.CompleteUpload(t.Context(), key, id, tags); err != nil {
		t.Fatal(err)
	}
	if got := blobtest.Read(t, f, "model"); got != "againotherend" {
		t.Errorf("the object holds %q", got)
	}
	wantNothingStaged(t, dir)
}

// reopen opens the store again after it was closed and text was added to the
// log of its one upload.
func reopen(t *testing.T, f *blob.Files, dir, text string) *blob.Files {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	logs, err := filepath.Glob(filepath.Join(dir, blob.Staging, "parts", "*", "log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("logs %q, %v", logs, err)
	}
	log, err := os.OpenFile(logs[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

func TestWhatNobodyCompletesIsSweptUp(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	f := open(t, dir, blob.WithClock(func() time.Time { return now }))
	key := blobtest.Key(t, "k")
	id, err := f.CreateUpload(t.Context(), key, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, orphan := range []string{"put/aaaa", "trash/bbbb"} {
		if err := os.WriteFile(filepath.Join(dir, blob.Staging, orphan), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, blob.Staging, "put", "aaaa")); err != nil {
		t.Errorf("a body under way was swept up: %v", err)
	}
	now = now.Add(blob.UploadLife)
	if _, err := f.PutPart(t.Context(), key, id, 1, strings.NewReader("x"), 1); pedigree.CodeOf(err) != pedigree.NotFound {
		t.Errorf("an upload past its life takes a part: %v", err)
	}
	if err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantNothingStaged(t, dir)
}

func TestRubbishInTheStagingAreaIsRemovedAtStart(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	parts := filepath.Join(dir, blob.Staging, "parts")
	id := strings.Repeat("ab", 16)
	for name, log := range map[string]string{
		"nonsense": "", id: "", id[2:] + "01": "not JSON\n", id[2:] + "02": `{"key":"../x","parts":1}` + "\n",
		id[2:] + "03": `{"key":"x","parts":1}` + "\n" + `{"part":1,"tag":"t"}` + "\n",
	} {
		if err := os.Mkdir(filepath.Join(parts, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(parts, name, "log"), []byte(log), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir)
	wantNothingStaged(t, dir)
}

func TestADirectoryThatCannotBeUsedIsSaidSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.OpenFiles(file); err == nil {
		t.Error("a file was opened as a store")
	}
	dir := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, blob.Staging)); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.OpenFiles(dir); err == nil {
		t.Error("a store whose staging area is a link was opened")
	}
}
