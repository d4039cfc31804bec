package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
)

func TestNodesAreDeletedByNumber(t *testing.T) {
	f := open(t)
	ids, err := f.graph.PutTypes(f.ctx, []graph.Type{{Declaration: pedigree.Declaration{Type: pedigree.Type{Kind: pedigree.Context, Name: "C"}}}}, graph.TypeOptions{})
	f.must(err)
	put := func(name string) pedigree.NodeID {
		p := graph.NewPut(pedigree.Context)
		p.HasType, p.TypeID, p.HasName, p.Node.Name = true, ids[0], true, name
		nodes, err := f.graph.PutNodes(f.ctx, ws, []*graph.NodePut{p})
		f.must(err)
		return nodes[0]
	}
	first, second := put("first"), put("second")
	for _, c := range []struct {
		target string
		status int
		answer string // the member deleted, or code
	}{
		{fmt.Sprintf("/nodes/%d?members=perhaps", first), 400, "invalid"},
		{fmt.Sprintf("/nodes/%d?dry_run=maybe", first), 400, "invalid"},
		{fmt.Sprintf("/nodes/%d?dry_run=true", first), 200, "1"},
		{fmt.Sprintf("/nodes/%d?reason=a+trial", first), 200, "1"},
		{fmt.Sprintf("/nodes/%d?dry_run=true", first), 404, "not found"},
		{fmt.Sprintf("/nodes/%d", first), 404, "not found"},
		{"/nodes/1", 404, "not found"},
		{fmt.Sprintf("/nodes/%d?members=true", second), 200, "1"},
		{"/nodes/first", 400, "invalid"},
		{"/nodes/99999999999999999999", 400, "invalid"},
	} {
		w := f.do("DELETE", base+c.target)
		var got struct {
			Deleted json.Number
			Code    string
		}
		f.must(json.Unmarshal(w.Body.Bytes(), &got))
		if w.Code != c.status || got.Deleted.String()+got.Code != c.answer {
			t.Errorf("%s: %d %s, want %d %s", c.target, w.Code, w.Body, c.status, c.answer)
		}
	}
	last := get[ChangesAnswer](f, base+"/changes?limit=1")
	if len(last.Changes) != 1 || last.Changes[0].Node != second || last.Changes[0].What != "deleted" || last.Next == "" {
		t.Errorf("the last change is %+v", last)
	}
	before := get[ChangesAnswer](f, base+"/changes?before="+last.Next)
	if len(before.Changes) != 1 || before.Changes[0].Reason != "a trial" || !strings.Contains(before.Changes[0].Before, `"name":"first"`) || before.Next != "" {
		t.Errorf("before it were %+v", before)
	}
	if of := get[ChangesAnswer](f, fmt.Sprintf("%s/nodes/%d/history", base, first)); len(of.Changes) != 1 || of.Changes[0] != before.Changes[0] {
		t.Errorf("of one node it tells %+v", of)
	}
	for query, want := range map[string]int{
		"what=deleted": 2, "what=joined": 0, "actor=ann": 0, "kind=artifact": 0, "kind=context": 2, "type=C": 2, "type=D": 0, "since=2020-01-01&until=2100-01-01": 2, "until=2020-01-01": 0,
		fmt.Sprint("node=", first): 1,
	} {
		if some := get[ChangesAnswer](f, base+"/changes?"+query); len(some.Changes) != want {
			t.Errorf("%s finds %+v, want %d", query, some, want)
		}
	}
	r := httptest.NewRequest("GET", base+"/changes?limit=1", http.NoBody)
	r.Header.Set("Accept", "application/x-ndjson")
	w := httptest.NewRecorder()
	f.mux.ServeHTTP(w, r)
	if all := strings.Split(strings.TrimSpace(w.Body.String()), "\n"); len(all) != 3 || !strings.Contains(all[0], `"what":"deleted"`) || all[2] != `{"count_of_changes":2}` {
		t.Errorf("in lines it is %s", w.Body)
	}
}
