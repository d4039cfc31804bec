package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/digest"
)

func TestProgressIsShownWhereSomebodyWatchesAndTakenAway(t *testing.T) {
	var out, watched bytes.Buffer
	d := verifyDisplay{out: &out, watch: &watched}
	d.progress(digest.Progress{Files: 1, OfFiles: 3, Bytes: 1 << 20, OfBytes: 3 << 20})
	d.progress(digest.Progress{Files: 2, OfFiles: 3}) // too soon to be shown
	d.finding(digest.Missing, "model.pkl", nil)
	d.clear()
	if got := watched.String(); got != "\r\x1b[Kverifying: 1 of 3 files, 1 MiB of 3 MiB\r\x1b[K" {
		t.Errorf("shown was %q", got)
	}
	if got := out.String(); got != "missing     model.pkl\n" {
		t.Errorf("printed was %q", got)
	}
}

func TestNothingIsShownWhereNobodyWatches(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, s := range []streams{{file, file}, {file, &bytes.Buffer{}}} {
		d := newVerifyDisplay(s)
		d.progress(digest.Progress{Files: 1, OfFiles: 3})
		d.clear()
		if d.watch != nil {
			t.Errorf("somebody seems to watch %T", s.err)
		}
	}
	if info, err := file.Stat(); err != nil || info.Size() != 0 {
		t.Errorf("%d bytes were printed, %v", info.Size(), err)
	}
}

func TestFindingsCannotSteerATerminal(t *testing.T) {
	var out bytes.Buffer
	d := verifyDisplay{out: &out}
	d.finding(digest.Added, "a\x1b]0;owned\x07\nchanged     b\u202e", nil)
	d.finding(digest.Record, "", nil)
	d.finding(digest.Unreadable, "é.bin", pedigree.Hide(pedigree.Internal, errors.New("input/output error"), "an artifact cannot be read"))
	want := `added       "a\x1b]0;owned\a\nchanged     b\u202e"` + "\n" +
		"record      the list of files does not agree with the digest of the version\n" +
		"unreadable  é.bin: an artifact cannot be read: input/output error\n"
	if got := out.String(); got != want {
		t.Errorf("printed was\n%swant\n%s", got, want)
	}
}

func TestAServersAnswerIsFollowedToItsEnd(t *testing.T) {
	const progress = `{"progress":{"files":0,"of_files":1,"bytes":0,"of_bytes":1}}` + "\n"
	for name, c := range map[string]struct{ answer, want string }{
		"well":          {progress + `{"result":{"ok":true,"files":1,"problems":{}}}`, ""},
		"not well":      {progress + `{"finding":{"problem":"changed","path":"a"}}` + "\n" + `{"result":{"ok":false,"files":1,"problems":{"changed":1}}}`, ""},
		"cut short":     {progress, "cut short"},
		"empty":         {"", "cut short"},
		"no JSON":       {"<html>", "cut short"},
		"an error":      {progress + `{"error":{"detail":"the disk is gone"}}`, "the disk is gone"},
		"contradictory": {`{"result":{"ok":true,"files":1,"problems":{"changed":1}}}`, "contradicts itself"},
		"of the future": {`{"news":1}` + "\n" + `{"result":{"ok":true,"files":1,"problems":{}}}`, ""},
	} {
		var out bytes.Buffer
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c.answer)) }))
		report, err := (&verifyModelCmd{Server: server.URL}).throughServer(t.Context(), &verifyDisplay{out: &out})
		server.Close()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err == nil && report.OK() != (out.Len() == 0) {
			t.Errorf("%s: %+v after %q", name, report, &out)
		}
	}
}
