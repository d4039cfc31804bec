package atlas

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// recorded is what a client of the model registry tutorial and a real server said to
// each other.
const recorded = "../../shared/data/atlas/tutorial.jsonl"

// An exchange is one request and its answer.
type exchange struct {
	Method   string `json:"m"`
	Path     string `json:"p"`
	Request  string `json:"q"`
	Status   int    `json:"s"`
	Response string `json:"r"`
}

func TestTheTutorialGoesAsItDidOnARealServer(t *testing.T) {
	file, err := os.Open(recorded)
	if os.IsNotExist(err) {
		t.Skip("the recorded exchange, ../shared/data/atlas/tutorial.jsonl, does not lie beside the repository; where it does, this runs")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f := open(t)
	ours := make(map[string]string) // guids of the recording, by ours
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		f.replay(fmt.Sprintf("%d %s %s", n, e.Method, e.Path), &e, ours)
	}
	if err := lines.Err(); err != nil || n < 20 {
		t.Fatalf("read %d exchanges, %v", n, err)
	}
}

// replay sends a recorded request and holds the answer against the recorded one.
func (f *fixture) replay(name string, e *exchange, ours map[string]string) {
	f.t.Helper()
	translate := func(text string) string {
		for mine, theirs := range ours {
			text = strings.ReplaceAll(text, theirs, mine)
		}
		return text
	}
	status, text := f.call(e.Method, strings.TrimPrefix(translate(e.Path), base), translate(e.Request))
	if status != e.Status {
		f.t.Fatalf("%s: %d %s, want %d", name, status, text, e.Status)
	}
	if !strings.Contains(e.Path, "/entity") {
		return // definitions differ in what other models add to them
	}
	var got, want any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		f.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(e.Response), &want); err != nil {
		f.t.Fatal(err)
	}
	learn(got, want, ours)
	got, want = meaning(got, ours), meaning(want, nil)
	if !reflect.DeepEqual(got, want) {
		f.t.Errorf("%s: got\n%s\nwant\n%s", name, indent(got), indent(want))
	}
}

// learn pairs the guids of an answer with those of the recording.
func learn(got, want any, ours map[string]string) {
	g, ok := got.(map[string]any)["guidAssignments"].(map[string]any)
	w, _ := want.(map[string]any)["guidAssignments"].(map[string]any)
	if !ok {
		return
	}
	for key := range g {
		mine, _ := g[key].(string)
		theirs, _ := w[key].(string)
		ours[mine] = theirs
	}
}

// meaning leaves out of an answer what is another one each time: guids of
// relationships, times of the server, the order of lists.
func meaning(v any, ours map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any)
		for key, value := range v {
			if _, system := v["createdBy"]; system && (key == "createTime" || key == "updateTime") || key == "relationshipGuid" {
				continue
			}
			m[key] = meaning(value, ours)
		}
		if m["relationshipType"] != nil {
			delete(m, "qualifiedName") // newer servers say it, too
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = meaning(v[i], ours)
		}
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(indent(a), indent(b)) })
		return list
	case string:
		if theirs, known := ours[v]; known {
			return theirs
		}
	}
	return v
}

func indent(v any) string {
	text, _ := json.MarshalIndent(v, "", " ")
	return string(text)
}
