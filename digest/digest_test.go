package digest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/tracking"
)

func TestBytesThatCameThroughTheServerAreNotReadAgain(t *testing.T) {
	f := open(t)
	m := f.model(true, "MLmodel", "data/model.pkl", "data/a b.txt", "ünï")
	v := f.register(&m)
	f.wantState("at first", &v, "waiting")
	f.must(f.CatchUp(f.ctx))
	f.wantState("in the end", &v, "complete")
	if len(f.files.opened) > 0 {
		t.Errorf("opened were %q", f.files.opened)
	}
	files, err := f.Files(f.ctx, v.ID, "", 10)
	f.must(err)
	for i, want := range []string{"MLmodel", "data/a b.txt", "data/model.pkl", "ünï"} {
		got := files[i]
		if got.Path != want || got.Size != int64(len("bytes of "+want)) || got.SHA256 != sumOf("bytes of "+want) {
			t.Errorf("file %d is %+v, want %s", i, got, want)
		}
	}
	known, err := f.Summary(f.ctx, v.ID)
	if err != nil || known.Files != 4 || known.Unread != 0 || known.Digest != Whole(files) || known.Reason != "" {
		t.Errorf("known is %+v, %v", known, err)
	}
	lines, err := f.registry.History(f.ctx, ws, "fraud", "1", 0, 10)
	if last := lines[len(lines)-1]; err != nil || last.What != Digested || last.After != known.Digest {
		t.Errorf("the history ends with %+v, %v", last, err)
	}
}

// TestTheDigestOfTheWholeIsWhatItSaysToBe computes it with the tools of a shell.
func TestTheDigestOfTheWholeIsWhatItSaysToBe(t *testing.T) {
	f := open(t)
	m := f.model(true, "MLmodel", "data/model.pkl", "data/a b", "z")
	v := f.digested(&m)
	known, err := f.Summary(f.ctx, v.ID)
	f.must(err)
	script := `find . -type f -printf '%P\n' | while IFS= read -r p; do printf '%s  %s  %s\n' "$(sha256sum < "$p" | cut -c1-64)" "$(wc -c < "$p")" "$p"; done | LC_ALL=C sort | sha256sum | cut -c1-64`
	command := exec.Command("sh", "-c", script)
	command.Dir = f.disk(&m, "")
	out, err := command.Output()
	if err != nil {
		t.Skipf("no such shell: %v", err)
	}
	if got := strings.TrimSpace(string(out)); got != known.Digest {
		t.Errorf("the shell says %s, the version %s", got, known.Digest)
	}
}

func TestBytesOfWhichNothingIsKnownAreReadOnceInAllTime(t *testing.T) {
	f := open(t)
	m := f.model(false, "a", "b", "c")
	f.upload(&m, "b", "known", true)
	v := f.digested(&m)
	f.wantState("of three files", &v, "complete")
	if !slices.Equal(f.files.opened, []string{"a", "c"}) {
		t.Errorf("opened were %q", f.files.opened)
	}
	w := f.digested(&m)
	f.wantState("of the same files", &w, "complete")
	if len(f.files.opened) != 2 {
		t.Errorf("opened were %q", f.files.opened)
	}
}

func TestADigestOfOtherBytesIsNotTakenForThatOfThese(t *testing.T) {
	f := open(t)
	m := f.model(true, "overtaken", "moved in", "torn")
	f.upload(&m, "overtaken", "later bytes", false) // as if the process had ended before the row
	f.must(os.WriteFile(f.disk(&m, "moved in"), []byte("by hand"), 0o600))
	v := f.digested(&m)
	f.wantState("", &v, "complete")
	files, err := f.Files(f.ctx, v.ID, "", 10)
	f.must(err)
	for i, text := range []string{"by hand", "later bytes", "bytes of torn"} {
		if files[i].SHA256 != sumOf(text) {
			t.Errorf("%s has the digest of something else", files[i].Path)
		}
	}
}

