package digest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store/sqlite"
	"github.com/pedigree-ml/pedigree/store/sqlstore"
	"github.com/pedigree-ml/pedigree/tracking"
)

const ws = pedigree.DefaultWorkspace

// A fixture is the rules on a real store and real files, with a count of what
// is opened.
type fixture struct {
	*testing.T
	*Service
	ctx      context.Context
	records  *sqlstore.Store
	dir      string
	files    *counting
	owned    bool // whether the server owns the files
	tracking *tracking.Service
	registry *registry.Service
}

// counting counts the objects that are opened, and may stop that.
type counting struct {
	blob.Store
	opened []string
	before func(key string) error
}

func (c *counting) Get(ctx context.Context, key blob.Key, span blob.Span) (*blob.Object, error) {
	if c.before != nil {
		if err := c.before(key.String()); err != nil {
			return nil, err
		}
	}
	c.opened = append(c.opened, key.Name())
	return c.Store.Get(ctx, key, span)
}

func open(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, ctx: t.Context(), dir: filepath.Join(t.TempDir(), "files"), owned: true}
	var err error
	f.records, err = sqlite.Open(f.ctx, filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	f.must(err)
	t.Cleanup(func() { _ = f.records.Close() })
	files, err := blob.OpenFiles(f.dir, blob.KeepFree(0))
	f.must(err)
	t.Cleanup(func() { _ = files.Close() })
	f.files = &counting{Store: files}
	f.tracking = tracking.New(f.records, "mlflow-artifacts:/")
	f.must(f.tracking.Prepare(f.ctx))
	f.restart()
	_, err = f.registry.CreateModel(f.ctx, ws, registry.ModelDraft{Name: "fraud"})
	f.must(err)
	return f
}

// restart makes the rules anew over what is stored.
func (f *fixture) restart() {
	f.Service = New(f.records, f)
	f.registry = registry.New(f.records, nil)
	f.registry.DigestWith(f.Service)
}

// Find implements [Locations].
func (f *fixture) Find(uri string) (blob.Store, blob.Prefix, error) {
	path, ok := strings.CutPrefix(uri, "mlflow-artifacts:/")
	if !ok {
		return nil, blob.Prefix{}, pedigree.Errorf(pedigree.Invalid, "elsewhere")
	}
	dir, err := blob.ParsePrefix(path)
	return f.files, dir, err
}

// Owns implements [Locations].
func (f *fixture) Owns(s blob.Store) bool { return f.owned && s == blob.Store(f.files) }

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// model makes a logged model with files, of which the digests are known or not.
func (f *fixture) model(known bool, files ...string) tracking.LoggedModel {
	f.Helper()
	m, err := f.tracking.CreateLoggedModel(f.ctx, ws, tracking.LoggedModelDraft{Experiment: "0"})
	f.must(err)
	for _, path := range files {
		f.upload(&m, path, "bytes of "+path, known)
	}
	return m
}

func (f *fixture) key(m *tracking.LoggedModel, path string) string {
	return strings.TrimPrefix(m.URI, "mlflow-artifacts:/") + "/" + path
}

func (f *fixture) upload(m *tracking.LoggedModel, path, text string, record bool) {
	f.Helper()
	key := blobtest.Key(f, f.key(m, path))
	stored, err := f.files.Put(f.ctx, key, strings.NewReader(text), -1)
	f.must(err)
	if record {
		f.must(f.tracking.RecordObjects(f.ctx, ws, pedigree.Object{Key: key.String(), Size: stored.Size, SHA256: stored.SHA256, Tag: stored.Tag}))
	}
}

// disk gives where a file of a model lies, for who goes behind the server's back.
func (f *fixture) disk(m *tracking.LoggedModel, path string) string {
	return filepath.Join(f.dir, filepath.FromSlash(f.key(m, path)))
}

func (f *fixture) flip(path string) {
	f.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	f.must(err)
	defer file.Close()
	b := make([]byte, 1)
	_, err = file.ReadAt(b, 3)
	f.must(err)
	b[0] ^= 1
	_, err = file.WriteAt(b, 3)
	f.must(err)
}

// register makes a version of a model that is logged.
func (f *fixture) register(m *tracking.LoggedModel) registry.Version {
	f.Helper()
	return f.version(registry.VersionDraft{Name: "fraud", Source: "models:/" + m.UID, ModelID: &m.UID})
}

func (f *fixture) version(d registry.VersionDraft) registry.Version {
	f.Helper()
	v, err := f.registry.CreateVersion(f.ctx, ws, d)
	f.must(err)
	return v
}

// digested registers a model and waits until that is digested.
func (f *fixture) digested(m *tracking.LoggedModel) registry.Version {
	f.Helper()
	v := f.register(m)
	f.must(f.CatchUp(f.ctx))
	return v
}

func (f *fixture) state(v *registry.Version) string {
	f.Helper()
	s, err := f.Summary(f.ctx, v.ID)
	f.must(err)
	return s.String()
}

func (f *fixture) wantState(doing string, v *registry.Version, want string) {
	f.Helper()
	if got := f.state(v); got != want {
		f.Errorf("%s: the digest is %s, want %s", doing, got, want)
	}
}

// verify gives what is found, and then the outcome.
func (f *fixture) verify(v *registry.Version) string {
	f.Helper()
	var lines []string
	var last Progress
	report, err := f.Verify(f.ctx, v, func(p Progress, found *Finding) {
		if p.Files < last.Files || p.Bytes < last.Bytes || p.Bytes > p.OfBytes || p.Files > p.OfFiles {
			f.Errorf("progress went from %+v to %+v", last, p)
		}
		last = p
		if found != nil {
			lines = append(lines, string(found.Problem)+" "+found.Path)
		}
	})
	if err != nil {
		return fmt.Sprintf("%s: %v", pedigree.CodeOf(err), err)
	}
	if report.OK() != (len(lines) == 0) || last.Files != last.OfFiles || last.Bytes != last.OfBytes {
		f.Errorf("the report is %+v after %+v and %q", report, last, lines)
	}
	for _, c := range report.Counts() {
		lines = append(lines, fmt.Sprintf("%s=%d", c.Problem, c.Count))
	}
	return strings.Join(append(lines, fmt.Sprintf("%d files", report.Files)), ", ")
}

var errStopped = io.ErrClosedPipe

// sumOf is the digest of a text.
func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
