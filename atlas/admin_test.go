package atlas

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/sheet"
	"github.com/pedigree-ml/pedigree/transfer"
)

// dataSet makes a data set and gives its guid.
func (f *fixture) dataSet(name string) string {
	f.t.Helper()
	var done catalog.Mutations
	f.do("POST", "/v2/entity", fmt.Sprintf(`{"entity":{"typeName":"DataSet","guid":"-1","attributes":{"qualifiedName":%q,"name":%q}}}`, name, name), &done)
	return done.Assignments["-1"]
}

func TestWhatIsToldOfTheServer(t *testing.T) {
	f := open(t)
	guid := f.dataSet("a")
	for path, want := range map[string]string{
		"/admin/version":                                   `"Revision":"1.2.3"`,
		"/admin/status":                                    `{"Status":"ACTIVE"}`,
		"/admin/liveness":                                  "Service is live",
		"/admin/readiness":                                 "ready",
		"/admin/session":                                   `"userName":"admin"`,
		"/admin/metrics":                                   `"entityActive":{"DataSet":1`,
		"/admin/metricsstats":                              "[]",
		"/admin/activeSearches":                            "[]",
		"/admin/tasks":                                     "[]",
		"/admin/patches":                                   `{"patches":[]}`,
		"/admin/debug/metrics":                             `"EntityREST_createOrUpdate":{"name":"EntityREST_createOrUpdate","numops":1,`,
		"/admin/server/default":                            `"fullName":"default"`,
		"/admin/expimp/audit":                              "[]",
		"/admin/async/import/status":                       `"totalCount":0`,
		"/v2/indexrecovery":                                "Not applicable",
		"/v2/entity/businessmetadata/import/template":      "EntityType,",
		"/admin/metrics?excludeTypeAndSubTypeEntity=false": `"entityActive-typeAndSubTypes":{`,
		"/admin/metricsstats/range?startTime=1&endTime=2":  "[]",
		"/admin/metricsstats/charts?startTime=1&endTime=2&typeName=DataSet": `{"DataSet":[]}`,
	} {
		if status, text := f.call("GET", path, ""); status != 200 || !strings.Contains(text, want) {
			t.Errorf("GET %s: %d %s, want %s", path, status, text, want)
		}
	}
	f.status("DELETE", "/admin/tasks?guids=x", "", 204)
	f.status("DELETE", "/admin/activeSearches/x", "", 200)
	f.status("GET", "/admin/stack", "", 501)
	f.status("POST", "/admin/audits/ageout", "{}", 200)
	f.status("POST", "/v2/indexrecovery/start?startTime=2026-11-29T21:40:00Z", "", 204)
	if _, text := f.call("GET", "/v2/indexrecovery", ""); !strings.Contains(text, `"customTime":"2026-11-29T21:40:00Z"`) {
		t.Errorf("recovery is %s", text)
	}
	f.status("POST", "/v2/indexrecovery/start?startTime=x", "", 400)
	f.refused("POST", "/v2/indexrecovery/start", "", 400, "ATLAS-400-00-029", "start time")
	f.refused("GET", "/admin/server/none", "", 404, "ATLAS-404-00-009", "none")
	f.refused("GET", "/admin/metricsstat/5", "", 404, "ATLAS-404-00-009", "5")
	f.refused("GET", "/admin/metricsstats/range?startTime=1", "", 400, "ATLAS-400-00-029", "endTime")
	if _, text := f.call("POST", "/admin/checkstate", `{"entityGuids":["`+guid+`","none"],"entityTypes":["DataSet"]}`); !strings.Contains(text, `"entitiesScanned":2`) || !strings.Contains(text, guid) {
		t.Errorf("checkstate says %s", text)
	}
}

