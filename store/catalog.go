package store

import "github.com/pedigree-ml/pedigree"

// A CatalogReader reads what the catalog adds to the graph: definitions of types,
// relationships, classifications. It is part of [Reader].
type CatalogReader interface {
	// Definitions gives all definitions of a workspace by name.
	Definitions(workspace pedigree.NodeID) ([]pedigree.Definition, error)

	// DefinitionsVersion changes whenever a definition does: who has resolved
	// them need not do so again while it stays. No number comes again, not even
	// one whose transaction failed.
	DefinitionsVersion(workspace pedigree.NodeID) (int64, error)

	// DeclarationsVersion is the same for declarations of types of nodes.
	DeclarationsVersion() (int64, error)

	// Mark gives what tells this store from all others: random, and the same as
	// long as it lives.
	Mark() (pedigree.Mark, error)

	// Relationships gives the relationships at either end of which one of the nodes
	// stands, in the bin or not, by ID, each once.
	Relationships(nodes []pedigree.NodeID) ([]pedigree.Relationship, error)

	// RelationshipsOf does the same for one node, one type and one end (1 or 2)
	// at which the node stands: a page, from after the given ID, at most limit.
	RelationshipsOf(node pedigree.NodeID, name string, end int, after pedigree.RelationshipID, limit int) ([]pedigree.Relationship, error)

	// RelationshipsNamed does the same for several nodes and all pages.
	RelationshipsNamed(nodes []pedigree.NodeID, name string, end int) ([]pedigree.Relationship, error)

	// RelationshipsByUID finds relationships, in the bin or not, in no order;
	// unknown ones are left out.
	RelationshipsByUID(workspace pedigree.NodeID, uids []string) ([]pedigree.Relationship, error)

	// RelationshipsUsed reports whether there is a relationship of a type.
	RelationshipsUsed(workspace pedigree.NodeID, name string) (bool, error)

	// EventPassages gives how classifications pass along events, by event, where it
	// is other than from input to execution to output. No events stands for all:
	// there are few.
	EventPassages(events ...int64) ([]pedigree.EventPassage, error)

	// UniqueNodes finds the nodes outside the bin that hold a value of a unique
	// attribute, by type; see [CatalogTx.SetUnique].
	UniqueNodes(workspace pedigree.NodeID, key, value string) ([]pedigree.Node, error)

	// Classifications gives what nodes are classified as themselves, by node and ID.
	Classifications(nodes []pedigree.NodeID) ([]pedigree.Classification, error)

	// ClassificationsByID gives classifications, in no order; unknown ones are left out.
	ClassificationsByID(ids []pedigree.ClassificationID) ([]pedigree.Classification, error)

	// ClassificationsOf gives the classifications of some names, by ID, from after
	// the given one, at most limit. No names stands for all.
	ClassificationsOf(workspace pedigree.NodeID, names []string, after pedigree.ClassificationID, limit int) ([]pedigree.Classification, error)

	// ClassificationCounts gives how many classifications of each name there are; names
	// of which there is none are left out.
	ClassificationCounts(workspace pedigree.NodeID) (map[string]int64, error)

	// CarriedTo gives what is written down of the classifications carried to nodes,
	// by node and classification, those that are gone left out. See package carry
	// for when that is all.
	CarriedTo(nodes []pedigree.NodeID) ([]pedigree.Carried, error)

	// CarriedBy gives the nodes that a classification is carried to, ascending,
	// from after the given one, at most limit.
	CarriedBy(c pedigree.ClassificationID, after pedigree.NodeID, limit int) ([]pedigree.NodeID, error)

	// CarryAgain gives classifications of which has to be found anew where they are
	// carried to, at most limit: those that are new and carried on, changed or gone,
	// those that were carried to nodes that are gone, and those that
	// [CatalogTx.SetCarryAgain] names.
	CarryAgain(limit int) ([]pedigree.ClassificationID, error)
}

// A CatalogTx writes it. It is part of [Tx].
type CatalogTx interface {
	// PutDefinition stores a definition in place of what stood under its name, and
	// sets its times. A new one needs a UID.
	PutDefinition(workspace pedigree.NodeID, d *pedigree.Definition) error

	// DeleteDefinition removes a definition and reports whether it was there.
	DeleteDefinition(workspace pedigree.NodeID, name string) (bool, error)

	// CreateRelationship stores r and sets its ID and times; AlreadyExists where
	// its UID is taken.
	CreateRelationship(r *pedigree.Relationship) error

	// UpdateRelationship stores all of r but what can never change (ID, workspace,
	// UID, type and ends) and sets Updated.
	UpdateRelationship(r *pedigree.Relationship) error

	// DeleteRelationship removes a relationship for ever and reports whether it was there.
	DeleteRelationship(id pedigree.RelationshipID) (bool, error)

	// DeleteEvent removes an event for ever and reports whether it was there.
	DeleteEvent(id int64) (bool, error)

	// SetEventPassage says how classifications pass along an event; the passage that
	// goes without saying removes what was said.
	SetEventPassage(p *pedigree.EventPassage) error

	// SetUnique says that a node holds a value of a unique attribute, in place of
	// the one it held; empty for none. AlreadyExists where another node outside the
	// bin, of the same type, holds it. A node that is purged holds none, and one in
	// the bin keeps nobody else from it.
	SetUnique(n *pedigree.Node, key, value string) error

	// PutClassification stores a classification, in place of that of the same node
	// and name, and sets its ID and times.
	PutClassification(c *pedigree.Classification) error

	// DeleteClassification removes a classification; what is written down of where
	// it is carried to stays until [CatalogTx.Uncarry], and no reader sees it.
	DeleteClassification(id pedigree.ClassificationID) (bool, error)

	// Carry writes down that a classification is carried to nodes.
	Carry(c pedigree.ClassificationID, nodes ...pedigree.NodeID) error

	// Uncarry forgets that again.
	Uncarry(c pedigree.ClassificationID, nodes ...pedigree.NodeID) error

	// SetCarryAgain says whether that has to be found anew of a classification.
	SetCarryAgain(c pedigree.ClassificationID, again bool) error
}
