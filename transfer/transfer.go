// Package transfer takes entities out of a catalog and brings them into another: as
// archives in which each entity is a file, with the types that they need. Archives
// of any number of entities are written and read piece by piece.
//
// What is brought in comes from anybody. An archive is looked through to its end
// before anything of it is kept, and all of it is kept or nothing: a small one is one
// transaction; a large one is several, and what they changed is noted until the last,
// so that it is finished after an interruption, and taken back where it cannot be.
package transfer

import (
	"context"
	stdjson "encoding/json"
	"errors"
	"strconv"
	"sync"

	json2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/archive"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

// The files of an archive that are no entities.
const (
	infoFile  = "atlas-export-info.json"
	orderFile = "atlas-export-order.json"
	typesFile = "atlas-typesdef.json"
	suffix    = ".json"
)

// ServerName is what a server is called that nobody gave a name.
const ServerName = "default"

// A Service takes entities out of one store and into it.
type Service struct {
	store    store.Store
	types    *schema.Service
	entities *catalog.Service
	limits   archive.Limits
	dir      string
	most     int           // entities of one transaction
	work     chan struct{} // has something where there may be imports to go on with

	mu   sync.Mutex
	busy bool // an import is under way
}

// New returns a service on s. Archives that are brought in lie in dir until that is
// done.
func New(s store.Store, types *schema.Service, entities *catalog.Service, dir string) *Service {
	return &Service{store: s, types: types, entities: entities, limits: archive.DefaultLimits, dir: dir, most: unitEntities, work: make(chan struct{}, 1)}
}

// An ExportRequest says what to take out.
type ExportRequest struct {
	Items   []Item         `json:"itemsToExport"`
	Options map[string]any `json:"options,omitempty"`
}

// An Item names the entities to begin with: one by its guid, or those of a type by
// unique attributes and the way in which they match.
type Item struct {
	GUID     string         `json:"guid,omitempty"`
	TypeName string         `json:"typeName,omitempty"`
	Unique   map[string]any `json:"uniqueAttributes,omitempty"`
}

// text reads an option that is a text, whatever a client writes it as.
func (r *ExportRequest) text(name string) string {
	switch v := r.Options[name].(type) {
	case string:
		return v
	case bool:
		if v {
			return "true"
		}
	case stdjson.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// OmitEmpty reports whether there shall be no archive where there is nothing in it.
func (r *ExportRequest) OmitEmpty() bool { return r.text("omitZipResponseForEmptyExport") == "true" }

// The states of an operation.
const (
	Success = "SUCCESS"
	Partial = "PARTIAL_SUCCESS"
	Failed  = "FAIL"
)

// An ExportResult tells of an export. It lies in the archive.
type ExportResult struct {
	Request      *ExportRequest   `json:"request,omitempty"`
	User         string           `json:"userName"`
	ClientIP     string           `json:"clientIpAddress"`
	Host         string           `json:"hostName"`
	Time         pedigree.Time    `json:"timeStamp"`
	Metrics      map[string]int64 `json:"metrics"`
	Status       string           `json:"operationStatus"`
	SourceName   string           `json:"sourceClusterName"`
	ChangeMarker pedigree.Time    `json:"changeMarker"` // for the next export of what has changed since
}

// A Caller is who asks.
type Caller struct{ User, Host, IP string }

// encode writes what always has a JSON.
func encode(v any) []byte {
	text, err := json2.Marshal(v, json2.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(err)
	}
	return text
}

// A document is one file of an entity.
type document struct {
	Entity   *catalog.Entity            `json:"entity"`
	Referred map[string]*catalog.Entity `json:"referredEntities"` // those that it owns
}

// parse reads a file, and says what is wrong with it.
func parse(f *archive.File) (*document, error) {
	text, err := f.Read()
	if err != nil {
		return nil, err
	}
	return parseText(f.Name, text)
}

func parseText(name string, text []byte) (*document, error) {
	var d document
	if err := json2.Unmarshal(text, &d, schema.Reading); err != nil {
		return nil, fault.New(fault.ImportInvalidZipEntry, name, "it is no JSON of an entity: "+err.Error())
	}
	if d.Entity == nil { // as older servers write it
		d.Entity = &catalog.Entity{}
		if err := json2.Unmarshal(text, d.Entity, schema.Reading); err != nil || d.Entity.TypeName == "" {
			return nil, fault.New(fault.ImportInvalidZipEntry, name, "there is no entity in it")
		}
	}
	if d.Entity.GUID == "" || d.Entity.GUID+suffix != name {
		return nil, fault.New(fault.ImportInvalidZipEntry, name, "it is not named by the guid of its entity")
	}
	return &d, nil
}

// inArchive says what is wrong with an archive as clients know it.
func inArchive(err error) error {
	if errors.Is(err, archive.ErrEmpty) {
		return fault.New(fault.ImportAttemptingEmptyZip)
	}
	if bad, ok := errors.AsType[*archive.Error](err); ok {
		name := bad.Entry
		if name == "" {
			name = "archive"
		}
		return fault.New(fault.ImportInvalidZipEntry, name, bad.Reason)
	}
	return err
}

// jsonText writes what encoding/json can write, on one line.
func jsonText(v any) string {
	text, err := stdjson.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(text)
}

// workspaceLine adds a line to the history of the workspace: what concerns many
// entities has no other place.
func workspaceLine(ctx context.Context, tx store.Tx, workspace pedigree.NodeID, what string, before, after any) error {
	a := pedigree.ActorOf(ctx)
	return tx.AppendChange(&pedigree.Change{
		Workspace: workspace, Node: workspace, Actor: a.Name, Reason: a.Reason, What: what, Before: cut(before), After: cut(after),
	})
}

// maxLine bounds what a line of the history says, in bytes.
const maxLine = 4000

func cut(v any) string {
	text := jsonText(v)
	if len(text) > maxLine {
		return `{"note":"too long to be kept"}`
	}
	return text
}
