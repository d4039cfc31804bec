package openlineage

import (
	"errors"
	"net/http"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/jobs"
	"github.com/pedigree-ml/pedigree/store"
)

func TestTagsListTheClassificationsThatThereAre(t *testing.T) {
	s := openStore(t)
	mux := http.NewServeMux()
	for _, r := range New(jobs.New(s)).Wire().Routes {
		mux.HandleFunc(r.Method+" "+r.Pattern, r.Handler)
	}
	f := &fixture{t, mux}
	f.want("PUT", "/api/v1/tags/about", `{"description":"d"}`, 200, "")
	f.want("PUT", "/api/v1/tags/raw", `{}`, 200, "")
	pii := pedigree.Classification{Workspace: pedigree.DefaultWorkspace, Type: "PII", Propagate: true}
	err := s.Update(t.Context(), func(tx store.Tx) error {
		data := pedigree.Node{
			Workspace: 1, Home: 1, Type: pedigree.DatasetType, UID: "d", Name: "features", Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
		}
		if err := tx.CreateNode(&data); err != nil {
			return err
		}
		pii.Node = data.ID
		return errors.Join(
			tx.PutDefinition(pii.Workspace, &pedigree.Definition{Name: "PII", UID: "u1", Body: "{}"}),
			tx.PutDefinition(pii.Workspace, &pedigree.Definition{Name: "Unused", UID: "u2", Body: "{}"}),
			tx.PutClassification(&pii))
	})
	if err != nil {
		t.Fatal(err)
	}
	const about, mark, raw = `{"name":"about","description":"d"}`, `{"name":"pedigree.classification.PII","description":null}`, `{"name":"raw","description":null}`
	f.want("GET", "/api/v1/tags", "", 200, `{"tags":[`+about+`,`+mark+`,`+raw+`]}`)
	f.want("GET", "/api/v1/tags?limit=1&offset=1", "", 200, `{"tags":[`+mark+`]}`)
	f.want("GET", "/api/v1/tags?limit=5&offset=2", "", 200, `{"tags":[`+raw+`]}`)
	f.want("GET", "/api/v1/tags?offset=7", "", 200, `{"tags":[]}`)
	if err := s.Update(t.Context(), func(tx store.Tx) error { _, err := tx.DeleteClassification(pii.ID); return err }); err != nil {
		t.Fatal(err)
	}
	f.want("GET", "/api/v1/tags", "", 200, `{"tags":[`+about+`,`+raw+`]}`)
}
