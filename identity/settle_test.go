package identity_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/identity"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

func open(t *testing.T) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func update(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func draft(typ pedigree.Type, uid, uri, version string) *pedigree.Node {
	return &pedigree.Node{
		Workspace: ws, Home: ws, Type: typ, UID: uid, Name: uid, URI: uri, Version: version,
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
}

// places gives where a node is, as texts.
func places(t *testing.T, s store.Store, id pedigree.NodeID) (all []string) {
	t.Helper()
	err := s.View(t.Context(), func(r store.Reader) error {
		found, err := r.Places([]pedigree.NodeID{id})
		if err != nil {
			return err
		}
		for _, p := range found {
			uris, err := r.LocationURIs([]pedigree.LocationID{p.Location})
			if err != nil {
				return err
			}
			all = append(all, uris[0]+" "+p.Version)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func field(key, value string) pedigree.Property {
	return pedigree.Property{Space: pedigree.Field, Key: key, Value: value}
}

func TestArtifactsSettleWhereTheirTypeSays(t *testing.T) {
	thing := pedigree.Type{Kind: pedigree.Artifact, Name: "Thing"}
	for name, c := range map[string]struct {
		node       *pedigree.Node
		properties []pedigree.Property
		want       []string
	}{
		"a thing at its URI":                 {draft(thing, "a", "s3a://b/k/", ""), nil, []string{"s3://b/k "}},
		"a thing in the version of its URI":  {draft(thing, "a", "s3://b/k?versionId=7", ""), []pedigree.Property{field("version", "x")}, []string{"s3://b/k 7"}},
		"a thing in the version it has":      {draft(thing, "a", "s3://b/k", ""), []pedigree.Property{field("Version", "2")}, []string{"s3://b/k 2"}},
		"a digest before a version":          {draft(thing, "a", "s3://b/k", ""), []pedigree.Property{field("digest", "d"), field("version", "2")}, []string{"s3://b/k d"}},
		"a number as version":                {draft(thing, "a", "s3://b/k", ""), []pedigree.Property{{Space: pedigree.Custom, Key: "version", Form: pedigree.Int, Int: 3}}, []string{"s3://b/k 3"}},
		"version 0 for none":                 {draft(thing, "a", "s3://b/k", ""), []pedigree.Property{{Space: pedigree.Custom, Key: "version", Form: pedigree.Int}}, []string{"s3://b/k "}},
		"a relative path nowhere":            {draft(thing, "a", "data/x", ""), nil, nil},
		"an execution nowhere":               {draft(pedigree.RunType, "a", "s3://b/k", ""), nil, nil},
		"a data set of a file":               {draft(pedigree.DatasetType, "a", "", "d1"), []pedigree.Property{field("source_type", "local"), field("source", `{"uri": "/data/x.csv"}`)}, []string{"file:///data/x.csv d1"}},
		"a data set of the web":              {draft(pedigree.DatasetType, "a", "", "d1"), []pedigree.Property{field("source_type", "http"), field("source", `{"url": "https://h/x.csv"}`)}, []string{"https://h/x.csv d1"}},
		"a data set of a hub":                {draft(pedigree.DatasetType, "a", "", "d1"), []pedigree.Property{field("source_type", "hugging_face"), field("source", `{"path": "squad", "revision": "r"}`)}, []string{"hf://datasets/squad r"}},
		"a data set of a table in a version": {draft(pedigree.DatasetType, "a", "", "d1"), []pedigree.Property{field("source_type", "delta_table"), field("source", `{"delta_table_name": "main.s.t", "delta_table_version": 4}`)}, []string{"table://main/s/t 4"}},
		"a data set of code nowhere":         {draft(pedigree.DatasetType, "a", "", "d1"), []pedigree.Property{field("source_type", "code"), field("source", `{"tags": {"mlflow.user": "ann"}}`)}, nil},
		"a data set whose source is a URI":   {draft(pedigree.DatasetType, "a", "", "d1"), []pedigree.Property{field("source", "s3://b/k")}, []string{"s3://b/k d1"}},
		"a logged model":                     {draft(pedigree.LoggedModelType, "m-1", "s3://b/models/m-1/artifacts", ""), nil, []string{"models:/m-1 "}},
		"a version of a model":               {draft(pedigree.ModelVersionType, "u/1", "s3://b/k", "1"), nil, []string{"models:/u/1 ", "s3://b/k models:/u/1"}},
		"a version that is a logged model":   {draft(pedigree.ModelVersionType, "u/1", "s3://b/k", "1"), []pedigree.Property{field("model_id", "m-1")}, []string{"models:/u/1 "}},
		"a copy of a version":                {draft(pedigree.ModelVersionType, "u/2", "models:/other/1", "2"), nil, []string{"models:/u/2 "}},
	} {
		s := open(t)
		update(t, s, func(tx store.Tx) error {
			if err := tx.CreateNode(c.node); err != nil {
				return err
			}
			return identity.Settle(tx, c.node, c.properties)
		})
		if got := places(t, s, c.node.ID); !slices.Equal(got, c.want) {
			t.Errorf("%s: at %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatWasStoredBeforeIsSettled(t *testing.T) {
	s := open(t)
	thing := pedigree.Type{Kind: pedigree.Artifact, Name: "Thing"}
	var ids []pedigree.NodeID
	var version, logged pedigree.NodeID
	update(t, s, func(tx store.Tx) error {
		ids = nil
		for i := range 450 {
			n := draft(thing, strconv.Itoa(i), "s3a://b/"+strconv.Itoa(i), "")
			if err := tx.CreateNode(n); err != nil {
				return err
			}
			ids = append(ids, n.ID)
		}
		m, v := draft(pedigree.LoggedModelType, "m-1", "s3://b/models/m-1/artifacts", ""), draft(pedigree.ModelVersionType, "u/1", "models:/m-1", "1")
		if err := tx.CreateNode(m); err != nil {
			return err
		}
		if err := tx.CreateNode(v); err != nil {
			return err
		}
		logged, version = m.ID, v.ID
		return tx.PutProperties(v, field("model_id", "m-1"))
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	identity.SettleAll(ended, s, slog.New(slog.DiscardHandler)) // does nothing, and no harm
	identity.SettleAll(t.Context(), s, slog.New(slog.DiscardHandler))
	for i, id := range ids {
		if got := places(t, s, id); len(got) != 1 || got[0] != "s3://b/"+strconv.Itoa(i)+" " {
			t.Fatalf("artifact %d is at %q", i, got)
		}
	}
	err := s.View(t.Context(), func(r store.Reader) error {
		ties, err := r.Relations([]pedigree.NodeID{version})
		if err != nil || len(ties) != 1 || ties[0].Source != logged || ties[0].Kind != pedigree.Derived {
			t.Errorf("the version is tied by %+v (%v)", ties, err)
		}
		_, last, err := r.Unlocated(0, 10_000)
		if err != nil || last == 0 {
			t.Errorf("last %d (%v)", last, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var at int64
	update(t, s, func(tx store.Tx) (err error) {
		at, err = tx.Position("identity.settle")
		return err
	})
	if at < int64(version) {
		t.Errorf("the pass noted %d, but went as far as %d", at, version)
	}
}

func TestSourcesLoseTheirSecretsAndNothingElse(t *testing.T) {
	for source, want := range map[string]string{
		`{"uri": "s3://b/k", "n": 1}`:             `{"uri": "s3://b/k", "n": 1}`,
		`{"uri": "postgres://u:p@h/d"}`:           `{"uri":"postgres://u@h/d"}`,
		`{"a": ["https://h/x?sig=1"], "b": null}`: `{"a":["https://h/x"],"b":null}`,
		"https://u:p@h/x":                         "https://h/x",
		`{"sql": "select a from t where b = ?"}`:  `{"sql": "select a from t where b = ?"}`,
	} {
		if got := identity.RedactSource(source); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}
