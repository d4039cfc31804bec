package registry

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/naming"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

func TestAVersionIsKeptAsItIsDescribed(t *testing.T) {
	f := open(t)
	m := f.model("m")
	run := "r1"
	made, err := f.CreateVersion(f.ctx, ws, VersionDraft{
		Name: "m", Source: "s3://b/x", RunID: &run, RunLink: "http://link", Description: "d", Tags: []pedigree.Property{tag("a", "1")},
	})
	f.must(err)
	for _, v := range []Version{made, f.get("m", "1")} {
		if v.Name != "m" || v.Version != "1" || v.UID != m.UID+"/1" || v.URI != "s3://b/x" || v.RunID != "r1" || v.RunLink != "http://link" ||
			v.Description != "d" || v.Stage != "None" || v.State != "READY" || !slices.Equal(v.Tags, []pedigree.Property{tag("a", "1")}) ||
			v.ModelID != "" || v.StorageLocation != "" || v.CopiedFrom != "" || v.Aliases != nil || v.Location() != "s3://b/x" {
			t.Errorf("got %+v", v)
		}
	}
	if after := f.getModel("m"); after.Updated != made.Created {
		t.Errorf("the model was last changed at %d, not %d", after.Updated, made.Created)
	}
	changed, err := f.DescribeVersion(f.ctx, ws, "m", "1", "other")
	f.must(err)
	if changed.Description != "other" || changed.Updated <= made.Updated {
		t.Errorf("described: %+v", changed)
	}
	if after := f.getModel("m"); after.Updated != made.Created {
		t.Error("describing a version changes its model")
	}
	uri, err := f.DownloadURI(f.ctx, ws, "m", "1")
	if err != nil || uri != "s3://b/x" {
		t.Errorf("it is to be downloaded from %q, %v", uri, err)
	}
}

func TestNumbersOfVersionsAreReadAsPythonReadsThem(t *testing.T) {
	f := open(t)
	f.model("m")
	f.version("m")
	for _, number := range []string{"1", "01", "+1", " 1 ", "0_1", "\t001\n"} {
		if v := f.get("m", number); v.Version != "1" {
			t.Errorf("%q is %s", number, v.Version)
		}
	}
	for number, words := range map[string]string{
		"": "Parameter 'version' must be an integer, got ''.", "x": "Parameter 'version' must be an integer, got 'x'.",
		"1.0": "Parameter 'version' must be an integer, got '1.0'.", "1_": "Parameter 'version' must be an integer, got '1_'.",
		"_1": "Parameter 'version' must be an integer, got '_1'.", "--1": "Parameter 'version' must be an integer, got '--1'.",
		"-+1": "Parameter 'version' must be an integer, got '-+1'.", "1 2": "Parameter 'version' must be an integer, got '1 2'.",
		"-": "Parameter 'version' must be an integer, got '-'.", "1/..": "Parameter 'version' must be an integer, got '1/..'.",
	} {
		_, err := f.Version(f.ctx, ws, "m", number)
		f.refused(err, pedigree.Invalid, words)
	}
	for number, shown := range map[string]string{"2": "2", "0": "0", "-1": "-1", "-0": "0", "00": "0", "1_0": "10", "99999999999999999999999": "99999999999999999999999"} {
		_, err := f.Version(f.ctx, ws, "m", number)
		f.refused(err, pedigree.NotFound, "Model Version (name=m, version="+shown+") not found")
	}
	_, err := f.Version(f.ctx, ws, "none", "1")
	f.refused(err, pedigree.NotFound, "Model Version (name=none, version=1) not found")
	_, err = f.CreateVersion(f.ctx, ws, VersionDraft{Name: "none", Source: "s3://b/x"})
	f.refused(err, pedigree.NotFound, "Registered Model with name=none not found")
}

