package search

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// env is a service on a store of its own.
type env struct {
	*testing.T
	*Service
	made int
}

func newEnv(t *testing.T) *env {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	e := &env{T: t, Service: New(s)}
	e.pause = func(context.Context, time.Duration) {}
	return e
}

func (e *env) node(typ pedigree.Type, name string, properties ...pedigree.Property) *pedigree.Node {
	e.Helper()
	e.made++
	n := &pedigree.Node{
		Workspace: 1, Home: 1, Type: typ, UID: fmt.Sprint("u", e.made), Name: name, Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	err := e.store.Update(e.Context(), func(tx store.Tx) error {
		if err := tx.CreateNode(n); err != nil {
			return err
		}
		return tx.PutProperties(n, properties...)
	})
	if err != nil {
		e.Fatal(err)
	}
	return n
}

// index brings the index up to date and reports how many steps that took.
func (e *env) put(n *pedigree.Node, properties ...pedigree.Property) {
	e.Helper()
	if err := e.store.Update(e.Context(), func(tx store.Tx) error { return tx.PutProperties(n, properties...) }); err != nil {
		e.Fatal(err)
	}
}

func (e *env) index() (steps int) {
	e.Helper()
	for more := true; more; steps++ {
		next, err := e.advance(e.Context())
		if err != nil {
			e.Fatal(err)
		}
		more = next.more
		if steps > 1000 {
			e.Fatal("the index is never up to date")
		}
	}
	return steps
}

func (e *env) find(q *Query) (names []string) {
	e.Helper()
	q.Workspace = pedigree.DefaultWorkspace
	if q.Limit == 0 {
		q.Limit = 100
	}
	if q.By == 0 {
		q.By = query.Arrival
	}
	p, err := e.Find(e.Context(), q)
	if err != nil {
		e.Fatal(err)
	}
	for _, n := range p.Nodes {
		names = append(names, n.Name)
	}
	q.After = p.Next
	return names
}

var dataType = pedigree.Type{Name: "Data", Kind: pedigree.Artifact}

func TestWordsFindNodesOfEveryKind(t *testing.T) {
	e := newEnv(t)
	e.node(dataType, "clean prices", pedigree.Property{Space: pedigree.Custom, Key: "note", Value: "Électricité of 2016"})
	e.node(pedigree.RunType, "train", pedigree.Property{Space: pedigree.Param, Key: "data", Value: "prices"})
	e.node(pedigree.ExperimentType, "Prices experiment")
	e.node(dataType, "other")
	e.index()
	for words, want := range map[string][]string{
		"prices":           {"clean prices", "train", "Prices experiment"},
		"pri":              {"clean prices", "train", "Prices experiment"},
		"pri ":             nil,
		"prices clean":     {"clean prices"},
		"electricite 2016": {"clean prices"},
		`"prices" (`:       {"clean prices", "train", "Prices experiment"},
		"mlflow.Run":       {"train"},
		"nothing":          nil,
	} {
		if got := e.find(&Query{Words: words}); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", words, got, want)
		}
	}
}

