package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/route"
	"github.com/pedigree-ml/pedigree/server"
	"github.com/pedigree-ml/pedigree/store"
)

// A narrow listener has the kernel take little of what is written for a client
// that does not read.
type narrow struct{ net.Listener }

// Accept narrows the next connection.
func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(16 << 10)
	}
	return c, err
}

// behindGuards serves the operation as the real server does, and gives its address.
func (f *watchFixture) behindGuards(limits server.Limits) string {
	f.Helper()
	h := New(nil, nil)
	h.Watches = f.service
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	s := server.New(server.Options{
		Wires: []route.Wire{h.Wire()}, Limits: limits, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(f.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Serve(ctx, server.Drain{Timeout: 20 * time.Second}, server.Listener{Listener: narrow{l}, Handler: s.Handler(l.Addr().String())})
	}()
	f.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			f.Errorf("the server ended with %v", err)
		}
	})
	return l.Addr().String()
}

// flood makes many nodes with long names.
func (f *watchFixture) flood(n int) {
	f.Helper()
	err := f.store.Update(f.Context(), func(tx store.Tx) error {
		for i := range n {
			node := pedigree.Node{
				Workspace: 1, Home: 1, Type: pedigree.RunType, UID: fmt.Sprint("flood ", i), Name: strings.Repeat("x", 500),
				Started: pedigree.NoTime, Ended: pedigree.NoTime, Deleted: pedigree.NoTime,
			}
			if err := tx.CreateNode(&node); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
}

// TestAReaderThatStallsIsCutAndResumes has a client read nothing until the server
// gives it up, then read what had been sent and come back for the rest.
func TestAReaderThatStallsIsCutAndResumes(t *testing.T) {
	f := openWatch(t, time.Minute)
	address := f.behindGuards(server.Limits{StallTime: 300 * time.Millisecond})
	const many = 1500 // about 1 MB: more than what the kernel takes for the client
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET "+base+"/watch HTTP/1.1\r\nHost: "+address+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("%v %v", answer, err)
	}
	defer answer.Body.Close()
	w := &watching{t, answer, bufio.NewScanner(answer.Body)}
	w.next()
	f.flood(many)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); f.service.Watching() > 0; {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("a client that does not read is never cut")
		}
	}
	seen, last := 0, ""
	for b := w.next(); len(b) > 0; b = w.next() {
		if strings.HasSuffix(b["data"], "}}") { // the last may be cut off
			seen, last = seen+1, b["id"]
		}
	}
	if seen == 0 || seen == many {
		t.Fatalf("of %d events %d were sent before the client was cut", many, seen)
	}
	again := f.open("", last)
	for n := seen; n < many; {
		b := again.next()
		if len(b) == 0 {
			t.Fatalf("the stream ended after %d events", n)
		}
		if b["data"] == "" {
			continue
		}
		n++
		if want := fmt.Sprint("flood ", n-1); b.event(t).Node.UID != want {
			t.Fatalf("after %s comes %s, want %s", last, b.event(t).Node.UID, want)
		}
	}
}