// Numbers have no gaps and are given once, whoever asks at the same time,
// whatever fails beside it and whatever was deleted.
func TestNumbersHaveNoGaps(t *testing.T) {
	f := open(t)
	f.outbox = nil // not made for many
	models := []string{"a", "b", "c"}
	for _, m := range models {
		f.model(m)
	}
	const each = 60
	given := make(map[string][]string)
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, name := range models {
		for i := range each {
			wait.Add(2)
			go func() {
				defer wait.Done()
				v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "s3://b/" + strconv.Itoa(i)})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				given[name] = append(given[name], v.Version)
				mu.Unlock()
				if i%7 == 0 {
					if err := f.DeleteVersion(f.ctx, ws, name, v.Version); err != nil {
						t.Error(err)
					}
				}
			}()
			go func() {
				defer wait.Done() // fails inside its transaction
				if _, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "models:/" + name + "/99999"}); pedigree.CodeOf(err) != pedigree.NotFound {
					t.Error(err)
				}
			}()
		}
	}
	wait.Wait()
	for name, numbers := range given {
		slices.SortFunc(numbers, func(a, b string) int { return len(a)*1000 + strings.Compare(a, b) - len(b)*1000 })
		for i, n := range numbers {
			if n != strconv.Itoa(i+1) {
				t.Fatalf("%s has the numbers %v", name, numbers)
			}
		}
		if v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "s3://b/x"}); err != nil || v.Version != strconv.Itoa(each+1) {
			t.Errorf("the next of %s is %s, %v", name, v.Version, err)
		}
	}
}

func TestNumbersOfDeletedVersionsAreNotGivenAgain(t *testing.T) {
	f := open(t)
	f.model("m")
	f.version("m")
	f.version("m")
	f.must(f.DeleteVersion(f.ctx, ws, "m", "2"))
	missing := "Model Version (name=m, version=2) not found"
	f.refused(f.DeleteVersion(f.ctx, ws, "m", "2"), pedigree.NotFound, missing)
	_, err := f.DescribeVersion(f.ctx, ws, "m", "2", "x")
	f.refused(err, pedigree.NotFound, missing)
	_, err = f.TransitionVersion(f.ctx, ws, "m", "2", "Staging", false)
	f.refused(err, pedigree.NotFound, missing)
	f.refused(f.SetVersionTag(f.ctx, ws, "m", "2", "k", "v"), pedigree.NotFound, missing)
	f.refused(f.SetAlias(f.ctx, ws, "m", "x", "2"), pedigree.NotFound, missing)
	_, err = f.DownloadURI(f.ctx, ws, "m", "2")
	f.refused(err, pedigree.NotFound, missing)
	if v := f.version("m"); v.Version != "3" {
		t.Errorf("the next version is %s", v.Version)
	}
	f.wantEqual("history", f.history("m", "2"), []string{"created:  > 2", "deleted: m > "})
}

func TestVersionsAreFound(t *testing.T) {
	f := open(t)
	f.model("a")
	f.model("b")
	run := "r"
	for _, name := range []string{"b", "a", "b"} {
		f.version(name, tag("of", name))
	}
	_, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: "a", Source: "s3://z", RunID: &run})
	if err == nil {
		t.Fatal("a bucket without a path is taken")
	}
	_, err = f.CreateVersion(f.ctx, ws, VersionDraft{Name: "a", Source: "s3://z/y", RunID: &run})
	f.must(err)
	latest := []query.Order{{Field: query.Updated, Desc: true}, {Field: query.Name}, {Field: query.Number, Desc: true}}
	f.wantEqual("all", f.searchVersions(nil, latest...), []string{"a/2", "b/2", "a/1", "b/1"})
	f.wantEqual("of a model", f.searchVersions(query.Compare{Field: query.Name, Op: query.Eq, Value: query.Value{Text: "b"}}, latest...), []string{"b/2", "b/1"})
	f.wantEqual("of a run", f.searchVersions(query.Compare{
		Field: query.Property{Space: pedigree.Field, Key: "run_id"}, Op: query.Eq, Value: query.Value{Text: "r"},
	}), []string{"a/2"})
	f.wantEqual("by tag", f.searchVersions(query.Compare{
		Field: query.Property{Space: pedigree.Tag, Key: "of"}, Op: query.Eq, Value: query.Value{Text: "b"},
	}), []string{"b/1", "b/2"})
}

