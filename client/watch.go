package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pedigree-ml/pedigree/api"
)

// A Watch asks for what happens to nodes. What it names is asked for together;
// an empty list stands for everything.
type Watch struct {
	After   string   // the cursor of the last event that was seen; empty begins with what happens next
	Kinds   []string // artifact, execution, context
	Types   []string
	Actions []string // created, updated, properties, events, members, relations, contents, comments, purged
	Refs    []string // nodes, as for [Client.Nodes]
}

// How a watch keeps going.
const (
	silence      = 45 * time.Second // after which a connection is dead: the server says something every 15 s
	firstBackoff = 500 * time.Millisecond
	mostBackoff  = 30 * time.Second
	maxLine      = 1 << 20 // bytes
)

// Watch gives events as they come, in order, until ctx ends or the caller breaks
// off. When the connection breaks it connects again, waiting longer from time to
// time, and goes on where it was, so that no event is missed or comes twice. An
// error is the last that it gives: that the server cannot be reached at first, or
// that it refuses. That refusal is an [Error] with the status 410 where the events
// that come next are not kept any more.
func (c *Client) Watch(ctx context.Context, w Watch) iter.Seq2[*api.WatchEvent, error] {
	return func(yield func(*api.WatchEvent, error) bool) {
		s := &watching{client: c, asked: w, yield: yield, backoff: firstBackoff}
		for {
			err := s.connect(ctx)
			switch {
			case s.left || ctx.Err() != nil:
				return
			case err != nil && (!s.connected || final(err)):
				yield(nil, err)
				return
			}
			if !s.rest(ctx) {
				return
			}
		}
	}
}

// final reports whether an error stays when the request is repeated.
func final(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status < http.StatusInternalServerError && e.Status != http.StatusTooManyRequests
}

// watching is a watch on its way.
type watching struct {
	client    *Client
	asked     Watch // After moves on
	yield     func(*api.WatchEvent, error) bool
	connected bool // at least once
	left      bool // the caller wants no more
	backoff   time.Duration
}

// rest waits before the next attempt, unless ctx ends.
func (s *watching) rest(ctx context.Context) bool {
	timer := time.NewTimer(s.backoff/2 + rand.N(s.backoff/2)) // not all clients at once
	defer timer.Stop()
	s.backoff = min(2*s.backoff, mostBackoff)
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// connect reads one answer to its end.
func (s *watching) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dead := time.AfterFunc(silence, cancel)
	defer dead.Stop()
	body, err := s.client.do(ctx, http.MethodGet, "watch", s.values(), nil)
	if err != nil {
		return err
	}
	defer body.Close()
	s.connected = true
	lines := bufio.NewScanner(alive{body, dead})
	lines.Buffer(nil, maxLine)
	return s.read(lines)
}

// alive puts off that a connection counts as dead whenever something comes.
type alive struct {
	io.Reader
	dead *time.Timer
}

// Read reads what comes.
func (a alive) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	a.dead.Reset(silence)
	return n, err
}

func (s *watching) values() url.Values {
	values := url.Values{"kind": s.asked.Kinds, "type": s.asked.Types, "action": s.asked.Actions, "ref": s.asked.Refs}
	if s.asked.After != "" {
		values.Set("after", s.asked.After)
	}
	return values
}

// read reads events as HTML's standard has it: lines up to an empty one, of which
// an id alone moves the place to resume at.
func (s *watching) read(lines *bufio.Scanner) error {
	var id, kind, data string
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			id = value
		case "event":
			kind = value
		case "data":
			data += value
		}
		if lines.Text() != "" {
			continue
		}
		if err := s.dispatch(kind, data); err != nil || s.left {
			return err
		}
		if id != "" {
			s.asked.After, s.backoff = id, firstBackoff
		}
		id, kind, data = "", "", ""
	}
	return lines.Err()
}

// dispatch gives one event to the caller.
func (s *watching) dispatch(kind, data string) error {
	switch {
	case data == "":
		return nil
	case kind == "gone":
		e := new(Error)
		if err := json.Unmarshal([]byte(data), &e.Problem); err != nil {
			return fmt.Errorf("the server's answer is damaged: %w", err)
		}
		return e
	case kind != "":
		return nil // of a newer server
	}
	v := new(api.WatchEvent)
	if err := json.Unmarshal([]byte(data), v); err != nil {
		return fmt.Errorf("the server's answer is damaged: %w", err)
	}
	s.left = !s.yield(v, nil)
	return nil
}
