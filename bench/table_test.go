package bench

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func slow() *Report {
	return &Report{
		Label:  "slow",
		Starts: []Start{{"empty", 9000}, {"filled", 100}, {"filled", 300}, {"filled", 200}},
		Idle:   &Idle{Usage: Usage{RSS: 512, PSS: 400, Processes: 4}, CPUPerSecond: 12.34},
		Results: []Result{
			{Op: "seed log-batch", Clients: 4, Done: 10, CPU: 3},
			{Op: "log-metric", Clients: 1, Done: 10, Rate: 100, P50: 9.5, P99: 20.25, CPU: 9},
			{Op: "search", Clients: 1, Done: 0, Errors: 3, FirstError: "status 500"},
		},
	}
}

func quick() *Report {
	return &Report{
		Label: "quick",
		Results: []Result{
			{Op: "log-metric", Clients: 1, Done: 10, Rate: 5000, P50: 0.2, P99: 0.456, CPU: 0.06},
			{Op: "search", Clients: 1, Done: 5, Rate: 700, P50: 1, P99: 1.5, CPU: 0.9},
			{Op: "log-metric", Clients: 8, Done: 10, Rate: 9000, P50: 0.5, P99: 1, CPU: 0.05},
		},
	}
}

func TestTablesPutServersSideBySideAsRatiosToTheLast(t *testing.T) {
	var b strings.Builder
	if err := WriteTables(&b, []*Report{slow(), quick()}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| ready, filled store, ms | 200 |  |", // the median of three
		"| idle RSS, MB | 512 |  |",
		"| idle CPU, ms per s | 12.3 |  |",
		"**Server CPU per operation, ms, 1 client**",
		"| operation | slow | quick |",
		"| log-metric | 9.00 (150×) | 0.060 |",
		"| log-metric | 100 (50.0×) | 5000 |", // as many times slower
		"| log-metric | 9.50 / 20.2 | 0.200 / 0.456 |",
		"| search | failed | 0.900 |",
		"| log-metric |  | 0.050 |", // with 8 clients only one was measured
		"- slow, search, 1 client: 3 of 3 failed, the first with: `status 500`",
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
	if strings.Contains(b.String(), "seed") || strings.Contains(b.String(), "4 clients") {
		t.Errorf("seeding is no row of the tables:\n%s", b.String())
	}
}

func TestNumbersHaveThreeDigitsThatMean(t *testing.T) {
	for v, want := range map[float64]string{0: "0.000", 0.0456: "0.046", 0.5: "0.500", 1: "1.00", 9.5: "9.50", 12.34: "12.3", 123.4: "123", 5200: "5200"} {
		if got := number(v); got != want {
			t.Errorf("%g is written %s, want %s", v, got, want)
		}
	}
}

func TestAReportSurvivesItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	want := slow()
	if err := want.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil {
		t.Error("a damaged report was loaded")
	}
}

func TestDirBytesAddsUpTheFilesBelow(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"a": 10, "sub/b": 32} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := DirBytes(dir); err != nil || n != 42 {
		t.Errorf("%d bytes, %v, want 42", n, err)
	}
}
