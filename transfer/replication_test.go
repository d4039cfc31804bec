package transfer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
)

// TestReplicasSayWhereTheyCameFromAndWentTo takes entities from one server to another
// twice.
func TestReplicasSayWhereTheyCameFromAndWentTo(t *testing.T) {
	from, to := newEnv(t), newEnv(t)
	guids := from.save(`[{"typeName":"DataSet","guid":"-1","attributes":{"qualifiedName":"a","name":"a"}},
{"typeName":"Process","guid":"-2","attributes":{"qualifiedName":"p","name":"p","inputs":[{"guid":"-1"}]}}]`)
	ids := []string{guids["-1"], guids["-2"]}
	times := func() (all []int64) {
		read, err := from.entities.Entities(t.Context(), ws, ids, catalog.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range read.Entities {
			all = append(all, int64(e.UpdateTime))
		}
		return all
	}
	before := times()
	var marker int64
	for range 2 {
		data, result := from.export(`{"itemsToExport":[{"guid":"` + ids[0] + `"}],"options":{"replicatedTo":"east$cl2"}}`)
		marker = int64(result.ChangeMarker)
		to.mustBring(data, map[string]string{"replicatedFrom": "west$cl1"})
	}
	if after := times(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("being exported changed times from %v to %v", before, after)
	}
	for _, c := range []struct {
		*env
		attribute, full, name string
	}{{from, copiedTo, "east$cl2", "cl2"}, {to, copiedFrom, "west$cl1", "cl1"}} {
		server, _, err := c.entities.Entity(t.Context(), ws, catalog.Ref{Type: serverType, Unique: map[string]any{"fullName": c.full}}, catalog.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		info, _ := server.Attributes["additionalInfo"].(map[string]any)
		if want := fmt.Sprintf(`{%q:%d}`, ids[0], marker); server.Attributes["name"] != c.name || info[replicaDetail] != want {
			t.Errorf("%s is %+v, want %s", c.full, server.Attributes, want)
		}
		read, err := c.entities.Entities(t.Context(), ws, ids, catalog.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range read.Entities {
			if got := string(encode(e.Attributes[c.attribute])); strings.Count(got, "guid") != 1 || !strings.Contains(got, server.GUID) {
				t.Errorf("%s of %s is %s", c.attribute, e.TypeName, got)
			}
		}
	}
	exports, _ := from.Audits(t.Context(), ws, &AuditQuery{Server: "cl2"})
	imports, _ := to.Audits(t.Context(), ws, &AuditQuery{Server: "cl1"})
	if len(exports) != 2 || exports[0].TargetName != "cl2" || len(imports) != 2 || imports[0].SourceName != "cl1" {
		t.Errorf("%+v, %+v", exports, imports)
	}
	data, _ := from.export(`{"itemsToExport":[{"guid":"` + ids[0] + `"}],"options":{"replicatedTo":"x","skipUpdateReplicationAttr":true}}`)
	fresh := newEnv(t)
	fresh.mustBring(data, map[string]string{"replicatedFrom": "y", "skipUpdateReplicationAttr": "true"})
	for _, e := range []*env{from, fresh} {
		for _, full := range []string{"x", "y"} {
			if _, _, err := e.entities.Entity(t.Context(), ws, catalog.Ref{Type: serverType, Unique: map[string]any{"fullName": full}}, catalog.ReadOptions{}); err == nil {
				t.Errorf("%s is noted although told otherwise", full)
			}
		}
	}
}
