package tracking

import (
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func (f *fixture) objects(prefix string) (all []pedigree.Object) {
	f.t.Helper()
	f.must(f.store.View(f.ctx, func(r store.Reader) (err error) {
		all, err = r.Objects(ws, prefix, "", 100)
		return err
	}))
	return all
}

func TestWhatIsKnownOfBytesIsThatOfTheLastAndGoesWithThem(t *testing.T) {
	f := open(t)
	a := pedigree.Object{Key: "0/run/artifacts/a", Size: 1, SHA256: "aa", Tag: "1"}
	b := pedigree.Object{Key: "0/run/artifacts/dir/b", Size: 2, SHA256: "bb", Tag: "2"}
	c := pedigree.Object{Key: "0/run2/artifacts/c", Size: 3, SHA256: "cc", Tag: "3"}
	f.must(f.RecordObjects(f.ctx, ws, a, b, c))
	b.Size, b.SHA256, b.Tag = 20, "b2", "4"
	f.must(f.RecordObjects(f.ctx, ws, b))
	got := f.objects("0")
	for i := range got {
		if !got[i].Time.Set() {
			t.Errorf("%s has no time", got[i].Key)
		}
		got[i].Time = 0
	}
	if want := []pedigree.Object{a, b, c}; !slices.Equal(got, want) {
		t.Errorf("known are %+v, want %+v", got, want)
	}
	f.must(f.ForgetObjects(f.ctx, ws, "0/run"))
	if got := f.objects("0"); len(got) != 1 || got[0].Key != c.Key {
		t.Errorf("left are %+v", got)
	}
}
