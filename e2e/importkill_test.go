package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

// importAll is how many entities TestKillWhileImporting brings in: several transactions.
const importAll = 5000

// TestKillWhileImporting kills the server again and again while it brings in an archive,
// of which each entity refers to the one after it. In the end all are there, and the
// history has one line of it.
func TestKillWhileImporting(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the server while it brings in an archive")
	}
	var (
		rnd  = rand.New(rand.NewPCG(seed(t), 0))
		data = t.TempDir()
		c    = &catalog{}
		body bytes.Buffer
		form = multipart.NewWriter(&body)
	)
	part, err := form.CreateFormFile("data", "export.zip")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writeArchive(part), form.Close()); err != nil {
		t.Fatal(err)
	}
	server := start(t, data)
	answered := make(chan string, 1)
	go func() {
		answer, err := http.Post(server.url+"/api/atlas/admin/import", form.FormDataContentType(), &body)
		if err != nil {
			return // it was killed
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body) // as far as it comes
		answered <- answer.Status + " " + string(text)
	}()
	for !c.known(t, server.url, "import_table") { // types come first
		select {
		case said := <-answered:
			if !strings.HasPrefix(said, "200") {
				t.Fatalf("the import is refused: %s", said)
			}
		case <-time.After(2 * time.Millisecond):
		}
	}
	time.AfterFunc(time.Duration(rnd.IntN(1000))*time.Millisecond, func() { server.cmd.Process.Kill() })
	<-server.ended
	for range 4 {
		server := start(t, data)
		time.AfterFunc(time.Duration(rnd.IntN(600))*time.Millisecond, func() { server.cmd.Process.Kill() })
		<-server.ended
	}
	server = start(t, data)
	defer server.stop(t)
	deadline := time.Now().Add(2 * time.Minute)
	for {
		count := c.active(t, server.url, "import_table")
		told := strings.Count(string(c.must(t, server.url, http.MethodGet, "/api/atlas/admin/expimp/audit", "")), `\"operationStatus\":\"SUCCESS\"`)
		switch {
		case told > 1 || told == 1 && count != importAll:
			t.Fatalf("the history tells of the import %d times, and %d entities of %d are there", told, count, importAll)
		case told == 1:
			return
		case time.Now().After(deadline):
			t.Fatalf("%d entities of %d are there, and nothing goes on", count, importAll)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func writeArchive(to io.Writer) error {
	z := zip.NewWriter(to)
	add := func(name, text string) error {
		f, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		return err
	}
	guid := func(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i%importAll+1) }
	err := add("atlas-typesdef.json", `{"entityDefs":[{"name":"import_table","superTypes":["DataSet"],"attributeDefs":[{"name":"next","typeName":"import_table","isOptional":true}]}]}`)
	for i := range importAll {
		err = errors.Join(err, add(guid(i)+".json", fmt.Sprintf(
			`{"entity":{"typeName":"import_table","guid":%q,"attributes":{"qualifiedName":"t%d","name":"t%d","next":{"guid":%q,"typeName":"import_table"}}},"referredEntities":{}}`,
			guid(i), i, i, guid(i+1))))
	}
	return errors.Join(err, z.Close())
}

// active counts entities of a type.
func (c *catalog) active(t *testing.T, base, typeName string) int {
	t.Helper()
	var metrics struct {
		Data struct {
			Entity struct {
				Active map[string]int `json:"entityActive"`
			} `json:"entity"`
		} `json:"data"`
	}
	if err := json.Unmarshal(c.must(t, base, http.MethodGet, "/api/atlas/admin/metrics", ""), &metrics); err != nil {
		t.Fatal(err)
	}
	return metrics.Data.Entity.Active[typeName]
}

// known reports whether there is a type.
func (c *catalog) known(t *testing.T, base, typeName string) bool {
	t.Helper()
	return !strings.Contains(string(c.must(t, base, http.MethodGet, "/api/atlas/v2/types/typedefs?name="+typeName, "")), `"entityDefs":[]`)
}