func TestPurgesAreAudited(t *testing.T) {
	f := open(t)
	guid, alive := f.dataSet("a"), f.dataSet("b")
	f.status("DELETE", "/v2/entity/guid/"+guid, "", 200)
	var gone catalog.Mutations
	f.do("PUT", "/admin/purge/", `["`+guid+`"]`, &gone)
	if len(gone.Mutated[catalog.ActionPurge]) != 1 {
		t.Errorf("%+v", gone)
	}
	if _, text := f.call("PUT", "/admin/purge", `["`+alive+`"]`); text != "{}" {
		t.Errorf("a living entity is purged: %s", text)
	}
	f.refused("PUT", "/admin/purge", `[]`, 400, "ATLAS-400-00-01A", "not specified")
	var audits []auditEntry
	f.do("POST", "/admin/audits/", `{"limit":10,"offset":0,"sortBy":"startTime","sortOrder":"DESCENDING"}`, &audits)
	if len(audits) == 0 || audits[len(audits)-1].Operation != "PURGE" {
		t.Fatalf("%+v", audits)
	}
	purge := audits[len(audits)-1]
	if purge.Params != "["+guid+"]" || purge.Result != guid || purge.Count != 1 || purge.User != "admin" {
		t.Errorf("%+v", purge)
	}
	for filter, want := range map[string]bool{
		`{"condition":"AND","criterion":[{"attributeName":"userName","operator":"contains","attributeValue":"adm"},{"attributeName":"operation","operator":"eq","attributeValue":"PURGE"}]}`: true,
		`{"condition":"OR","criterion":[{"attributeName":"userName","operator":"eq","attributeValue":"bob"},{"attributeName":"startTime","operator":"gt","attributeValue":"1"}]}`:            true,
		`{"attributeName":"operation","operator":"eq","attributeValue":"EXPORT"}`:                                                                                                            false,
	} {
		f.do("POST", "/admin/audits", `{"auditFilters":`+filter+`}`, &audits)
		if (len(audits) > 0) != want {
			t.Errorf("%s: %+v", filter, audits)
		}
	}
	var headers []catalog.Header
	f.do("GET", "/admin/audit/"+purge.GUID+"/details", "", &headers)
	if len(headers) != 1 || headers[0].GUID != guid || headers[0].TypeName != "DataSet" {
		t.Errorf("%+v", headers)
	}
	f.refused("GET", "/admin/audit/"+purge.GUID+"/summary", "", 400, "ATLAS-400-00-01A", "summary")
	f.refused("GET", "/admin/audit/none/details", "", 404, "ATLAS-404-00-005", "none")
}

