package e2e

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to look at the files without the server's own code
)

var killsFlag = flag.Int("kills", 24, "how often TestKill9 kills the server")

// How many clients write, by their protocol.
const (
	writers     = 8
	mlmdWriters = 3
)

// A scribe is a client that writes and keeps a ledger of it.
type scribe interface {
	// connect opens connections of its own and gives what closes them.
	connect(url string) (closing func())

	// writeUntilLost writes until a request gets no answer. An answer that
	// refuses a write is an error: every one of them is in order.
	writeUntilLost() error

	// verify compares the server with the ledger: what was touched since the
	// last time, or all of it.
	verify(all bool) error

	// tally counts the writes that were acknowledged, and the runs they made.
	tally() (answered, made int)
}

// TestKill9 kills the server with SIGKILL at random moments while clients of
// MLflow and ML Metadata write, and after each restart wants to find every
// write that was acknowledged, every batch whole or not at all, and a sound
// database.
func TestKill9(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the server for half a minute")
	}
	var (
		s     = seed(t)
		rnd   = rand.New(rand.NewPCG(s, 0))
		data  = t.TempDir()
		begun = time.Now()
		crew  = hire(t, data, s)
	)
	for round := 1; round <= *killsFlag; round++ {
		killWhileWriting(t, data, crew, time.Duration(rnd.IntN(500))*time.Millisecond)
		if rnd.IntN(4) == 0 {
			killWhileStarting(t, data, time.Duration(rnd.IntN(60))*time.Millisecond)
		}
		if rnd.IntN(3) == 0 { // not always: the server must recover by itself too
			examine(t, data)
		}
		verifyAfterRestart(t, data, crew, false)
	}
	examine(t, data)
	verifyAfterRestart(t, data, crew, true)
	examine(t, data)
	var answered, runs int
	for _, w := range crew {
		writes, made := w.tally()
		answered, runs = answered+writes, runs+made
	}
	t.Logf("%d kills, %d acknowledged writes to %d runs, all found, in %v",
		*killsFlag, answered, runs, time.Since(begun).Round(time.Millisecond))
	if answered < 10**killsFlag {
		t.Errorf("only %d writes were acknowledged: the clients hardly wrote", answered)
	}
}

// hire makes the writers, each with an experiment or context of its own.
func hire(t *testing.T, data string, seed uint64) []scribe {
	t.Helper()
	s := start(t, data)
	defer s.stop(t)
	c := newCaller(s.url)
	defer c.close()
	var crew []scribe
	for i := range writers {
		name := fmt.Sprintf("writer %d", i)
		var made struct {
			ID string `json:"experiment_id"`
		}
		if err := c.post("experiments/create", object{"name": "runs of " + name}, &made); err != nil {
			t.Fatal(err)
		}
		crew = append(crew, newWriter(name, made.ID, rand.New(rand.NewPCG(seed, uint64(i)+1))))
	}
	for i := range mlmdWriters {
		w, err := newMLMDWriter(fmt.Sprintf("MLMD writer %d", i), s.url, rand.New(rand.NewPCG(seed, uint64(i)+100)))
		if err != nil {
			t.Fatal(err)
		}
		crew = append(crew, w)
	}
	return crew
}

// killWhileWriting lets the crew write and kills the server some time after it
// was ready. No client gets a warning.
func killWhileWriting(t *testing.T, data string, crew []scribe, after time.Duration) {
	t.Helper()
	s := start(t, data)
	timer := time.AfterFunc(after, func() { s.cmd.Process.Kill() })
	defer timer.Stop()
	err := together(crew, s.url, scribe.writeUntilLost)
	s.kill()
	if err != nil {
		t.Fatalf("%v\nthe server printed:\n%s", err, s.printed())
	}
}

// killWhileStarting ends a server in the middle of its own recovery.
func killWhileStarting(t *testing.T, data string, after time.Duration) {
	t.Helper()
	s := launch(t, data)
	select {
	case <-time.After(after):
	case <-s.ended:
		t.Fatalf("the server ended while starting: %v; it printed:\n%s", s.cmd.ProcessState, s.printed())
	}
	s.kill()
}

func verifyAfterRestart(t *testing.T, data string, crew []scribe, all bool) {
	t.Helper()
	s := start(t, data)
	err := together(crew, s.url, func(w scribe) error { return w.verify(all) })
	if err != nil {
		t.Fatalf("%v\nthe server printed:\n%s", err, s.printed())
	}
	s.stop(t)
}

// together runs work for every writer at the same time, each with connections
// of its own.
func together(crew []scribe, url string, work func(scribe) error) error {
	errs := make([]error, len(crew))
	var wg sync.WaitGroup
	for i, w := range crew {
		wg.Go(func() {
			defer w.connect(url)()
			errs[i] = work(w)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// examine looks at the data at rest: with the server's own doctor, and with
// SQLite alone.
func examine(t *testing.T, data string) {
	t.Helper()
	if out, err := exec.Command(binary, "doctor", "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("doctor: %v\n%s", err, out)
	}
	databases := 0
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !isDatabase(path) {
			return err
		}
		databases++
		return integrityCheck(path)
	})
	if err != nil {
		t.Fatal(err)
	}
	if databases == 0 {
		t.Fatalf("no SQLite database in %s", data)
	}
}

func isDatabase(path string) bool {
	const magic = "SQLite format 3\x00"
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(magic))
	_, err = f.Read(head)
	return err == nil && string(head) == magic
}

func integrityCheck(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(context.Background(), "PRAGMA integrity_check").Scan(&verdict); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%s: integrity_check says %s", path, verdict)
	}
	return nil
}