func TestTagsOfModelsAndVersions(t *testing.T) {
	f := open(t)
	f.model("m")
	v := f.version("m")
	f.must(f.SetVersionTag(f.ctx, ws, "m", "1", "k", "1"))
	f.must(f.SetVersionTag(f.ctx, ws, "m", "1", "k", "1"))
	f.must(f.SetVersionTag(f.ctx, ws, "m", "1", "k", strings.Repeat("é", maxTagValue)))
	f.must(f.DeleteVersionTag(f.ctx, ws, "m", "1", "none"))
	f.must(f.SetModelTag(f.ctx, ws, "m", "k", strings.Repeat("é", maxTagValue)))
	f.must(f.DeleteModelTag(f.ctx, ws, "m", "k"))
	after := f.get("m", "1")
	if len(after.Tags) != 1 || after.Updated != v.Updated || len(f.getModel("m").Tags) != 0 {
		t.Errorf("tagged: %d tags, changed at %d", len(after.Tags), after.Updated)
	}
	f.must(f.DeleteVersionTag(f.ctx, ws, "m", "1", "k"))
	long := strings.Repeat("é", maxChange)
	f.wantEqual("history", f.history("m", "1"), []string{
		"created:  > 1", "tag:  > k=1", "tag: k=1 > " + naming.Shorten("k="+long, maxChange), "tag removed: " + naming.Shorten("k="+long, maxChange) + " > ",
	})
	// Case M5.
	tooLong := strings.Repeat("é", maxTagValue+1)
	words := "'value' exceeds the maximum length of 100000 characters"
	f.refused(f.SetVersionTag(f.ctx, ws, "m", "1", "k", tooLong), pedigree.Invalid, words)
	f.refused(f.SetModelTag(f.ctx, ws, "m", "k", tooLong), pedigree.Invalid, words)
	_, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: "n", Tags: []pedigree.Property{tag("k", tooLong)}})
	f.refused(err, pedigree.Invalid, words)
	_, err = f.CreateVersion(f.ctx, ws, VersionDraft{Name: "m", Source: "s3://b/x", Tags: []pedigree.Property{tag("k", tooLong)}})
	f.refused(err, pedigree.Invalid, words)
	f.refused(f.SetVersionTag(f.ctx, ws, "m", "1", promptTextTag, tooLong), pedigree.Invalid, "Prompt text exceeds max length of 100000 characters.")
	f.refused(f.SetVersionTag(f.ctx, ws, "m", "1", strings.Repeat("k", 251), "v"), pedigree.Invalid, "'key' exceeds the maximum length of 250 characters")
	if tags := f.get("m", "1").Tags; len(tags) != 0 {
		t.Errorf("tags are left: %d", len(tags))
	}
}

