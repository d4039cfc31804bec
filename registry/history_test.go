package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
)

// linesSince gives what the history of a node says from after a line, and the
// last line.
func linesSince(f *fixture, last int64, history func(after int64) ([]pedigree.Change, error)) ([]pedigree.Change, int64) {
	f.t.Helper()
	lines, err := history(last)
	f.must(err)
	if len(lines) > 0 {
		last = lines[len(lines)-1].ID
	}
	return lines, last
}

// Whatever is changed stands in the history of the versions that it concerns
// and of their model, with when it was, by whom and why. What changes nothing,
// or fails, leaves no line.
func TestEveryChangeIsInTheHistory(t *testing.T) {
	f := open(t)
	m := f.model("m")
	f.version("m")
	f.version("m")
	name := "m"
	ofVersion := func(number string) func(int64) ([]pedigree.Change, error) {
		return func(after int64) ([]pedigree.Change, error) { return f.History(f.ctx, ws, name, number, after, 100) }
	}
	histories := map[string]func(int64) ([]pedigree.Change, error){
		"1": ofVersion("1"), "2": ofVersion("2"),
		"the model": func(after int64) ([]pedigree.Change, error) { return f.ModelHistory(f.ctx, ws, name, after, 100) },
	}
	last := make(map[string]int64)
	for of, history := range histories {
		_, last[of] = linesSince(f, 0, history)
	}
	move := func(ctx context.Context, number, stage string, archive bool) error {
		_, err := f.TransitionVersion(ctx, ws, name, number, stage, archive)
		return err
	}
	for i, c := range []struct {
		what string
		do   func(context.Context) error
		want map[string][]string // lines by whose history they are in
	}{
		{"a stage", func(ctx context.Context) error { return move(ctx, "1", "production", false) }, map[string][]string{"1": {"stage: None > Production"}}},
		{"the same stage", func(ctx context.Context) error { return move(ctx, "1", "Production", false) }, nil},
		{
			"a stage that others leave", func(ctx context.Context) error { return move(ctx, "2", "Production", true) },
			map[string][]string{"1": {"stage: Production > Archived"}, "2": {"stage: None > Production"}},
		},
		{"no stage", func(ctx context.Context) error { return move(ctx, "1", "None", false) }, map[string][]string{"1": {"stage: Archived > None"}}},
		{
			"an alias", func(ctx context.Context) error { return f.SetAlias(ctx, ws, name, "champion", "1") },
			map[string][]string{"1": {"alias:  > champion"}, "the model": {"alias:  > champion=1"}},
		},
		{"the same alias", func(ctx context.Context) error { return f.SetAlias(ctx, ws, name, "champion", "1") }, nil},
		{
			"an alias that moves", func(ctx context.Context) error { return f.SetAlias(ctx, ws, name, "champion", "2") },
			map[string][]string{"1": {"alias removed: champion > "}, "2": {"alias:  > champion"}, "the model": {"alias: champion=1 > champion=2"}},
		},
		{
			"no alias", func(ctx context.Context) error { return f.DeleteAlias(ctx, ws, name, "champion") },
			map[string][]string{"2": {"alias removed: champion > "}, "the model": {"alias removed: champion=2 > "}},
		},
		{"no such alias", func(ctx context.Context) error { return f.DeleteAlias(ctx, ws, name, "champion") }, nil},
		{
			"a tag", func(ctx context.Context) error { return f.SetVersionTag(ctx, ws, name, "1", "k", "a=b") },
			map[string][]string{"1": {"tag:  > k=a=b"}},
		},
		{"the same tag", func(ctx context.Context) error { return f.SetVersionTag(ctx, ws, name, "1", "k", "a=b") }, nil},
		{
			"another value", func(ctx context.Context) error { return f.SetVersionTag(ctx, ws, name, "1", "k", "") },
			map[string][]string{"1": {"tag: k=a=b > k="}},
		},
		{
			"no tag", func(ctx context.Context) error { return f.DeleteVersionTag(ctx, ws, name, "1", "k") },
			map[string][]string{"1": {"tag removed: k= > "}},
		},
		{"no such tag", func(ctx context.Context) error { return f.DeleteVersionTag(ctx, ws, name, "1", "k") }, nil},
		{
			"a tag of the model", func(ctx context.Context) error { return f.SetModelTag(ctx, ws, name, "k", "v") },
			map[string][]string{"the model": {"tag:  > k=v"}},
		},
		{
			"no tag of the model", func(ctx context.Context) error { return f.DeleteModelTag(ctx, ws, name, "k") },
			map[string][]string{"the model": {"tag removed: k=v > "}},
		},
		{
			"a description", func(ctx context.Context) error { _, err := f.DescribeVersion(ctx, ws, name, "2", "d"); return err },
			map[string][]string{"2": {"description:  > d"}},
		},
		{"the same description", func(ctx context.Context) error { _, err := f.DescribeVersion(ctx, ws, name, "2", "d"); return err }, nil},
		{
			"no description", func(ctx context.Context) error { _, err := f.DescribeVersion(ctx, ws, name, "2", ""); return err },
			map[string][]string{"2": {"description: d > "}},
		},
		{
			"a description of the model", func(ctx context.Context) error { _, err := f.DescribeModel(ctx, ws, name, "d"); return err },
			map[string][]string{"the model": {"description:  > d"}},
		},
		{
			"a name", func(ctx context.Context) error {
				_, err := f.RenameModel(ctx, ws, name, "n")
				name = "n"
				return err
			},
			map[string][]string{"1": {"renamed: m > n"}, "2": {"renamed: m > n"}, "the model": {"renamed: m > n"}},
		},
		{"the same name", func(ctx context.Context) error { _, err := f.RenameModel(ctx, ws, name, "n"); return err }, nil},
		{
			"a version", func(ctx context.Context) error {
				_, err := f.CreateVersion(ctx, ws, VersionDraft{Name: name, Source: "models:/n/1"})
				return err
			},
			map[string][]string{"the model": {"version created:  > 3"}},
		},
		{
			"no version", func(ctx context.Context) error { return f.DeleteVersion(ctx, ws, name, "2") },
			map[string][]string{"2": {"deleted: n > "}, "the model": {"version deleted: 2 > "}},
		},
		{
			"no model", func(ctx context.Context) error {
				err := f.DeleteModel(ctx, ws, name)
				name = m.UID
				return err
			},
			map[string][]string{"1": {"deleted: n > "}},
		},
	} {
		who, why := fmt.Sprint("who ", i), fmt.Sprint("why ", i)
		begun := pedigree.Time(f.now.Load())
		f.must(c.do(pedigree.WithActor(f.ctx, pedigree.Actor{Name: who, Reason: why})))
		for of, history := range histories {
			if of == "the model" && name == m.UID {
				continue // its own history is not read any more
			}
			var lines []pedigree.Change
			lines, last[of] = linesSince(f, last[of], history)
			if got := shownLines(lines); !slices.Equal(got, c.want[of]) {
				t.Errorf("%s: the history of %s says %q, want %q", c.what, of, got, c.want[of])
			}
			for _, l := range lines {
				if l.Actor != who || l.Reason != why || l.Time <= begun || l.Time > pedigree.Time(f.now.Load()) {
					t.Errorf("%s: the line is %+v", c.what, l)
				}
			}
		}
	}
}

