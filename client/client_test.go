package client

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/comment"
	"github.com/pedigree-ml/pedigree/graph"
	"github.com/pedigree-ml/pedigree/search"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// serve gives a client of the real wire over a store with one artifact.
func serve(t *testing.T) (*Client, pedigree.NodeID) {
	t.Helper()
	records, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	h := api.New(nil, nil)
	h.Graph, h.Search, h.Comments = graph.New(records, graph.Options{}), search.New(records), comment.New(records)
	mux := http.NewServeMux()
	for _, r := range h.Wire().Routes {
		mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c, err := New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	types, err := h.Graph.PutTypes(t.Context(), []graph.Type{{Declaration: pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Artifact, Name: "T"}}}}, graph.TypeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := graph.NewPut(pedigree.Artifact)
	p.HasType, p.TypeID = true, types[0]
	ids, err := h.Graph.PutNodes(t.Context(), pedigree.DefaultWorkspace, []*graph.NodePut{p})
	if err != nil {
		t.Fatal(err)
	}
	return c, ids[0]
}

func TestCommentsAreWrittenEditedAndRemoved(t *testing.T) {
	c, node := serve(t)
	ctx := context.Background()
	made, err := c.AddComment(ctx, node, "first <b>")
	if err != nil || made.Text != "first <b>" || made.Node != node {
		t.Fatalf("%+v, %v", made, err)
	}
	if edited, err := c.EditComment(ctx, node, made.ID, "second"); err != nil || edited.Text != "second" {
		t.Errorf("%+v, %v", edited, err)
	}
	if page, err := c.Comments(ctx, node, ""); err != nil || len(page.Comments) != 1 || page.Comments[0].Text != "second" {
		t.Errorf("%+v, %v", page, err)
	}
	if err := c.DeleteComment(ctx, node, made.ID, "spam"); err != nil {
		t.Error(err)
	}
	var refused *Error
	if err := c.DeleteComment(ctx, node, made.ID, "spam"); !errors.As(err, &refused) || refused.Status != 404 {
		t.Errorf("again: %v", err)
	}
}

func TestADryRunDeletesNothing(t *testing.T) {
	c, node := serve(t)
	for range 2 {
		if goes, err := c.Delete(t.Context(), Deletion{Node: node, DryRun: true, List: 1}); err != nil || !goes.DryRun || goes.Deleted != 1 || len(goes.Nodes) != 1 {
			t.Errorf("%+v, %v", goes, err)
		}
	}
	if gone, err := c.Delete(t.Context(), Deletion{Node: node, Reason: "a trial"}); err != nil || gone.DryRun || gone.Deleted != 1 {
		t.Errorf("%+v, %v", gone, err)
	}
	var refused *Error
	if _, err := c.Delete(t.Context(), Deletion{Node: node, Members: true, DryRun: true}); !errors.As(err, &refused) || refused.Code != "not found" {
		t.Errorf("again: %v", err)
	}
}

func TestSearchCountsWhatIsFound(t *testing.T) {
	c, node := serve(t)
	a, err := c.Search(t.Context(), Search{Filter: "type = 'T'", Counts: true, Limit: 5, Facets: []string{"type", "tag"}, Values: 3})
	if err != nil || len(a.Nodes) != 1 || a.Nodes[0].ID != node || len(a.Counts) != 1 || len(a.Facets) != 2 || a.Facets[0].Values[0].Nodes != 1 || a.Seen != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}
