// Package catalog is the rules of entities: what may be created, changed, referred
// to, classified, labelled and deleted, and what an entity, its header and its
// history look like. Types are the matter of package schema, where classifications
// are carried that of package carry.
//
// An entity is a node. One that came through the catalog has its attributes as
// properties and references; one of another protocol is shown with its facts as
// attributes, and can be referred to, classified and labelled, but not changed.
//
// All rules work inside a transaction, so that other packages can make one change
// of several: a [View] reads, a [Work] writes too. [Service] has the plain calls.
package catalog

import (
	"context"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// LocalUser is who the one local user is called where somebody must be named.
const LocalUser = "admin"

// A Service applies the rules to one store.
type Service struct {
	store   store.Store
	types   *schema.Service
	telling chan struct{} // taken by who tells what is carried where
}

// New returns a service on s.
func New(s store.Store, types *schema.Service) *Service {
	return &Service{store: s, types: types, telling: make(chan struct{}, 1)}
}

// View runs fn on one state of the store.
func (s *Service) View(ctx context.Context, workspace pedigree.NodeID, fn func(*View) error) error {
	return s.store.View(ctx, func(r store.Reader) error {
		v, err := s.Reading(ctx, r, workspace)
		if err != nil {
			return err
		}
		return fn(v)
	})
}

// Update runs fn in one transaction: all that it does is kept, or nothing where it
// gives an error. It may run more than once.
func (s *Service) Update(ctx context.Context, workspace pedigree.NodeID, fn func(*Work) error) error {
	return s.store.Update(ctx, func(tx store.Tx) error {
		w, err := s.Work(ctx, tx, workspace)
		if err != nil {
			return err
		}
		return fn(w)
	})
}

// Reading returns a view on a state that somebody else has opened.
func (s *Service) Reading(ctx context.Context, r store.Reader, workspace pedigree.NodeID) (*View, error) {
	types, err := s.types.Types(r)
	if err != nil {
		return nil, err
	}
	mark, err := s.types.Mark(r)
	if err != nil {
		return nil, err
	}
	return &View{ctx: ctx, service: s, reader: r, workspace: workspace, types: types, mark: mark}, nil
}

// Work returns the rules on a transaction that somebody else has begun.
func (s *Service) Work(ctx context.Context, tx store.Tx, workspace pedigree.NodeID) (*Work, error) {
	v, err := s.Reading(ctx, tx, workspace)
	if err != nil {
		return nil, err
	}
	return &Work{View: v, tx: tx, actor: pedigree.ActorOf(ctx)}, nil
}

// A View reads entities in one state of the store. Like the Reader below it, it is
// valid inside the closure that it was given to, on one goroutine.
type View struct {
	ctx       context.Context
	service   *Service
	reader    store.Reader
	workspace pedigree.NodeID
	types     *schema.Types
	mark      schema.Mark
}

// Reader gives the state itself.
func (v *View) Reader() store.Reader { return v.reader }

// Types gives the types as they are in this state.
func (v *View) Types() *schema.Types { return v.types }

// Now is the time at which the transaction began.
func (v *View) Now() pedigree.Time { return v.reader.Now() }

// A Work changes entities in one transaction.
type Work struct {
	*View
	tx    store.Tx
	actor pedigree.Actor
}

// Tx gives the transaction itself.
func (w *Work) Tx() store.Tx { return w.tx }

// User names who makes the changes.
func (w *Work) User() string {
	if w.actor.Name == "" {
		return LocalUser
	}
	return w.actor.Name
}
