// Package blobtest is the contract of [blob.Store] in executable form. Every
// engine passes all of it.
package blobtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
)

// Run tests an engine. Open gives a new, empty store, closed by the suite.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	tests := []struct {
		name string
		test func(*testing.T, blob.Store)
	}{
		{"an object comes back as it was put", roundTrip},
		{"odd names are kept apart and come back", oddNames},
		{"what is not there is NotFound", absent},
		{"a directory is not an object", directories},
		{"a body of another length leaves no trace", wrongLength},
		{"a body that fails leaves no trace", failingBody},
		{"a request that ends leaves no trace", endedContext},
		{"a new object replaces the old one, whole", replaced},
		{"an open object stays what it was", openWhileReplaced},
		{"of two puts of one key one wins whole", rivals},
		{"a span picks its bytes", spans},
		{"a span outside the object is refused with its size", spansOutside},
		{"a list has one level in byte order", lists},
		{"a list ends early when asked to", listStops},
		{"a walk finds what is below a directory, once", walks},
		{"a deleted object is gone and its directories with it", deletes},
		{"a deleted tree is gone and its neighbours stay", deletesTree},
		{"puts and deletes of neighbours do not disturb each other", churn},
		{"the zero key names nothing", zeroKey},
		{"parts in any order make one object", uploadAnyOrder},
		{"a part that is sent again replaces the first", uploadRepeat},
		{"the digest is that of the parts that stand in the end", uploadDigest},
		{"parts are invisible until they are complete", uploadInvisible},
		{"a part that is being sent keeps others off", uploadBusy},
		{"a wrong list of parts completes nothing", uploadWrongParts},
		{"uneven and uncountable parts are refused", uploadUneven},
		{"a part of another length is not stored", uploadWrongLength},
		{"an upload belongs to its key", uploadForeign},
		{"an upload that is over takes no part", uploadOver},
		{"too many uploads are refused", uploadLimit},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := open(t)
			test.test(t, s)
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// Key parses a key that must be good.
func Key(t testing.TB, text string) blob.Key {
	t.Helper()
	k, err := blob.ParseKey(text)
	if err != nil {
		t.Fatalf("ParseKey(%q): %v", text, err)
	}
	return k
}

// Dir parses a prefix that must be good.
func Dir(t testing.TB, text string) blob.Prefix {
	t.Helper()
	p, err := blob.ParsePrefix(text)
	if err != nil {
		t.Fatalf("ParsePrefix(%q): %v", text, err)
	}
	return p
}

// Put stores text and fails the test if that fails.
func Put(t testing.TB, s blob.Store, key, text string) {
	t.Helper()
	if _, err := s.Put(t.Context(), Key(t, key), strings.NewReader(text), int64(len(text))); err != nil {
		t.Fatalf("Put(%q): %v", key, err)
	}
}

// Read gives a whole object as text and fails the test if it cannot.
func Read(t testing.TB, s blob.Store, key string) string {
	t.Helper()
	text, err := read(t, s, key, blob.Span{})
	if err != nil {
		t.Fatalf("Get(%q): %v", key, err)
	}
	return text
}

func read(t testing.TB, s blob.Store, key string, span blob.Span) (string, error) {
	t.Helper()
	o, err := s.Get(t.Context(), Key(t, key), span)
	if err != nil {
		return "", err
	}
	defer o.Body.Close()
	text, err := io.ReadAll(o.Body)
	if err == nil && int64(len(text)) != o.Length {
		t.Errorf("Get(%q): %d bytes, Length says %d", key, len(text), o.Length)
	}
	return string(text), err
}

// Names lists a directory; those of directories end in a slash.
func Names(t testing.TB, s blob.Store, dir string) []string {
	t.Helper()
	var names []string
	for e, err := range s.List(t.Context(), Dir(t, dir)) {
		if err != nil {
			t.Fatalf("List(%q): %v", dir, err)
		}
		if e.Dir {
			e.Name += "/"
		}
		names = append(names, e.Name)
	}
	return names
}

func wantCode(t *testing.T, doing string, err error, want pedigree.Code) {
	t.Helper()
	if err == nil || pedigree.CodeOf(err) != want {
		t.Errorf("%s: error %v, want one that is %v", doing, err, want)
	}
}

func wantAbsent(t *testing.T, s blob.Store, key string) {
	t.Helper()
	_, err := s.Stat(t.Context(), Key(t, key))
	wantCode(t, "Stat of "+key, err, pedigree.NotFound)
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

func roundTrip(t *testing.T, s blob.Store) {
	for _, size := range []int{0, 1, 4096, 300_001} {
		want := random(size)
		for _, declared := range []int64{int64(size), -1} {
			key := Key(t, "0/run/artifacts/model.bin")
			put, err := s.Put(t.Context(), key, iotest.HalfReader(bytes.NewReader(want)), declared)
			if err != nil {
				t.Fatalf("Put of %d bytes, declared %d: %v", size, declared, err)
			}
			o, err := s.Get(t.Context(), key, blob.Span{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(o.Body)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back as %d, %v", size, len(got), err)
			}
			if err := o.Body.Close(); err != nil {
				t.Error(err)
			}
			stat, err := s.Stat(t.Context(), key)
			if err != nil || stat != put.Info || o.Info != put.Info || stat.Size != int64(size) {
				t.Errorf("Put says %+v, Get %+v, Stat %+v, %v", put, o.Info, stat, err)
			}
			if put.SHA256 != digestOf(want) {
				t.Errorf("%d bytes have the digest %s, want %s", size, put.SHA256, digestOf(want))
			}
			if o.Offset != 0 || o.Length != int64(size) {
				t.Errorf("the whole object is %d bytes from %d", o.Length, o.Offset)
			}
		}
	}
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func oddNames(t *testing.T, s blob.Store) {
	keys := []string{
		"a b", "a%20b", "100%", "%", "a+b", "ä/ö/ü", "a\u0308", "日本語.txt", `q"uo'te`, "<b>", "a&b=c", "~", "-rf",
		"...", ".hidden", "x/c:d", "1:2", "A", "a", strings.Repeat("x", 255), "x/" + strings.Repeat("y/", 60) + "z",
	}
	for _, key := range keys {
		Put(t, s, key, "this is "+key)
	}
	for _, key := range keys {
		if got := Read(t, s, key); got != "this is "+key {
			t.Errorf("%q holds %q", key, got)
		}
	}
}

func absent(t *testing.T, s blob.Store) {
	Put(t, s, "there/file", "x")
	for _, key := range []string{"nowhere", "nowhere/at/all", "there/other", "there/file/below"} {
		wantAbsent(t, s, key)
		_, err := read(t, s, key, blob.Span{})
		wantCode(t, "Get of "+key, err, pedigree.NotFound)
		wantCode(t, "Delete of "+key, s.Delete(t.Context(), Key(t, key)), pedigree.NotFound)
	}
	if got := Read(t, s, "there/file"); got != "x" {
		t.Errorf("the neighbour holds %q", got)
	}
}

func directories(t *testing.T, s blob.Store) {
	Put(t, s, "dir/file", "x")
	_, err := s.Stat(t.Context(), Key(t, "dir"))
	wantCode(t, "Stat of a directory", err, pedigree.Invalid)
	_, err = read(t, s, "dir", blob.Span{})
	wantCode(t, "Get of a directory", err, pedigree.Invalid)
	_, err = s.Put(t.Context(), Key(t, "dir"), strings.NewReader("y"), 1)
	wantCode(t, "Put of a directory", err, pedigree.Invalid)
	_, err = s.Put(t.Context(), Key(t, "dir/file/below"), strings.NewReader("y"), 1)
	wantCode(t, "Put below an object", err, pedigree.Invalid)
	if got := Read(t, s, "dir/file"); got != "x" {
		t.Errorf("the object holds %q", got)
	}
}

func wrongLength(t *testing.T, s blob.Store) {
	for _, declared := range []int64{0, 9, 11, 1 << 40} {
		_, err := s.Put(t.Context(), Key(t, "new/object"), strings.NewReader("ten bytes!"), declared)
		if declared == 1<<40 && pedigree.CodeOf(err) == pedigree.Unavailable {
			err = pedigree.Errorf(pedigree.Invalid, "the store has no room for that, and says so first")
		}
		wantCode(t, "Put", err, pedigree.Invalid)
	}
	wantAbsent(t, s, "new/object")
	if names := Names(t, s, ""); len(names) != 0 {
		t.Errorf("the store holds %q", names)
	}
}

func failingBody(t *testing.T, s blob.Store) {
	Put(t, s, "old", "old")
	ours := pedigree.Errorf(pedigree.TooLarge, "too much")
	for _, cause := range []error{errors.New("the line is cut"), io.ErrUnexpectedEOF, ours} {
		for _, key := range []string{"new", "old"} {
			_, err := s.Put(t.Context(), Key(t, key), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(cause)), -1)
			if cause == error(ours) && err != cause {
				t.Errorf("the reader's own error came back as %v", err)
			} else if cause != error(ours) {
				wantCode(t, "Put", err, pedigree.Invalid)
			}
		}
	}
	wantAbsent(t, s, "new")
	if got := Read(t, s, "old"); got != "old" {
		t.Errorf("the old object holds %q", got)
	}
}
