package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pedigree-ml/pedigree/digest"
)

// A verifyDisplay prints what a verification finds and, where somebody watches,
// how far it has come.
type verifyDisplay struct {
	out   io.Writer
	watch io.Writer // nil where nobody watches
	shown time.Time // when progress was last shown; zero where none is
}

func newVerifyDisplay(s streams) *verifyDisplay {
	d := &verifyDisplay{out: s.out}
	if isTerminal(s.err) {
		d.watch = s.err
	}
	return d
}

// isTerminal reports whether somebody can be watching.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// finding prints one line. Names come from clients, so nothing in them may
// steer a terminal.
func (d *verifyDisplay) finding(problem digest.Problem, path string, cause error) {
	d.clear()
	if strings.ContainsFunc(path, func(c rune) bool { return !unicode.IsPrint(c) }) {
		path = strconv.Quote(path)
	}
	if problem == digest.Record {
		path = "the list of files does not agree with the digest of the version"
	}
	if cause != nil {
		path += ": " + explain(cause)
	}
	fmt.Fprintf(d.out, "%-10s  %s\n", problem, path)
}

// progress writes over the line that it wrote before.
func (d *verifyDisplay) progress(p digest.Progress) {
	if now := time.Now(); d.watch != nil && now.Sub(d.shown) >= 200*time.Millisecond {
		d.shown = now
		fmt.Fprintf(d.watch, "\r\x1b[Kverifying: %d of %d files, %s of %s", p.Files, p.OfFiles, size(uint64(p.Bytes)), size(uint64(p.OfBytes)))
	}
}

// clear takes the progress away.
func (d *verifyDisplay) clear() {
	if !d.shown.IsZero() {
		d.shown = time.Time{}
		fmt.Fprint(d.watch, "\r\x1b[K")
	}
}
