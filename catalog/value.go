package catalog

import (
	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
)

// A Status says whether an entity or relationship is there.
type Status string

// The states.
const (
	Active  Status = "ACTIVE"
	Deleted Status = "DELETED" // in the bin
	Purged  Status = "PURGED"  // gone for ever; only the history knows of it
)

// statusOf gives the state of what was put in the bin at a moment, or not.
func statusOf(deleted pedigree.Time) Status {
	if deleted.Set() {
		return Deleted
	}
	return Active
}

// An Entity is one thing in the catalog. Values of attributes are as package schema
// makes them; references are [ObjectID] values, or *[RelatedID] values among the
// relationship attributes. What comes from a client may hold any JSON.
type Entity struct {
	TypeName   string         `json:"typeName,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`

	// GUID names the entity: for ever, or where it begins with "-" in one request only.
	GUID           string        `json:"guid,omitempty"`
	HomeID         string        `json:"homeId,omitempty"`
	IsProxy        bool          `json:"isProxy,omitzero"`
	IsIncomplete   bool          `json:"isIncomplete"`
	ProvenanceType int64         `json:"provenanceType,omitzero"`
	Status         Status        `json:"status,omitempty"`
	CreatedBy      string        `json:"createdBy,omitempty"`
	UpdatedBy      string        `json:"updatedBy,omitempty"`
	CreateTime     pedigree.Time `json:"createTime,omitzero"`
	UpdateTime     pedigree.Time `json:"updateTime,omitzero"`
	Version        int64         `json:"version"`

	RelationshipAttributes map[string]any            `json:"relationshipAttributes,omitzero"`
	Classifications        []Classification          `json:"classifications,omitempty"`
	CustomAttributes       map[string]string         `json:"customAttributes,omitzero"`
	BusinessAttributes     map[string]map[string]any `json:"businessAttributes,omitempty"`
	Labels                 []string                  `json:"labels"`
}

