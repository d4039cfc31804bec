package transfer

import (
	"fmt"
	"slices"
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

// tables is a data base with two tables, one of which has a column.
const tables = `[{"typeName":"hive_db","guid":"-1","attributes":{"qualifiedName":"d","name":"d","clusterName":"c"}},
{"typeName":"hive_table","guid":"-2","attributes":{"qualifiedName":"d.a","name":"a","db":{"guid":"-1"},"columns":[{"guid":"-4"}]}},
{"typeName":"hive_table","guid":"-3","attributes":{"qualifiedName":"d.b","name":"b","db":{"guid":"-1"}}},
{"typeName":"hive_column","guid":"-4","attributes":{"qualifiedName":"d.a.x","name":"x","type":"int"}}]`

func (e *env) status(guid string) catalog.Status {
	e.Helper()
	found, _, err := e.entities.Entity(e.Context(), ws, catalog.Ref{GUID: guid}, catalog.ReadOptions{})
	if err != nil {
		e.Fatal(err)
	}
	return found.Status
}

func TestDeletionsAreReplicated(t *testing.T) {
	from, to := newEnv(t), newEnv(t)
	ids := from.save(tables)
	data, first := from.export(`{"itemsToExport":[{"guid":"` + ids["-1"] + `"}]}`)
	to.mustBring(data, nil)
	if _, err := from.entities.Delete(t.Context(), ws, []string{ids["-2"]}); err != nil {
		t.Fatal(err)
	}
	again := from.save(`[{"typeName":"hive_table","guid":"-2","attributes":{"qualifiedName":"d.a","name":"a","db":{"guid":"` + ids["-1"] + `"}}}]`)["-2"]
	changes, _ := from.export(fmt.Sprintf(`{"itemsToExport":[{"guid":%q}],"options":{"fetchType":"incremental","changeMarker":%d}}`, ids["-1"], first.ChangeMarker))
	whole, _ := from.export(`{"itemsToExport":[{"guid":"` + ids["-1"] + `"}]}`)
	fresh := newEnv(t)
	fresh.mustBring(whole, nil)
	for range 2 { // the second time nothing is new
		to.mustBring(changes, nil)
	}
	for name, e := range map[string]*env{"by the changes": to, "by the whole": fresh} {
		for guid, want := range map[string]catalog.Status{ids["-1"]: catalog.Active, ids["-2"]: catalog.Deleted, ids["-3"]: catalog.Active, ids["-4"]: catalog.Deleted, again: catalog.Active} {
			if got := e.status(guid); got != want {
				t.Errorf("%s: %s is %s, want %s", name, guid, got, want)
			}
		}
		found, _, err := e.entities.Entity(t.Context(), ws, catalog.Ref{Type: "hive_table", Unique: map[string]any{"qualifiedName": "d.a"}}, catalog.ReadOptions{})
		if err != nil || found.GUID != again {
			t.Errorf("%s: the name means %+v (%v)", name, found, err)
		}
	}
}

// What has the name of something deleted elsewhere, but was made here, stays.
func TestADeletionIsOfTheEntityThatItMeans(t *testing.T) {
	from, to := newEnv(t), newEnv(t)
	ids := from.save(tables)
	if _, err := from.entities.Delete(t.Context(), ws, []string{ids["-2"]}); err != nil {
		t.Fatal(err)
	}
	own := to.save(tables)
	data, _ := from.export(`{"itemsToExport":[{"guid":"` + ids["-1"] + `"}]}`)
	data = rewritten(t, data, `"createTime":`, `"createTime":1`) // long after
	to.mustBring(data, nil)
	if to.status(own["-2"]) != catalog.Active || to.status(own["-4"]) != catalog.Active || to.status(ids["-2"]) != catalog.Deleted {
		t.Errorf("%s %s %s", to.status(own["-2"]), to.status(own["-4"]), to.status(ids["-2"]))
	}
}

// rewritten packs an archive anew with something else in its files.
func rewritten(t *testing.T, data []byte, old, by string) []byte {
	t.Helper()
	var files []string
	for name, text := range filesOf(t, data) {
		files = append(files, name, strings.ReplaceAll(text, old, by))
	}
	return pack(t, files...)
}

func TestWhatIsOwnedIsTakenOutWithItsOwner(t *testing.T) {
	e := newEnv(t)
	ids := e.save(tables)
	data, _ := e.export(`{"itemsToExport":[{"guid":"` + ids["-1"] + `"}],"options":{"fetchType":"connected"}}`)
	got := names(t, data)
	slices.Sort(got)
	if want := []string{"d", "d.a", "d.a.x", "d.b"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestArchivesOfOtherServersComeIn(t *testing.T) {
	e := newEnv(t)
	const newer = `{"entityDefs":[{"name":"Place","superTypes":["DataSet"]},{"name":"fs_path","superTypes":["Place","DataSet"]}],
"relationshipDefs":[{"name":"db_place","relationshipCategory":"ASSOCIATION","propagateTags":"NONE","endDef1":{"type":"hive_db","name":"place","cardinality":"SINGLE"},"endDef2":{"type":"Place","name":"db","cardinality":"SINGLE"}}]}`
	e.mustBring(pack(t, typesFile, newer, "__MACOSX/._"+typesFile, "\x00\x05\x16\x07", "__MACOSX/._"+one+suffix, "\x00",
		one+suffix, `{"entity":{"typeName":"hdfs_path","guid":"`+one+`","createTime":"2018-01-17T22:04:10.145Z","attributes":{"qualifiedName":"p","name":"p","path":"/p"}}}`,
		two+suffix, `{"entity":{"typeName":"hive_db","guid":"`+two+`","attributes":{"qualifiedName":"d","name":"d","clusterName":"c"},"relationshipAttributes":{"place":{"guid":"`+one+`","typeName":"hdfs_path"}}}}`), nil)
	db, _, err := e.entities.Entity(t.Context(), ws, catalog.Ref{GUID: two}, catalog.ReadOptions{})
	if err != nil || !strings.Contains(string(encode(db.RelationshipAttributes["place"])), one) {
		t.Errorf("%+v (%v)", db, err)
	}
	path, _, err := e.entities.Entity(t.Context(), ws, catalog.Ref{GUID: one}, catalog.ReadOptions{})
	if err != nil || path.CreateTime != 1_516_226_650_145 {
		t.Errorf("made at %d (%v)", path.CreateTime, err)
	}
}
