package blob_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/pedigree-ml/pedigree/blob"
	"github.com/pedigree-ml/pedigree/blob/blobtest"
)

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// sending is an upload of parts of four bytes.
type sending struct {
	t     *testing.T
	id    blob.UploadID
	parts []blob.Part
}

func (s *sending) put(f *blob.Files, number int, text string) {
	s.t.Helper()
	tag, err := f.PutPart(s.t.Context(), blobtest.Key(s.t, "k"), s.id, number, strings.NewReader(text), int64(len(text)))
	if err != nil {
		s.t.Fatal(err)
	}
	s.parts[number-1] = blob.Part{Number: number, Tag: tag}
}

func beginSending(t *testing.T, f *blob.Files, parts int) *sending {
	t.Helper()
	id, err := f.CreateUpload(t.Context(), blobtest.Key(t, "k"), parts)
	if err != nil {
		t.Fatal(err)
	}
	return &sending{t, id, make([]blob.Part, parts)}
}

func TestPartsAreDigestedWhileOthersAreAwaited(t *testing.T) {
	f := open(t, t.TempDir())
	s := beginSending(t, f, 4)
	for _, step := range []struct {
		number int
		text   string
		summed int // parts in the digest when all is quiet
	}{
		{2, "bbbb", 0},
		{1, "aaaa", 2},
		{3, "cccc", 3}, // and not the last, whenever it comes
		{4, "d", 3},
		{2, "BBBB", 3},
	} {
		s.put(f, step.number, step.text)
		if got := f.Summed(s.id); got != step.summed {
			t.Errorf("after part %d the digest holds %d parts, want %d", step.number, got, step.summed)
		}
	}
	got, err := f.CompleteUpload(t.Context(), blobtest.Key(t, "k"), s.id, s.parts)
	if err != nil || got.SHA256 != sum("aaaaBBBBccccd") {
		t.Errorf("digest %q, %v", got.SHA256, err)
	}
}

func TestADigestGoesOnAfterARestart(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	s := beginSending(t, f, 3)
	s.put(f, 1, "aaaa")
	s.put(f, 2, "bbbb")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f = open(t, dir)
	s.put(f, 3, "c")
	got, err := f.CompleteUpload(t.Context(), blobtest.Key(t, "k"), s.id, s.parts)
	if err != nil || got.SHA256 != sum("aaaabbbbc") {
		t.Errorf("digest %q, %v", got.SHA256, err)
	}
}
