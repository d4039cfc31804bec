package registry

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pedigree-ml/pedigree"
)

// everyCharacter gives names that hold, between them, all characters that a
// name may hold: all but NUL, which no engine need keep, and those that
// separate the parts of a URI. Beyond the first plane each 64th is enough.
func everyCharacter() (all []string) {
	var b strings.Builder
	n := 0
	for c := rune(1); c <= utf8.MaxRune; c++ {
		if c == '/' || c == ':' || c > 0xffff && c%64 != 0 || !utf8.ValidRune(c) {
			continue
		}
		if n == 0 {
			b.WriteByte('n') // a name may not begin with two dots
			n++
		}
		b.WriteRune(c)
		if n++; n == maxName {
			all = append(all, b.String())
			b.Reset()
			n = 0
		}
	}
	return append(all, b.String())
}

func TestNamesHoldEveryCharacter(t *testing.T) {
	f := open(t)
	f.outbox = nil
	all := everyCharacter()
	for i, name := range all {
		if i%16 != 0 && i > 16 { // most are judged, some kept
			if err := checkModelName("name", name); err != nil {
				t.Errorf("%+q: %v", name, err)
			}
			continue
		}
		f.model(name)
		v, err := f.CreateVersion(f.ctx, ws, VersionDraft{Name: name, Source: "s3://b/x"})
		f.must(err)
		if got := f.get(name, "1"); got.Name != name || v.Name != name || f.getModel(name).Name != name {
			t.Errorf("%+q became %+q", name, got.Name)
		}
	}
	if len(all) < 300 {
		t.Errorf("only %d names", len(all))
	}
}

// The limits are MLflow's, in characters; each is taken and one more is not.
func TestLimitsAreExact(t *testing.T) {
	f := open(t)
	f.outbox = nil
	f.model("m")
	f.version("m")
	long := func(n int) string { return strings.Repeat("é", n) }
	create := func(d ModelDraft) error { _, err := f.CreateModel(f.ctx, ws, d); return err }
	add := func(d VersionDraft) error {
		d.Name = "m"
		if d.Source == "" {
			d.Source = "s3://b/x"
		}
		_, err := f.CreateVersion(f.ctx, ws, d)
		return err
	}
	next := 0
	fresh := func() string { next++; return "n" + strings.Repeat("x", next) }
	for what, c := range map[string]struct {
		limit int
		do    func(text string) error
		words string
	}{
		"the name of a model":                {256, func(s string) error { return create(ModelDraft{Name: s}) }, "'name' exceeds the maximum length of 256 characters"},
		"the description of a new model":     {100_000, func(s string) error { return create(ModelDraft{Name: fresh(), Description: s}) }, "'description' exceeds the maximum length of 100000 characters"},
		"the description of a model":         {100_000, func(s string) error { _, err := f.DescribeModel(f.ctx, ws, "m", s); return err }, "'description' exceeds the maximum length of 100000 characters"},
		"the description of a new version":   {100_000, func(s string) error { return add(VersionDraft{Description: s}) }, "'description' exceeds the maximum length of 100000 characters"},
		"the description of a version":       {100_000, func(s string) error { _, err := f.DescribeVersion(f.ctx, ws, "m", "1", s); return err }, "'description' exceeds the maximum length of 100000 characters"},
		"a tag of a new model":               {100_000, func(s string) error { return create(ModelDraft{Name: fresh(), Tags: []pedigree.Property{tag("k", s)}}) }, "'value' exceeds the maximum length of 100000 characters"},
		"a tag of a new version":             {100_000, func(s string) error { return add(VersionDraft{Tags: []pedigree.Property{tag("k", s)}}) }, "'value' exceeds the maximum length of 100000 characters"},
		"a tag of a model":                   {100_000, func(s string) error { return f.SetModelTag(f.ctx, ws, "m", "k", s) }, "'value' exceeds the maximum length of 100000 characters"},
		"a tag of a version":                 {100_000, func(s string) error { return f.SetVersionTag(f.ctx, ws, "m", "1", "k", s) }, "'value' exceeds the maximum length of 100000 characters"},
		"the key of a tag of a new model":    {250, func(s string) error { return create(ModelDraft{Name: fresh(), Tags: []pedigree.Property{tag(s, "v")}}) }, "'key' exceeds the maximum length of 250 characters"},
		"the key of a tag of a new version":  {250, func(s string) error { return add(VersionDraft{Tags: []pedigree.Property{tag(s, "v")}}) }, "'key' exceeds the maximum length of 250 characters"},
		"the key of a tag of a model":        {250, func(s string) error { return f.SetModelTag(f.ctx, ws, "m", s, "v") }, "'key' exceeds the maximum length of 250 characters"},
		"the key of a tag of a version":      {250, func(s string) error { return f.SetVersionTag(f.ctx, ws, "m", "1", s, "v") }, "'key' exceeds the maximum length of 250 characters"},
		"an alias":                           {255, func(s string) error { return f.SetAlias(f.ctx, ws, "m", s, "1") }, "'Registered model alias name' exceeds the maximum length of 255 characters"},
		"the text of a prompt":               {100_000, func(s string) error { return f.SetVersionTag(f.ctx, ws, "m", "1", promptTextTag, s) }, "Prompt text exceeds max length of 100000 characters."},
		"the link to a run":                  {2048, func(s string) error { return add(VersionDraft{RunLink: s}) }, "'run_link' exceeds the maximum length of 2048 characters"},
		"a source":                           {2048, func(s string) error { return add(VersionDraft{Source: "s3://b/" + strings.TrimPrefix(s, long(7))}) }, "'source' exceeds the maximum length of 2048 characters"},
		"the run of a version, of elsewhere": {256, func(s string) error { return add(VersionDraft{RunID: &s}) }, "'run_id' exceeds the maximum length of 256 characters"},
	} {
		if err := c.do(long(c.limit)); err != nil {
			t.Errorf("%s of %d characters: %v", what, c.limit, err)
		}
		f.refused(c.do(long(c.limit+1)), pedigree.Invalid, c.words)
	}
	f.refused(create(ModelDraft{Name: "other", Description: "\x00"}), pedigree.Invalid, "the value contains a NUL character")
}
