package registry

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/pedigree-ml/pedigree"
)

func TestStages(t *testing.T) {
	f := open(t)
	f.model("m")
	for range 4 {
		f.version("m")
	}
	move := func(number, stage string, archive bool) Version {
		t.Helper()
		v, err := f.TransitionVersion(f.ctx, ws, "m", number, stage, archive)
		f.must(err)
		return v
	}
	latest := func(wanted ...string) []string {
		t.Helper()
		versions, err := f.LatestVersions(f.ctx, ws, "m", wanted)
		f.must(err)
		shown := []string{}
		for _, v := range versions {
			shown = append(shown, v.Stage+" "+v.Version)
		}
		return shown
	}
	f.wantEqual("at first", latest(), []string{"None 4"})
	before := f.getModel("m")
	if v := move("2", "pRODUCTION", false); v.Stage != "Production" || v.Updated <= v.Created {
		t.Errorf("moved: %+v", v)
	}
	if after := f.getModel("m"); after.Updated <= before.Updated {
		t.Error("the model is not changed")
	}
	move("1", "Production", false)
	move("4", "staging", false)
	f.wantEqual("then", latest(), []string{"Production 2", "None 3", "Staging 4"})
	f.wantEqual("of some", latest("STAGING", "none", "staging"), []string{"None 3", "Staging 4"})
	f.wantEqual("of an empty one", latest("archived"), []string{})
	if v := move("3", "Production", true); v.Stage != "Production" {
		t.Errorf("moved: %+v", v)
	}
	f.wantEqual("the others are archived", latest(), []string{"Archived 2", "Production 3", "Staging 4"})
	if v := f.get("m", "1"); v.Stage != "Archived" {
		t.Errorf("the other is %s", v.Stage)
	}
	f.must(f.DeleteVersion(f.ctx, ws, "m", "2"))
	f.wantEqual("without one", latest(), []string{"Archived 1", "Production 3", "Staging 4"})
	f.must(f.SetAlias(f.ctx, ws, "m", "best", "3"))
	versions, err := f.LatestVersions(f.ctx, ws, "m", []string{"Production"})
	f.must(err)
	f.wantEqual("aliases", versions[0].Aliases, []string{"best"})
	f.wantEqual("history", f.history("m", "1"), []string{"created:  > 1", "stage: None > Production", "stage: Production > Archived"})

	_, err = f.TransitionVersion(f.ctx, ws, "m", "1", "bogus", false)
	f.refused(err, pedigree.Invalid, "Invalid Model Version stage: bogus. Value must be one of None, Staging, Production, Archived.")
	_, err = f.LatestVersions(f.ctx, ws, "m", []string{"Deleted_Internal"})
	f.refused(err, pedigree.Invalid, "Invalid Model Version stage: Deleted_Internal. Value must be one of None, Staging, Production, Archived.")
	_, err = f.TransitionVersion(f.ctx, ws, "m", "1", "archived", true)
	f.refused(err, pedigree.Invalid, "Model version transition cannot archive existing model versions because 'archived' is not an Active stage."+
		" Valid stages are ['Staging', 'Production']")
	_, err = f.LatestVersions(f.ctx, ws, "none", nil)
	f.refused(err, pedigree.NotFound, "Registered Model with name=none not found")
}

// What stands on the model about its latest versions is what its versions say,
// after whatever was done to them.
func TestTheLatestOfEachStageIsKept(t *testing.T) {
	f := open(t)
	models := 0
	rapid.Check(t, func(r *rapid.T) {
		models++
		name := fmt.Sprint("m", models)
		f.model(name)
		var stage []string // by version; empty when it is deleted
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			switch step := rapid.IntRange(0, 5).Draw(r, "step"); {
			case step < 2 || len(stage) == 0:
				f.version(name)
				stage = append(stage, "None")
			default:
				i := rapid.IntRange(0, len(stage)-1).Draw(r, "version")
				if stage[i] == "" {
					continue
				}
				number := strconv.Itoa(i + 1)
				if step == 5 {
					f.must(f.DeleteVersion(f.ctx, ws, name, number))
					stage[i] = ""
					continue
				}
				to := rapid.SampledFrom(stages).Draw(r, "stage")
				archive := step == 4 && (to == "Staging" || to == "Production")
				_, err := f.TransitionVersion(f.ctx, ws, name, number, to, archive)
				f.must(err)
				for j := range stage {
					if archive && stage[j] == to {
						stage[j] = "Archived"
					}
				}
				stage[i] = to
			}
			want := []string{}
			for i, s := range stage {
				if s != "" && !slices.Contains(stage[i+1:], s) {
					want = append(want, s+" "+strconv.Itoa(i+1))
				}
			}
			got := []string{}
			for _, v := range f.getModel(name).Latest {
				got = append(got, v.Stage+" "+v.Version)
			}
			if !slices.Equal(got, want) {
				r.Fatalf("the latest are %q, want %q; the versions are %q", got, want, stage)
			}
		}
	})
}
