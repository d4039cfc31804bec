package api

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestLineagesAreWrittenAsTheirTypesSay holds the writer of lineages against
// encoding/json, for answers of any content.
func TestLineagesAreWrittenAsTheirTypesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Make[LineageAnswer]().Draw(t, "answer")
		var got, want any
		if err := json.Unmarshal(a.appendJSON(nil), &got); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		for _, list := range []string{"nodes", "edges"} { // none is an empty list here
			if m := want.(map[string]any); m[list] == nil {
				m[list] = []any{}
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("wrote %s\nwant %s", a.appendJSON(nil), text)
		}
	})
}
