package openlineage

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestTheReadAPI sends the events in testdata/events.json and compares the
// answer to each request in testdata/requests.txt with the golden of its name.
func TestTheReadAPI(t *testing.T) {
	f := open(t)
	events, err := os.ReadFile("testdata/events.json")
	if err != nil {
		t.Fatal(err)
	}
	f.want("POST", "/api/v1/lineage/batch", string(events), 200,
		`{"status":"success","summary":{"received":7,"successful":7,"failed":0,"retriable":0,"non_retriable":0},"failed_events":[]}`)
	requests, err := os.ReadFile("testdata/requests.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(requests)) {
		parts := strings.Fields(line)
		if len(parts) < 3 {
			continue
		}
		name, method, target := parts[0], parts[1], parts[2]
		t.Run(name, func(t *testing.T) {
			f.T = t
			body := strings.TrimSpace(strings.SplitN(line, target, 2)[1])
			w := f.call(method, target, body)
			var got bytes.Buffer
			got.WriteString(method + " " + target + "\n" + w.Result().Status + "\n")
			if err := json.Indent(&got, w.Body.Bytes(), "", "  "); err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			golden(t, name, got.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
