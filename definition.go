package pedigree

// A Definition is a type of the catalog as somebody defined it: an entity type, a
// classification, a relationship. What it means is the matter of package schema;
// a store keeps it by name.
type Definition struct {
	Name    string
	UID     string // public identity, never changed
	Body    string // JSON, as package schema writes it
	Created Time   // set by the store's clock
	Updated Time
}

// A Mark tells a store from all others. It is random, and made with the store.
type Mark [8]byte
