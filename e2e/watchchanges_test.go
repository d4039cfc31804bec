package e2e

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree/api"
	"github.com/pedigree-ml/pedigree/client"
)

// heard is what one follower heard of, in order: the cursor and the node of each
// event.
type heard struct {
	mu    sync.Mutex
	lines []string
	last  chan struct{} // closed when the last event was heard of
}

const lastName = "the last experiment"

func (h *heard) hear(v *api.WatchEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, fmt.Sprint(v.Cursor, " ", v.Node.ID))
	if v.Node.Name == lastName {
		close(h.last)
	}
}

// await waits for the last event and gives all.
func (h *heard) await(t *testing.T) []string {
	t.Helper()
	select {
	case <-h.last:
	case <-time.After(time.Minute):
		t.Fatal("the last event is not heard of")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lines
}

// followByCommand starts the command that prints what happens.
func followByCommand(t *testing.T, address string) *heard {
	t.Helper()
	h := &heard{last: make(chan struct{})}
	cmd := exec.Command(binary, "watch", "changes", "--server", "http://"+address, "--after", "0", "-o", "json")
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	go func() {
		for lines := bufio.NewScanner(output); lines.Scan(); {
			var v api.WatchEvent
			if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
				t.Errorf("the command printed %q", lines.Text())
			}
			h.hear(&v)
		}
	}()
	return h
}

// followInPieces has a client that breaks off again and again, and resumes with
// the cursor it saw last.
func followInPieces(t *testing.T, address string, rnd *rand.Rand) *heard {
	t.Helper()
	h := &heard{last: make(chan struct{})}
	c, err := client.New("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for after := "0"; t.Context().Err() == nil; {
			most := 1 + rnd.IntN(200)
			for v, err := range c.Watch(t.Context(), client.Watch{After: after}) {
				if err != nil { // the server is away just now
					break
				}
				h.hear(v)
				after = v.Cursor
				if most--; most == 0 {
					break
				}
			}
		}
	}()
	return h
}

// TestWatchChanges has followers hear of all that is written, each event once and
// in order, while the server is killed again and again.
func TestWatchChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the server for some seconds")
	}
	s := seed(t)
	rnd := rand.New(rand.NewPCG(s, 0))
	data, address := t.TempDir(), freeAddress(t)
	crew := hire(t, data, s)
	running := start(t, data, "--listen", address)
	followers := map[string]*heard{
		"the command":                  followByCommand(t, address),
		"a client that comes and goes": followInPieces(t, address, rand.New(rand.NewPCG(s, 1))),
	}
	for range 5 {
		timer := time.AfterFunc(time.Duration(200+rnd.IntN(500))*time.Millisecond, func() { running.cmd.Process.Kill() })
		err := together(crew, running.url, scribe.writeUntilLost)
		timer.Stop()
		running.kill()
		if err != nil {
			t.Fatalf("%v\nthe server printed:\n%s", err, running.printed())
		}
		running = start(t, data, "--listen", address)
	}
	writer := newCaller(running.url)
	defer writer.close()
	if err := writer.post("experiments/create", object{"name": lastName}, nil); err != nil {
		t.Fatal(err)
	}
	got := make(map[string][]string)
	for who, h := range followers {
		got[who] = h.await(t)
	}
	running.stop(t)
	want := storedFeed(t, data)
	if len(want) < 500 {
		t.Errorf("only %d changes were made", len(want))
	}
	for who, lines := range got {
		if !slices.Equal(lines, want) {
			t.Errorf("%s heard of %d changes, not of the %d that are stored: %s", who, len(lines), len(want), firstDifference(lines, want))
		}
	}
	t.Logf("%d changes heard of by all", len(want))
}

func firstDifference(got, want []string) string {
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			return fmt.Sprintf("after %d it should be %q and is %q", i, want[i], got[min(i, len(got)):min(i+3, len(got))])
		}
	}
	return "there are more"
}

// storedFeed reads what was changed with SQLite alone.
func storedFeed(t *testing.T, data string) (lines []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the databases are %q (%v)", files, err)
	}
	db, err := sql.Open("sqlite", files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(context.Background(), "SELECT id || ' ' || node FROM feed ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// TestStoppingEndsWatches wants a server that is told to end not to wait for those
// who watch.
func TestStoppingEndsWatches(t *testing.T) {
	s := start(t, t.TempDir(), "--drain-timeout", "1h")
	answer, err := http.Get(s.url + "/api/pedigree/v1/watch")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "retry:") {
		t.Fatalf("the stream begins with %q", lines.Text())
	}
	if text := metrics(t, s); !strings.Contains(text, "\npedigree_watchers 1\n") {
		t.Error("the metrics do not count the one who watches")
	}
	s.stop(t)
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream broke off: %v", err)
	}
}

func metrics(t *testing.T, s *server) string {
	t.Helper()
	answer, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
