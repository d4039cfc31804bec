package transfer

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	json2 "github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
	"github.com/pedigree-ml/pedigree/store"
	"github.com/pedigree-ml/pedigree/store/sqlite"
)

const ws = pedigree.DefaultWorkspace

// env is the rules on a store of their own.
type env struct {
	*testing.T
	*Service
}

func newEnv(t *testing.T) *env {
	t.Helper()
	return &env{t, newService(t)}
}

func newService(t testing.TB) *Service {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), sqlite.Options{Durability: sqlite.Normal})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	types := schema.New(s)
	return New(s, types, catalog.New(s, types), t.TempDir())
}

// save makes entities of JSON and gives their guids by those in it.
func (e *env) save(text string) map[string]string {
	e.Helper()
	var all []*catalog.Entity
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		e.Fatal(err)
	}
	done, err := e.entities.Save(pedigree.WithActor(e.Context(), pedigree.Actor{Name: "ann"}), ws, &catalog.Batch{Entities: all})
	if err != nil {
		e.Fatal(err)
	}
	return done.Assignments
}

func (e *env) define(text string) {
	e.Helper()
	var d schema.Defs
	if err := json2.Unmarshal([]byte(text), &d, schema.Reading); err != nil {
		e.Fatal(err)
	}
	if _, err := e.types.Create(e.Context(), &d); err != nil {
		e.Fatal(err)
	}
}

// export takes out and gives the archive.
func (e *env) export(request string) ([]byte, *ExportResult) {
	e.Helper()
	var r ExportRequest
	if err := json.Unmarshal([]byte(request), &r); err != nil {
		e.Fatal(err)
	}
	var b bytes.Buffer
	result, err := e.Export(e.Context(), ws, &r, Caller{User: "ann"}, &b, func(bool) error { return nil })
	if err != nil {
		e.Fatal(err)
	}
	return b.Bytes(), result
}

func (e *env) bring(data []byte, options map[string]string) (*ImportResult, error) {
	e.Helper()
	return e.Import(e.Context(), ws, bytes.NewReader(data), int64(len(data)), &ImportRequest{options}, Caller{User: "bob"})
}

func (e *env) mustBring(data []byte, options map[string]string) *ImportResult {
	e.Helper()
	r, err := e.bring(data, options)
	if err != nil {
		e.Fatal(err)
	}
	return r
}

// filesOf gives the names and texts of the files of an archive, in their order.
func filesOf(t *testing.T, data []byte) iter.Seq2[string, string] {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(name, text string) bool) {
		for _, f := range z.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			if !yield(f.Name, string(text)) {
				return
			}
		}
	}
}

// names lists the qualified names in an archive, in their order.
func names(t *testing.T, data []byte) (all []string) {
	t.Helper()
	for _, text := range filesOf(t, data) {
		var d document
		if json.Unmarshal([]byte(text), &d) == nil && d.Entity != nil {
			all = append(all, fmt.Sprint(d.Entity.Attributes["qualifiedName"]))
		}
	}
	return all
}

// shown writes entities as they look, by guid; what names an event is its store's own.
func (e *env) shown(guids []string) string {
	e.Helper()
	all, err := e.entities.Entities(e.Context(), ws, guids, catalog.ReadOptions{})
	if err != nil {
		e.Fatal(err)
	}
	for _, one := range append(slices.Clone(all.Entities), slices.Collect(values(all.Referred))...) {
		for _, related := range one.RelationshipAttributes {
			if list, ok := related.([]*catalog.RelatedID); ok {
				for _, r := range list {
					if strings.HasPrefix(r.RelationshipType, "dataset_process") || strings.HasPrefix(r.RelationshipType, "process_dataset") {
						r.RelationshipGUID = ""
					}
				}
				slices.SortFunc(list, func(a, b *catalog.RelatedID) int { return strings.Compare(a.GUID, b.GUID) })
			}
		}
	}
	return string(encode(all))
}

