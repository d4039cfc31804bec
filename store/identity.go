package store

import "github.com/pedigree-ml/pedigree"

// An IdentityReader reads what tells which nodes are one, and the ties that are
// not events. It is part of [Reader].
type IdentityReader interface {
	// Locations gives the numbers of locations, 0 for those where nothing is.
	Locations(workspace pedigree.NodeID, uris ...string) ([]pedigree.LocationID, error)

	// LocationURIs gives locations by number, in the order asked for; unknown
	// ones are empty.
	LocationURIs(ids []pedigree.LocationID) ([]string, error)

	// Places gives the places of nodes, by node and location.
	Places(nodes []pedigree.NodeID) ([]pedigree.Place, error)

	// PlacesAt gives everything that is or was at locations, by location and node.
	PlacesAt(locations []pedigree.LocationID) ([]pedigree.Place, error)

	// Relations gives the relations at either end of which one of the nodes
	// stands, by ID, each once.
	Relations(nodes []pedigree.NodeID) ([]pedigree.Relation, error)

	// ColumnLinks gives the links at either end of which one of the artifacts
	// stands, each once.
	ColumnLinks(artifacts []pedigree.NodeID) ([]pedigree.ColumnLink, error)
}

// An IdentityTx writes them. It is part of [Tx].
type IdentityTx interface {
	// SetLocations says where a node is, in place of what was said before. Of
	// two with one URI the last counts.
	SetLocations(workspace, node pedigree.NodeID, locations ...pedigree.Location) error

	// PutRelation stores a relation and sets its ID; one that is there takes
	// the new actor and reason.
	PutRelation(r *pedigree.Relation) error

	// DeleteRelation removes a relation and reports whether it was there.
	DeleteRelation(id int64) (bool, error)

	// PutColumnLinks stores links; those there already take the new detail and
	// time where these are later, or of one time and greater.
	PutColumnLinks(links ...pedigree.ColumnLink) error
}
