package schema

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// LocalUser is who works on a server that has no accounts, if requests do not name
// anyone: the name that tutorials use.
const LocalUser = "admin"

// UserOf tells who sends a request.
func UserOf(ctx context.Context) string {
	if name := pedigree.ActorOf(ctx).Name; name != "" {
		return name
	}
	return LocalUser
}

// Create makes definitions, which may build on each other. All are made or none.
// What is given stays as it is; what is made is as clients see it.
func (s *Service) Create(ctx context.Context, defs *Defs) (*Defs, error) {
	return s.change(ctx, defs, s.CreateIn)
}

// Update changes definitions, as far as what is stored stays valid. They are found
// by guid or name. All are changed or none.
func (s *Service) Update(ctx context.Context, defs *Defs) (*Defs, error) {
	return s.change(ctx, defs, s.UpdateIn)
}

// Save changes the definitions that are there and makes the others. All are kept
// or none.
func (s *Service) Save(ctx context.Context, defs *Defs) (*Defs, error) {
	return s.change(ctx, defs, s.SaveIn)
}

func (s *Service) change(ctx context.Context, defs *Defs, in func(context.Context, store.Tx, *Defs) (*Defs, error)) (*Defs, error) {
	var shown *Defs
	err := s.store.Update(ctx, func(tx store.Tx) (err error) {
		shown, err = in(ctx, tx, defs)
		return err
	})
	return shown, err
}

// CreateIn is [Service.Create] in a transaction.
func (s *Service) CreateIn(ctx context.Context, tx store.Tx, defs *Defs) (*Defs, error) {
	return s.put(ctx, tx, defs, func(t *Types, given Def) error {
		if t.has(given.Common().Name) {
			return fault.New(fault.TypeAlreadyExists, given.Common().Name)
		}
		begin(ctx, tx, given)
		return nil
	})
}

// UpdateIn is [Service.Update] in a transaction.
func (s *Service) UpdateIn(ctx context.Context, tx store.Tx, defs *Defs) (*Defs, error) {
	return s.put(ctx, tx, defs, func(t *Types, given Def) error { return t.update(ctx, tx, given) })
}

// SaveIn is [Service.Save] in a transaction.
func (s *Service) SaveIn(ctx context.Context, tx store.Tx, defs *Defs) (*Defs, error) {
	return s.put(ctx, tx, defs, func(t *Types, given Def) error {
		if t.has(given.Common().Name) {
			return t.update(ctx, tx, given)
		}
		begin(ctx, tx, given)
		return nil
	})
}

// has reports whether a name is taken. Those of types that other wires declared
// are not: they give way.
func (t *Types) has(name string) bool {
	_, gives := t.foreign[name]
	return t.byName[name] != nil && !gives
}

// begin completes a definition that is new.
func begin(ctx context.Context, tx store.Tx, given Def) {
	b := given.Common()
	b.GUID, b.Version = NewGUID(), 1
	b.CreatedBy, b.CreateTime = UserOf(ctx), Millis(tx.Now())
	b.UpdatedBy, b.UpdateTime = b.CreatedBy, b.CreateTime
	if b.TypeVersion == "" {
		b.TypeVersion = "1.0"
	}
	if b.Description == "" {
		b.Description = b.Name
	}
}

// update completes a definition that takes the place of another, if it may.
func (t *Types) update(ctx context.Context, tx store.Tx, given Def) error {
	from, err := t.changed(given)
	if err != nil {
		return err
	}
	if e := t.entities[from.Common().Name]; e != nil && e.Foreign {
		return fault.New(fault.SystemType, e.Def.Name)
	}
	if err := evolve(from, given); err != nil {
		return err
	}
	b := given.Common()
	b.UpdatedBy, b.UpdateTime = UserOf(ctx), Millis(tx.Now())
	return nil
}

// changed finds the definition that another is to take the place of.
func (t *Types) changed(given Def) (Def, error) {
	b := given.Common()
	if d := t.byGUID[b.GUID]; b.GUID != "" && d != nil {
		if r, ok := d.(*RelationshipDef); ok && b.Name != r.Name {
			return nil, fault.New(fault.RelationshipDefInvalidNameUpdate, b.GUID, b.Name, r.Name)
		}
		b.Name = d.Common().Name
		return d, nil
	}
	d := t.byName[b.Name]
	if d == nil {
		return nil, fault.New(fault.BadRequest, fault.New(fault.TypeNameNotFound, b.Name).Message)
	}
	return d, nil
}