func TestTheIndexFollowsChangesAndDeletions(t *testing.T) {
	e := newEnv(t)
	n := e.node(dataType, "before")
	gone := e.node(dataType, "before too")
	e.index()
	n.Name = "after"
	err := e.store.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.UpdateNode(n); err != nil {
			return err
		}
		return tx.Purge(gone.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	e.index()
	if got := e.find(&Query{Words: "before"}); got != nil {
		t.Errorf("still found as before: %q", got)
	}
	if got := e.find(&Query{Words: "after"}); !slices.Equal(got, []string{"after"}) {
		t.Errorf("found %q", got)
	}
}

func TestNodesThatTheFeedHasForgottenAreIndexed(t *testing.T) {
	e := newEnv(t)
	for i := range 2*batch + 7 {
		e.node(dataType, fmt.Sprint("early", i))
	}
	err := e.store.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.TrimFeed(1<<40, 1<<20)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e.node(dataType, "late")
	e.index()
	if got := len(e.find(&Query{Words: "early", Limit: 1000})); got != 2*batch+7 {
		t.Errorf("%d early ones found", got)
	}
	if got := e.find(&Query{Words: "late"}); len(got) != 1 {
		t.Errorf("late ones found: %q", got)
	}
	if steps := e.index(); steps != 1 {
		t.Errorf("%d steps where nothing is to do", steps)
	}
}

func TestAnIndexThatLosesTheFeedBeginsAnew(t *testing.T) {
	e := newEnv(t)
	e.node(dataType, "first")
	e.index()
	for i := range 5 {
		e.node(dataType, fmt.Sprint("missed", i))
	}
	err := e.store.Update(t.Context(), func(tx store.Tx) error {
		_, newest, err := tx.FeedEnds()
		if err != nil {
			return err
		}
		_, err = tx.TrimFeed(newest, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e.index()
	if got := len(e.find(&Query{Words: "miss"})); got != 5 {
		t.Errorf("%d of 5 found", got)
	}
}

func TestPagesOfSeveralKindsAreMerged(t *testing.T) {
	e := newEnv(t)
	var want []string
	for i := range 23 {
		typ := []pedigree.Type{dataType, pedigree.RunType, pedigree.ExperimentType}[i%7%3]
		want = append(want, e.node(typ, fmt.Sprint("n", i)).Name)
	}
	for _, by := range []query.Attr{query.Arrival, query.Created, query.Updated} {
		for _, desc := range []bool{false, true} {
			q := &Query{By: by, Desc: desc, Limit: 4}
			var got []string
			for range 20 {
				got = append(got, e.find(q)...)
				if q.After == nil {
					break
				}
			}
			if desc {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("by %d, descending %t: %q", by, desc, got)
			}
		}
	}
}

func TestWhatIsFoundIsCounted(t *testing.T) {
	e := newEnv(t)
	for i := range 5 {
		e.node([]pedigree.Type{dataType, pedigree.RunType}[i%2], "x")
	}
	p, err := e.Find(t.Context(), &Query{Workspace: 1, By: query.Arrival, Limit: 2, Count: true})
	if err != nil || p.More || len(p.Counts) != 2 || p.Counts[0] != (store.Count{Type: dataType, Nodes: 3}) || p.Counts[1] != (store.Count{Type: pedigree.RunType, Nodes: 2}) {
		t.Errorf("%+v (%v)", p.Counts, err)
	}
}

func TestWordsOfCommentsFindTheirNode(t *testing.T) {
	e := newEnv(t)
	n := e.node(dataType, "prices")
	e.index()
	said := func(text string) *pedigree.Comment {
		c := &pedigree.Comment{Workspace: n.Workspace, Node: n.ID, Text: text}
		if err := e.store.Update(t.Context(), func(tx store.Tx) error { return tx.AddComment(c) }); err != nil {
			t.Fatal(err)
		}
		e.index()
		return c
	}
	first := said("a suspicious outlier")
	said(strings.Repeat("é", 32<<10))
	if got := e.find(&Query{Words: "suspicious"}); got != nil {
		t.Errorf("%q is found by what there was no room for", got)
	}
	said("much about sunspots")
	if got := e.find(&Query{Words: "sunspots prices"}); !slices.Equal(got, []string{"prices"}) {
		t.Errorf("%q is found by a comment", got)
	}
	if err := e.store.Update(t.Context(), func(tx store.Tx) error { first.Text = "x"; _, err := tx.DeleteComment(first); return err }); err != nil {
		t.Fatal(err)
	}
	e.index()
	if got := e.find(&Query{Words: "outlier"}); got != nil {
		t.Errorf("%q is found by a comment that is gone", got)
	}
}

func TestRunIndexesWhatIsWritten(t *testing.T) {
	e := newEnv(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		e.Service.Run(ctx, slog.New(slog.DiscardHandler))
	}()
	e.node(dataType, "written while followed")
	for e.find(&Query{Words: "written"}) == nil {
		if t.Context().Err() != nil {
			t.Fatal("never found")
		}
	}
	cancel()
	<-ended
}

func TestTheWordsOfANodeAreBounded(t *testing.T) {
	f := &pedigree.Facts{}
	for range 100 {
		f.Properties = append(f.Properties, pedigree.Property{Key: "k", Value: strings.Repeat("long ", 1000)})
	}
	if n := len(words(&pedigree.Node{Name: "n"}, f)); n > maxWords {
		t.Errorf("%d bytes", n)
	}
}