func TestReadingGoesOnWhereARestartLeftIt(t *testing.T) {
	f := open(t)
	m := f.model(false, "a", "b", "c", "d")
	v := f.register(&m)
	f.files.before = func(key string) error {
		if strings.HasSuffix(key, "/c") {
			return pedigree.Hide(pedigree.Internal, errStopped, "the process ends")
		}
		return nil
	}
	if err := f.CatchUp(f.ctx); err == nil || !strings.Contains(reveal(err), errStopped.Error()) {
		t.Fatalf("the error was swallowed: %v", err)
	}
	f.wantState("half way", &v, "computing 2 of 4")
	if got := f.verify(&v); got != "undigested c, undigested d, undigested=2, 4 files" {
		t.Errorf("half way: %s", got)
	}
	f.files.before, f.files.opened = nil, nil
	f.restart()
	f.must(f.CatchUp(f.ctx))
	f.wantState("after the restart", &v, "complete")
	if !slices.Equal(f.files.opened, []string{"c", "d"}) {
		t.Errorf("opened were %q", f.files.opened)
	}
	if got := f.verify(&v); got != "4 files" {
		t.Errorf("in the end: %s", got)
	}
}

func TestAFileThatChangedBeforeItWasReadMakesTheDigestUnavailable(t *testing.T) {
	for name, disturb := range map[string]func(path string) error{
		"changed": func(path string) error { return os.WriteFile(path, []byte("other"), 0o600) },
		"removed": os.Remove,
	} {
		f := open(t)
		m := f.model(false, "a", "b")
		v := f.register(&m)
		f.files.before = func(key string) error {
			if strings.HasSuffix(key, "/b") {
				return disturb(f.disk(&m, "b"))
			}
			return nil
		}
		f.must(f.CatchUp(f.ctx))
		f.wantState(name, &v, "unavailable: b was changed or removed before it could be read")
		f.files.before = nil
		want := "bad state: Version 1 of model 'fraud' cannot be verified, its digest is unavailable: b was changed or removed before it could be read"
		if got := f.verify(&v); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestBytesThatAreNotHereSaySo(t *testing.T) {
	f := open(t)
	run, err := f.tracking.CreateRun(f.ctx, ws, tracking.RunDraft{Experiment: "0", Started: 1})
	f.must(err)
	blobtest.Put(t, f.files, strings.TrimPrefix(run.URI, "mlflow-artifacts:/")+"/model/MLmodel", "flavors: {}")
	empty := f.model(true)
	for _, c := range []struct {
		draft registry.VersionDraft
		want  string
	}{
		{registry.VersionDraft{Source: "s3://bucket/model"}, "unavailable: the bytes are elsewhere: this server does not serve s3://bucket/model"},
		{registry.VersionDraft{Source: "runs:/" + run.UID + "/model", RunID: &run.UID}, "complete"},
		{registry.VersionDraft{Source: "runs:/" + run.UID + "/model/", RunID: &run.UID}, "complete"},
		{registry.VersionDraft{Source: run.URI, RunID: &run.UID}, "complete"},
		{registry.VersionDraft{Source: run.URI + "/other", RunID: &run.UID}, "unavailable: there were no files at its location when it was registered"},
		{registry.VersionDraft{Source: "models:/" + empty.UID, ModelID: &empty.UID}, "unavailable: there were no files at its location when it was registered"},
	} {
		c.draft.Name = "fraud"
		v := f.version(c.draft)
		f.must(f.CatchUp(f.ctx))
		f.wantState(c.draft.Source, &v, c.want)
	}
}

func TestAWholeStoreIsNobodys(t *testing.T) {
	f := open(t)
	v := registry.Version{Node: pedigree.Node{Workspace: ws, URI: "mlflow-artifacts:/"}}
	f.must(f.records.View(f.ctx, func(r store.Reader) error {
		if _, err := f.place(r, &v); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("the whole store is taken for a model: %v", err)
		}
		return nil
	}))
}

func TestACopyIsOfWhatWasRegisteredNotOfWhatBecameOfIt(t *testing.T) {
	f := open(t)
	m := f.model(true, "MLmodel", "model.pkl")
	v := f.digested(&m)
	f.flip(f.disk(&m, "model.pkl"))
	copied := f.version(registry.VersionDraft{Name: "fraud", Source: "models:/fraud/1"})
	f.wantState("at once", &copied, "complete")
	for _, v := range []registry.Version{v, copied} {
		if got := f.verify(&v); got != "changed model.pkl, changed=1, 2 files" {
			t.Errorf("version %s: %s", v.Version, got)
		}
	}
	a, err := f.Summary(f.ctx, v.ID)
	f.must(err)
	b, err := f.Summary(f.ctx, copied.ID)
	if err != nil || a.Digest != b.Digest || a.FileCount != b.FileCount {
		t.Errorf("known is %+v of the one and %+v of the other, %v", a, b, err)
	}
}

func TestEveryDifferenceIsFoundAndNamed(t *testing.T) {
	files := []string{"MLmodel", "data/model.pkl", "data/sub/x", "env"}
	for name, c := range map[string]struct {
		disturb func(f *fixture, m *tracking.LoggedModel, v *registry.Version)
		want    string
	}{
		"nothing": {func(*fixture, *tracking.LoggedModel, *registry.Version) {}, "4 files"},
		"a flipped byte": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.flip(f.disk(m, "data/model.pkl"))
		}, "changed data/model.pkl, changed=1, 4 files"},
		"a flipped byte, with the time as it was": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			info, err := os.Stat(f.disk(m, "env"))
			f.must(err)
			f.flip(f.disk(m, "env"))
			f.must(os.Chtimes(f.disk(m, "env"), info.ModTime(), info.ModTime()))
		}, "changed env, changed=1, 4 files"},
		"another size": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.must(os.Truncate(f.disk(m, "env"), 2))
		}, "changed env, changed=1, 4 files"},
		"an upload through the server": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.upload(m, "MLmodel", "other", true)
		}, "changed MLmodel, changed=1, 4 files"},
		"only the time": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.must(os.Chtimes(f.disk(m, "env"), time.Unix(1, 0), time.Unix(1, 0)))
		}, "4 files"},
		"a missing file": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.must(os.Remove(f.disk(m, "data/sub/x")))
		}, "missing data/sub/x, missing=1, 4 files"},
		"all gone": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.must(os.RemoveAll(f.disk(m, "")))
		}, "missing MLmodel, missing data/model.pkl, missing data/sub/x, missing env, missing=4, 4 files"},
		"a link": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.must(os.Rename(f.disk(m, "env"), f.disk(m, "../env")))
			f.must(os.Symlink(f.disk(m, "../env"), f.disk(m, "env")))
		}, "missing env, missing=1, 4 files"},
		"added files": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.upload(m, "data/sub/a.py", "", true)
			f.must(os.WriteFile(f.disk(m, ".hidden"), nil, 0o600))
		}, "added .hidden, added data/sub/a.py, added=2, 4 files"},
		"a directory in a file's place": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.must(os.Remove(f.disk(m, "env")))
			f.must(os.MkdirAll(f.disk(m, "env/below"), 0o700))
			f.must(os.WriteFile(f.disk(m, "env/below/x"), nil, 0o600))
		}, "missing env, added env/below/x, missing=1, added=1, 4 files"},
		"a file that is gone as it is opened": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.files.before = func(string) error { return pedigree.Errorf(pedigree.NotFound, "gone") }
		}, "missing MLmodel, missing data/model.pkl, missing data/sub/x, missing env, missing=4, 4 files"},
		"a disk that is broken": {func(f *fixture, m *tracking.LoggedModel, _ *registry.Version) {
			f.files.before = func(key string) error {
				if strings.HasSuffix(key, "/env") {
					return pedigree.Hide(pedigree.Internal, errStopped, "open the artifact")
				}
				return nil
			}
		}, "unreadable env, unreadable=1, 4 files"},
		"the record": {func(f *fixture, m *tracking.LoggedModel, v *registry.Version) {
			f.upload(m, "env", "forged", false)
			f.must(f.records.Update(f.ctx, func(tx store.Tx) error {
				return tx.PutFiles(v.ID, pedigree.File{Path: "env", Size: 6, SHA256: sumOf("forged")})
			}))
		}, "record , record=1, 4 files"},
		"a file struck off the record": {func(f *fixture, m *tracking.LoggedModel, v *registry.Version) {
			f.must(os.Remove(f.disk(m, "env")))
			f.must(f.records.Update(f.ctx, func(tx store.Tx) error {
				all, err := tx.Files(v.ID, "", 10)
				if err != nil {
					return err
				}
				if err := tx.DeleteFiles(v.ID); err != nil {
					return err
				}
				return tx.PutFiles(v.ID, all[:3]...)
			}))
		}, "record , record=1, 3 files"},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			m := f.model(true, files...)
			v := f.digested(&m)
			c.disturb(f, &m, &v)
			if got := f.verify(&v); got != c.want {
				t.Errorf("found: %s\nwant: %s", got, c.want)
			}
		})
	}
}

