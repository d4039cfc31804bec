package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
)

// history lists the actions of an entity, the newest first.
func (f *fixture) history(guid string) (all []string) {
	f.t.Helper()
	events, err := f.AuditEvents(f.t.Context(), workspace, &catalog.AuditQuery{GUID: guid, Count: 1000, Offset: -1})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, e := range events {
		all = append(all, string(e.Action))
	}
	return all
}

func TestTheHistoryTellsWhatIsCarriedTo(t *testing.T) {
	f := open(t)
	in, out := f.make(an("shelf", "in", nil)), f.make(an("shelf", "out", nil))
	p := f.make(an("sorting", "p", attrs{"inputs": []any{attrs{"guid": in}}, "outputs": []any{attrs{"guid": out}}}))
	book := f.make(an("book", "k", attrs{"shelf": attrs{"guid": out}}))
	if err := f.classify(in, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	err := f.change(in, func(w *catalog.Work, n *pedigree.Node) error {
		return w.Reclassify(n, []catalog.Classification{{TypeName: "PII", Attributes: attrs{"level": int64(2)}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.change(in, func(w *catalog.Work, n *pedigree.Node) error { return w.Declassify(n, "PII", "") }); err != nil {
		t.Fatal(err)
	}
	want := []string{"PROPAGATED_CLASSIFICATION_DELETE", "PROPAGATED_CLASSIFICATION_UPDATE", "PROPAGATED_CLASSIFICATION_ADD"}
	for _, guid := range []string{p, out, book} {
		if got := f.history(guid); len(got) < 3 || !slices.Equal(got[:3], want) {
			t.Errorf("history of %s: %v", guid, got)
		}
	}
	if got := f.history(in)[:3]; !slices.Equal(got, []string{"CLASSIFICATION_DELETE", "CLASSIFICATION_UPDATE", "CLASSIFICATION_ADD"}) {
		t.Errorf("history of the source: %v", got)
	}
}

func TestTheHistoryOfTheNearestHundredTells(t *testing.T) {
	f := open(t)
	in := f.make(an("shelf", "in", nil))
	var all []*catalog.Entity
	for i := range 130 {
		all = append(all, an("sorting", fmt.Sprint("p", i), attrs{"inputs": []any{attrs{"guid": in}}}))
	}
	var told, carried int
	made := f.save(all...).Mutated[catalog.ActionCreate]
	if err := f.classify(in, catalog.Classification{TypeName: "PII"}); err != nil {
		t.Fatal(err)
	}
	for _, h := range made {
		if strings.HasPrefix(f.history(h.GUID)[0], "PROPAGATED_") {
			told++
		}
		carried += len(f.get(h.GUID).Classifications)
	}
	if told != 100 || carried != 130 {
		t.Errorf("%d were told and %d have it, want 100 and 130", told, carried)
	}
}