const types = `{"enumDefs":[{"name":"Colour","elementDefs":[{"value":"RED","ordinal":1}]}],
"structDefs":[{"name":"Size","attributeDefs":[{"name":"x","typeName":"int","isOptional":true}]}],
"classificationDefs":[{"name":"PII","attributeDefs":[{"name":"level","typeName":"int","isOptional":true}]}],
"entityDefs":[{"name":"Table","superTypes":["DataSet"],"attributeDefs":[
 {"name":"colour","typeName":"Colour","isOptional":true},{"name":"size","typeName":"Size","isOptional":true},
 {"name":"tags","typeName":"map<string,string>","isOptional":true},{"name":"next","typeName":"Table","isOptional":true}]},
 {"name":"Column","superTypes":["DataSet"]}],
"relationshipDefs":[{"name":"table_columns","relationshipCategory":"COMPOSITION","propagateTags":"ONE_TO_TWO",
 "endDef1":{"type":"Table","name":"columns","isContainer":true,"cardinality":"SET"},"endDef2":{"type":"Column","name":"table","cardinality":"SINGLE"}}],
"businessMetadataDefs":[{"name":"Owners","attributeDefs":[{"name":"team","typeName":"string","isOptional":true,"options":{"applicableEntityTypes":"[\"Table\"]","maxStrLength":"50"}}]}]}`

const graph = `[
{"typeName":"Table","guid":"-1","attributes":{"qualifiedName":"in","name":"in","colour":"RED","size":{"typeName":"Size","attributes":{"x":5}},"tags":{"a":"b"},"next":{"guid":"-2"}},
 "classifications":[{"typeName":"PII","attributes":{"level":3}}],"customAttributes":{"k":"v"},"labels":["l"],"businessAttributes":{"Owners":{"team":"t"}}},
{"typeName":"Table","guid":"-2","attributes":{"qualifiedName":"out","name":"out"}},
{"typeName":"Column","guid":"-3","attributes":{"qualifiedName":"in.c","name":"c"},"relationshipAttributes":{"table":{"guid":"-1"}}},
{"typeName":"Process","guid":"-4","attributes":{"qualifiedName":"p","name":"p","inputs":[{"guid":"-1"}],"outputs":[{"guid":"-2"}]}},
{"typeName":"Table","guid":"-5","attributes":{"qualifiedName":"alone","name":"alone"}}]`

