package storetest

import (
	"errors"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// versions says that no two states have the same version, also where one of them
// was undone.
func versions(e *env) {
	errUndo := errors.New("undo")
	for name, c := range map[string]struct {
		change  func(tx store.Tx) error
		version func(r store.Reader) (int64, error)
	}{
		"definitions": {
			func(tx store.Tx) error {
				return tx.PutDefinition(pedigree.DefaultWorkspace, &pedigree.Definition{Name: "d", UID: "u", Body: "{}"})
			},
			func(r store.Reader) (int64, error) { return r.DefinitionsVersion(pedigree.DefaultWorkspace) },
		},
		"declarations": {
			func(tx store.Tx) error {
				return tx.PutDeclaration(&pedigree.Declaration{Type: pedigree.Type{Name: "new", Kind: pedigree.Artifact}})
			},
			func(r store.Reader) (int64, error) { return r.DeclarationsVersion() },
		},
		"types of nodes": {
			func(tx store.Tx) error {
				return tx.CreateNode(&pedigree.Node{
					Workspace: pedigree.DefaultWorkspace, Home: pedigree.DefaultWorkspace, UID: "n",
					Type: pedigree.Type{Name: "undeclared", Kind: pedigree.Artifact}, Deleted: pedigree.NoTime,
				})
			},
			func(r store.Reader) (int64, error) { return r.DeclarationsVersion() },
		},
	} {
		seen := make(map[int64]bool)
		note := func(r store.Reader) error {
			v, err := c.version(r)
			if seen[v] {
				e.Errorf("%s: version %d comes again", name, v)
			}
			seen[v] = true
			return err
		}
		e.view(note)
		for range 2 {
			if err := e.Update(e.Context(), func(tx store.Tx) error {
				return errors.Join(c.change(tx), note(tx), errUndo)
			}); !errors.Is(err, errUndo) {
				e.Errorf("%s: %v", name, err)
			}
		}
		e.update(c.change)
		e.view(note)
	}
}

func marks(e *env) {
	var first, second pedigree.Mark
	for _, m := range []*pedigree.Mark{&first, &second} {
		e.view(func(r store.Reader) (err error) {
			*m, err = r.Mark()
			return err
		})
	}
	if first == (pedigree.Mark{}) || first != second {
		e.Errorf("marks %x and %x", first, second)
	}
}
