package registry

import (
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

func TestAliasesMoveFromVersionToVersion(t *testing.T) {
	f := open(t)
	before := f.model("m")
	f.version("m")
	f.version("m")
	changed := f.getModel("m").Updated
	f.must(f.SetAlias(f.ctx, ws, "m", "champion", "1"))
	f.must(f.SetAlias(f.ctx, ws, "m", "best", "01"))
	f.must(f.SetAlias(f.ctx, ws, "m", "best", "1"))
	f.wantEqual("of the first", f.get("m", "1").Aliases, []string{"best", "champion"})
	f.must(f.SetAlias(f.ctx, ws, "m", "champion", "2"))
	v, err := f.VersionByAlias(f.ctx, ws, "m", "champion")
	f.must(err)
	if v.Version != "2" || !slices.Equal(v.Aliases, []string{"champion"}) {
		t.Errorf("the champion is %+v", v)
	}
	if got := f.getModel("m"); !slices.Equal(got.Aliases, []Alias{{"best", "1"}, {"champion", "2"}}) || got.Updated != changed {
		t.Errorf("the model has %+v", got)
	}
	f.must(f.DeleteAlias(f.ctx, ws, "m", "best"))
	f.must(f.DeleteAlias(f.ctx, ws, "m", "best"))
	_, err = f.VersionByAlias(f.ctx, ws, "m", "best")
	f.refused(err, pedigree.Invalid, "Registered model alias best not found.")
	f.must(f.DeleteVersion(f.ctx, ws, "m", "2"))
	if got := f.getModel("m"); len(got.Aliases) != 0 {
		t.Errorf("the model has %+v", got.Aliases)
	}
	f.wantEqual("the first", f.history("m", "1"), []string{
		"created:  > 1", "alias:  > champion", "alias:  > best", "alias removed: champion > ", "alias removed: best > ",
	})
	f.wantEqual("the second", f.history("m", "2"), []string{"created:  > 2", "alias:  > champion", "alias removed: champion > ", "deleted: m > "})
	lines, err := f.ModelHistory(f.ctx, ws, "m", 0, 100)
	f.must(err)
	f.wantEqual("the model", shownLines(lines), []string{
		"created:  > m", "version created:  > 1", "version created:  > 2", "alias:  > champion=1", "alias:  > best=1", "alias: champion=1 > champion=2",
		"alias removed: best=1 > ", "alias removed: champion=2 > ", "version deleted: 2 > ",
	})
	if lines[0].Node != before.ID {
		t.Errorf("the lines are about %d", lines[0].Node)
	}
}

func TestTheLatestVersionHasAnAliasOfItsOwn(t *testing.T) {
	f := open(t)
	f.model("m")
	_, err := f.VersionByAlias(f.ctx, ws, "m", "latest")
	f.refused(err, pedigree.NotFound, "Latest version not found for model m.")
	for range 3 {
		f.version("m")
	}
	_, err = f.TransitionVersion(f.ctx, ws, "m", "3", "Archived", false)
	f.must(err)
	f.must(f.SetAlias(f.ctx, ws, "m", "x", "3"))
	if v, err := f.VersionByAlias(f.ctx, ws, "m", "LATEST"); err != nil || v.Version != "3" || !slices.Equal(v.Aliases, []string{"x"}) {
		t.Errorf("the latest is %+v, %v", v, err)
	}
	f.must(f.DeleteVersion(f.ctx, ws, "m", "3"))
	if v, err := f.VersionByAlias(f.ctx, ws, "m", "latest"); err != nil || v.Version != "2" {
		t.Errorf("the latest is %+v, %v", v, err)
	}
}

// Case M5.
func TestNamesOfAliases(t *testing.T) {
	f := open(t)
	f.model("m")
	f.version("m")
	for _, alias := range []string{"a", "A", "1", "v", "V", "vv1", "v1a", "v-1", "a_b-c", "é", "日本", "٣", "latest1", strings.Repeat("é", 255)} {
		f.must(f.SetAlias(f.ctx, ws, "m", alias, "1"))
		if v, err := f.VersionByAlias(f.ctx, ws, "m", alias); err != nil || v.Version != "1" {
			t.Errorf("%q: %v", alias, err)
		}
	}
	f.must(f.DeleteAlias(f.ctx, ws, "m", "a"))
	if _, err := f.VersionByAlias(f.ctx, ws, "m", "A"); err != nil {
		t.Errorf("an alias of another case went: %v", err)
	}
	const may = " Names may only contain alphanumerics, underscores (_), and dashes (-)."
	for alias, words := range map[string]string{
		"":                       "Registered model alias name cannot be empty.",
		"latest":                 "'latest' alias name (case insensitive) is reserved.",
		"LaTeSt":                 "'latest' alias name (case insensitive) is reserved.",
		"v1":                     "Version alias name 'v1' is reserved.",
		"V123":                   "Version alias name 'V123' is reserved.",
		"v٣":                     "Version alias name 'v٣' is reserved.",
		"a b":                    "Invalid alias name: 'a b'." + may,
		"a/b":                    "Invalid alias name: 'a/b'." + may,
		"a@b":                    "Invalid alias name: 'a@b'." + may,
		"a.b":                    "Invalid alias name: 'a.b'." + may,
		"a\n":                    "Invalid alias name: 'a\n'." + may,
		"a\x00":                  "Invalid alias name: 'a\x00'." + may,
		"%61":                    "Invalid alias name: '%61'." + may,
		strings.Repeat("é", 256): "'Registered model alias name' exceeds the maximum length of 255 characters",
	} {
		f.refused(f.SetAlias(f.ctx, ws, "m", alias, "1"), pedigree.Invalid, words)
		if strings.Contains(words, "reserved") {
			continue
		}
		f.refused(f.DeleteAlias(f.ctx, ws, "m", alias), pedigree.Invalid, words)
		_, err := f.VersionByAlias(f.ctx, ws, "m", alias)
		f.refused(err, pedigree.Invalid, words)
	}
	f.refused(f.SetAlias(f.ctx, ws, "m", "x", "9"), pedigree.NotFound, "Model Version (name=m, version=9) not found")
	f.refused(f.DeleteAlias(f.ctx, ws, "none", "x"), pedigree.NotFound, "Registered Model with name=none not found")
	_, err := f.VersionByAlias(f.ctx, ws, "none", "x")
	f.refused(err, pedigree.NotFound, "Registered Model with name=none not found")
}