func TestAVersionIsAnOutputOfItsRun(t *testing.T) {
	f := open(t)
	f.model("m")
	run, other := f.run("mlflow-artifacts:/0/r/artifacts"), f.run("mlflow-artifacts:/0/s/artifacts")
	source := pedigree.Property{Space: pedigree.Field, Key: sourceRunField, Value: run.UID}
	declared := f.node(pedigree.LoggedModelType, "m-declared", "mlflow-artifacts:/0/models/m-declared/artifacts", source)
	logged := f.node(pedigree.LoggedModelType, "m-logged", "mlflow-artifacts:/0/models/m-logged/artifacts")
	f.must(f.store.Update(f.ctx, func(tx store.Tx) error {
		_, err := tx.PutEvent(&pedigree.Event{Execution: other.ID, Artifact: logged.ID, Direction: pedigree.Output})
		return err
	}))
	elsewhere := "of another server"
	for i, c := range []struct {
		draft VersionDraft
		runID string
		from  pedigree.NodeID
	}{
		{VersionDraft{Source: "s3://b/x", RunID: &run.UID}, run.UID, run.ID},
		{VersionDraft{Source: "s3://b/x", RunID: &elsewhere}, elsewhere, 0},
		{VersionDraft{Source: "s3://b/x"}, "", 0},
		{VersionDraft{Source: "models:/m-declared", ModelID: &declared.UID}, run.UID, run.ID},
		{VersionDraft{Source: declared.URI, ModelID: &declared.UID}, run.UID, run.ID},
		{VersionDraft{Source: "models:/m-logged", ModelID: &logged.UID}, "", other.ID},
		{VersionDraft{Source: "models:/m/4"}, run.UID, run.ID},
	} {
		c.draft.Name = "m"
		v, err := f.CreateVersion(f.ctx, ws, c.draft)
		f.must(err)
		var from []pedigree.NodeID
		f.must(f.store.View(f.ctx, func(r store.Reader) error {
			events, err := r.Producers([]pedigree.NodeID{v.ID})
			for _, e := range events {
				from = append(from, e.Execution)
			}
			return err
		}))
		if v.RunID != c.runID || len(from) > 1 || c.from == 0 && len(from) != 0 || c.from != 0 && (len(from) != 1 || from[0] != c.from) {
			t.Errorf("%d: run %q, written by %v, want %q and %d", i, v.RunID, from, c.runID, c.from)
		}
	}
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		text, _, err := r.Property(declared.ID, pedigree.Tag, versionsTag)
		if text != `[{"name": "m", "version": 4}, {"name": "m", "version": 5}]` {
			t.Errorf("the logged model became %s", text)
		}
		return err
	}))
}

func TestCopiesLeadToTheOriginal(t *testing.T) {
	f := open(t)
	f.model("from")
	f.model("to")
	m := f.node(pedigree.LoggedModelType, "m-1", "mlflow-artifacts:/0/models/m-1/artifacts")
	_, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: "from", Source: "models:/m-1", ModelID: &m.UID})
	f.must(err)
	f.must(f.SetAlias(f.ctx, ws, "from", "champion", "1"))
	_, err = f.TransitionVersion(f.ctx, ws, "from", "1", "Staging", false)
	f.must(err)
	for _, source := range []string{"models:/from/1", "models:/from@champion", "models:/from/staging", "models:/from/LATEST", "models:/from/01", "MODELS:/from/1", "models:/to/1"} {
		v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: "to", Source: source})
		f.must(err)
		want := "models:/from/1"
		if source == "models:/to/1" {
			want = source
		}
		if v.URI != want || v.CopiedFrom != want || v.Location() != m.URI || v.ModelID != "m-1" {
			t.Errorf("%s: %+v", source, v)
		}
		if uri, err := f.DownloadURI(f.ctx, ws, "to", v.Version); err != nil || uri != m.URI {
			t.Errorf("%s is downloaded from %s, %v", source, uri, err)
		}
	}
	f.must(f.DeleteModel(f.ctx, ws, "from")) // what was copied stays
	if uri, err := f.DownloadURI(f.ctx, ws, "to", "7"); err != nil || uri != m.URI {
		t.Errorf("the copy of a copy is downloaded from %s, %v", uri, err)
	}
}

func TestCopiesOfModelsWithOddNames(t *testing.T) {
	f := open(t)
	for _, name := range []string{"a b", "a@b", "a#b;c?d", "100%", "%2e%2e", `a\b`, "é"} {
		f.model(name)
		_, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "s3://b/x"})
		f.must(err)
		v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "models:/" + name + "/1"})
		if err != nil || v.CopiedFrom != "models:/"+name+"/1" {
			t.Errorf("%s: %+v %v", name, v, err)
		}
	}
	f.must(f.SetAlias(f.ctx, ws, "a@b", "c", "1"))
	if v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: "a@b", Source: "models:/a@b@c"}); err != nil || v.CopiedFrom != "models:/a@b/1" {
		t.Errorf("by alias: %+v %v", v, err)
	}
}
