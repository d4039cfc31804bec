package bench

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A Command is how to start a server. In its arguments {port} and {dir} stand
// for a free port of the loopback and the server's data directory.
type Command struct {
	Args []string
	Dir  string    // data directory and working directory
	Log  io.Writer // where its output goes
	GRPC bool      // it speaks ML Metadata over gRPC, and is ready when it answers that
}

// A Server is a server process that the harness started.
type Server struct {
	URL   string
	PID   int
	Ready time.Duration // from start of the process to its first answer

	process *exec.Cmd
	ended   chan error
}

// Start starts a server and waits at most limit until it answers: 200 on
// /health, or over gRPC which types of contexts it has.
func (c Command) Start(limit time.Duration) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	fill := strings.NewReplacer("{port}", fmt.Sprint(port), "{dir}", c.Dir)
	args := make([]string, len(c.Args))
	for i, arg := range c.Args {
		args[i] = fill.Replace(arg)
	}
	process := exec.Command(args[0], args[1:]...)
	process.Dir, process.Stdout, process.Stderr = c.Dir, c.Log, c.Log
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that its children can be ended with it
	start := time.Now()
	if err := process.Start(); err != nil {
		return nil, err
	}
	s := &Server{URL: fmt.Sprintf("%s://127.0.0.1:%d", c.scheme(), port), PID: process.Process.Pid, process: process, ended: make(chan error, 1)}
	go func() { s.ended <- process.Wait() }()
	if err := s.await(start, limit); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	s.Ready = time.Since(start)
	return s, nil
}

func (c Command) scheme() string {
	if c.GRPC {
		return schemeGRPC
	}
	return "http"
}

// await asks every millisecond: a fast server is ready within tens of them.
func (s *Server) await(start time.Time, limit time.Duration) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for time.Since(start) < limit {
		if healthy(s.URL) {
			return nil
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the server ended before it was ready: %w", err)
		case <-tick.C:
		}
	}
	return fmt.Errorf("not ready after %s", limit)
}

func healthy(url string) bool {
	if strings.HasPrefix(url, schemeGRPC+":") {
		return speaksMLMD(url)
	}
	c, err := NewClient(url, 10*time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	status, _, err := c.Do(&Request{Method: "GET", Path: "/health"})
	return err == nil && status == 200
}

// Stop asks the server to end and, after 20 seconds, makes it and all that it
// started. The error is about ending it, not about its exit status.
func (s *Server) Stop() error {
	_ = syscall.Kill(s.PID, syscall.SIGTERM)
	select {
	case err := <-s.ended:
		s.ended <- err
		_ = syscall.Kill(-s.PID, syscall.SIGKILL) // what it left behind in its group
		return nil
	case <-time.After(20 * time.Second):
	}
	if err := syscall.Kill(-s.PID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill process group %d: %w", s.PID, err)
	}
	s.ended <- <-s.ended
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