func TestWhatIsRefusedLeavesNoLine(t *testing.T) {
	f := open(t)
	f.model("m")
	f.model("taken")
	f.version("m")
	before := f.history("m", "1")
	_, renamed := f.RenameModel(f.ctx, ws, "m", "taken")
	_, moved := f.TransitionVersion(f.ctx, ws, "m", "1", "Archived", true)
	_, described := f.DescribeVersion(f.ctx, ws, "m", "1", strings.Repeat("d", maxDescription+1))
	for what, err := range map[string]error{
		"a name that is taken": renamed, "a stage that is not active": moved, "a long description": described,
		"a reserved alias": f.SetAlias(f.ctx, ws, "m", "latest", "1"), "a tag without a key": f.SetVersionTag(f.ctx, ws, "m", "1", "", "v"),
	} {
		if err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	f.wantEqual("the version", f.history("m", "1"), before)
	lines, err := f.ModelHistory(f.ctx, ws, "m", 0, 100)
	f.must(err)
	f.wantEqual("the model", shownLines(lines), []string{"created:  > m", "version created:  > 1"})
}

// Of two aliases that are moved at the same time each ends at one version, and
// the histories of all versions tell the same story.
func TestAliasesThatManyMoveBelongToOneVersion(t *testing.T) {
	f := open(t)
	f.outbox = nil // not made for many
	f.model("m")
	const versions = 4
	for range versions {
		f.version("m")
	}
	var all sync.WaitGroup
	for i := range 80 {
		all.Go(func() {
			var err error
			alias, number := fmt.Sprint("a", i%2), fmt.Sprint(1+i*7%versions)
			if i%10 == 9 {
				err = f.DeleteAlias(f.ctx, ws, "m", alias)
			} else {
				err = f.SetAlias(f.ctx, ws, "m", alias, number)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	held := make(map[string]int)
	for number := range versions {
		number := fmt.Sprint(number + 1)
		count := make(map[string]int)
		lines, err := f.History(f.ctx, ws, "m", number, 0, 1000)
		f.must(err)
		for _, l := range lines {
			switch l.What {
			case Aliased:
				count[l.After]++
			case AliasRemoved:
				count[l.Before]--
			}
		}
		aliases := f.get("m", number).Aliases
		for _, alias := range []string{"a0", "a1"} {
			has := slices.Contains(aliases, alias)
			if has {
				held[alias]++
			}
			if has != (count[alias] == 1) || count[alias] != 0 && count[alias] != 1 {
				t.Errorf("version %s has %q, and its history gives it %s %d times", number, aliases, alias, count[alias])
			}
		}
	}
	for _, a := range f.getModel("m").Aliases {
		if held[a.Name] != 1 {
			t.Errorf("%s belongs to %d versions", a.Name, held[a.Name])
		}
	}
}
