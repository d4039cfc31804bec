package discovery

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// A SavedSearch is one that a user keeps under a name. It is an entity.
type SavedSearch struct {
	GUID       string          `json:"guid,omitempty"`
	Owner      string          `json:"ownerName,omitempty"`
	Name       string          `json:"name,omitempty"`
	Type       string          `json:"searchType,omitempty"` // BASIC or ADVANCED, which is by the query language
	Parameters *Parameters     `json:"searchParameters,omitzero"`
	UI         json.RawMessage `json:"uiParameters,omitempty"`
}

// savedType is the type of the entities that saved searches are.
const savedType = "__AtlasUserSavedSearch"

// user is who acts.
func user(ctx context.Context) string {
	if name := pedigree.ActorOf(ctx).Name; name != "" {
		return name
	}
	return catalog.LocalUser
}

// invalidData is what clients are told that want what is not theirs.
func invalidData() error { return badRequest("invalid data") }

// owned refuses what belongs to somebody else.
func owned(ctx context.Context, s *SavedSearch) error {
	if s != nil && s.Owner != user(ctx) {
		return invalidData()
	}
	return nil
}

func (s *SavedSearch) check() error {
	if err := checkLengths("name", s.Name, "ownerName", s.Owner, "guid", s.GUID); err != nil {
		return err
	}
	if s.Parameters == nil {
		return nil
	}
	return s.Parameters.checkParts()
}

// unique is the value that no two saved searches have.
func (s *SavedSearch) unique() string { return s.Owner + ":" + s.Name + ":" + savedType }

// entity writes the search as one.
func (s *SavedSearch) entity(guid string) (*catalog.Entity, error) {
	parameters, err := json.Marshal(s.Parameters)
	if err != nil {
		return nil, err
	}
	values := map[string]any{
		"name": s.Name, "ownerName": s.Owner, "searchType": s.Type, "uniqueName": s.unique(), "searchParameters": string(parameters),
	}
	if len(s.UI) > 0 {
		values["uiParameters"] = string(s.UI)
	}
	return &catalog.Entity{TypeName: savedType, GUID: guid, Attributes: values}, nil
}

// savedOf reads the search that an entity is.
func savedOf(e *catalog.Entity) (*SavedSearch, error) {
	text := func(name string) string { t, _ := e.Attributes[name].(string); return t }
	s := &SavedSearch{GUID: e.GUID, Owner: text("ownerName"), Name: text("name"), Type: text("searchType"), Parameters: NewParameters()}
	if parameters := text("searchParameters"); parameters != "" {
		if err := json.Unmarshal([]byte(parameters), s.Parameters); err != nil {
			return nil, pedigree.Hide(pedigree.Internal, err, "the parameters of a saved search are no JSON")
		}
	}
	if ui := text("uiParameters"); json.Valid([]byte(ui)) {
		s.UI = json.RawMessage(ui)
	}
	return s, nil
}