// A Struct is what a relationship says of itself where it is seen from one end.
type Struct struct {
	TypeName   string         `json:"typeName"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// An ObjectID refers to an entity by its guid, or by its type and unique attributes.
type ObjectID = schema.ObjectID

// A RelatedID refers to an entity at the other end of a relationship.
type RelatedID struct {
	GUID                   string  `json:"guid,omitempty"`
	TypeName               string  `json:"typeName,omitempty"`
	EntityStatus           Status  `json:"entityStatus,omitempty"`
	DisplayText            string  `json:"displayText,omitempty"`
	QualifiedName          string  `json:"qualifiedName,omitempty"`
	RelationshipType       string  `json:"relationshipType,omitempty"`
	RelationshipGUID       string  `json:"relationshipGuid,omitempty"`
	RelationshipStatus     Status  `json:"relationshipStatus,omitempty"`
	RelationshipAttributes *Struct `json:"relationshipAttributes,omitempty"`
}

// A Classification says of which class an entity is, and whose class that is: one
// with another EntityGUID than that of its entity is carried to it.
type Classification struct {
	TypeName        string         `json:"typeName,omitempty"`
	Attributes      map[string]any `json:"attributes,omitempty"`
	EntityGUID      string         `json:"entityGuid,omitempty"`
	EntityStatus    Status         `json:"entityStatus,omitempty"`
	Propagate       *bool          `json:"propagate,omitempty"`
	ValidityPeriods []Period       `json:"validityPeriods,omitempty"`
	RemoveOnDelete  *bool          `json:"removePropagationsOnEntityDelete,omitempty"`

	// What some of Atlas's successors have: whether it is kept from being carried along
	// inputs and outputs, or along other relationships. Shown where it is so.
	NotByLineage   *bool `json:"restrictPropagationThroughLineage,omitempty"`
	NotByHierarchy *bool `json:"restrictPropagationThroughHierarchy,omitempty"`
}

// A Period is a stretch of time in which a classification holds.
type Period struct {
	StartTime string `json:"startTime,omitempty"` // yyyy/MM/dd HH:mm:ss
	EndTime   string `json:"endTime,omitempty"`
	TimeZone  string `json:"timeZone,omitempty"` // as in the database of time zones; empty for UTC
}

// A Header is what lists show of an entity.
type Header struct {
	TypeName            string           `json:"typeName,omitempty"`
	Attributes          map[string]any   `json:"attributes,omitzero"`
	GUID                string           `json:"guid,omitempty"`
	Status              Status           `json:"status,omitempty"`
	DisplayText         string           `json:"displayText,omitempty"`
	ClassificationNames []string         `json:"classificationNames"`
	Classifications     []Classification `json:"classifications,omitzero"`
	MeaningNames        []string         `json:"meaningNames"`
	Meanings            []Meaning        `json:"meanings"`
	IsIncomplete        bool             `json:"isIncomplete"`
	Labels              []string         `json:"labels"`
}

// A Meaning is a term of a glossary that is assigned to an entity.
type Meaning struct {
	TermGUID      string `json:"termGuid,omitempty"`
	RelationGUID  string `json:"relationGuid,omitempty"`
	DisplayText   string `json:"displayText,omitempty"`
	QualifiedName string `json:"qualifiedName,omitempty"`
	Description   string `json:"description,omitempty"`
	Expression    string `json:"expression,omitempty"`
	Status        string `json:"status,omitempty"`
	Confidence    int64  `json:"confidence,omitzero"`
	CreatedBy     string `json:"createdBy,omitempty"`
	Steward       string `json:"steward,omitempty"`
	Source        string `json:"source,omitempty"`
}

// A Relationship ties two entities. What an execution read or wrote is shown as
// one, whichever protocol wrote it.
type Relationship struct {
	TypeName       string         `json:"typeName,omitempty"`
	Attributes     map[string]any `json:"attributes,omitempty"`
	GUID           string         `json:"guid,omitempty"`
	HomeID         string         `json:"homeId,omitempty"`
	ProvenanceType int64          `json:"provenanceType"`
	End1           *ObjectID      `json:"end1,omitempty"`
	End2           *ObjectID      `json:"end2,omitempty"`
	Label          string         `json:"label,omitempty"`
	PropagateTags  string         `json:"propagateTags,omitempty"` // NONE, ONE_TO_TWO, TWO_TO_ONE or BOTH
	Status         Status         `json:"status,omitempty"`
	CreatedBy      string         `json:"createdBy,omitempty"`
	UpdatedBy      string         `json:"updatedBy,omitempty"`
	CreateTime     pedigree.Time  `json:"createTime,omitzero"`
	UpdateTime     pedigree.Time  `json:"updateTime,omitzero"`
	Version        int64          `json:"version"`

	Propagated []Classification `json:"propagatedClassifications,omitzero"`
	Blocked    []Classification `json:"blockedPropagatedClassifications,omitzero"` // nil leaves them as they are
}

// Entities are some entities and those that they own.
type Entities struct {
	Entities []*Entity          `json:"entities"`
	Referred map[string]*Entity `json:"referredEntities"`
}

// A Batch asks for entities to be created or changed, all or none.
type Batch struct {
	Entities []*Entity          // each of them is created or changed
	Referred map[string]*Entity // those of them that others refer to, by guid
}

// An Action is what was done to an entity, as answers group them.
type Action string

// The actions.
const (
	ActionCreate        Action = "CREATE"
	ActionUpdate        Action = "UPDATE"
	ActionPartialUpdate Action = "PARTIAL_UPDATE"
	ActionDelete        Action = "DELETE"
	ActionPurge         Action = "PURGE"
)

// Mutations tell what a change did. Both parts are nil where they would be empty.
type Mutations struct {
	Mutated     map[Action][]*Header `json:"mutatedEntities,omitempty"`
	Assignments map[string]string    `json:"guidAssignments,omitempty"` // by the guid in the request

	tied []string // guids of what was made and is tied to others: what is carried to it is known when that is committed
}

func (m *Mutations) add(a Action, h *Header) {
	if m.Mutated == nil {
		m.Mutated = make(map[Action][]*Header)
	}
	m.Mutated[a] = append(m.Mutated[a], h)
}