func TestVerificationsAreFew(t *testing.T) {
	f := open(t)
	m := f.model(true, "a")
	v := f.digested(&m)
	depth := 0
	var deepest error
	var verify func(Progress, *Finding)
	verify = func(Progress, *Finding) {
		if depth++; depth <= maxVerifying {
			if _, err := f.Verify(f.ctx, &v, verify); err != nil {
				deepest = err
			}
		}
	}
	if _, err := f.Verify(f.ctx, &v, verify); err != nil {
		t.Errorf("the first: %v", err)
	}
	if pedigree.CodeOf(deepest) != pedigree.Exhausted {
		t.Errorf("the one too many: %v", deepest)
	}
	if got := f.verify(&v); got != "1 files" {
		t.Errorf("after them: %s", got)
	}
}

func TestAVerificationEndsWithItsRequest(t *testing.T) {
	f := open(t)
	m := f.model(true, "a", "b")
	v := f.digested(&m)
	ctx, cancel := context.WithCancel(f.ctx)
	f.files.before = func(string) error { cancel(); return nil }
	if report, err := f.Verify(ctx, &v, func(Progress, *Finding) {}); pedigree.CodeOf(err) != pedigree.Unavailable {
		t.Errorf("the report was %+v, %v", report, err)
	}
}

func TestManyFilesAreListedInBatchesAndAnewAfterARestart(t *testing.T) {
	f := open(t)
	const n = 2*batch + 10
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("shard-%04d", i))
	}
	m := f.model(false)
	f.must(os.MkdirAll(f.disk(&m, ""), 0o700))
	for _, name := range names {
		f.must(os.WriteFile(f.disk(&m, name), []byte(name), 0o600))
	}
	v := f.register(&m)
	f.must(f.records.Update(f.ctx, func(tx store.Tx) error { // what is left of a listing that was cut short
		return tx.PutFiles(v.ID, pedigree.File{Path: "gone since"})
	}))
	f.must(f.CatchUp(f.ctx))
	f.wantState("", &v, "complete")
	files, err := f.Files(f.ctx, v.ID, "", 10*n)
	if err != nil || len(files) != n || len(f.files.opened) != n {
		t.Errorf("%d files, %d opened, %v", len(files), len(f.files.opened), err)
	}
	if got := f.verify(&v); got != fmt.Sprintf("%d files", n) {
		t.Errorf("%s", got)
	}
}