// saved reads searches by a condition.
func (f *finder) saved(where query.Fact) ([]*SavedSearch, error) {
	nodes, err := f.r.Entities(&query.Entities{
		Workspace: f.workspace, Live: true, Where: where, Limit: maxLimit,
		Types: f.nodeTypes(func(t *schema.EntityType) bool { return t.Name() == savedType }),
	})
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	entities, err := f.View.Entities(nodes, catalog.ReadOptions{NoReferred: true, NoRelationships: true})
	if err != nil {
		return nil, err
	}
	all := make([]*SavedSearch, 0, len(entities.Entities))
	for _, e := range entities.Entities {
		s, err := savedOf(e)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *SavedSearch) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func ownedBy(owner string) query.Fact {
	return query.Holds{Trait: query.FieldTrait{Key: "ownerName"}, Is: query.Equal, Values: []any{owner}}
}

// byName finds the search of a user, nil where there is none.
func (f *finder) savedNamed(owner, name string) (*SavedSearch, error) {
	all, err := f.saved(query.Every{ownedBy(owner), query.Holds{Trait: query.FieldTrait{Key: "name"}, Is: query.Equal, Values: []any{name}}})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// savedBy finds a search by guid; the error is that of a request for it.
func (f *finder) savedBy(guid string) (*SavedSearch, error) {
	n, err := f.NodeByGUID(guid)
	if err != nil {
		return nil, err
	}
	all, err := f.saved(query.Among{Nodes: []pedigree.NodeID{n.ID}})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.InstanceGUIDNotFound, guid)
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// ofUser decides whose searches are meant: others' are nobody else's matter.
func ofUser(ctx context.Context, name string) (string, error) {
	if name != "" && name != user(ctx) {
		return "", invalidData()
	}
	return user(ctx), nil
}

// SaveSearch keeps a search under a name that its user has no other under.
func (s *Service) SaveSearch(ctx context.Context, workspace pedigree.NodeID, given *SavedSearch) (*SavedSearch, error) {
	one := *given
	if one.Owner == "" {
		one.Owner = user(ctx)
	}
	if err := one.check(); err != nil {
		return nil, err
	}
	if err := owned(ctx, &one); err != nil {
		return nil, err
	}
	switch {
	case strings.TrimSpace(one.Name) == "":
		return nil, fault.New(fault.MissingMandatoryAttribute, savedType, "name")
	case one.Parameters == nil:
		return nil, fault.New(fault.MissingMandatoryAttribute, savedType, "searchParameters")
	}
	if one.Type == "" {
		one.Type = "BASIC"
	}
	return s.keep(ctx, workspace, &one, func(f *finder) error {
		if one.GUID != "" {
			if standing, err := f.savedBy(one.GUID); err == nil {
				if err := owned(ctx, standing); err != nil {
					return err
				}
			}
		}
		there, err := f.savedNamed(one.Owner, one.Name)
		if err == nil && there != nil {
			err = fault.New(fault.SavedSearchAlreadyExists, one.Name, one.Owner)
		}
		one.GUID = ""
		return err
	})
}

// UpdateSearch changes a search, named by its guid or, without that, by its name.
func (s *Service) UpdateSearch(ctx context.Context, workspace pedigree.NodeID, given *SavedSearch) (*SavedSearch, error) {
	one := *given
	if one.Owner == "" {
		one.Owner = user(ctx)
	}
	if err := one.check(); err != nil {
		return nil, err
	}
	if err := owned(ctx, &one); err != nil {
		return nil, err
	}
	return s.keep(ctx, workspace, &one, func(f *finder) error {
		var standing *SavedSearch
		var err error
		if given.GUID != "" {
			standing, err = f.savedBy(given.GUID)
		} else {
			standing, err = f.savedNamed(one.Owner, one.Name)
			if err == nil && standing == nil {
				err = fault.New(fault.InstanceByUniqueAttributeNotFound, savedType, "{uniqueName="+one.unique()+"}")
			}
		}
		if err != nil {
			return err
		}
		if standing.Owner != one.Owner {
			if err := owned(ctx, standing); err != nil {
				return err
			}
			return fault.New(fault.SavedSearchChangeUser, one.Name, standing.Owner, one.Owner)
		}
		other, err := f.savedNamed(one.Owner, one.Name)
		if err == nil && other != nil && other.GUID != standing.GUID {
			err = fault.New(fault.SavedSearchAlreadyExists, one.Name, one.Owner)
		}
		one.GUID = standing.GUID
		if one.Type == "" {
			one.Type = standing.Type
		}
		if one.Parameters == nil {
			one.Parameters = standing.Parameters
		}
		if one.UI == nil {
			one.UI = standing.UI
		}
		return err
	})
}

// keep stores a search once prepare has found nothing against it.
func (s *Service) keep(ctx context.Context, workspace pedigree.NodeID, one *SavedSearch, prepare func(*finder) error) (kept *SavedSearch, err error) {
	given := *one
	err = s.catalog.Update(ctx, workspace, func(w *catalog.Work) error {
		*one = given // it may run again
		f, err := newFinder(w.View, workspace)
		if err != nil {
			return err
		}
		if err := prepare(f); err != nil {
			return err
		}
		guid := one.GUID
		if guid == "" {
			guid = "-1"
		}
		e, err := one.entity(guid)
		if err != nil {
			return err
		}
		done, err := w.Save(&catalog.Batch{Entities: []*catalog.Entity{e}}, catalog.SaveOptions{})
		if err != nil {
			return err
		}
		if as := done.Assignments[guid]; as != "" {
			one.GUID = as
		}
		k := *one
		kept = &k
		return nil
	})
	return kept, err
}

// SavedSearches lists those of a user.
func (s *Service) SavedSearches(ctx context.Context, workspace pedigree.NodeID, owner string) (all []*SavedSearch, err error) {
	if owner, err = ofUser(ctx, owner); err != nil {
		return nil, err
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		all, err = f.saved(ownedBy(owner))
		return err
	})
	if all == nil {
		all = []*SavedSearch{}
	}
	return all, err
}

// SavedSearch gives one by its name.
func (s *Service) SavedSearch(ctx context.Context, workspace pedigree.NodeID, owner, name string) (one *SavedSearch, err error) {
	if owner, err = ofUser(ctx, owner); err != nil {
		return nil, err
	}
	err = s.view(ctx, workspace, func(f *finder) error {
		one, err = f.savedNamed(owner, name)
		if err == nil && one == nil {
			wanted := SavedSearch{Owner: owner, Name: name}
			err = fault.New(fault.InstanceByUniqueAttributeNotFound, savedType, "{uniqueName="+wanted.unique()+"}")
		}
		return err
	})
	return one, err
}

// SavedSearchByGUID gives one by its guid, if it is the user's.
func (s *Service) SavedSearchByGUID(ctx context.Context, workspace pedigree.NodeID, guid string) (one *SavedSearch, err error) {
	err = s.view(ctx, workspace, func(f *finder) error {
		if one, err = f.savedBy(guid); err == nil {
			err = owned(ctx, one)
		}
		return err
	})
	return one, err
}

// DeleteSearch forgets a search, if it is the user's.
func (s *Service) DeleteSearch(ctx context.Context, workspace pedigree.NodeID, guid string) error {
	if _, err := s.SavedSearchByGUID(ctx, workspace, guid); err != nil {
		return err
	}
	_, err := s.catalog.Delete(ctx, workspace, []string{guid})
	return err
}

// Execute runs a saved search.
func (s *Service) Execute(ctx context.Context, workspace pedigree.NodeID, one *SavedSearch) (*Result, error) {
	p := one.Parameters
	if one.Type == "ADVANCED" {
		return s.DSL(ctx, workspace, DSLQuery{Text: p.Query, TypeName: p.TypeName, Classification: p.Classification, Limit: p.Limit, Offset: p.Offset})
	}
	return s.Basic(ctx, workspace, p)
}
