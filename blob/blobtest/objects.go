package blobtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
)

// endless is a body without end that calls a function when it is first read.
type endless struct{ first func() }

func (e *endless) Read(p []byte) (int, error) {
	if e.first != nil {
		e.first()
		e.first = nil
	}
	return len(p), nil
}

func endedContext(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Put(ctx, Key(t, "new"), &endless{cancel}, -1)
	wantCode(t, "Put", err, pedigree.Invalid)
	wantAbsent(t, s, "new")
}

func replaced(t *testing.T, s blob.Store) {
	Put(t, s, "key", "a long first text")
	first, err := s.Stat(t.Context(), Key(t, "key"))
	if err != nil {
		t.Fatal(err)
	}
	Put(t, s, "key", "second")
	second, err := s.Stat(t.Context(), Key(t, "key"))
	if err != nil || second.Tag == first.Tag {
		t.Errorf("both have the tag %q, %v", first.Tag, err)
	}
	if got := Read(t, s, "key"); got != "second" {
		t.Errorf("the object holds %q", got)
	}
}

func openWhileReplaced(t *testing.T, s blob.Store) {
	Put(t, s, "dir/key", "first")
	o, err := s.Get(t.Context(), Key(t, "dir/key"), blob.Span{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	Put(t, s, "dir/key", "other")
	if err := s.Delete(t.Context(), Key(t, "dir")); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(o.Body); string(got) != "first" || err != nil {
		t.Errorf("the open object gives %q, %v", got, err)
	}
}

func rivals(t *testing.T, s blob.Store) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 5 {
				text := strings.Repeat(fmt.Sprint(i), 50_000)
				if _, err := s.Put(t.Context(), Key(t, "a/b/key"), strings.NewReader(text), int64(len(text))); err != nil {
					t.Errorf("Put: %v", err)
				}
			}
		})
	}
	all.Wait()
	got := Read(t, s, "a/b/key")
	if len(got) != 50_000 || strings.Trim(got, got[:1]) != "" {
		t.Errorf("the object is a mixture of %d bytes", len(got))
	}
	if names := Names(t, s, "a/b"); !slices.Equal(names, []string{"key"}) {
		t.Errorf("the directory holds %q", names)
	}
}

func spans(t *testing.T, s blob.Store) {
	Put(t, s, "digits", "0123456789")
	tests := []struct {
		span blob.Span
		want string
	}{
		{blob.Span{}, "0123456789"},
		{blob.Span{Offset: 0, Length: 1}, "0"},
		{blob.Span{Offset: 3}, "3456789"},
		{blob.Span{Offset: 3, Length: 4}, "3456"},
		{blob.Span{Offset: 9, Length: 1}, "9"},
		{blob.Span{Offset: 9, Length: 1 << 60}, "9"},
		{blob.Span{Offset: -1}, "9"},
		{blob.Span{Offset: -4}, "6789"},
		{blob.Span{Offset: -100}, "0123456789"},
	}
	for _, test := range tests {
		got, err := read(t, s, "digits", test.span)
		if got != test.want || err != nil {
			t.Errorf("%+v gives %q, %v; want %q", test.span, got, err, test.want)
		}
		o, err := s.Get(t.Context(), Key(t, "digits"), test.span)
		if err != nil {
			t.Fatal(err)
		}
		var direct strings.Builder
		if _, err := io.Copy(&direct, o.Body); err != nil || direct.String() != test.want {
			t.Errorf("%+v copies %q, %v; want %q", test.span, direct.String(), err, test.want)
		}
		if err := o.Body.Close(); err != nil {
			t.Error(err)
		}
		if o.Size != 10 || "0123456789"[o.Offset:o.Offset+o.Length] != test.want {
			t.Errorf("%+v is told as %d bytes from %d of %d", test.span, o.Length, o.Offset, o.Size)
		}
	}
}

func spansOutside(t *testing.T, s blob.Store) {
	Put(t, s, "digits", "0123456789")
	Put(t, s, "empty", "")
	for key, size := range map[string]int64{"digits": 10, "empty": 0} {
		for _, span := range []blob.Span{{Offset: 10}, {Offset: 1 << 62, Length: 1}, {Offset: 10, Length: 5}, {Offset: 0, Length: -1}} {
			_, err := read(t, s, key, span)
			wantCode(t, fmt.Sprintf("Get of %s %+v", key, span), err, pedigree.Invalid)
			if outside, ok := errors.AsType[*blob.SpanError](err); !ok || outside.Size != size {
				t.Errorf("Get of %s %+v: %v does not tell the size", key, span, err)
			}
		}
	}
}

func lists(t *testing.T, s blob.Store) {
	for _, key := range []string{"r/b", "r/a/1", "r/a/2", "r/a-b", "r/a.b", "r/a/3/x", "r/B", "r10/x", "r1", "é", "z"} {
		Put(t, s, key, key)
	}
	tests := []struct {
		dir  string
		want []string
	}{
		{"", []string{"r/", "r1", "r10/", "z", "é"}},
		{"r", []string{"B", "a/", "a-b", "a.b", "b"}},
		{"r/", []string{"B", "a/", "a-b", "a.b", "b"}},
		{"r/a", []string{"1", "2", "3/"}},
		{"r1", nil},
		{"r/b", nil},
		{"r/b/below", nil},
		{"none", nil},
		{"none/at/all", nil},
	}
	for _, test := range tests {
		if got := Names(t, s, test.dir); !slices.Equal(got, test.want) {
			t.Errorf("%q holds %q, want %q", test.dir, got, test.want)
		}
	}
	for e, err := range s.List(t.Context(), Dir(t, "r")) {
		want := int64(len("r/" + e.Name))
		if e.Dir {
			want = 0
		}
		if err != nil || e.Size != want {
			t.Errorf("%+v, %v; want size %d", e, err, want)
		}
		if e.Dir {
			if e.Tag != "" {
				t.Errorf("a directory has the tag %q", e.Tag)
			}
			continue
		}
		if info, err := s.Stat(t.Context(), Key(t, "r/"+e.Name)); err != nil || info.Tag != e.Tag || e.Tag == "" {
			t.Errorf("%+v has the tag %q in Stat, %v", e, info.Tag, err)
		}
	}
}