// put stores definitions, once prepare has completed each and not refused it.
func (s *Service) put(ctx context.Context, tx store.Tx, defs *Defs, prepare func(*Types, Def) error) (*Defs, error) {
	types, err := s.Types(tx)
	if err != nil {
		return nil, err
	}
	given := defs.clone().All()
	for _, d := range given {
		tidy(d)
		if err := check(d); err != nil {
			return nil, err
		}
	}
	for _, d := range given {
		if err := prepare(types, d); err != nil {
			return nil, err
		}
	}
	after, err := types.with(given)
	if fault.Is(err, fault.TypeNameNotFound) {
		return nil, fault.New(fault.BadRequest, err.Error())
	}
	if err != nil {
		return nil, err
	}
	for _, d := range given {
		if err := keep(tx, types, after, d); err != nil {
			return nil, err
		}
	}
	if err := note(ctx, tx, given); err != nil {
		return nil, err
	}
	return after.ShownAll(given), nil
}

// with resolves types with some definitions more, or others in the place of
// theirs.
func (t *Types) with(given []Def) (*Types, error) {
	names := make(map[string]bool, len(given))
	for _, d := range given {
		names[d.Common().Name] = true
	}
	return resolve(append(t.without(names), given...), t.foreignBut(names))
}

// foreignBut gives the types that other wires declared, but for some whose names
// are taken from them: they go by another from now on.
func (t *Types) foreignBut(names map[string]bool) map[string]foreignType {
	left := maps.Clone(t.foreign)
	maps.DeleteFunc(left, func(name string, _ foreignType) bool { return names[name] })
	return left
}

// without lists all definitions but some.
func (t *Types) without(names map[string]bool) []Def {
	defs := make([]Def, 0, len(t.byName))
	for _, name := range t.Names(0) {
		if !names[name] {
			defs = append(defs, t.byName[name])
		}
	}
	return defs
}

// keep stores a definition. An entity type is declared as the type of its nodes
// too, for who reads them by other wires.
func keep(tx store.Tx, before, after *Types, d Def) error {
	row, err := writeDefinition(d)
	if err != nil {
		return err
	}
	if err := tx.PutDefinition(workspace, &row); err != nil {
		return err
	}
	e := after.entities[row.Name]
	if e == nil {
		return nil
	}
	if old := before.entities[row.Name]; old != nil && old.Kind != e.Kind {
		used, err := hasNodes(tx, old.Node)
		if err != nil {
			return err
		}
		if used {
			return fault.New(fault.BadRequest, row.Name+" has entities: it cannot become or cease to be a "+DataSetType+" or "+ProcessType)
		}
	}
	return declare(tx, e)
}

// Declare tells other wires of the attributes of a type that the server comes with,
// once it has an entity. Those that users make are told of at once.
func (t *Types) Declare(tx store.Tx, e *EntityType) error {
	if t.known[e.Node] || !slices.ContainsFunc(e.Fields, func(f *Field) bool { return f.Target == nil }) {
		return nil
	}
	return declare(tx, e)
}

// declare says of the type of nodes what an entity type says of its entities.
func declare(tx store.Tx, e *EntityType) error {
	d := pedigree.Declaration{Type: e.Node, Description: cut(e.Def.Description)}
	for _, f := range e.Fields {
		if f.Target == nil {
			d.Properties = append(d.Properties, pedigree.DeclaredProperty{Key: f.Def.Name, Form: FormOf(f.Type)})
		}
	}
	slices.SortFunc(d.Properties, func(a, b pedigree.DeclaredProperty) int { return cmp.Compare(a.Key, b.Key) })
	return tx.PutDeclaration(&d)
}

// cut shortens a text to what the description of a declared type may be.
func cut(text string) string {
	const most = 1000
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// FormOf gives the form that values of a type have as properties of a node.
func FormOf(v ValueType) pedigree.Form {
	switch v.Name() {
	case "boolean":
		return pedigree.Bool
	case "byte", "short", "int", "long", "date":
		return pedigree.Int
	case "float", "double":
		return pedigree.Double
	}
	return pedigree.Text
}

// hasNodes reports whether there is a node of a type, in the bin or not.
func hasNodes(r store.Reader, t pedigree.Type) (bool, error) {
	nodes, _, err := r.Find(&query.Query{
		Workspace: workspace, Type: t, Homes: []pedigree.NodeID{workspace}, View: query.All, Limit: 1,
	})
	return len(nodes) > 0, err
}
