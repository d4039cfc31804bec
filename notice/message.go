package notice

import (
	"encoding/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
)

// An Operation is what happened to an entity.
type Operation string

// The operations.
const (
	EntityCreate         Operation = "ENTITY_CREATE"
	EntityUpdate         Operation = "ENTITY_UPDATE"
	EntityDelete         Operation = "ENTITY_DELETE"
	ClassificationAdd    Operation = "CLASSIFICATION_ADD"
	ClassificationUpdate Operation = "CLASSIFICATION_UPDATE"
	ClassificationDelete Operation = "CLASSIFICATION_DELETE"
)

// operations says which lines of the history are told of, and as what. Labels,
// terms and business metadata are none: consumers do not expect them.
var operations = map[catalog.AuditAction]Operation{
	catalog.AuditCreate:                         EntityCreate,
	catalog.AuditImportCreate:                   EntityCreate,
	catalog.AuditUpdate:                         EntityUpdate,
	catalog.AuditImportUpdate:                   EntityUpdate,
	catalog.AuditDelete:                         EntityDelete,
	catalog.AuditImportDelete:                   EntityDelete,
	catalog.AuditClassificationAdd:              ClassificationAdd,
	catalog.AuditClassificationUpdate:           ClassificationUpdate,
	catalog.AuditClassificationDelete:           ClassificationDelete,
	catalog.AuditPropagatedClassificationAdd:    ClassificationAdd,
	catalog.AuditPropagatedClassificationUpdate: ClassificationUpdate,
	catalog.AuditPropagatedClassificationDelete: ClassificationDelete,
}

// A Notification tells of one thing that happened to one entity. What it says of
// the entity is how that was when the notification was made, then or later.
type Notification struct {
	Type      string          `json:"type"` // always the same
	Entity    *catalog.Header `json:"entity"`
	Operation Operation       `json:"operationType"`
	EventTime pedigree.Time   `json:"eventTime"`
}

// notificationType is what consumers know the form of a [Notification] by.
const notificationType = "ENTITY_NOTIFICATION_V2"

// A version is that of the envelope.
type version struct {
	Version string `json:"version"`
	Parts   []int  `json:"versionParts"`
}

// A source is who made an envelope.
type source struct {
	Name    string `json:"source"`
	Version string `json:"version,omitempty"`
}

// An Envelope is a notification as it goes to a topic.
type Envelope struct {
	Source      source        `json:"source"`
	Version     version       `json:"version"`
	Compression string        `json:"msgCompressionKind"`
	SplitIndex  int           `json:"msgSplitIdx"`
	SplitCount  int           `json:"msgSplitCount"`
	SourceIP    string        `json:"msgSourceIP"`
	CreatedBy   string        `json:"msgCreatedBy"`
	Created     pedigree.Time `json:"msgCreationTime"`
	Spooled     bool          `json:"spooled"`
	Message     *Notification `json:"message"`
}

// Enclose puts a notification into an envelope.
func Enclose(e *Event, now pedigree.Time) *Envelope {
	return &Envelope{
		Source: source{Name: "pedigree"}, Version: version{"1.0.0", []int{1}}, Compression: "NONE", SplitIndex: 1, SplitCount: 1,
		CreatedBy: e.Actor, Created: now, Message: &e.Notification,
	}
}

// An Unwrapped message is what a topic carries, out of its envelope if it had one.
type Unwrapped struct {
	Type string          `json:"type"`
	User string          `json:"user"`
	Text json.RawMessage `json:"-"` // all of it
}
