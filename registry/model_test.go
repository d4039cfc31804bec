package registry

import (
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

func TestAModelIsKeptAsItIsDescribed(t *testing.T) {
	f := open(t)
	made, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: "m", Description: "d", Tags: []pedigree.Property{tag("a", "1"), tag("b", ""), tag("a", "2")}})
	f.must(err)
	for _, m := range []Model{made, f.getModel("m")} {
		if m.Name != "m" || m.Description != "d" || !slices.Equal(m.Tags, []pedigree.Property{tag("a", "2"), tag("b", "")}) ||
			m.Latest != nil || m.Aliases != nil || m.Created != m.Updated || len(m.UID) != 32 {
			t.Errorf("got %+v", m)
		}
	}
	m, err := f.DescribeModel(f.ctx, ws, "m", "other")
	f.must(err)
	if m.Description != "other" || m.Updated <= m.Created {
		t.Errorf("described: %+v", m)
	}
	if m, err = f.DescribeModel(f.ctx, ws, "m", ""); err != nil || m.Description != "" {
		t.Errorf("undescribed: %+v %v", m, err)
	}
}

func TestNamesOfModels(t *testing.T) {
	f := open(t)
	for _, name := range []string{
		"a", "A", " a", "a ", "a b", "a%2Fb", "a%20", "a#b", "a?b", "a;b", "a@b", "a&b=c", `a\b`, `a"b'c`, "a\tb", "a\nb", "a\x1bb", "a\u200bb", "é", "e\u0301",
		"日本語", "😀", "<b>", "a..b", "a.", "-", "~", "*", "%", "_", "latest", "m-123", "1", strings.Repeat("é", 256),
	} {
		if m, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: name}); err != nil || m.Name != name {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if m, err := f.Model(f.ctx, ws, name); err != nil || m.Name != name {
			t.Errorf("%q is not found again: %q %v", name, m.Name, err)
		}
	}
	const unclean = "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to "
	for name, words := range map[string]string{
		"":                       "Missing value for required parameter 'name'.",
		" \t\u00a0":              "Missing value for required parameter 'name'.",
		"a/b":                    "Invalid model name 'a/b'. Names cannot contain '/' or ':'.",
		"a:b":                    "Invalid model name 'a:b'. Names cannot contain '/' or ':'.",
		"models:/a":              "Invalid model name 'models:/a'. Names cannot contain '/' or ':'.",
		".":                      `Invalid value "." for parameter 'name' supplied: ` + unclean + "'.'",
		"..":                     `Invalid value ".." for parameter 'name' supplied: ` + unclean + "'..'",
		"..a":                    `Invalid value "..a" for parameter 'name' supplied: ` + unclean + "'..a'",
		strings.Repeat("é", 257): "'name' exceeds the maximum length of 256 characters",
	} {
		_, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: name})
		f.refused(err, pedigree.Invalid, words)
	}
	for _, name := range []string{"a\x00b", "a\xffb"} {
		if _, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: name}); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Case M3.
func TestTwinsOfANameAreOthers(t *testing.T) {
	f := open(t)
	f.model("Café")
	f.version("Café")
	for _, twin := range []string{"café", "CAFÉ", "Cafe\u0301", "Caf%C3%A9", "Caf%c3%a9", "Café ", " Café", "Café\u200b", "Cafe", "Café\n", "Caf\u00e9\u0000"} {
		if _, err := f.Model(f.ctx, ws, twin); err == nil {
			t.Errorf("%q finds a model", twin)
		}
		if _, err := f.Version(f.ctx, ws, twin, "1"); err == nil {
			t.Errorf("%q finds a version", twin)
		}
		if m, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: twin}); err == nil && len(m.Latest) != 0 || err != nil && pedigree.CodeOf(err) != pedigree.Invalid {
			t.Errorf("%q: %v %v", twin, m, err)
		}
	}
	if n := len(f.getModel("Café").Latest); n != 1 {
		t.Errorf("the model has %d latest versions", n)
	}
}

func TestANameThatIsTakenIsRefused(t *testing.T) {
	f := open(t)
	f.model("m")
	f.model("p", tag(promptTag, "true"))
	for _, c := range []struct {
		name  string
		tags  []pedigree.Property
		words string
	}{
		{"m", nil, "Registered Model (name=m) already exists."},
		{"p", []pedigree.Property{tag(promptTag, "true")}, "Prompt (name=p) already exists."},
		{"m", []pedigree.Property{tag(promptTag, "true")}, "Tried to create a prompt with name 'm', but the name is already taken by a registered model." +
			" MLflow does not allow creating a model and a prompt with the same name."},
		{"p", nil, "Tried to create a registered model with name 'p', but the name is already taken by a prompt." +
			" MLflow does not allow creating a model and a prompt with the same name."},
	} {
		_, err := f.CreateModel(f.ctx, ws, ModelDraft{Name: c.name, Tags: c.tags})
		f.refused(err, pedigree.AlreadyExists, c.words)
	}
	f.model("other")
	_, err := f.RenameModel(f.ctx, ws, "other", "m")
	f.refused(err, pedigree.AlreadyExists, "Registered Model (name=m) already exists.")
	if m := f.getModel("other"); m.Created != m.Updated {
		t.Errorf("the model was changed: %+v", m)
	}
}