// What is done to definitions is among what was done to the catalog as a whole.
func TestDefinitionsAreAudited(t *testing.T) {
	f := open(t)
	f.do("POST", "/v2/types/typedefs", `{"enumDefs":[{"name":"colour","elementDefs":[{"value":"RED","ordinal":1}]}],"entityDefs":[{"name":"one"},{"name":"two"}]}`, nil)
	f.do("PUT", "/v2/types/typedefs", `{"entityDefs":[{"name":"one","description":"changed"}]}`, nil)
	f.status("DELETE", "/v2/types/typedef/name/two", "", 204)
	var audits []auditEntry
	f.do("POST", "/admin/audits", `{"sortBy":"startTime","sortOrder":"ASCENDING","auditFilters":{"attributeName":"operation","operator":"startsWith","attributeValue":"TYPE_DEF"}}`, &audits)
	type line struct {
		operation, params string
		count             int64
	}
	var got []line
	for _, a := range audits {
		got = append(got, line{a.Operation, a.Params, a.Count})
	}
	if want := []line{{"TYPE_DEF_CREATE", "ENTITY,ENUM", 3}, {"TYPE_DEF_UPDATE", "ENTITY", 1}, {"TYPE_DEF_DELETE", "ENTITY", 1}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(audits) > 0 && !strings.Contains(audits[0].Result, `"name":"colour"`) {
		t.Errorf("result %s", audits[0].Result)
	}
}

// archiveForm sends an archive.
func (f *fixture) archiveForm(path string, data []byte, options string) (int, string) {
	f.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if options != "" {
		_ = form.WriteField("request", options)
	}
	if data != nil {
		w, err := form.CreateFormFile("data", "x.zip")
		if err != nil {
			f.t.Fatal(err)
		}
		_, _ = w.Write(data)
	}
	_ = form.Close()
	r := httptest.NewRequest("POST", base+path, &b)
	r.Host = "127.0.0.1:5000"
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestArchivesGoOutAndComeIn(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	f := open(t)
	guid := f.dataSet("a")
	status, data := f.call("POST", "/admin/export", `{"itemsToExport":[{"guid":"`+guid+`"}],"options":{"fetchType":"full"}}`)
	if status != 200 || !strings.HasPrefix(data, "PK\x03\x04") {
		t.Fatalf("%d %.100s", status, data)
	}
	f.status("POST", "/admin/export", `{"itemsToExport":[{"guid":"none"}],"options":{"omitZipResponseForEmptyExport":true}}`, 204)
	f.refused("POST", "/admin/export", `null`, 400, "ATLAS-400-00-029", "export")
	f.refused("POST", "/admin/export", `{"itemsToExport":[{"typeName":"Nope"}]}`, 400, "ATLAS-400-00-014", "Nope")

	g := open(t)
	status, text := g.archiveForm("/admin/import", []byte(data), `{"options":{"updateTypeDefinition":"true"}}`)
	if status != 200 || !strings.Contains(text, `"operationStatus":"SUCCESS"`) {
		t.Errorf("%d %s", status, text)
	}
	g.status("GET", "/v2/entity/guid/"+guid, "", 200)
	if _, text := g.call("GET", "/admin/expimp/audit?operation=IMPORT&limit=5", ""); !strings.Contains(text, `"operation":"IMPORT"`) {
		t.Errorf("the history says %s", text)
	}
	for name, c := range map[string]struct {
		data []byte
		code string
	}{"no archive": {[]byte("x"), "ATLAS-400-00-09F"}, "no part": {nil, "ATLAS-400-00-029"}} {
		if status, text := g.archiveForm("/admin/import", c.data, ""); status != 400 || !strings.Contains(text, c.code) {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	if status, text := g.archiveForm("/admin/import", []byte{}, ""); status != 200 || !strings.Contains(text, `"operationStatus":"FAIL"`) {
		t.Errorf("an empty archive: %d %s", status, text)
	}
	if left, err := filepath.Glob(filepath.Join(temporary, "pedigree-*")); err != nil || len(left) > 0 {
		t.Errorf("files are left: %q (%v)", left, err)
	}
}

func TestFilesOfTheServerAreBroughtInFromOneDirectoryAlone(t *testing.T) {
	f := open(t)
	guid := f.dataSet("a")
	_, data := f.call("POST", "/admin/export", `{"itemsToExport":[{"guid":"`+guid+`"}]}`)
	if status, _ := f.call("POST", "/admin/importfile", `{"options":{"fileName":"/etc/passwd"}}`); status != 403 {
		t.Errorf("without a directory: %d", status)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"in/x.zip": data, "secret.zip": data} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	h := New(f.Services)
	h.ImportDir = root
	ask := func(body string) (int, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", base+"/admin/importfile", strings.NewReader(body))
		operation{call: h.importFile}.handle(w, r)
		return w.Code, w.Body.String()
	}
	if status, text := ask(`{"options":{"fileName":"x.zip"}}`); status != 200 || !strings.Contains(text, "SUCCESS") {
		t.Errorf("%d %s", status, text)
	}
	for _, name := range []string{"../secret.zip", filepath.Join(dir, "secret.zip"), ".", "none", ""} {
		if status, text := ask(`{"fileName":` + fmt.Sprintf("%q", name) + `}`); status != 400 {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
}

func TestImportsGoOnByThemselves(t *testing.T) {
	f := open(t)
	guid := f.dataSet("a")
	_, data := f.call("POST", "/admin/export", `{"itemsToExport":[{"guid":"`+guid+`"}]}`)
	status, text := f.archiveForm("/admin/async/import", []byte(data), "")
	var job transfer.Job
	if err := json.Unmarshal([]byte(text), &job); err != nil || status != 200 || job.Status != transfer.Waiting || job.Details.Total != 1 {
		t.Fatalf("%d %s", status, text)
	}
	f.do("GET", "/admin/async/import/status/"+job.ID, "", &job)
	if _, text := f.call("GET", "/admin/async/import/status?offset=0&limit=10", ""); !strings.Contains(text, job.ID) {
		t.Errorf("the list is %s", text)
	}
	f.status("DELETE", "/admin/async/import/"+job.ID, "", 204)
	f.refused("DELETE", "/admin/async/import/"+job.ID, "", 409, "ATLAS-409-00-016", "ABORTED")
	f.refused("GET", "/admin/async/import/status/none", "", 404, "ATLAS-404-00-017", "none")
	f.status("GET", "/admin/async/import/status?limit=0", "", 400)
}

func TestTablesOfBusinessAttributesAreUploaded(t *testing.T) {
	f := open(t)
	f.do("POST", "/v2/types/typedefs", `{"businessMetadataDefs":[{"name":"B","attributeDefs":[{"name":"n","typeName":"int","isOptional":true,"options":{"applicableEntityTypes":"[\"DataSet\"]"}},
{"name":"list","typeName":"array<string>","isOptional":true,"options":{"applicableEntityTypes":"[\"DataSet\"]","maxStrLength":"20"}}]}]}`, nil)
	guid := f.dataSet("a")
	table := transfer.BusinessTemplate + "\nDataSet,a,B.n,5\nDataSet,a,B.n,odd\nDataSet,a,B.none,1\nDataSet,none,B.n,1\nNope,a,B.n,1\nDataSet,a,B.list,x|y,qualifiedName\nDataSet,,B.n,1\n"
	status, text := f.upload("/v2/entity/businessmetadata/import", "file", "b.csv", table, "")
	var report sheet.Report
	if err := json.Unmarshal([]byte(text), &report); err != nil || status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	var failed []int
	for _, e := range report.Failed {
		failed = append(failed, e.Row)
	}
	if len(report.Success) != 2 || !slices.Equal(failed, []int{2, 3, 4, 5, 7}) {
		t.Errorf("%+v", report)
	}
	if _, text := f.call("GET", "/v2/entity/guid/"+guid, ""); !strings.Contains(text, `"B":{"list":["x","y"],"n":5}`) {
		t.Errorf("%s", text)
	}
}

func TestHookMessagesAreApplied(t *testing.T) {
	f := open(t)
	created := `{"version":{"version":"1.0.0","versionParts":[1]},"msgCompressionKind":"NONE","msgSplitIdx":1,"msgSplitCount":1,"message":{"type":"ENTITY_CREATE_V2","user":"hive",
"entities":{"referredEntities":{},"entities":[{"typeName":"DataSet","guid":"-5","attributes":{"qualifiedName":"h","name":"h"}}]}}}`
	text, _ := json.Marshal(created)
	const topic = "/v2/notification/topic/ATLAS_HOOK"
	f.status("POST", topic, "["+string(text)+"]", 204)
	f.status("POST", topic, `[{"type":"ENTITY_PARTIAL_UPDATE_V2","entityId":{"typeName":"DataSet","uniqueAttributes":{"qualifiedName":"h"}},"entity":{"entity":{"typeName":"DataSet","attributes":{"description":"d"}}}}]`, 204)
	_, shown := f.call("GET", "/v2/entity/uniqueAttribute/type/DataSet?attr:qualifiedName=h", "")
	if !strings.Contains(shown, `"description":"d"`) {
		t.Errorf("%s", shown)
	}
	f.status("POST", topic, `{"type":"ENTITY_DELETE_V2","user":"hive","entities":[{"typeName":"DataSet","uniqueAttributes":{"qualifiedName":"h"}},{"typeName":"DataSet","uniqueAttributes":{"qualifiedName":"gone"}}]}`, 204)
	f.status("GET", "/v2/entity/uniqueAttribute/type/DataSet?attr:qualifiedName=h", "", 404)
	f.refused("POST", "/v2/notification/topic/ATLAS_ENTITIES", "[]", 400, "ATLAS-400-00-101", "ATLAS_ENTITIES")
	f.refused("POST", topic, `["{"]`, 400, "ATLAS-400-00-029", "message")
	f.refused("POST", topic, `[{"type":"TYPE_CREATE"}]`, 400, "ATLAS-400-00-029", "TYPE_CREATE")
	f.refused("POST", topic, `[{"msgCompressionKind":"GZIP","message":"x"}]`, 400, "ATLAS-400-00-029", "compressed")
	f.refused("POST", topic, `[{"msgCompressionKind":"GZIP","message":"`+packed(t, `{"msgCompressionKind":"GZIP","message":"x"}`)+`"}]`, 400, "ATLAS-400-00-029", "compressed")
	f.refused("POST", topic, `[{"msgSplitCount":2,"message":"x"}]`, 400, "ATLAS-400-00-029", "parts")
}

// packed compresses a text as large messages come.
func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestHookMessagesOfVersionOneAreApplied(t *testing.T) {
	f := open(t)
	const (
		topic = "/v2/notification/topic/ATLAS_HOOK"
		get   = "/v2/entity/uniqueAttribute/type/DataSet?attr:qualifiedName=h"
	)
	of := func(values string) string {
		return `{"typeName":"DataSet","id":{"id":"-1","version":0,"typeName":"DataSet","state":"ACTIVE"},"values":{` + values + `},"traitNames":[],"traits":{}}`
	}
	which := `"typeName":"DataSet","attribute":"qualifiedName","attributeValue":"h"`
	created := `{"version":{"version":"1.0.0"},"msgCompressionKind":"NONE","msgSplitCount":1,"message":{"type":"ENTITY_CREATE","user":"sqoop","entities":[` + of(`"qualifiedName":"h","name":"h"`) + `]}}`
	for _, c := range []struct{ message, wants string }{
		{`{"version":{"version":"1.0.0"},"msgCompressionKind":"GZIP","msgSplitCount":1,"message":"` + packed(t, created) + `"}`, `"name":"h"`},
		{`{"type":"ENTITY_PARTIAL_UPDATE",` + which + `,"entity":` + of(`"description":"d"`) + `}`, `"description":"d"`},
		{`{"type":"ENTITY_FULL_UPDATE","entities":[` + of(`"qualifiedName":"h","name":"i"`) + `]}`, `"name":"i"`},
	} {
		f.status("POST", topic, "["+c.message+"]", 204)
		if _, shown := f.call("GET", get, ""); !strings.Contains(shown, c.wants) {
			t.Errorf("%s: %s, want %s", c.message, shown, c.wants)
		}
	}
	for range 2 { // the second time it is gone
		f.status("POST", topic, `{"type":"ENTITY_DELETE",`+which+`}`, 204)
		f.status("GET", get, "", 404)
	}
	f.refused("POST", topic, `{"type":"ENTITY_CREATE"}`, 400, "ATLAS-400-00-029", "")
}

// TestWhatHappensIsStreamed follows entities over a real connection, leaves, and
// goes on where it was.
func TestWhatHappensIsStreamed(t *testing.T) {
	f := open(t)
	f.dataSet("before")
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = "127.0.0.1:5000"
		f.ServeHTTP(w, r)
	}))
	defer site.Close()
	listen := func(last string) (next func(n int) (names, ids []string), leave func()) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", site.URL+base+"/v2/notifications", nil)
		if err != nil {
			t.Fatal(err)
		}
		if last != "" {
			r.Header.Set("Last-Event-ID", last)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil || answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%+v (%v)", answer, err)
		}
		var seen strings.Builder
		return func(n int) (names, ids []string) {
			buffer := make([]byte, 4096)
			for strings.Count(seen.String(), "\ndata: ") < n {
				k, err := answer.Body.Read(buffer)
				seen.Write(buffer[:k])
				if err != nil {
					t.Fatalf("%v after %s", err, seen.String())
				}
			}
			for block := range strings.SplitSeq(seen.String(), "\n\n") {
				var id, name string
				for line := range strings.SplitSeq(block, "\n") {
					if v, ok := strings.CutPrefix(line, "id: "); ok {
						id = v
					}
					if v, ok := strings.CutPrefix(line, "data: "); ok {
						var m struct {
							Message struct {
								Type      string
								Operation string `json:"operationType"`
								Entity    catalog.Header
							}
						}
						if err := json.Unmarshal([]byte(v), &m); err != nil || m.Message.Type != "ENTITY_NOTIFICATION_V2" {
							t.Fatalf("%v in %s", err, v)
						}
						name = m.Message.Operation + " " + m.Message.Entity.DisplayText
					}
				}
				if name != "" {
					names, ids = append(names, name), append(ids, id)
				}
			}
			return names, ids
		}, func() { _ = answer.Body.Close() }
	}
	next, leave := listen("")
	guid := f.dataSet("a")
	names, ids := next(1)
	leave()
	if !slices.Equal(names, []string{"ENTITY_CREATE a"}) {
		t.Fatalf("%q", names)
	}
	f.do("POST", "/v2/types/typedefs", `{"classificationDefs":[{"name":"C"}]}`, nil)
	f.status("POST", "/v2/entity/guid/"+guid+"/classifications", `[{"typeName":"C"}]`, 204)
	f.status("POST", "/v2/entity/guid/"+guid+"/labels", `["l"]`, 204)
	f.status("DELETE", "/v2/entity/guid/"+guid+"/classification/C", "", 204)
	f.status("DELETE", "/v2/entity/guid/"+guid, "", 200)
	next, leave = listen(ids[0])
	defer leave()
	if names, _ = next(3); !slices.Equal(names, []string{"CLASSIFICATION_ADD a", "CLASSIFICATION_DELETE a", "ENTITY_DELETE a"}) {
		t.Errorf("%q", names)
	}
	f.status("GET", "/v2/notifications?after=999999", "", 400)
	f.status("GET", "/v2/notifications?after=x", "", 400)
}