func listStops(t *testing.T, s blob.Store) {
	Put(t, s, "a", "")
	Put(t, s, "b", "")
	for e := range s.List(t.Context(), blob.Prefix{}) {
		if e.Name != "a" {
			t.Errorf("after the end came %q", e.Name)
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for e, err := range s.List(ctx, blob.Prefix{}) {
		if err == nil {
			t.Errorf("a request that ended was given %q", e.Name)
		}
	}
}

func walks(t *testing.T, s blob.Store) {
	for _, key := range []string{"r/b", "r/a/1", "r/a/3/x", "r/a-b", "r/é/ü", "r10/x", "other"} {
		Put(t, s, key, key)
	}
	for dir, want := range map[string][]string{
		"r":    {"a-b", "b", "a/1", "a/3/x", "é/ü"},
		"r/a":  {"1", "3/x"},
		"r/b":  nil,
		"none": nil,
	} {
		var got []string
		for e, err := range blob.Walk(t.Context(), s, Dir(t, dir)) {
			if err != nil {
				t.Fatal(err)
			}
			info, err := s.Stat(t.Context(), Key(t, dir+"/"+e.Name))
			if err != nil || info.Size != e.Size || info.Tag != e.Tag || e.Dir {
				t.Errorf("%+v is %+v in Stat, %v", e, info, err)
			}
			got = append(got, e.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("below %q are %q, want %q", dir, got, want)
		}
	}
	for e := range blob.Walk(t.Context(), s, blob.Prefix{}) {
		if e.Name != "other" {
			t.Errorf("after the end came %q", e.Name)
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	errs := 0
	for _, err := range blob.Walk(ctx, s, Dir(t, "r")) {
		if err == nil {
			t.Error("a request that ended was given an object")
		}
		errs++
	}
	if errs != 1 {
		t.Errorf("a request that ended was told so %d times", errs)
	}
}

func deletes(t *testing.T, s blob.Store) {
	Put(t, s, "a/b/c/file", "x")
	Put(t, s, "a/other", "y")
	if err := s.Delete(t.Context(), Key(t, "a/b/c/file")); err != nil {
		t.Fatal(err)
	}
	wantAbsent(t, s, "a/b/c/file")
	if got := Names(t, s, "a"); !slices.Equal(got, []string{"other"}) {
		t.Errorf("the directory around it holds %q", got)
	}
	if err := s.Delete(t.Context(), Key(t, "a/other")); err != nil {
		t.Fatal(err)
	}
	if got := Names(t, s, ""); len(got) != 0 {
		t.Errorf("the store holds %q", got)
	}
	Put(t, s, "a/b/c/file", "again")
	if got := Read(t, s, "a/b/c/file"); got != "again" {
		t.Errorf("the object holds %q", got)
	}
}

func deletesTree(t *testing.T, s blob.Store) {
	for _, key := range []string{"run1/x", "run1/d/e/f", "run10/x", "run/x", "run1.bak"} {
		Put(t, s, key, key)
	}
	if err := s.Delete(t.Context(), Key(t, "run1")); err != nil {
		t.Fatal(err)
	}
	wantAbsent(t, s, "run1/x")
	wantAbsent(t, s, "run1/d/e/f")
	if got := Names(t, s, ""); !slices.Equal(got, []string{"run/", "run1.bak", "run10/"}) {
		t.Errorf("the store holds %q", got)
	}
	wantCode(t, "a second Delete", s.Delete(t.Context(), Key(t, "run1")), pedigree.NotFound)
}

// churn puts and deletes under one directory, which comes and goes all the
// time. What a Put promised must be there until the one who put it deletes it.
func churn(t *testing.T, s blob.Store) {
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			key := fmt.Sprintf("d/e/%d", i)
			for range 30 {
				if _, err := s.Put(t.Context(), Key(t, key), strings.NewReader(key), -1); err != nil {
					t.Errorf("Put: %v", err)
					return
				}
				if got, err := read(t, s, key, blob.Span{}); got != key {
					t.Errorf("the object holds %q, %v", got, err)
				}
				if err := s.Delete(t.Context(), Key(t, key)); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
		})
	}
	all.Wait()
	if got := Names(t, s, ""); len(got) != 0 {
		t.Errorf("the store holds %q", got)
	}
}

func zeroKey(t *testing.T, s blob.Store) {
	Put(t, s, "sentinel", "x")
	_, err := s.Put(t.Context(), blob.Key{}, strings.NewReader("x"), 1)
	wantCode(t, "Put", err, pedigree.Invalid)
	_, err = s.Get(t.Context(), blob.Key{}, blob.Span{})
	wantCode(t, "Get", err, pedigree.Invalid)
	_, err = s.Stat(t.Context(), blob.Key{})
	wantCode(t, "Stat", err, pedigree.Invalid)
	_, err = s.CreateUpload(t.Context(), blob.Key{}, 1)
	wantCode(t, "CreateUpload", err, pedigree.Invalid)
	wantCode(t, "Delete", s.Delete(t.Context(), blob.Key{}), pedigree.Invalid)
	if got := Read(t, s, "sentinel"); got != "x" {
		t.Errorf("the sentinel holds %q", got)
	}
}
