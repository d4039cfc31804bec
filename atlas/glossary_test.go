package atlas

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/glossary"
	"github.com/pedigree-ml/pedigree/sheet"
)

// TestEveryCallOnGlossaries makes each with the statuses that clients insist on.
func TestEveryCallOnGlossaries(t *testing.T) {
	f := open(t)
	var g glossary.Glossary
	f.do("POST", "/v2/glossary", `{"name":"Sales","shortDescription":"s","anything":1}`, &g)
	var term, second glossary.Term
	f.do("POST", "/v2/glossary/term", `{"name":"Revenue","anchor":{"glossaryGuid":"`+g.GUID+`"}}`, &term)
	var made []glossary.Term
	f.do("POST", "/v2/glossary/terms", `[{"name":"Income","anchor":{"glossaryGuid":"`+g.GUID+`"},"synonyms":[{"termGuid":"`+term.GUID+`"}]}]`, &made)
	second = made[0]
	var top, sub glossary.Category
	f.do("POST", "/v2/glossary/category", `{"name":"Money","anchor":{"glossaryGuid":"`+g.GUID+`"},"terms":[{"termGuid":"`+term.GUID+`"}]}`, &top)
	var categories []glossary.Category
	f.do("POST", "/v2/glossary/categories", `[{"name":"In","anchor":{"glossaryGuid":"`+g.GUID+`"},"parentCategory":{"categoryGuid":"`+top.GUID+`"}}]`, &categories)
	sub = categories[0]
	var tables catalog.Mutations
	f.do("POST", "/v2/entity", `{"entity":{"typeName":"DataSet","guid":"-1","attributes":{"qualifiedName":"t","name":"t"}}}`, &tables)
	table := tables.Assignments["-1"]

	f.status("POST", "/v2/glossary/terms/"+term.GUID+"/assignedEntities", `[{"guid":"`+table+`"}]`, 204)
	var assigned []catalog.RelatedID
	f.do("GET", "/v2/glossary/terms/"+term.GUID+"/assignedEntities?limit=-1&offset=0&sort=ASC", "", &assigned)
	if len(assigned) != 1 || assigned[0].GUID != table || assigned[0].RelationshipGUID == "" {
		t.Fatalf("%+v", assigned)
	}
	if _, text := f.call("GET", "/v2/entity/guid/"+table, ""); !strings.Contains(text, `"meanings":[{`) || !strings.Contains(text, term.GUID) {
		t.Errorf("the entity shows %s", text)
	}
	if _, text := f.call("GET", "/v2/entity/guid/"+table+"/header", ""); !strings.Contains(text, `"meaningNames":["Revenue"]`) {
		t.Errorf("its header shows %s", text)
	}
	f.refused("DELETE", "/v2/glossary/term/"+term.GUID, "", 400, "ATLAS-400-00-084", "assigned to 1 entities")

	for path, want := range map[string]string{
		"":                                     `[{"guid":"` + g.GUID,
		"/" + g.GUID:                           `"qualifiedName":"Sales"`,
		"/" + g.GUID + "/detailed":             `"termInfo":{`,
		"/" + g.GUID + "/terms":                `"name":"Income"`,
		"/" + g.GUID + "/terms/headers":        `"displayText":"Income"`,
		"/" + g.GUID + "/categories":           `"qualifiedName":"In.Money@Sales"`,
		"/" + g.GUID + "/categories/headers":   `"parentCategoryGuid":"` + top.GUID,
		"/term/" + term.GUID:                   `"qualifiedName":"Revenue@Sales"`,
		"/terms/" + term.GUID + "/related":     `{"synonyms":[{`,
		"/category/" + sub.GUID:                `"parentCategory":{`,
		"/category/" + top.GUID + "/terms":     `"termGuid":"` + term.GUID,
		"/category/" + top.GUID + "/related":   `{"children":[{`,
		"/category/" + sub.GUID + "/related":   `{"parent":[{`,
		"/import/template":                     "GlossaryName, TermName",
		"/" + g.GUID + "/terms?limit=0":        "[]",
		"/category/" + sub.GUID + "/terms":     "[]",
		"/download/status":                     `{"searchDownloadRecords":[]}`,
		"/" + g.GUID + "/terms?limit=1&sort=X": `"name":"Income"`,
	} {
		if status, text := f.call("GET", "/v2/glossary"+path, ""); status != 200 || !strings.Contains(text, want) {
			t.Errorf("GET %s: %d %s, want %s", path, status, text, want)
		}
	}
	f.do("PUT", "/v2/glossary/"+g.GUID, `{"name":"Sales","language":"en"}`, nil)
	g = glossary.Glossary{Base: glossary.Base{GUID: g.GUID}}
	f.do("PUT", "/v2/glossary/"+g.GUID+"/partial", `{"usage":"u"}`, &g)
	if g.Language != "en" || g.Usage != "u" || g.ShortDescription != "" {
		t.Errorf("%+v", g)
	}
	second.Abbreviation = "inc"
	f.do("PUT", "/v2/glossary/term/"+second.GUID, jsonOf(second), &second)
	f.do("PUT", "/v2/glossary/term/"+second.GUID+"/partial", `{"usage":"u"}`, &second)
	if second.Abbreviation != "inc" || second.Usage != "u" || len(second.Synonyms) != 1 {
		t.Errorf("%+v", second)
	}
	f.do("PUT", "/v2/glossary/category/"+sub.GUID, `{"name":"In","anchor":{"glossaryGuid":"`+g.GUID+`"}}`, nil)
	sub.Parent = nil
	f.do("PUT", "/v2/glossary/category/"+sub.GUID+"/partial", `{"longDescription":"l"}`, &sub)
	if sub.QualifiedName != "In@Sales" || sub.LongDescription != "l" || sub.Parent != nil {
		t.Errorf("%+v", sub)
	}
	f.refused("PUT", "/v2/glossary/term/"+second.GUID+"/partial", `{"anchor":"x"}`, 400, "ATLAS-400-00-074", "anchor")
	f.refused("PUT", "/v2/glossary/term/"+second.GUID+"/partial", `{}`, 400, "ATLAS-400-00-029", "")
	f.refused("GET", "/v2/glossary/term/none", "", 404, "ATLAS-404-00-005", "none")
	f.refused("GET", "/v2/glossary?limit=x", "", 400, "ATLAS-400-00-029", "limit")
	f.refused("POST", "/v2/glossary/term", `{"name":"x"}`, 400, "ATLAS-400-00-072", "anchor")
	f.refused("POST", "/v2/glossary", `{"name":"Sales"}`, 409, "ATLAS-409-00-007", "Sales")
	f.refused("POST", "/v2/glossary", `{"name":`, 400, "ATLAS-400-00-029", "JSON")

	f.status("PUT", "/v2/glossary/terms/"+term.GUID+"/assignedEntities", `[{"guid":"`+table+`","relationshipGuid":"`+assigned[0].RelationshipGUID+`"}]`, 204)
	f.status("POST", "/v2/glossary/terms/"+term.GUID+"/assignedEntities", `[{"guid":"`+table+`"}]`, 204)
	f.do("GET", "/v2/glossary/terms/"+term.GUID+"/assignedEntities", "", &assigned)
	f.status("DELETE", "/v2/glossary/terms/"+term.GUID+"/assignedEntities", `[{"guid":"`+table+`","relationshipGuid":"`+assigned[0].RelationshipGUID+`"}]`, 204)
	f.status("DELETE", "/v2/glossary/term/"+second.GUID, "", 204)
	f.status("DELETE", "/v2/glossary/category/"+sub.GUID, "", 204)
	f.status("DELETE", "/v2/glossary/"+g.GUID, "", 204)
	f.status("GET", "/v2/glossary/"+g.GUID, "", 404)
	f.status("GET", "/v2/glossary/term/"+term.GUID, "", 404)
}

