package pedigree

import "context"

// An Actor is who makes a change, and why. The history keeps both.
type Actor struct {
	Name   string // empty for the one local user
	Reason string // as the actor says; empty for none
	Origin string // protocol and address that the request came by; empty for none
}

type actorKey struct{}

// WithActor says who makes the changes that the context is passed to.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf tells who makes the changes of a context: the one local user where
// nobody says.
func ActorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}