func TestWhatIsTakenOutComesInAsItWas(t *testing.T) {
	e := newEnv(t)
	e.define(types)
	guids := e.save(graph)
	data, result := e.export(`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"qualifiedName":"in"}}],"options":{"fetchType":"full"}}`)
	got := names(t, data)
	slices.Sort(got)
	if !slices.Equal(got, []string{"in", "in.c", "out", "p"}) || result.Status != Success || result.Metrics["entity:Table"] != 2 {
		t.Fatalf("%q: %+v", got, result)
	}
	fresh := newEnv(t)
	report := fresh.mustBring(data, nil)
	if report.Status != Success || len(report.Processed) != 4 || report.Export == nil || report.Metrics["typedef:entitydef:created"] != 2 || report.Metrics["entity:Table:created"] != 2 {
		t.Errorf("%+v", report)
	}
	ids := []string{guids["-1"], guids["-2"], guids["-3"], guids["-4"]}
	if before, after := e.shown(ids), fresh.shown(ids); before != after {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	again := fresh.mustBring(data, nil)
	if after := fresh.shown(ids); after != e.shown(ids) || again.Metrics["entity:Table:created"] != 0 {
		t.Errorf("brought in again it is\n%s\n%+v", after, again.Metrics)
	}
	audits, err := fresh.Audits(t.Context(), ws, &AuditQuery{})
	if err != nil || len(audits) != 2 || audits[0].Operation != "IMPORT" || !strings.Contains(audits[0].Result, "SUCCESS") {
		t.Errorf("%+v (%v)", audits, err)
	}
}

func TestTheFilesOfAnArchive(t *testing.T) {
	e := newEnv(t)
	guids := e.save(`[{"typeName":"DataSet","guid":"-1","attributes":{"qualifiedName":"a","name":"a"}}]`)
	data, _ := e.export(`{"itemsToExport":[{"guid":"` + guids["-1"] + `"}]}`)
	var files []string
	texts := make(map[string]string)
	for name, text := range filesOf(t, data) {
		files = append(files, name)
		texts[name] = text
	}
	want := []string{guids["-1"] + ".json", "atlas-export-order.json", "atlas-typesdef.json", "atlas-export-info.json"}
	if !slices.Equal(files, want) {
		t.Errorf("%q, want %q", files, want)
	}
	if got := texts["atlas-export-order.json"]; got != `["`+guids["-1"]+`"]` {
		t.Errorf("the order is %s", got)
	}
	for name, part := range map[string]string{
		guids["-1"] + ".json": `{"entity":{"typeName":"DataSet"`, "atlas-typesdef.json": `"name":"Referenceable"`,
		"atlas-export-info.json": `"operationStatus":"SUCCESS"`,
	} {
		if !strings.Contains(texts[name], part) {
			t.Errorf("%s is %s", name, texts[name])
		}
	}
}

func TestWhatAnExportReaches(t *testing.T) {
	e := newEnv(t)
	e.define(types)
	guids := e.save(`[
{"typeName":"Table","guid":"-1","attributes":{"qualifiedName":"a1","name":"a1"}},{"typeName":"Table","guid":"-2","attributes":{"qualifiedName":"b2","name":"b2"}},
{"typeName":"Table","guid":"-3","attributes":{"qualifiedName":"c3","name":"c3"}},{"typeName":"Table","guid":"-4","attributes":{"qualifiedName":"d4","name":"d4"}},
{"typeName":"Process","guid":"-5","attributes":{"qualifiedName":"p","name":"p","inputs":[{"guid":"-1"},{"guid":"-4"}],"outputs":[{"guid":"-2"}]}},
{"typeName":"Column","guid":"-6","attributes":{"qualifiedName":"a1.c","name":"c"},"relationshipAttributes":{"table":{"guid":"-1"}}}]`)
	at := pedigree.SystemClock() + 60_000
	for name, c := range map[string]struct{ request, want string }{
		"all around":         {`{"itemsToExport":[{"guid":"G1"}]}`, "a1 a1.c b2 d4 p"},
		"without lineage":    {`{"itemsToExport":[{"guid":"G1"}],"options":{"skipLineage":true}}`, "a1 a1.c"},
		"connected":          {`{"itemsToExport":[{"guid":"G2"}],"options":{"fetchType":"connected"}}`, "a1 a1.c b2 d4 p"},
		"of a type":          {`{"itemsToExport":[{"typeName":"Column"}],"options":{"matchType":"forType","skipLineage":"true"}}`, "a1 a1.c"},
		"of some types":      {`{"itemsToExport":[{"typeName":"Column, Table"}],"options":{"matchType":"forType","skipLineage":"true"}}`, "a1 a1.c b2 c3 d4"},
		"not of a supertype": {`{"itemsToExport":[{"typeName":"DataSet"}],"options":{"matchType":"forType"}}`, ""},
		"that start so":      {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"qualifiedName":"c"}}],"options":{"matchType":"startsWith"}}`, "c3"},
		"in another case":    {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"qualifiedName":"C"}}],"options":{"matchType":"startsWith"}}`, ""},
		"that end so":        {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"qualifiedName":"3"}}],"options":{"matchType":"endsWith"}}`, "c3"},
		"that have it":       {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"qualifiedName":"3"}}],"options":{"matchType":"contains"}}`, "c3"},
		"that match":         {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"qualifiedName":"[cx]."}}],"options":{"matchType":"matches"}}`, "c3"},
		"by another value":   {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"name":"c3"}}]}`, "c3"},
		"by one of several":  {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"name":"none","qualifiedName":"c3"}}]}`, "c3"},
		"by no attribute":    {`{"itemsToExport":[{"typeName":"Table","uniqueAttributes":{"nope":"c3"}}]}`, ""},
		"a super type":       {`{"itemsToExport":[{"typeName":"DataSet","uniqueAttributes":{"qualifiedName":"c3"}}]}`, "c3"},
		"changed since now":  {fmt.Sprintf(`{"itemsToExport":[{"guid":"G1"}],"options":{"fetchType":"incremental","changeMarker":%d}}`, at), ""},
		"changed since":      {`{"itemsToExport":[{"guid":"G3"}],"options":{"fetchType":"incremental","changeMarker":"0"}}`, "c3"},
	} {
		request := c.request
		for i := range 6 {
			request = strings.ReplaceAll(request, fmt.Sprintf("G%d", i+1), guids[fmt.Sprintf("-%d", i+1)])
		}
		data, _ := e.export(request)
		got := names(t, data)
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	_, result := e.export(`{"itemsToExport":[{"guid":"none"},{"guid":"` + guids["-3"] + `"}]}`)
	if result.Status != Partial {
		t.Errorf("with something unknown: %+v", result)
	}
	if _, result = e.export(`{"itemsToExport":[]}`); result.Status != Failed {
		t.Errorf("of nothing: %+v", result)
	}
	ready := func(bool) error { return nil }
	if _, err := e.Export(t.Context(), ws, &ExportRequest{Items: []Item{{TypeName: "none"}}}, Caller{}, io.Discard, ready); !fault.Is(err, fault.TypeNameInvalid) {
		t.Errorf("of an unknown type: %v", err)
	}
}

// chain makes a Table that points to the next one, so many times.
func (e *env) chain(n int) []string {
	var b strings.Builder
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"typeName":"Table","guid":"-%d","attributes":{"qualifiedName":"t%d","name":"t%d","next":{"guid":"-%d"}}}`, i+1, i, i, (i+1)%n+1)
	}
	b.WriteByte(']')
	guids := e.save(b.String())
	all := make([]string, n)
	for i := range n {
		all[i] = guids[fmt.Sprintf("-%d", i+1)]
	}
	return all
}

