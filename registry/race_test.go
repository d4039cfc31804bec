package registry

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// together runs fn n times at once and counts how often it ended well, and with
// which errors otherwise.
func together(t *testing.T, n int, fn func(i int) error) (ok int, codes map[pedigree.Code]int) {
	t.Helper()
	codes = make(map[pedigree.Code]int)
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			err := fn(i)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				ok++
			} else {
				codes[pedigree.CodeOf(err)]++
			}
		})
	}
	all.Wait()
	return ok, codes
}

func TestOfManyWhoWantANameOneGetsIt(t *testing.T) {
	f := open(t)
	f.outbox = nil // not made for many
	ok, codes := together(t, 20, func(int) error { _, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: "m"}); return err })
	if ok != 1 || codes[pedigree.AlreadyExists] != 19 {
		t.Errorf("made by %d, refused as %v", ok, codes)
	}
	for i := range 10 {
		f.model(fmt.Sprint("old", i))
		f.version(fmt.Sprint("old", i))
	}
	ok, codes = together(t, 10, func(i int) error { _, err := f.RenameModel(f.ctx, ws, fmt.Sprint("old", i), "new"); return err })
	if ok != 1 || codes[pedigree.AlreadyExists] != 9 {
		t.Errorf("renamed by %d, refused as %v", ok, codes)
	}
	if v := f.get("new", "1"); v.URI == "s3://bucket/new" || len(f.searchVersions(nil)) != 10 {
		t.Errorf("the version is %+v", v)
	}
}

// A version that is registered while its model is deleted goes with it, or finds
// no model: none is left behind.
func TestNoVersionOutlivesItsModel(t *testing.T) {
	f := open(t)
	f.outbox = nil
	for round := range 10 {
		name := fmt.Sprint("m", round)
		f.model(name)
		var made atomic.Int64
		_, codes := together(t, 12, func(i int) error {
			if i == 6 {
				return f.DeleteModel(f.ctx, ws, name)
			}
			v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "s3://b/x"})
			if err == nil {
				made.Add(1)
				err = f.SetAlias(f.ctx, ws, name, "a", v.Version)
			}
			return err
		})
		if len(codes) > 1 || len(codes) == 1 && codes[pedigree.NotFound] == 0 {
			t.Errorf("refused as %v", codes)
		}
		if left := f.searchVersions(nil); len(left) != 0 {
			t.Fatalf("of %d versions are left %q", made.Load(), left)
		}
		if m := f.model(name); len(m.Latest)+len(m.Aliases) != 0 {
			t.Errorf("the next of that name is %+v", m)
		}
		f.must(f.DeleteModel(f.ctx, ws, name))
	}
}

// Of stages that many change at once the latest version of each is the one that
// a reader finds by looking at all versions.
func TestStagesThatManyChangeAddUp(t *testing.T) {
	f := open(t)
	f.outbox = nil
	f.model("m")
	const versions = 6
	for range versions {
		f.version("m")
	}
	_, codes := together(t, 60, func(i int) error {
		stage := stages[i%len(stages)]
		_, err := f.TransitionVersion(f.ctx, ws, "m", fmt.Sprint(1+i*5%versions), stage, i%3 == 0 && (stage == stageStaging || stage == stageProduction))
		return err
	})
	if len(codes) != 0 {
		t.Errorf("refused as %v", codes)
	}
	want := map[string]string{}
	for n := 1; n <= versions; n++ {
		v := f.get("m", fmt.Sprint(n))
		want[v.Stage] = v.Version
	}
	got := map[string]string{}
	for _, v := range f.getModel("m").Latest {
		got[v.Stage] = v.Version
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the latest are %v, want %v", got, want)
	}
}
