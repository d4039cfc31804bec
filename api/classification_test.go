package api

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
)

func TestANodeIsToldWhatItIsClassifiedAsAndWhy(t *testing.T) {
	c := openChain(t)
	c.must(c.records.Update(t.Context(), func(tx store.Tx) error {
		for _, class := range []pedigree.Classification{
			{Node: c.ids["raw"], Type: "PII", Attributes: `{"level":2}`, Validity: `[{"timeZone":"UTC"}]`, Propagate: true, RemoveOnDelete: true},
			{Node: c.ids["clean"], Type: "Checked"},
		} {
			class.Workspace = 1
			if err := tx.PutClassification(&class); err != nil {
				return err
			}
		}
		return nil
	}))
	a := get[ClassificationsAnswer](&c.fixture, fmt.Sprintf("%s/nodes/%d/classifications", base, c.ids["clean"]))
	place := func(name, kind, typ string) PlacedNode {
		return PlacedNode{ID: c.ids[name], Kind: kind, Type: typ, Protocol: "mlmd", Name: name, UID: name, GUID: schema.NodeGUID(schema.Mark{1}, c.ids[name])}
	}
	if len(a.Classifications) != 2 {
		t.Fatalf("%+v", a)
	}
	for i := range a.Classifications {
		a.Classifications[i].Created = ""
	}
	want := []NodeClassification{
		{Type: "Checked", Own: true, Attributes: map[string]any{}, Source: place("clean", "artifact", "Data")},
		{
			Type: "PII", Attributes: map[string]any{"level": 2.0}, Validity: []any{map[string]any{"timeZone": "UTC"}}, Propagate: true, RemoveOnDelete: true,
			Source: place("raw", "artifact", "Data"),
			Way:    []WayNode{{place("cleaning", "execution", "Step"), "input"}, {place("clean", "artifact", "Data"), "output"}},
		},
	}
	if !reflect.DeepEqual(a.Classifications, want) {
		t.Errorf("got  %+v\nwant %+v", a.Classifications, want)
	}
	preview := get[PreviewAnswer](&c.fixture, fmt.Sprintf("%s/nodes/%d/classifications/preview?name=Checked", base, c.ids["raw"]))
	if preview.Count < 2 || preview.More || len(preview.Nodes) != preview.Count || preview.Nodes[0] != place("cleaning", "execution", "Step") || preview.Nodes[1] != place("clean", "artifact", "Data") {
		t.Errorf("a preview %+v", preview)
	}
	c.send("GET", fmt.Sprintf("/nodes/%d/classifications/preview", c.ids["raw"]), "", 400)
	c.send("GET", "/nodes/999999/classifications/preview?name=PII", "", 404)
	if none := get[ClassificationsAnswer](&c.fixture, base+"/nodes/1/classifications"); len(none.Classifications) != 0 {
		t.Errorf("of the workspace %+v", none)
	}
	if guid := schema.NodeGUID(schema.Mark{1}, c.ids["clean"]); a.GUID != guid {
		t.Errorf("the guid is %s, want %s", a.GUID, guid)
	} else {
		for _, ref := range []string{guid, "atlas:" + guid} {
			if found := get[NodesAnswer](&c.fixture, base+"/nodes?ref="+ref); len(found.Nodes) != 1 || found.Nodes[0].ID != c.ids["clean"] || found.Nodes[0].GUID != guid {
				t.Errorf("by guid %+v", found)
			}
		}
	}
	c.send("GET", "/nodes?ref=01234567-89ab-7def-8123-456789abcdef", "", 404)
	c.send("GET", "/nodes/4711/classifications", "", 404)
	c.send("GET", "/nodes/x/classifications", "", 400)
}