// jsonOf writes a message as the wire does.
func jsonOf(m any) string {
	w := httptest.NewRecorder()
	write(w, 200, m)
	return w.Body.String()
}

// status is call for a request of which the status alone counts.
func (f *fixture) status(method, path, body string, want int) {
	f.t.Helper()
	if status, text := f.call(method, path, body); status != want {
		f.t.Errorf("%s %s: %d %s, want %d", method, path, status, text, want)
	}
}

// upload sends a form with one file.
func (f *fixture) upload(path, part, name, content, agent string) (int, string) {
	f.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, err := form.CreateFormFile(part, name)
	if err != nil {
		f.t.Fatal(err)
	}
	_, _ = w.Write([]byte(content))
	if err := form.Close(); err != nil {
		f.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", base+path, &b)
	r.Host = "127.0.0.1:5000"
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("User-Agent", agent)
	r.SetBasicAuth("admin", "admin")
	answer := httptest.NewRecorder()
	f.ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// formOfJava uploads a table as Java's client does.
func (f *fixture) formOfJava() {
	f.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, part := range [][2]string{{"file", "GlossaryName,TermName\nJ,java\n"}, {"template.csv", "file"}} {
		w, err := form.CreateFormFile("file", part[0])
		if err != nil {
			f.t.Fatal(err)
		}
		_, _ = w.Write([]byte(part[1]))
	}
	_ = form.Close()
	r := httptest.NewRequest("POST", base+"/v2/glossary/import", &b)
	r.Host = "127.0.0.1:5000"
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"childObjectName":"java"`) {
		f.t.Errorf("as Java does: %d %s", w.Code, w.Body)
	}
}

func TestTablesOfTermsAreUploaded(t *testing.T) {
	f := open(t)
	table := "GlossaryName,TermName\nG,one\nG,\nG,two\n"
	status, text := f.upload("/v2/glossary/import", "file", "C:\\terms.csv", table, "python-requests/2.32")
	var report sheet.Report
	if err := decodeText([]byte(text), &report); err != nil || status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if len(report.Success) != 2 || len(report.Failed) != 1 || report.Failed[0].Row != 2 || report.Failed[0].Parent != "G" {
		t.Errorf("%+v", report)
	}
	if _, text := f.upload("/v2/glossary/import", "file", "a.csv", "GlossaryName,TermName\nG,three\n", "Java/11.0.2"); strings.Contains(text, "rowNumber") {
		t.Errorf("Java's client is told %s", text)
	}
	for _, c := range []struct{ part, name, code string }{
		{"file", "a.txt", "ATLAS-400-00-098"}, {"file", "a.xlsx", "ATLAS-400-00-09C"}, {"other", "a.csv", "ATLAS-400-00-029"},
	} {
		if status, text := f.upload("/v2/glossary/import", c.part, c.name, table, ""); status != 400 || !strings.Contains(text, c.code) {
			t.Errorf("%v: %d %s", c, status, text)
		}
	}
	if status, text := f.upload("/v2/glossary/import", "file", "a.csv", table, ""); status != 409 || !strings.Contains(text, "ATLAS-409-00-011") {
		t.Errorf("again: %d %s", status, text)
	}
	f.formOfJava()
	f.refused("POST", "/v2/glossary/import", "{}", 400, "ATLAS-400-00-029", "multipart")
}

func TestGlossariesAreSearchedAndTakenAway(t *testing.T) {
	f := open(t)
	var g glossary.Glossary
	f.do("POST", "/v2/glossary", `{"name":"G"}`, &g)
	for i := range 3 {
		f.do("POST", "/v2/glossary/term", fmt.Sprintf(`{"name":"term %d","anchor":{"glossaryGuid":"%s"}}`, i, g.GUID), nil)
	}
	var found struct {
		Glossary []foundGlossary
		Count    int `json:"approximateCount"`
	}
	f.do("POST", "/v2/glossary/search", `{"limit":2,"offset":1,"glossaryType":"TERM","searchQuery":"TERM","sortOrder":"DESCENDING"}`, &found)
	if found.Count != 3 || len(found.Glossary) != 1 || len(found.Glossary[0].Terms) != 2 || found.Glossary[0].Terms[0].Name != "term 1" || found.Glossary[0].Status != "ACTIVE" {
		t.Errorf("%+v", found)
	}
	f.refused("POST", "/v2/glossary/download/create_file", ``, 400, "ATLAS-400-00-029", "format")
	f.status("POST", "/v2/glossary/create_file", `{"format":"XLSX","glossary":{"guid":"`+g.GUID+`"},"exportTimestamp":"../../etc/x"}`, 204)
	f.status("POST", "/v2/glossary/download/create_file", `{"exportParameters":{"format":"CSV","mode":"IMPORT_COMPATIBLE"}}`, 204)
	var records struct {
		All []downloadRecord `json:"searchDownloadRecords"`
	}
	f.do("GET", "/v2/glossary/download/status", "", &records)
	if len(records.All) != 2 || records.All[0].FileName != "admin_GLOSSARY_EXPORT__etc_x.xlsx" || records.All[1].Status != "COMPLETE" {
		t.Fatalf("%+v", records)
	}
	for i, r := range records.All {
		status, text := f.call("GET", "/v2/glossary/download/"+r.FileName, "")
		rows, err := sheet.Read(r.FileName, []byte(text))
		var names []string
		for _, row := range rows {
			names = append(names, row.Cell(1))
		}
		if status != 200 || err != nil || !reflect.DeepEqual(names, []string{"term 0", "term 1", "term 2"}) {
			t.Errorf("file %d: %d %q (%v)", i, status, names, err)
		}
	}
	f.status("GET", "/v2/glossary/download/none.csv", "", 204)
}