// TestManyEntitiesComeInOverManyTransactions has each of them refer to one that may
// come in a later one.
func TestManyEntitiesComeInOverManyTransactions(t *testing.T) {
	e := newEnv(t)
	e.define(types)
	all := e.chain(2*unitEntities + 10)
	data, _ := e.export(`{"itemsToExport":[{"guid":"` + all[0] + `"}]}`)
	fresh := newEnv(t)
	report := fresh.mustBring(data, nil)
	if len(report.Processed) != len(all) || report.Metrics["entity:Table:created"] != int64(len(all)) {
		t.Errorf("%d: %+v", len(report.Processed), report.Metrics)
	}
	fresh.wantSame(e, all)
	fresh.wantNothingLeft()
}

// wantSame holds entities against those of another store.
func (e *env) wantSame(other *env, guids []string) {
	e.Helper()
	for i := 0; i < len(guids); i += 500 {
		some := guids[i:min(i+500, len(guids))]
		if before, after := other.shown(some), e.shown(some); before != after {
			e.Fatalf("from %d on it was\n%.2000s\nand is\n%.2000s", i, before, after)
		}
	}
}

// wantNothingLeft wants that no archive lies there and nothing is remembered that has
// not ended.
func (e *env) wantNothingLeft() {
	e.Helper()
	if files, err := filepath.Glob(filepath.Join(e.dir, "*")); err != nil || len(files) > 0 {
		e.Errorf("%q are left (%v)", files, err)
	}
	err := e.store.View(e.Context(), func(r store.Reader) error {
		all, err := records(r)
		for _, one := range all {
			if !one.ended() || one.Waited || one.Units != 0 {
				e.Errorf("it is remembered that %+v", one)
			}
		}
		return err
	})
	if err != nil {
		e.Error(err)
	}
}

