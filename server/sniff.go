package server

import (
	"errors"
	"net"
	"sync"
	"time"
)

// preface opens every connection of HTTP/2, and so of gRPC. No request of
// HTTP/1 begins like it.
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// A splitter shares the connections of one listener out by their first bytes.
// Each is looked at in a goroutine of its own, so that a silent one holds up
// nobody.
type splitter struct {
	net.Listener
	patience time.Duration // until a connection has said what it speaks
	http2    *half
	other    *half

	mu      sync.Mutex
	waiting map[net.Conn]struct{} // that have not said so yet; nil once closed
	done    chan struct{}         // closed with the listener
	err     error                 // why; set before done is closed
}

// A half is a listener for one of the two.
type half struct {
	*splitter
	ready chan net.Conn
}

// split begins to share out the connections of l.
func split(l net.Listener, patience time.Duration) *splitter {
	s := &splitter{Listener: l, patience: patience, waiting: make(map[net.Conn]struct{}), done: make(chan struct{})}
	s.http2 = &half{s, make(chan net.Conn)}
	s.other = &half{s, make(chan net.Conn)}
	go s.run()
	return s
}

// Accept waits for the next connection of this half.
func (h *half) Accept() (net.Conn, error) {
	select {
	case c := <-h.ready:
		return c, nil
	case <-h.done:
		return nil, h.err
	}
}

// The least and the most time between two attempts to accept a connection when
// the system has no room for one.
const (
	leastPause = 5 * time.Millisecond
	mostPause  = time.Second
)

func (s *splitter) run() {
	pause := leastPause
	for {
		c, err := s.Listener.Accept()
		if err == nil {
			pause = leastPause
			s.look(c)
			continue
		}
		if !passing(err) {
			s.end(err)
			_ = s.Listener.Close() // it failed already
			return
		}
		select {
		case <-time.After(pause):
		case <-s.done:
		}
		pause = min(2*pause, mostPause)
	}
}

// passing reports whether accepting may work again later, as net/http sees it.
func passing(err error) bool {
	failed, ok := errors.AsType[net.Error](err)
	return ok && failed.Temporary() //nolint:staticcheck // there is no other word for a process that is out of file descriptors
}

// look finds out in the background who shall have a connection.
func (s *splitter) look(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == nil {
		_ = c.Close() // nobody is there to serve it
		return
	}
	s.waiting[c] = struct{}{}
	go s.hand(c)
}

func (s *splitter) hand(c net.Conn) {
	to, err := s.sniff(c)
	s.mu.Lock()
	delete(s.waiting, c)
	s.mu.Unlock()
	if err != nil {
		_ = c.Close() // it said nothing that could be answered
		return
	}
	select {
	case to.ready <- c:
	case <-s.done:
		_ = c.Close() // nobody is there to serve it
	}
}

// sniff reads until it is clear what the connection speaks, mostly one packet,
// and puts that back.
func (s *splitter) sniff(c net.Conn) (*half, error) {
	if err := c.SetReadDeadline(time.Now().Add(s.patience)); err != nil {
		return nil, err
	}
	head := make([]byte, 0, len(preface))
	for string(head) == preface[:len(head)] && len(head) < len(preface) {
		n, err := c.Read(head[len(head):len(preface)])
		head = head[:len(head)+n]
		if err != nil && n == 0 {
			return nil, err
		}
	}
	c.(*conn).head = head
	to := s.other
	if string(head) == preface {
		to = s.http2
	}
	return to, c.SetReadDeadline(time.Time{})
}

// Close closes the listener and the connections that have said nothing yet. The
// servers of both halves do so.
func (s *splitter) Close() error {
	if !s.end(net.ErrClosed) {
		return nil
	}
	return s.Listener.Close()
}

// end reports whether it was this call that ended the splitter.
func (s *splitter) end(cause error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == nil {
		return false
	}
	for c := range s.waiting {
		_ = c.Close() // it said nothing that could be answered
	}
	s.waiting, s.err = nil, cause
	close(s.done)
	return true
}
