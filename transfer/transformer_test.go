package transfer

import (
	"fmt"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
)

// TestTransformersChangeWhatComesIn brings in a database of Hive with a table, as a
// replica somewhere else.
func TestTransformersChangeWhatComesIn(t *testing.T) {
	const db, table, storage = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"
	file := func(guid, typeName, attributes string) []string {
		return []string{guid + suffix, fmt.Sprintf(`{"entity":{"typeName":%q,"guid":%q,"attributes":{%s}}}`, typeName, guid, attributes)}
	}
	var files []string
	files = append(files, infoFile, `{"request":{"itemsToExport":[{"typeName":"hive_db","uniqueAttributes":{"qualifiedName":"sales@cl1"}}]}}`)
	files = append(files, file(db, "hive_db", `"qualifiedName":"sales@cl1","name":"sales","clusterName":"cl1","location":"FILE:///a/b","owner":"Ann"`)...)
	files = append(files, file(table, "hive_table", `"qualifiedName":"sales.t1@cl1","name":"t1","owner":"Bob","db":{"guid":"`+db+`"}`)...)
	files = append(files, file(storage, "hive_storagedesc", `"qualifiedName":"sales.t1@cl1_storage","location":"hdfs://x","compressed":false,"table":{"guid":"`+table+`"}`)...)
	e := newEnv(t)
	e.mustBring(pack(t, files...), map[string]string{"transformers": `[
{"conditions":{"__entity":"topLevel: "},"action":{"__entity":"ADD_CLASSIFICATION: cl1_replicated"}},
{"conditions":{"hive_db.clusterName":"EQUALS: cl1"},"action":{"hive_db.clusterName":"SET: cl2","hive_db.name":"sold"}},
{"conditions":{"hive_db.location":"STARTS_WITH_IGNORE_CASE: file:///"},"action":{"hive_db.location":"REPLACE_PREFIX: = :FILE:///=hdfs:///"}},
{"conditions":{"Asset.owner":"HAS_VALUE: "},"action":{"hive_table.owner":"TO_UPPER:"}},
{"conditions":{"hive_table.name":"t2"},"action":{"__entity.owner":"CLEAR:"}},
{"action":{"hive_db.owner":"CLEAR:","hive_db.description":"plain: text"}}]`})
	all, err := e.entities.Entities(t.Context(), ws, []string{db, table, storage}, catalog.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]any{
		{"qualifiedName": "sold@cl2", "name": "sold", "clusterName": "cl2", "location": "hdfs:///a/b", "owner": nil, "description": "plain: text"},
		{"qualifiedName": "sold.t1@cl2", "name": "t1", "owner": "BOB"},
		{"qualifiedName": "sold.t1@cl2_storage", "location": "hdfs://x"},
	} {
		for name, value := range want {
			if got := all.Entities[i].Attributes[name]; got != value {
				t.Errorf("%s of %s is %v, want %v", name, all.Entities[i].TypeName, got, value)
			}
		}
		if n := len(all.Entities[i].Classifications); n != 1-min(i, 1) {
			t.Errorf("%s has %d classifications", all.Entities[i].TypeName, n)
		}
	}
	if _, err := e.bring(pack(t, files...), map[string]string{"transformers": "{"}); !fault.Is(err, fault.InvalidValue) {
		t.Errorf("transformers that cannot be read: %v", err)
	}
}