// pack makes an archive of files, in their order.
func pack(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(f, files[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func entity(guid, typeName string) string {
	return `{"entity":{"typeName":"` + typeName + `","guid":"` + guid + `","attributes":{"qualifiedName":"` + guid + `","name":"n"}},"referredEntities":{}}`
}

const one, two = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"

func TestBadArchivesAreRefusedAndNothingIsKept(t *testing.T) {
	e := newEnv(t)
	good := entity(one, "DataSet")
	newType := `{"entityDefs":[{"name":"Fresh","superTypes":["DataSet"]}]}`
	for name, c := range map[string]struct {
		data []byte
		want fault.Reason
		said string
	}{
		"no byte":             {nil, fault.ImportAttemptingEmptyZip, ""},
		"no file":             {pack(t), fault.ImportAttemptingEmptyZip, ""},
		"no archive":          {[]byte("hello"), fault.ImportInvalidZipEntry, "no zip archive"},
		"a bomb":              {pack(t, one+".json", `{"entity":"`+strings.Repeat("a", 5<<20)+`"}`), fault.ImportInvalidZipEntry, "more than 100 times"},
		"a path":              {pack(t, "../"+one+".json", good), fault.ImportInvalidZipEntry, "no file of an entity"},
		"another file":        {pack(t, "x.txt", good), fault.ImportInvalidZipEntry, "no file of an entity"},
		"no JSON":             {pack(t, typesFile, newType, two+".json", entity(two, "Fresh"), one+".json", "{"), fault.ImportInvalidZipEntry, "no JSON"},
		"another guid":        {pack(t, two+".json", good), fault.ImportInvalidZipEntry, "not named by the guid"},
		"types that are none": {pack(t, typesFile, "[", one+".json", good), fault.ImportInvalidZipEntry, "cannot be read"},
		"types twice":         {pack(t, typesFile, newType, typesFile, newType, one+".json", good), fault.ImportInvalidZipEntry, "twice"},
		"an unknown type":     {pack(t, typesFile, newType, one+".json", good, two+".json", entity(two, "Nope")), fault.TypeNameInvalid, "Nope"},
		"a type that changed": {
			pack(t, typesFile, `{"entityDefs":[{"name":"Asset","attributeDefs":[{"name":"name","typeName":"int"}]}]}`, one+".json", good),
			fault.InvalidImportAttributeTypeChanged, "Asset.name",
		},
	} {
		_, err := e.bring(c.data, nil)
		if !fault.Is(err, c.want) || !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, guid := range []string{one, two} {
		if _, err := e.entities.Entities(t.Context(), ws, []string{guid}, catalog.ReadOptions{}); !fault.Is(err, fault.InstanceGUIDNotFound) {
			t.Errorf("part of an archive was kept: %v", err)
		}
	}
	now, err := e.types.Now(t.Context())
	if err != nil || now.Entity("Fresh") != nil {
		t.Errorf("its types were kept: %v", err)
	}
}

func TestTypesAreAddedTo(t *testing.T) {
	e := newEnv(t)
	e.define(`{"enumDefs":[{"name":"E","elementDefs":[{"value":"A","ordinal":1}]}],"entityDefs":[{"name":"T","superTypes":["DataSet"],"attributeDefs":[{"name":"x","typeName":"int","isOptional":true}]}]}`)
	more := `{"enumDefs":[{"name":"E","elementDefs":[{"value":"A","ordinal":1},{"value":"B","ordinal":2}]}],"entityDefs":[{"name":"T","superTypes":["DataSet"],"attributeDefs":[{"name":"y","typeName":"int","isOptional":false},{"name":"inputToProcesses","typeName":"array<Process>","isOptional":false},{"name":"owner","typeName":"int"}]}]}`
	data := pack(t, typesFile, more, one+".json", entity(one, "T"))
	fields := func() bool {
		now, err := e.types.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return now.Entity("T").Field("x") != nil && now.Entity("T").Field("y") != nil
	}
	e.mustBring(data, map[string]string{"updateTypeDefinition": "false"})
	if fields() {
		t.Error("a type was changed although told otherwise")
	}
	fresh := pack(t, typesFile, `{"entityDefs":[{"name":"Fresh","superTypes":["DataSet"]}]}`, one+suffix, entity(one, "Fresh"))
	if _, err := e.bring(fresh, map[string]string{"updateTypeDefinition": "false"}); !fault.Is(err, fault.TypeNameInvalid) {
		t.Errorf("a type was made although told otherwise: %v", err)
	}
	if r := e.mustBring(data, nil); !fields() || r.Metrics["typedef:entitydef:updated"] != 1 || r.Metrics["typedef:enumdef:updated"] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestAnImportGoesOnAfterWhatCameInBefore(t *testing.T) {
	three := "33333333-3333-4333-8333-333333333333"
	data := pack(t, one+suffix, entity(one, "DataSet"), two+suffix, entity(two, "DataSet"), three+suffix, entity(three, "DataSet"))
	for name, c := range map[string]struct {
		options map[string]string
		want    []string
	}{
		"a guid":       {map[string]string{"startGuid": one}, []string{two, three}},
		"a position":   {map[string]string{"startPosition": "1"}, []string{three}},
		"the last":     {map[string]string{"startGuid": three}, []string{}},
		"unknown guid": {map[string]string{"startGuid": "none"}, []string{one, two, three}},
		"nothing":      {nil, []string{one, two, three}},
	} {
		if r := newEnv(t).mustBring(data, c.options); !slices.Equal(r.Processed, c.want) {
			t.Errorf("after %s: %q, want %q", name, r.Processed, c.want)
		}
	}
	for _, bad := range []string{"-1", "x"} {
		if _, err := newEnv(t).bring(data, map[string]string{"startPosition": bad}); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestTransformsChangeWhatComesIn(t *testing.T) {
	e := newEnv(t)
	e.define(types)
	transforms := `{"DataSet":{"qualifiedName":["replace~2222~x","uppercase"],"*":["addClassification~PII","clearAttrValue~description","add~owner=me"]}}`
	data := pack(t, two+".json", `{"entity":{"typeName":"Table","guid":"`+two+`","attributes":{"qualifiedName":"2222a","name":"n","description":"d"}}}`)
	e.mustBring(data, map[string]string{"transforms": transforms})
	all, err := e.entities.Entities(t.Context(), ws, []string{two}, catalog.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := all.Entities[0]
	if got.Attributes["qualifiedName"] != "XA" || got.Attributes["description"] != nil || got.Attributes["owner"] != "me" || len(got.Classifications) != 1 {
		t.Errorf("%+v", got)
	}
	e.mustBring(data, map[string]string{"transforms": `{"Asset":{"qualifiedName":["replace:2222:y"],"*":["clearAttrValue:owner,description"]}}`})
	if all, err = e.entities.Entities(t.Context(), ws, []string{two}, catalog.ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if got = all.Entities[0]; got.Attributes["qualifiedName"] != "ya" || got.Attributes["owner"] != nil {
		t.Errorf("between colons: %+v", got)
	}
	for _, bad := range []string{"{", `{"T":{"a":["nope"]}}`} {
		if _, err := e.bring(data, map[string]string{"transforms": bad}); !fault.Is(err, fault.InvalidValue) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// Entities stand in the files of those that own them, too, and count as brought in.
func TestOwnedEntitiesAreBroughtIn(t *testing.T) {
	e := newEnv(t)
	e.define(types)
	plain := func(guid, name string) string {
		return `{"typeName":"Table","guid":"` + guid + `","attributes":{"qualifiedName":"` + name + `","name":"` + name + `"}}`
	}
	data := pack(t, one+suffix, `{"entity":`+plain(one, "a")+`,"referredEntities":{"`+two+`":`+plain(two, "b")+`}}`)
	r := e.mustBring(data, nil)
	slices.Sort(r.Processed)
	if !slices.Equal(r.Processed, []string{one, two}) || r.Metrics["entity:Table:created"] != 2 {
		t.Errorf("%+v", r)
	}
	if r = e.mustBring(data, nil); len(r.Processed) != 0 {
		t.Errorf("the same again: %q", r.Processed)
	}
	gone := map[string]string{"transforms": `{"Table":{"*":["setDeleted"]}}`}
	if r = e.mustBring(data, gone); len(r.Processed) != 2 || r.Metrics["entity:Table:deleted"] != 2 {
		t.Errorf("both into the bin: %q", r.Processed)
	}
	gone["transforms"] = `{"Table":{"*":["setDeleted","add:owner=me"]}}`
	if r = e.mustBring(data, gone); len(r.Processed) != 0 || r.Metrics["entity:Table:updated"] != 0 {
		t.Errorf("what is in the bin here as there came in: %+v", r)
	}
}

func TestImportsThatGoOnByThemselves(t *testing.T) {
	e := newEnv(t)
	enqueue := func(id string, data []byte) error {
		_, err := e.Enqueue(t.Context(), ws, id, bytes.NewReader(data), int64(len(data)), nil, Caller{User: "ann"})
		return err
	}
	for id, data := range map[string][]byte{"bad": []byte("x"), "empty": nil, "unknown": pack(t, two+".json", entity(two, "Nope"))} {
		if err := enqueue(id, data); err == nil {
			t.Errorf("%s is taken", id)
		}
	}
	e.define(types)
	bad := `{"entity":{"typeName":"Table","guid":"` + two + `","attributes":{"qualifiedName":"q","name":"n","size":7}}}`
	for _, c := range []struct{ id, name, file string }{{"first", one, entity(one, "DataSet")}, {"given up", two, entity(two, "DataSet")}, {"fails", two, bad}} {
		if err := enqueue(c.id, pack(t, c.name+".json", c.file)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Abort(t.Context(), "given up"); err != nil {
		t.Fatal(err)
	}
	again := e.restarted() // before any of them began
	again.runOut()
	for id, want := range map[string]string{"first": Successful, "given up": Aborted, "fails": FailedJob} {
		if j, err := again.Job(t.Context(), id); err != nil || j.Status != want || j.Completed == 0 {
			t.Errorf("%s: %+v (%v)", id, j, err)
		}
	}
	if j, err := again.Job(t.Context(), "fails"); err != nil || !strings.Contains(j.Details.Failures["import"], "Table.size") {
		t.Errorf("%+v (%v)", j.Details, err)
	}
	if page, total, err := again.Jobs(t.Context(), 1, 1); err != nil || total != 3 || len(page) != 1 || page[0].ID != "given up" {
		t.Errorf("%+v of %d (%v)", page, total, err)
	}
	if err := again.Abort(t.Context(), "first"); !fault.Is(err, fault.ImportAbortNotAllowed) {
		t.Errorf("an import that has ended is given up: %v", err)
	}
	if _, err := again.Job(t.Context(), "none"); !fault.Is(err, fault.ImportNotFound) {
		t.Errorf("%v", err)
	}
	if _, err := e.entities.Entities(t.Context(), ws, []string{one}, catalog.ReadOptions{}); err != nil {
		t.Error(err)
	}
	again.wantNothingLeft()
}

// restarted is another service on the same store and directory.
func (e *env) restarted() *env {
	s := New(e.store, e.types, e.entities, e.dir)
	s.most = e.most
	return &env{e.T, s}
}

// runOut goes on with imports until there is nothing left to be done.
func (e *env) runOut() {
	for e.next(e.Context(), slog.New(slog.DiscardHandler)) {
	}
}

func TestTermsComeAlongWithWhatTheyMean(t *testing.T) {
	e := newEnv(t)
	guids := e.save(`[{"typeName":"DataSet","guid":"-1","attributes":{"qualifiedName":"a","name":"a"}},{"typeName":"DataSet","guid":"-2","attributes":{"qualifiedName":"b","name":"b"}},
{"typeName":"AtlasGlossary","guid":"-3","attributes":{"qualifiedName":"G","name":"G"}},
{"typeName":"AtlasGlossaryTerm","guid":"-4","attributes":{"qualifiedName":"T@G","name":"T"},"relationshipAttributes":{"anchor":{"guid":"-3"},"assignedEntities":[{"guid":"-1"},{"guid":"-2"}]}},
{"typeName":"AtlasGlossaryTerm","guid":"-5","attributes":{"qualifiedName":"U@G","name":"U"},"relationshipAttributes":{"anchor":{"guid":"-3"}}}]`)
	for item, want := range map[string][]string{"-1": {"G", "T@G", "a"}, "-3": {"G", "T@G", "U@G"}} {
		data, _ := e.export(`{"itemsToExport":[{"guid":"` + guids[item] + `"}]}`)
		got := names(t, data)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", item, got, want)
		}
		fresh := newEnv(t)
		fresh.mustBring(data, nil)
	}
}

// FuzzImport brings in what may be anything in archives that are sound: it is refused or
// kept, and the server goes on. All cases come into one store, one after the other.
func FuzzImport(f *testing.F) {
	f.Add("{}", entity(one, "DataSet"), "")
	f.Add(types, entity(one, "Table"), `{"Table":{"qualifiedName":["replace~1~x"]}}`)
	f.Add(`{"entityDefs":[{"name":"T","superTypes":["DataSet"],"attributeDefs":[{"name":"x","typeName":"array<T>"}]}]}`,
		`{"entity":{"typeName":"T","guid":"`+one+`","status":"DELETED","attributes":{"qualifiedName":"q","name":"n","x":[{"guid":"`+two+`"}]},"classifications":[{"typeName":"PII"}],"labels":["l"]},"referredEntities":{}}`, "")
	f.Add("{}", `{"entity":{"typeName":"Process","guid":"`+one+`","attributes":{"qualifiedName":"q","name":"n","inputs":[{"guid":"x"},3,null]}}}`, "")
	s := newService(f)
	f.Fuzz(func(t *testing.T, types, text, transforms string) {
		data := pack(t, typesFile, types, one+suffix, text)
		_, err := s.Import(t.Context(), ws, bytes.NewReader(data), int64(len(data)), &ImportRequest{map[string]string{"transforms": transforms}}, Caller{})
		if err != nil && pedigree.CodeOf(err) == pedigree.Internal {
			t.Fatal(err)
		}
	})
}
