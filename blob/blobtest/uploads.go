package blobtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/blob"
)

// An upload is an upload of a test.
type upload struct {
	t     *testing.T
	store blob.Store
	key   blob.Key
	id    blob.UploadID
	parts []blob.Part
}

func begin(t *testing.T, s blob.Store, key string, parts int) *upload {
	t.Helper()
	id, err := s.CreateUpload(t.Context(), Key(t, key), parts)
	if err != nil {
		t.Fatalf("CreateUpload: %v", err)
	}
	return &upload{t: t, store: s, key: Key(t, key), id: id, parts: make([]blob.Part, parts)}
}

func (u *upload) try(number int, text []byte) error {
	tag, err := u.store.PutPart(u.t.Context(), u.key, u.id, number, bytes.NewReader(text), int64(len(text)))
	if err == nil {
		u.parts[number-1] = blob.Part{Number: number, Tag: tag}
	}
	return err
}

func (u *upload) put(number int, text []byte) {
	u.t.Helper()
	if err := u.try(number, text); err != nil {
		u.t.Fatalf("PutPart(%d): %v", number, err)
	}
}

func (u *upload) complete() (blob.Stored, error) {
	return u.store.CompleteUpload(u.t.Context(), u.key, u.id, u.parts)
}

func uploadAnyOrder(t *testing.T, s blob.Store) {
	const chunk = 10_000
	orders := [][]int{{1}, {1, 2}, {2, 1}, {1, 2, 3}, {3, 1, 2}, {2, 3, 1}, {3, 2, 1}}
	for _, order := range orders {
		for _, tail := range []int{1, 4321, chunk} {
			whole := random(chunk*(len(order)-1) + tail)
			u := begin(t, s, "dir/model.bin", len(order))
			for _, n := range order {
				u.put(n, whole[(n-1)*chunk:min(n*chunk, len(whole))])
			}
			info, err := u.complete()
			if err != nil || info.Size != int64(len(whole)) {
				t.Fatalf("parts %v with a last one of %d: %+v, %v", order, tail, info, err)
			}
			if got := Read(t, s, "dir/model.bin"); got != string(whole) {
				t.Errorf("parts %v with a last one of %d make another object", order, tail)
			}
			if stat, err := s.Stat(t.Context(), u.key); stat != info.Info || err != nil {
				t.Errorf("CompleteUpload says %+v, Stat %+v, %v", info, stat, err)
			}
			if info.SHA256 != digestOf(whole) {
				t.Errorf("parts %v with a last one of %d have the digest %s", order, tail, info.SHA256)
			}
		}
	}
	if got := Names(t, s, "dir"); !slices.Equal(got, []string{"model.bin"}) {
		t.Errorf("the directory holds %q", got)
	}
}

func uploadRepeat(t *testing.T, s blob.Store) {
	u := begin(t, s, "key", 2)
	u.put(2, []byte("a long last part"))
	u.put(1, []byte("first"))
	u.put(1, []byte("FIRST"))
	u.put(2, []byte("another long part"))
	u.put(2, []byte("last"))
	if _, err := u.complete(); err != nil {
		t.Fatal(err)
	}
	if got := Read(t, s, "key"); got != "FIRSTlast" {
		t.Errorf("the object holds %q", got)
	}
}

// uploadDigest sends parts in an order in which some of those that an engine
// may have read already are replaced, and takes a failed completion back.
func uploadDigest(t *testing.T, s blob.Store) {
	const chunk = 200_000
	whole := random(4*chunk + 100)
	part := func(n int) []byte { return whole[(n-1)*chunk : min(n*chunk, len(whole))] }
	for round, order := range [][]int{{1, 2, 3, 4, 5}, {2, 1, 5, 3, 4}, {5, 4, 3, 2, 1}} {
		u := begin(t, s, "model.bin", 5)
		for i, n := range order {
			u.put(n, random(len(part(n))))
			if i >= 2 {
				u.put(order[i-2], part(order[i-2]))
			}
		}
		if _, err := s.CompleteUpload(t.Context(), u.key, u.id, u.parts[:4]); pedigree.CodeOf(err) != pedigree.Invalid {
			t.Fatalf("completing with four parts: %v", err)
		}
		u.put(order[4], part(order[4]))
		u.put(order[3], part(order[3]))
		info, err := u.complete()
		if err != nil || info.SHA256 != digestOf(whole) {
			t.Errorf("round %d: digest %q, %v", round, info.SHA256, err)
		}
		if Read(t, s, "model.bin") != string(whole) {
			t.Errorf("round %d: another object", round)
		}
	}
}

