package api

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

func TestWhatIsAroundANodeIsToldPageByPage(t *testing.T) {
	c := openChain(t)
	group := pedigree.Node{
		Workspace: 1, Home: 1, UID: "g", Name: "pipeline-1", Type: pedigree.Type{Name: "Pipeline", Kind: pedigree.Context},
		Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
	}
	c.must(c.records.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.CreateNode(&group); err != nil {
			return err
		}
		if _, err := tx.AddMember(group.ID, c.ids["clean"]); err != nil {
			return err
		}
		_, err := tx.PutEvent(&pedigree.Event{
			Execution: c.ids["cleaning"], Artifact: c.ids["features"], Direction: pedigree.Input, Role: pedigree.RoleDeclared, Time: 5, Step: 2,
			Path: []pedigree.PathStep{{Key: "train", IsKey: true}, {Index: 3}},
		})
		return err
	}))
	contexts := get[ContextsAnswer](&c.fixture, fmt.Sprintf("%s/nodes/%d/contexts", base, c.ids["clean"]))
	if len(contexts.Contexts) != 1 || contexts.Contexts[0].Name != "pipeline-1" || contexts.Contexts[0].Protocol != "mlmd" {
		t.Errorf("%+v", contexts)
	}
	listed := get[SearchAnswer](&c.fixture, base+"/search?contexts=true&order_by=id&limit=9")
	for _, n := range listed.Nodes {
		if want := n.Name == "clean"; (len(n.Contexts) == 1 && n.Contexts[0].ID == group.ID) != want {
			t.Errorf("%s is in %+v", n.Name, n.Contexts)
		}
	}
	for limit := 1; limit <= 4; limit++ {
		var got []string
		for page := ""; ; {
			a := get[EventsAnswer](&c.fixture, fmt.Sprintf("%s/nodes/%d/events?limit=%d&page=%s", base, c.ids["cleaning"], limit, page))
			got = append(got, names(a.Events, func(e Event) string {
				return fmt.Sprint(e.Direction, " ", e.Node.Name, " ", e.Role, " ", e.Path, " ", e.Step)
			})...)
			if page = a.Next; page == "" || len(got) > 9 {
				break
			}
		}
		if want := []string{"input raw  [] 0", "input features declared [train 3] 2", "output clean  [] 0"}; !slices.Equal(got, want) {
			t.Errorf("pages of %d hold %q", limit, got)
		}
	}
	read := get[EventsAnswer](&c.fixture, fmt.Sprintf("%s/nodes/%d/events", base, c.ids["clean"]))
	if len(read.Events) != 2 || read.Events[0].Node.Name != "extracting" || read.Events[1].Direction != "output" {
		t.Errorf("%+v", read)
	}
	if none := get[EventsAnswer](&c.fixture, fmt.Sprintf("%s/nodes/%d/events", base, group.ID)); len(none.Events) != 0 {
		t.Errorf("a context has events: %+v", none)
	}
	for target, want := range map[string]int{"/nodes/999/events": 404, "/nodes/999/contexts": 404, "/nodes/3/events?page=x": 400, "/nodes/3/events?page=1.2.3.-4": 400} {
		if w := c.do("GET", base+target); w.Code != want {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