func TestAVersionThatGoesMeanwhileHarmsNobody(t *testing.T) {
	f := open(t)
	m := f.model(false, "a")
	purged, kept := f.register(&m), f.register(&m)
	f.files.before = func(string) error {
		return f.records.Update(f.ctx, func(tx store.Tx) error { return tx.Purge(purged.ID) })
	}
	f.must(f.CatchUp(f.ctx))
	f.wantState("the other", &kept, "complete")
}

func TestTheServerDigestsWhatIsRegisteredWhileItRuns(t *testing.T) {
	f := open(t)
	ctx, stop := context.WithCancel(f.ctx)
	ended := make(chan struct{})
	old := f.model(false, "left over")
	first := f.register(&old)
	go func() {
		defer close(ended)
		f.Service.Run(ctx, slog.New(slog.DiscardHandler))
	}()
	f.await(&first)
	for range 3 {
		m := f.model(false, "a")
		v := f.register(&m)
		f.await(&v)
	}
	stop()
	<-ended
}

// await looks until a version is digested.
func (f *fixture) await(v *registry.Version) {
	f.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for f.state(v) != "complete" {
		if time.Now().After(deadline) {
			f.Fatalf("after 20 s the digest of version %s is %s", v.Version, f.state(v))
		}
	}
}

func TestLoadingAModelFromADirectoryIsNoTampering(t *testing.T) {
	for _, owned := range []bool{false, true} {
		f := open(t)
		f.owned = owned
		m := f.model(true, "MLmodel", "sub/registered_model_meta")
		v := f.digested(&m)
		if read := len(f.files.opened); read != map[bool]int{false: 2, true: 0}[owned] {
			t.Errorf("owned %v: %d files were read", owned, read)
		}
		f.must(os.WriteFile(f.disk(&m, "registered_model_meta"), []byte("model_name: fraud\nmodel_version: '1'\n"), 0o600))
		f.must(os.WriteFile(f.disk(&m, "sub/registered_model_meta"), []byte("x"), 0o600))
		want := "changed sub/registered_model_meta, changed=1, 2 files"
		if owned {
			want = "changed sub/registered_model_meta, added registered_model_meta, changed=1, added=1, 2 files"
		}
		if got := f.verify(&v); got != want {
			t.Errorf("owned %v: %s, want %s", owned, got, want)
		}
		w := f.digested(&m)
		if got := f.verify(&w); got != map[bool]string{false: "2 files", true: "3 files"}[owned] {
			t.Errorf("owned %v: registered again: %s", owned, got)
		}
	}
}