func uploadBusy(t *testing.T, s blob.Store) {
	for _, abort := range []bool{false, true} {
		u := begin(t, s, "key", 1)
		body, to := io.Pipe()
		sent := make(chan error)
		go func() {
			tag, err := s.PutPart(t.Context(), u.key, u.id, 1, body, 4)
			u.parts[0] = blob.Part{Number: 1, Tag: tag}
			sent <- err
		}()
		if _, err := to.Write([]byte("ab")); err != nil { // returns when the part is being read
			t.Fatal(err)
		}
		_, err := s.PutPart(t.Context(), u.key, u.id, 1, strings.NewReader("1234"), 4)
		wantCode(t, "the same part", err, pedigree.Aborted)
		_, err = s.CompleteUpload(t.Context(), u.key, u.id, []blob.Part{{Number: 1}})
		wantCode(t, "completing", err, pedigree.Aborted)
		if abort {
			if err := s.AbortUpload(t.Context(), u.key, u.id); err != nil {
				t.Errorf("AbortUpload: %v", err)
			}
		}
		if _, err := to.Write([]byte("cd")); err != nil {
			t.Fatal(err)
		}
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		err = <-sent
		if abort {
			wantCode(t, "the rest of a part of an upload that is over", err, pedigree.NotFound)
			continue
		}
		if _, completed := u.complete(); err != nil || completed != nil {
			t.Errorf("the first sender: %v, %v", err, completed)
		}
		if got := Read(t, s, "key"); got != "abcd" {
			t.Errorf("the object holds %q", got)
		}
	}
}

func uploadInvisible(t *testing.T, s blob.Store) {
	Put(t, s, "key", "old")
	u := begin(t, s, "key", 2)
	v := begin(t, s, "other", 1)
	u.put(1, []byte("new "))
	u.put(2, []byte("text"))
	v.put(1, []byte("x"))
	if got := Read(t, s, "key"); got != "old" {
		t.Errorf("the object holds %q", got)
	}
	if got := Names(t, s, ""); !slices.Equal(got, []string{"key"}) {
		t.Errorf("the store holds %q", got)
	}
	if err := s.AbortUpload(t.Context(), v.key, v.id); err != nil {
		t.Errorf("AbortUpload: %v", err)
	}
	wantAbsent(t, s, "other")
}

func uploadWrongParts(t *testing.T, s blob.Store) {
	u := begin(t, s, "key", 2)
	u.put(1, []byte("one"))
	good := slices.Clone(u.parts)
	_, err := u.complete()
	wantCode(t, "completing without a part", err, pedigree.Invalid)
	u.put(2, []byte("two"))
	good[1] = u.parts[1]
	for _, parts := range [][]blob.Part{
		nil,
		good[:1],
		{good[0], good[0]},
		{good[0], {Number: 2, Tag: good[0].Tag}},
		{good[0], {Number: 2}},
		{good[0], {Number: 3, Tag: good[1].Tag}},
		{good[0], good[1], good[1]},
		{{Number: -1 << 62}, good[1]},
	} {
		_, err := s.CompleteUpload(t.Context(), u.key, u.id, parts)
		wantCode(t, fmt.Sprintf("completing with %+v", parts), err, pedigree.Invalid)
	}
	wantAbsent(t, s, "key")
	u.parts = []blob.Part{good[1], good[0]}
	if _, err := u.complete(); err != nil {
		t.Fatalf("completing with the right parts after all: %v", err)
	}
	if got := Read(t, s, "key"); got != "onetwo" {
		t.Errorf("the object holds %q", got)
	}
}

func uploadUneven(t *testing.T, s blob.Store) {
	for _, parts := range []int{-1, 0, blob.MaxParts + 1, 1 << 40} {
		_, err := s.CreateUpload(t.Context(), Key(t, "key"), parts)
		wantCode(t, fmt.Sprintf("an upload of %d parts", parts), err, pedigree.Invalid)
	}
	u := begin(t, s, "key", 3)
	for _, n := range []int{-1, 0, 4, 1 << 40} {
		_, err := s.PutPart(t.Context(), u.key, u.id, n, strings.NewReader("x"), 1)
		wantCode(t, fmt.Sprintf("part %d", n), err, pedigree.Invalid)
	}
	u.put(1, []byte("four"))
	wantCode(t, "a part of another size", u.try(2, []byte("three")), pedigree.Invalid)
	for _, size := range []int64{-1, blob.MaxPart + 1} {
		_, err := s.PutPart(t.Context(), u.key, u.id, 2, strings.NewReader("four"), size)
		wantCode(t, fmt.Sprintf("a part of %d bytes", size), err, pedigree.Invalid)
	}
}

