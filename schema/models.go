package schema

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

//go:embed models
var embedded embed.FS

// builtinAuthor is who made the definitions of models.
const builtinAuthor = "root"

// readModels reads the models that the server comes with, and then those of
// further folders, in the order of their paths. A definition that comes again
// replaces the one before.
func readModels(further []fs.FS) ([]Def, error) {
	m := models{byName: make(map[string]int)}
	for i, folder := range append([]fs.FS{embedded}, further...) {
		if err := m.readFolder(folder); err != nil {
			if i == 0 {
				return nil, fmt.Errorf("embedded models: %w", err)
			}
			return nil, err
		}
	}
	return m.defs, nil
}

// models collects definitions.
type models struct {
	defs   []Def
	byName map[string]int
}

func (m *models) readFolder(folder fs.FS) error {
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if err := m.readFile(text); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}

// A modelFile is a file of definitions, or one of changes to those of other files.
type modelFile struct {
	Defs
	Patches []patch `json:"patches"`
}

// readFile reads the object that a file begins with. What follows is not looked at:
// a model of Atlas 2.2 ends in a stray character.
func (m *models) readFile(text []byte) error {
	var f modelFile
	if err := json.UnmarshalDecode(jsontext.NewDecoder(bytes.NewReader(text), Reading), &f); err != nil {
		return err
	}
	for _, d := range f.All() {
		if err := m.add(d); err != nil {
			return err
		}
	}
	for i := range f.Patches {
		if err := m.apply(&f.Patches[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *models) add(d Def) error {
	b := d.Common()
	if b.Name == "" {
		return errors.New("a definition has no name")
	}
	complete(d)
	b.GUID, b.CreatedBy, b.UpdatedBy, b.Version = builtinGUID(b.Name), builtinAuthor, builtinAuthor, 1
	if i, known := m.byName[b.Name]; known {
		m.defs[i] = d
		return nil
	}
	m.byName[b.Name] = len(m.defs)
	m.defs = append(m.defs, d)
	return nil
}

// count makes the bounds of an attribute's values follow from the rest, as far as
// they do.
func (a *AttributeDef) count() {
	switch {
	case a.Optional:
		a.Min = 0
	case a.Cardinality == Single || a.Min < 1:
		a.Min = 1
	}
	switch {
	case a.Cardinality == Single:
		a.Max = 1
	case a.Max < 2:
		a.Max = math.MaxInt32
	}
}

// complete says what every definition says in the end, and takes out what is found
// out rather than defined.
func complete(d Def) {
	b := d.Common()
	b.Category = categoryOf(d)
	for i := range attributesOf(d) {
		attributesOf(d)[i].count()
	}
	b.Name = strings.TrimSpace(b.Name)
	switch d := d.(type) {
	case *ClassificationDef:
		d.SubTypes = nil
	case *EntityDef:
		d.SubTypes, d.RelationshipAttributes, d.BusinessAttributes = nil, nil, nil
	case *RelationshipDef:
		if d.Kind == "" {
			d.Kind = Association
		}
		if d.Propagate == "" {
			d.Propagate = "NONE"
		}
		for _, end := range []*EndDef{&d.End1, &d.End2} {
			if end.Cardinality == "" {
				end.Cardinality = Single
			}
		}
	}
}
