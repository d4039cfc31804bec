package comment

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// env is a service on a store with two nodes.
type env struct {
	*testing.T
	*Service
	run, model pedigree.Node
	ann, bob   context.Context
}

func newEnv(t *testing.T) *env {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	node := func(typ pedigree.Type, uid string) pedigree.Node {
		return pedigree.Node{Workspace: ws, Home: ws, Type: typ, UID: uid, Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime}
	}
	e := &env{T: t, Service: New(s), run: node(pedigree.RunType, "r"), model: node(pedigree.RegisteredModelType, "m")}
	e.ann, e.bob = pedigree.WithActor(t.Context(), pedigree.Actor{Name: "ann"}), pedigree.WithActor(t.Context(), pedigree.Actor{Name: "bob", Reason: "rude"})
	e.update(func(tx store.Tx) error {
		if err := tx.CreateNode(&e.run); err != nil {
			return err
		}
		return tx.CreateNode(&e.model)
	})
	return e
}

func (e *env) update(fn func(store.Tx) error) {
	e.Helper()
	if err := e.store.Update(e.Context(), fn); err != nil {
		e.Fatal(err)
	}
}

func (e *env) add(ctx context.Context, node pedigree.NodeID, text string) pedigree.Comment {
	e.Helper()
	c, err := e.Add(ctx, ws, node, text)
	if err != nil {
		e.Fatal(err)
	}
	return c
}

func (e *env) refused(err error, code pedigree.Code, words string) {
	e.Helper()
	if pedigree.CodeOf(err) != code || !strings.Contains(err.Error(), words) {
		e.Errorf("%v, want %s: %s", err, code, words)
	}
}

func TestCommentsOnANodeArePagedInOrder(t *testing.T) {
	e := newEnv(t)
	e.add(e.bob, e.model.ID, "elsewhere")
	var want, got []pedigree.Comment
	for _, text := range []string{"one", "two *Markdown*\n", "three"} {
		want = append(want, e.add(e.ann, e.run.ID, text))
	}
	for after := int64(0); ; {
		page, err := e.List(t.Context(), ws, e.run.ID, after, 2)
		if err != nil || len(page) == 0 {
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%+v (%v), want %+v", got, err, want)
			}
			break
		}
		got, after = append(got, page...), page[len(page)-1].ID
	}
	if c, err := e.Get(t.Context(), ws, e.run.ID, want[1].ID); err != nil || c != want[1] || c.Author != "ann" {
		t.Errorf("%+v (%v)", c, err)
	}
}

func TestTheAuthorAloneEditsAComment(t *testing.T) {
	e := newEnv(t)
	c := e.add(e.ann, e.run.ID, "before")
	_, err := e.Edit(e.bob, ws, e.run.ID, c.ID, "after")
	e.refused(err, pedigree.Denied, "somebody else's")
	_, err = e.Edit(t.Context(), ws, e.run.ID, c.ID, "after") // the local user is nobody's author but their own
	e.refused(err, pedigree.Denied, "somebody else's")
	edited, err := e.Edit(e.ann, ws, e.run.ID, c.ID, "after")
	if err != nil || edited.Text != "after" || edited.Updated <= c.Updated || edited.Created != c.Created {
		t.Errorf("%+v (%v)", edited, err)
	}
	again, err := e.Edit(e.ann, ws, e.run.ID, c.ID, "after")
	if err != nil || again != edited {
		t.Errorf("the same text again: %+v (%v)", again, err)
	}
	mine := e.add(t.Context(), e.run.ID, "mine")
	if _, err := e.Edit(t.Context(), ws, e.run.ID, mine.ID, "still mine"); err != nil {
		t.Error(err)
	}
}

func TestTheHistoryKeepsWhatACommentWas(t *testing.T) {
	e := newEnv(t)
	c := e.add(e.ann, e.run.ID, "before")
	if _, err := e.Edit(e.ann, ws, e.run.ID, c.ID, strings.Repeat("é", 3000)); err != nil {
		t.Fatal(err)
	}
	if err := e.Remove(e.bob, ws, e.run.ID, c.ID); err != nil {
		t.Fatal(err)
	}
	_, err := e.Get(t.Context(), ws, e.run.ID, c.ID)
	e.refused(err, pedigree.NotFound, "no comment")
	e.refused(e.Remove(e.ann, ws, e.run.ID, c.ID), pedigree.NotFound, "no comment")
	e.update(func(tx store.Tx) error {
		lines, err := tx.Changes(e.run.ID, 0, 9)
		if err != nil || len(lines) != 2 || lines[0].What != Edited || lines[0].Before != "before" || lines[0].Actor != "ann" ||
			lines[1].What != Removed || lines[1].Actor != "bob" || lines[1].Reason != "rude" || len(lines[1].Before) > 4100 || !strings.HasPrefix(lines[1].Before, "éé") {
			t.Errorf("%+v (%v)", lines, err)
		}
		return nil
	})
}

func TestWhatIsNoCommentIsRefused(t *testing.T) {
	e := newEnv(t)
	c := e.add(e.ann, e.run.ID, strings.Repeat("x", MaxText))
	for _, bad := range []struct {
		text  string
		code  pedigree.Code
		words string
	}{
		{"", pedigree.Invalid, "empty"},
		{" \n\t", pedigree.Invalid, "empty"},
		{"a\x00b", pedigree.Invalid, "NUL"},
		{"\xff", pedigree.Invalid, "UTF-8"},
		{strings.Repeat("x", MaxText+1), pedigree.TooLarge, "at most 65536 bytes"},
	} {
		_, err := e.Add(e.ann, ws, e.run.ID, bad.text)
		e.refused(err, bad.code, bad.words)
		_, err = e.Edit(e.ann, ws, e.run.ID, c.ID, bad.text)
		e.refused(err, bad.code, bad.words)
	}
}

func TestCommentsStandBelowTheirNodeOnly(t *testing.T) {
	e := newEnv(t)
	c := e.add(e.ann, e.run.ID, "here")
	for _, node := range []pedigree.NodeID{e.model.ID, 4711, ws} {
		_, err := e.Get(e.ann, ws, node, c.ID)
		e.refused(err, pedigree.NotFound, "no")
		_, err = e.Edit(e.ann, ws, node, c.ID, "there")
		e.refused(err, pedigree.NotFound, "no")
		e.refused(e.Remove(e.ann, ws, node, c.ID), pedigree.NotFound, "no")
		if node == e.model.ID {
			continue
		}
		_, err = e.Add(e.ann, ws, node, "there")
		e.refused(err, pedigree.NotFound, "no node")
		_, err = e.List(e.ann, ws, node, 0, 9)
		e.refused(err, pedigree.NotFound, "no node")
	}
	_, err := e.Add(e.ann, 77, e.run.ID, "from another workspace")
	e.refused(err, pedigree.NotFound, "no node")
}

func TestNodesInTheBinKeepTheirCommentsAndGetNoMore(t *testing.T) {
	e := newEnv(t)
	c := e.add(e.ann, e.run.ID, "here")
	e.run.Deleted = 1
	e.update(func(tx store.Tx) error { return tx.UpdateNode(&e.run) })
	_, err := e.Add(e.ann, ws, e.run.ID, "late")
	e.refused(err, pedigree.BadState, "in the bin")
	if got, err := e.Get(e.ann, ws, e.run.ID, c.ID); err != nil || got != c {
		t.Errorf("%+v (%v)", got, err)
	}
}
