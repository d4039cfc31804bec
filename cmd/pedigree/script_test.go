//go:build unix

package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

func TestMain(m *testing.M) {
	syscall.Umask(0) // the worst that a shell can hand down
	testscript.Main(m, map[string]func(){"pedigree": main})
}

// TestScripts runs the command as its users do; testdata/script reads without
// Go.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Values[heldKey{}] = &held{}
			e.Setenv("PORT", strconv.Itoa(freePort()))
			e.Setenv("PORT2", strconv.Itoa(freePort()))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready":    scriptReady,
			"http":     scriptHTTP,
			"sql":      scriptSQL,
			"modes":    scriptModes,
			"age":      scriptAge,
			"oneline":  scriptOneLine,
			"refuses":  scriptRefuses,
			"gone":     scriptGone,
			"signal":   scriptSignal,
			"hold":     scriptHold,
			"complete": scriptComplete,
			"closed":   scriptClosed,
		},
	})
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// scriptReady PORT waits until a server in the background is ready.
func scriptReady(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := http.Get("http://127.0.0.1:" + args[0] + "/readyz")
		if err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("not ready: %v", err)
		case <-tick.C:
		}
	}
}

// scriptHTTP STATUS METHOD PORT PATH [BODY] sends a request, checks the status
// and prints the answer.
func scriptHTTP(ts *testscript.TestScript, _ bool, args []string) {
	body := ""
	if len(args) > 4 {
		body = args[4]
	}
	request, err := http.NewRequest(args[1], "http://127.0.0.1:"+args[2]+args[3], strings.NewReader(body))
	ts.Check(err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", text)
	if got := strconv.Itoa(answer.StatusCode); got != args[0] {
		ts.Fatalf("status %s, want %s", got, args[0])
	}
}

// scriptSQL FILE STATEMENT changes a database behind the server's back.
func scriptSQL(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[1])
	ts.Check(err)
}

// scriptModes DIR checks that only their user can open a directory and all in it.
func scriptModes(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(filepath.Walk(ts.MkAbs(args[0]), func(path string, info os.FileInfo, err error) error {
		want := os.FileMode(0o600)
		if err == nil && info.IsDir() {
			want = os.ModeDir | 0o700
		}
		if err == nil && info.Mode() != want {
			err = fmt.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
		return err
	}))
}

// scriptAge FILE DURATION sets the time of a file, later than now if positive.
func scriptAge(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[1])
	ts.Check(err)
	when := time.Now().Add(d)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), when, when))
}

// scriptOneLine checks that the command before printed one line of error, and
// nothing else.
func scriptOneLine(ts *testscript.TestScript, _ bool, _ []string) {
	text, rest := ts.ReadFile("stderr"), ts.ReadFile("stdout")
	if strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "pedigree: ") || rest != "" {
		ts.Fatalf("printed %q and %q", rest, text)
	}
}

// scriptRefuses PORT checks that nothing listens.
func scriptRefuses(ts *testscript.TestScript, _ bool, args []string) {
	c, err := net.Dial("tcp", "127.0.0.1:"+args[0])
	if err == nil {
		c.Close()
		ts.Fatalf("port %s is open", args[0])
	}
}

// scriptGone PORT PATH waits until a path is not found.
func scriptGone(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		r, err := http.Get("http://127.0.0.1:" + args[0] + args[1])
		ts.Check(err)
		r.Body.Close()
		if r.StatusCode == http.StatusNotFound {
			return
		}
	}
	ts.Fatalf("%s is still there", args[1])
}

// scriptSignal TERM|INT DIR sends a signal to the server of a data directory.
func scriptSignal(ts *testscript.TestScript, _ bool, args []string) {
	pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(filepath.Join(args[1], "lock"))))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT}[args[0]]))
}

type heldKey struct{}

// scriptHold PORT begins an upload and waits until the server has it in hand.
func scriptHold(ts *testscript.TestScript, _ bool, args []string) {
	c, err := net.Dial("tcp", "127.0.0.1:"+args[0])
	ts.Check(err)
	ts.Defer(func() { c.Close() })
	_, err = fmt.Fprintf(c, "PUT /api/2.0/mlflow-artifacts/artifacts/1/held HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n"+
		"Content-Length: 1\r\nExpect: 100-continue\r\n\r\n", args[0])
	ts.Check(err)
	answers := bufio.NewReader(c)
	line, err := answers.ReadString('\n')
	if err != nil || !strings.Contains(line, "100") {
		ts.Fatalf("the server says %q, %v", line, err)
	}
	*ts.Value(heldKey{}).(*held) = held{c, answers}
}

// A held request waits for its last byte.
type held struct {
	net.Conn
	answers *bufio.Reader
}

// scriptComplete ends the held upload and wants it to be taken.
func scriptComplete(ts *testscript.TestScript, _ bool, _ []string) {
	h := ts.Value(heldKey{}).(*held)
	_, err := io.WriteString(h, "x")
	ts.Check(err)
	for range 5 { // the rest of the interim answer
		line, err := h.answers.ReadString('\n')
		ts.Check(err)
		if strings.HasPrefix(line, "HTTP/1.1 200 ") {
			return
		}
	}
	ts.Fatalf("the upload was not taken")
}

// scriptClosed PORT waits until nothing listens any more.
func scriptClosed(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		c, err := net.Dial("tcp", "127.0.0.1:"+args[0])
		if err != nil {
			return
		}
		c.Close()
	}
	ts.Fatalf("port %s is still open", args[0])
}
