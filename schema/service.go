package schema

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
)

// A Service gives types and changes definitions.
type Service struct {
	store  store.Store
	models func() ([]Def, error)
	mark   atomic.Pointer[Mark] // once it is known

	mu     sync.Mutex
	cached [2]cachedTypes // the last two versions that were asked for
}

// A version is what types hang on: none comes again.
type version struct{ definitions, declarations int64 }

func versionOf(r store.Reader) (v version, err error) {
	if v.definitions, err = r.DefinitionsVersion(workspace); err != nil {
		return v, err
	}
	v.declarations, err = r.DeclarationsVersion()
	return v, err
}

// cachedTypes are the types of one version.
type cachedTypes struct {
	version version
	types   *Types
}

// New returns the rules over a store. models are folders of further definitions,
// which the server has beside those that it comes with.
func New(s store.Store, models ...fs.FS) *Service {
	return &Service{store: s, models: sync.OnceValues(func() ([]Def, error) { return readModels(models) })}
}

// Check reads all models and what is stored, and says what does not fit together.
// Who does not call it learns at the first use.
func (s *Service) Check(ctx context.Context) error {
	if _, err := s.models(); err != nil {
		return err
	}
	_, err := s.Now(ctx)
	return err
}

// CheckStored says whether what is stored needs types that there are not, such as
// those of a model that the server was started with before. Where nothing is stored
// of the catalog, it costs next to nothing.
func (s *Service) CheckStored(ctx context.Context) error {
	return s.store.View(ctx, func(r store.Reader) error {
		used, err := r.TypesUsed(workspace)
		if err != nil {
			return err
		}
		used = slices.DeleteFunc(used, func(u store.TypeUse) bool { return u.Type.Protocol() != pedigree.ProtocolAtlas || u.Live == 0 })
		if len(used) == 0 {
			if stored, err := r.Definitions(workspace); err != nil || len(stored) == 0 {
				return err
			}
		}
		t, err := s.Types(r)
		if err != nil {
			return err
		}
		for _, u := range used {
			if t.OfNode(u.Type) == nil {
				return fault.New(fault.TypeNameNotFound, strings.TrimPrefix(u.Type.Name, pedigree.AtlasPrefix))
			}
		}
		return nil
	})
}

// workspace is where definitions live: one place to change when there are more
// workspaces than the default.
const workspace = pedigree.DefaultWorkspace

// Types gives all types as they are in a transaction. It costs next to nothing
// while no definition and no declaration changes.
func (s *Service) Types(r store.Reader) (*Types, error) {
	v, err := versionOf(r)
	if err != nil {
		return nil, err
	}
	if t := s.known(v); t != nil {
		return t, nil
	}
	defs, others, err := s.defs(r)
	if err != nil {
		return nil, err
	}
	t, err := resolve(defs, others.foreign)
	if err != nil {
		return nil, pedigree.Hide(pedigree.Internal, err, "the stored definitions of types do not fit together")
	}
	t.known = others.known
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cached[1] = s.cached[0]
	s.cached[0] = cachedTypes{v, t}
	return t, nil
}

func (s *Service) known(v version) *Types {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cached {
		if c.types != nil && c.version == v {
			return c.types
		}
	}
	return nil
}

// TypeOf gives the type of entity that a node of any wire is.
func (s *Service) TypeOf(r store.Reader, n *pedigree.Node) (*EntityType, error) {
	t, err := s.Types(r)
	if err != nil {
		return nil, err
	}
	if e := t.OfNode(n.Type); e != nil {
		return e, nil
	}
	return nil, pedigree.Errorf(pedigree.Internal, "nodes of type %s are no entities", n.Type.Name)
}

// Now gives all types as they are now.
func (s *Service) Now(ctx context.Context) (t *Types, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		t, err = s.Types(r)
		return err
	})
	return t, err
}

// Mark gives that of the store.
func (s *Service) Mark(r store.Reader) (Mark, error) {
	if m := s.mark.Load(); m != nil {
		return *m, nil
	}
	found, err := r.Mark()
	m := Mark(found)
	if err == nil {
		s.mark.Store(&m)
	}
	return m, err
}

// defs gives all definitions: those of models, those of users, who may have changed
// some of the models', and those of types that other wires declared.
func (s *Service) defs(r store.Reader) ([]Def, *declarations, error) {
	models, err := s.models()
	if err != nil {
		return nil, nil, pedigree.Hide(pedigree.Internal, err, "the models of types cannot be read")
	}
	stored, err := r.Definitions(workspace)
	if err != nil {
		return nil, nil, err
	}
	byName := make(map[string]Def, len(stored))
	var own []Def
	for i := range stored {
		d, err := readDefinition(&stored[i])
		if err != nil {
			return nil, nil, err
		}
		byName[d.Common().Name] = d
		own = append(own, d)
	}
	all := make([]Def, 0, len(models)+len(own))
	for _, d := range models {
		if changed := byName[d.Common().Name]; changed == nil {
			all = append(all, d)
		} else {
			grow(changed, d)
		}
	}
	all = append(all, own...)
	taken := make(map[string]bool, len(all))
	for _, d := range all {
		taken[d.Common().Name] = true
	}
	others, err := declared(r, taken)
	if err != nil {
		return nil, nil, err
	}
	return append(all, others.defs...), others, nil
}

// grow gives a changed definition of a model the attributes that a newer model has
// besides.
func grow(changed, model Def) {
	list := attributeList(changed)
	if list == nil {
		return
	}
	have := make(map[string]bool, len(*list))
	for i := range *list {
		have[(*list)[i].Name] = true
	}
	for _, a := range attributesOf(model) {
		if !have[a.Name] {
			*list = append(*list, a)
		}
	}
}

// storedDefinition is how a definition is kept.
type storedDefinition struct {
	Category Category `json:"category"`
}

func readDefinition(row *pedigree.Definition) (Def, error) {
	var kept storedDefinition
	if err := json.Unmarshal([]byte(row.Body), &kept); err != nil {
		return nil, fmt.Errorf("definition %q: %w", row.Name, err)
	}
	d := newDef(kept.Category)
	if d == nil {
		return nil, fmt.Errorf("definition %q has no category", row.Name)
	}
	if err := json.Unmarshal([]byte(row.Body), d); err != nil {
		return nil, fmt.Errorf("definition %q: %w", row.Name, err)
	}
	b := d.Common()
	b.GUID, b.CreateTime, b.UpdateTime = row.UID, Millis(row.Created), Millis(row.Updated)
	return d, nil
}

func writeDefinition(d Def) (pedigree.Definition, error) {
	body, err := json.Marshal(d, json.Deterministic(true))
	if err != nil {
		return pedigree.Definition{}, err
	}
	b := d.Common()
	return pedigree.Definition{Name: b.Name, UID: b.GUID, Body: string(body)}, nil
}

// NewGUID makes an identity of the form that new entities, relationships and
// definitions have: a UUID of version 7, in lower case.
func NewGUID() string {
	var id [16]byte
	rand.Read(id[6:]) // never fails
	ms := time.Now().UnixMilli()
	for i := 5; i >= 0; i-- {
		id[i] = byte(ms)
		ms >>= 8
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
