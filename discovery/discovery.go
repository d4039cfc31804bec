// Package discovery is the rules of finding entities: by the query language of Atlas,
// by parameters and filters, by words, by what they are tied to; and of their lineage
// in the form that clients of Atlas know. Searches are exact at once, whatever is
// still being noted elsewhere.
package discovery

import (
	"context"
	"slices"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// Names that stand for types and classifications in searches.
const (
	AllEntityTypes     = "_ALL_ENTITY_TYPES"
	AllClassifications = "_ALL_CLASSIFICATION_TYPES"
	Classified         = "_CLASSIFIED"
	NotClassified      = "_NOT_CLASSIFIED"
)

const (
	defaultLimit = 100    // results where nobody says how many
	maxLimit     = 10_000 // results at once; who asks for more gets the default
	patience     = 20 * time.Second
)

// A Service searches one store.
type Service struct {
	catalog *catalog.Service
	files   files
}

// New returns a service over the entities of a catalog.
func New(c *catalog.Service) *Service { return &Service{catalog: c} }

// view runs fn on one state of the store, for as long as a search may take.
func (s *Service) view(ctx context.Context, workspace pedigree.NodeID, fn func(*finder) error) error {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := s.catalog.View(patient, workspace, func(v *catalog.View) error {
		f, err := newFinder(v, workspace)
		if err != nil {
			return err
		}
		return fn(f)
	})
	if patient.Err() != nil && ctx.Err() == nil {
		return pedigree.Errorf(pedigree.Exhausted, "the search took more than %s: add a condition on the type or on an attribute that few entities have", patience)
	}
	return err
}

// A finder searches one state of the store.
type finder struct {
	*catalog.View
	r         store.Reader
	types     *schema.Types
	workspace pedigree.NodeID
	used      []usedType
	sayings   []saying // once they are read
}

// A usedType is a type that some node is of.
type usedType struct {
	store.TypeUse
	entity *schema.EntityType
}

func newFinder(v *catalog.View, workspace pedigree.NodeID) (*finder, error) {
	f := &finder{View: v, r: v.Reader(), types: v.Types(), workspace: workspace}
	used, err := f.r.TypesUsed(workspace)
	if err != nil {
		return nil, err
	}
	for _, u := range used {
		if t := f.types.OfNode(u.Type); t != nil {
			f.used = append(f.used, usedType{u, t})
		}
	}
	return f, nil
}

// nodeTypes gives the types of nodes that are entities of some types, as far as there
// are any.
func (f *finder) nodeTypes(is func(*schema.EntityType) bool) []pedigree.Type {
	var types []pedigree.Type
	for _, u := range f.used {
		if is(u.entity) {
			types = append(types, u.Type)
		}
	}
	return types
}

// anyEntity keeps what people search for: not the server's own bookkeeping.
func anyEntity(t *schema.EntityType) bool { return !t.Internal() }

// pageOf gives the page that a client means.
func pageOf(limit, offset int) (int, int) {
	if limit <= 0 || limit > maxLimit {
		limit = defaultLimit
	}
	return limit, max(offset, 0)
}

// A Result is what a search found.
type Result struct {
	QueryType        string                     `json:"queryType"`
	Parameters       *Parameters                `json:"searchParameters,omitzero"`
	QueryText        string                     `json:"queryText,omitempty"`
	Type             string                     `json:"type,omitempty"`
	Classification   string                     `json:"classification,omitempty"`
	Entities         []*catalog.Header          `json:"entities,omitempty"`
	Relations        []*RelationHeader          `json:"relations,omitempty"`
	Attributes       *Values                    `json:"attributes,omitzero"`
	FullText         []Ranked                   `json:"fullTextResult,omitempty"`
	Referred         map[string]*catalog.Header `json:"referredEntities,omitempty"`
	ApproximateCount int64                      `json:"approximateCount"` // exact, or -1 where nobody counted
	NextMarker       string                     `json:"nextMarker,omitempty"`
}

// Values are a table of results.
type Values struct {
	Name   []string `json:"name"`
	Values [][]any  `json:"values"`
}

// Ranked is an entity that words were found in.
type Ranked struct {
	Entity *catalog.Header `json:"entity"`
	Score  float64         `json:"score"`
}

// The kinds of searches.
const (
	typeDSL          = "DSL"
	typeFullText     = "FULL_TEXT"
	typeBasic        = "BASIC"
	typeRelationship = "RELATIONSHIP"
)

// guids gives the nodes that some guids name.
func (f *finder) guids(guids []string) ([]pedigree.NodeID, error) {
	found, err := f.NodesByGUID(guids)
	if err != nil {
		return nil, err
	}
	var ids []pedigree.NodeID
	for _, guid := range guids {
		if n := found[guid]; n != nil {
			ids = append(ids, n.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// none holds of nothing.
var none = query.Some{}

// badRequest is what is wrong with parameters that have no reason of their own.
func badRequest(text string) error { return fault.New(fault.BadRequest, text) }
