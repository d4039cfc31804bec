package glossary

import (
	"path/filepath"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

// env is the rules on a store of their own.
type env struct {
	*testing.T
	*Service
	catalog *catalog.Service
}

const ws = pedigree.DefaultWorkspace

func newEnv(t *testing.T) *env {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	entities := catalog.New(s, schema.New(s))
	return &env{t, New(entities), entities}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (e *env) glossary(name string) *Glossary {
	e.Helper()
	return must(e.CreateGlossary(e.Context(), ws, &Glossary{Base: Base{Name: name}}))
}

func (e *env) term(g *Glossary, name string, change ...func(*Term)) *Term {
	e.Helper()
	t := &Term{Base: Base{Name: name}, Anchor: &Anchor{GlossaryGUID: g.GUID}}
	for _, c := range change {
		c(t)
	}
	return must(e.CreateTerms(e.Context(), ws, []*Term{t}))[0]
}

func (e *env) category(g *Glossary, name string, parent *Category) *Category {
	e.Helper()
	c := &Category{Base: Base{Name: name}, Anchor: &Anchor{GlossaryGUID: g.GUID}}
	if parent != nil {
		c.Parent = &RelatedCategory{CategoryGUID: parent.GUID}
	}
	return must(e.CreateCategories(e.Context(), ws, []*Category{c}))[0]
}

// table makes a data set to assign terms to.
func (e *env) table(name string) (guid string) {
	e.Helper()
	err := e.catalog.Update(e.Context(), ws, func(w *catalog.Work) error {
		done, err := w.Save(&catalog.Batch{Entities: []*catalog.Entity{{
			TypeName: "DataSet", GUID: "-1", Attributes: map[string]any{"qualifiedName": name, "name": name},
		}}}, catalog.SaveOptions{})
		if err == nil {
			guid = done.Assignments["-1"]
		}
		return err
	})
	if err != nil {
		e.Fatal(err)
	}
	return guid
}

func (e *env) wants(what string, err error, reasons ...fault.Reason) {
	e.Helper()
	if !fault.Is(err, reasons...) {
		e.Errorf("%s: %v, want %q", what, err, fault.New(reasons[0]))
	}
}
