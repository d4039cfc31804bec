package atlas

import (
	"net/http"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/discovery"
	"github.com/pedigree-ml/pedigree/route"
)

func (h *Handler) v1LineageRoutes() []operation {
	const table = "/lineage/hive/table/{table}"
	return []operation{
		{method: "GET", path: "/lineage/{guid}/inputs/graph", permission: route.Read, call: h.v1Lineage(discovery.Inputs)},
		{method: "GET", path: "/lineage/{guid}/outputs/graph", permission: route.Read, call: h.v1Lineage(discovery.Outputs)},
		{method: "GET", path: "/lineage/{guid}/schema", permission: route.Read, call: h.v1Schema},
		{method: "GET", path: table + "/inputs/graph", permission: route.Read, call: h.v1Lineage(discovery.Inputs)},
		{method: "GET", path: table + "/outputs/graph", permission: route.Read, call: h.v1Lineage(discovery.Outputs)},
		{method: "GET", path: table + "/schema", permission: route.Read, call: h.v1Schema},
	}
}

// v1Date writes a moment as searches of version 1 do.
func v1Date(t pedigree.Time) string {
	return time.UnixMilli(int64(t)).UTC().Format("Mon Jan 02 15:04:05 UTC 2006")
}

// A v1Graph is the lineage of an entity in one direction.
type v1Graph struct {
	RequestID string    `json:"requestId"`
	Table     string    `json:"tableName,omitempty"`
	Results   *v1Values `json:"results"`
}

// The types of what graphs are made of.
const (
	v1Temporary = "__tempQueryResultStruct"
	v1IDResult  = "__IdType"
)

// v1Entity reads which entity a lineage is asked for: by guid, or a table by its
// qualified name.
func v1Entity(r *http.Request) (ref catalog.Ref, table string) {
	if table = r.PathValue("table"); table != "" {
		return catalog.Ref{Type: "hive_table", Unique: map[string]any{"qualifiedName": table}}, table
	}
	return catalog.Ref{GUID: r.PathValue("guid")}, ""
}

// v1Lineage answers with all of a lineage in one direction.
func (h *Handler) v1Lineage(direction string) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		ref, table := v1Entity(r)
		found, err := h.Discovery.Lineage(r.Context(), workspace, ref, discovery.LineageOptions{Direction: direction, Depth: -1})
		if err != nil {
			return err
		}
		types, err := h.Types.Now(r.Context())
		if err != nil {
			return err
		}
		vertices, edges := map[string]*v1Values{}, map[string][]string{}
		for guid, e := range found.Entities {
			if t := types.Entity(e.TypeName); t != nil && t.IsA("DataSet") {
				vertices[guid] = v1Vertex(e)
			}
		}
		for _, one := range found.Relations {
			if direction == discovery.Inputs {
				edges[one.To] = append(edges[one.To], one.From)
			} else {
				edges[one.From] = append(edges[one.From], one.To)
			}
		}
		graph := &v1Values{v1StructClass, v1Temporary, map[string]any{"vertices": vertices, "edges": edges}}
		return answer(w, v1Graph{requestID(w), table, graph})
	}
}

func v1Vertex(e *catalog.Header) *v1Values {
	qualified := e.Attributes["qualifiedName"]
	if qualified == nil {
		qualified = e.DisplayText
	}
	id := &v1Values{v1StructClass, v1IDResult, map[string]any{"guid": e.GUID, "state": e.Status, "typeName": e.TypeName}}
	return &v1Values{v1StructClass, v1Temporary, map[string]any{"qualifiedName": qualified, "vertexId": id, "name": e.DisplayText}}
}

// A v1Columns is what columns a table has.
type v1Columns struct {
	RequestID string         `json:"requestId"`
	Table     string         `json:"tableName,omitempty"`
	Results   map[string]any `json:"results"`
}

func (h *Handler) v1Schema(w http.ResponseWriter, r *http.Request) error {
	ref, table := v1Entity(r)
	e, referred, err := h.Entities.Entity(r.Context(), workspace, ref, catalog.ReadOptions{})
	if err != nil {
		return err
	}
	rows := []any{}
	columns, _ := e.Attributes["columns"].([]any)
	for _, c := range columns {
		guid := ""
		switch id := c.(type) {
		case catalog.ObjectID:
			guid = id.GUID
		case *catalog.ObjectID:
			guid = id.GUID
		}
		column := referred[guid]
		if column == nil {
			continue
		}
		row := map[string]any{"$typeName$": column.TypeName, "$id$": map[string]any{"id": column.GUID, "$typeName$": column.TypeName, "version": column.Version, "state": column.Status}}
		for name, value := range column.Attributes {
			row[name] = v1SearchValue(value)
		}
		rows = append(rows, row)
	}
	dataType := map[string]any{"typeName": "hive_column", "hierarchicalMetaTypeName": "org.apache.atlas.typesystem.types.ClassType"}
	return answer(w, v1Columns{requestID(w), table, map[string]any{"dataType": dataType, "rows": rows}})
}