func TestRenamingTakesTheVersionsAlong(t *testing.T) {
	f := open(t)
	before := f.model("old")
	f.version("old")
	f.version("old")
	f.must(f.DeleteVersion(f.ctx, ws, "old", "2"))
	f.must(f.SetAlias(f.ctx, ws, "old", "champion", "1"))
	m, err := f.RenameModel(f.ctx, ws, "old", "new")
	f.must(err)
	if m.UID != before.UID || m.Name != "new" || len(m.Aliases) != 1 || len(m.Latest) != 1 || m.Latest[0].Name != "new" {
		t.Errorf("renamed: %+v", m)
	}
	_, err = f.Version(f.ctx, ws, "old", "1")
	f.refused(err, pedigree.NotFound, "Model Version (name=old, version=1) not found")
	if v, err := f.VersionByAlias(f.ctx, ws, "new", "champion"); err != nil || v.Name != "new" || v.Updated != m.Latest[0].Updated {
		t.Errorf("by alias: %+v %v", v, err)
	}
	f.wantEqual("history", f.history("new", "1"), []string{"created:  > 1", "alias:  > champion", "renamed: old > new"})
	f.model("old") // the name is free, and means another model
	if v := f.version("old"); v.Version != "1" {
		t.Errorf("its first version is %s", v.Version)
	}
	f.wantEqual("versions", f.searchVersions(nil), []string{"new/1", "old/1"})
}

func TestDeletingAModelFreesItsName(t *testing.T) {
	f := open(t)
	m := f.model("m")
	f.version("m")
	f.version("m")
	f.must(f.DeleteModel(f.ctx, ws, "m"))
	missing := "Registered Model with name=m not found"
	_, err := f.Model(f.ctx, ws, "m")
	f.refused(err, pedigree.NotFound, missing)
	f.refused(f.DeleteModel(f.ctx, ws, "m"), pedigree.NotFound, missing)
	_, err = f.Version(f.ctx, ws, "m", "1")
	f.refused(err, pedigree.NotFound, "Model Version (name=m, version=1) not found")
	f.wantEqual("versions", f.searchVersions(nil), []string{})
	page, err := f.SearchModels(f.ctx, ws, Search{Max: 10, Order: []query.Order{{Field: query.Name}}})
	f.must(err)
	f.wantEqual("models", names(page.Items), []string{})
	_, err = f.Model(f.ctx, ws, m.UID)
	f.refused(err, pedigree.NotFound, "Registered Model with name="+m.UID+" not found")
	if other := f.model("m"); other.UID == m.UID || len(other.Latest) != 0 {
		t.Errorf("the next model of that name is %+v", other)
	}
	if v := f.version("m"); v.Version != "1" {
		t.Errorf("its first version is %s", v.Version)
	}
	f.must(f.DeleteModel(f.ctx, ws, "m")) // a second one of that name
	f.model(m.UID)                        // nor does the first keep a name from anybody
}

func TestPagesOfModels(t *testing.T) {
	f := open(t)
	var want []string
	for _, name := range []string{"b", "a", "d", "c", "e"} {
		f.model(name, tag("of", name))
		f.version(name)
		f.version(name)
		f.must(f.SetAlias(f.ctx, ws, name, "best", "1"))
		want = append(want, name)
	}
	slices.Sort(want)
	search := Search{Max: 2, Order: []query.Order{{Field: query.Name}}}
	var got []string
	for {
		page, err := f.SearchModels(f.ctx, ws, search)
		f.must(err)
		got = append(got, names(page.Items)...)
		for _, m := range page.Items {
			if !slices.Equal(m.Tags, []pedigree.Property{tag("of", m.Name)}) || !slices.Equal(m.Aliases, []Alias{{"best", "1"}}) ||
				len(m.Latest) != 1 || m.Latest[0].Version != "2" || m.Latest[0].Name != m.Name || m.Latest[0].URI != "s3://bucket/"+m.Name {
				t.Errorf("found %+v", m)
			}
		}
		if search.PageToken = page.Next; page.Next == "" {
			break
		}
	}
	f.wantEqual("models", got, want)
	for limit, words := range map[int]string{
		0:    "Invalid value for max_results. It must be a positive integer, but got 0",
		-1:   "Invalid value for max_results. It must be a positive integer, but got -1",
		1001: "Invalid value for request parameter max_results. It must be at most 1000, but got value 1001",
	} {
		_, err := f.SearchModels(f.ctx, ws, Search{Max: limit})
		f.refused(err, pedigree.Invalid, words)
	}
	_, err := f.SearchVersions(f.ctx, ws, Search{Max: 200_001})
	f.refused(err, pedigree.Invalid, "Invalid value for request parameter max_results. It must be at most 200000, but got value 200001")
	_, err = f.SearchModels(f.ctx, ws, Search{Max: 1, PageToken: "zzz"})
	f.refused(err, pedigree.Invalid, "Invalid page token, could not base64-decode")
}
