package e2e

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	binaryFlag = flag.String("binary", "", "server to test; empty builds ./cmd/pedigree")
	seedFlag   = flag.Uint64("seed", 0, "seed of all random choices; 0 takes one from the clock")
)

// binary is the server under test, set before any test runs.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(withBinary(m.Run))
}

func withBinary(run func() int) int {
	if binary = *binaryFlag; binary != "" {
		return run()
	}
	dir, err := os.MkdirTemp("", "pedigree-e2e-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "pedigree")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/pedigree").CombinedOutput(); err != nil {
		log.Printf("building the server: %v\n%s", err, out)
		return 1
	}
	return run()
}

// seed gives the seed of this run and prints it, so that a failure can be
// started again from the same choices.
func seed(t *testing.T) uint64 {
	s := *seedFlag
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d (repeat with -args -seed=%d)", s, s)
	return s
}

// A server is one process of the binary.
type server struct {
	url   string
	cmd   *exec.Cmd
	log   string        // file that takes what it prints
	ended chan struct{} // closed when the process is gone
}

// launch starts a process on data, with further flags, and does not wait for it
// to be ready.
func launch(t *testing.T, data string, flags ...string) *server {
	t.Helper()
	address := freeAddress(t)
	output, err := os.CreateTemp(t.TempDir(), "server-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	s := &server{
		url:   "http://" + address,
		cmd:   exec.Command(binary, append([]string{"serve", "--data", data, "--listen", address}, flags...)...),
		log:   output.Name(),
		ended: make(chan struct{}),
	}
	s.cmd.Stdout, s.cmd.Stderr = output, output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.cmd.Wait(); close(s.ended) }()
	t.Cleanup(s.kill)
	return s
}

// start launches a process and waits until it answers.
func start(t *testing.T, data string, flags ...string) *server {
	t.Helper()
	s := launch(t, data, flags...)
	if err := s.ready(20 * time.Second); err != nil {
		t.Fatalf("%v; it printed:\n%s", err, s.printed())
	}
	return s
}

func (s *server) ready(within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready within %v", within)
		case <-s.ended:
			return fmt.Errorf("the server ended while starting: %v", s.cmd.ProcessState)
		case <-tick.C:
			if s.healthy(ctx) {
				return nil
			}
		}
	}
}

func (s *server) healthy(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/health", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// kill ends the process with SIGKILL and waits until it is gone.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.ended
}

// stop asks the process to end and wants it to do so soon and without complaint.
func (s *server) stop(t *testing.T) {
	t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		t.Fatalf("the server did not end after SIGTERM; it printed:\n%s", s.printed())
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("after SIGTERM the server ended with %d; it printed:\n%s", code, s.printed())
	}
}

// printed gives the last lines of what the process wrote.
func (s *server) printed() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