func uploadWrongLength(t *testing.T, s blob.Store) {
	u := begin(t, s, "key", 1)
	for _, size := range []int64{0, 3, 5} {
		_, err := s.PutPart(t.Context(), u.key, u.id, 1, strings.NewReader("four"), size)
		wantCode(t, fmt.Sprintf("a part declared as %d bytes", size), err, pedigree.Invalid)
	}
	u.put(1, []byte("good"))
	_, err := s.PutPart(t.Context(), u.key, u.id, 1, io.MultiReader(strings.NewReader("ba"), iotest.ErrReader(errors.New("cut"))), 4)
	wantCode(t, "a part that breaks off", err, pedigree.Invalid)
	_, err = u.complete()
	wantCode(t, "completing with a part that broke off", err, pedigree.Invalid)
	wantAbsent(t, s, "key")
}

func uploadForeign(t *testing.T, s blob.Store) {
	u := begin(t, s, "mine", 1)
	other := Key(t, "other")
	ids := map[blob.UploadID]pedigree.Code{
		u.id:                pedigree.Invalid,
		"":                  pedigree.Invalid,
		"../" + u.id:        pedigree.Invalid,
		"..":                pedigree.Invalid,
		u.id + "/../" + "x": pedigree.Invalid,
	}
	for id, code := range ids {
		_, err := s.PutPart(t.Context(), other, id, 1, strings.NewReader("x"), 1)
		wantCode(t, fmt.Sprintf("PutPart of %q", id), err, code)
		_, err = s.CompleteUpload(t.Context(), other, id, []blob.Part{{Number: 1, Tag: "x"}})
		wantCode(t, fmt.Sprintf("CompleteUpload of %q", id), err, code)
		wantCode(t, fmt.Sprintf("AbortUpload of %q", id), s.AbortUpload(t.Context(), other, id), code)
	}
	u.put(1, []byte("x"))
	if _, err := u.complete(); err != nil {
		t.Errorf("the upload itself: %v", err)
	}
	wantAbsent(t, s, "other")
}

func uploadOver(t *testing.T, s blob.Store) {
	completed, aborted := begin(t, s, "completed", 1), begin(t, s, "aborted", 1)
	completed.put(1, []byte("x"))
	if _, err := completed.complete(); err != nil {
		t.Fatal(err)
	}
	if err := s.AbortUpload(t.Context(), aborted.key, aborted.id); err != nil {
		t.Fatal(err)
	}
	for _, u := range []*upload{completed, aborted} {
		wantCode(t, "PutPart", u.try(1, []byte("y")), pedigree.NotFound)
		_, err := u.complete()
		wantCode(t, "CompleteUpload", err, pedigree.NotFound)
		wantCode(t, "AbortUpload", s.AbortUpload(t.Context(), u.key, u.id), pedigree.NotFound)
	}
	wantAbsent(t, s, "aborted")
	if got := Read(t, s, "completed"); got != "x" {
		t.Errorf("the object holds %q", got)
	}
}

func uploadLimit(t *testing.T, s blob.Store) {
	last := begin(t, s, "key", 1)
	var all sync.WaitGroup
	for range 50 { // at once, since each waits for the disk
		all.Go(func() {
			for range (blob.MaxUploads - 1) / 50 {
				if _, err := s.CreateUpload(t.Context(), last.key, 1); err != nil {
					t.Errorf("CreateUpload: %v", err)
				}
			}
		})
	}
	all.Wait()
	for range (blob.MaxUploads - 1) % 50 {
		begin(t, s, "key", 1)
	}
	_, err := s.CreateUpload(t.Context(), last.key, 1)
	wantCode(t, "one upload too many", err, pedigree.Exhausted)
	if err := s.AbortUpload(t.Context(), last.key, last.id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateUpload(t.Context(), last.key, 1); err != nil {
		t.Errorf("an upload after another ended: %v", err)
	}
}
