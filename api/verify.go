package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/digest"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/route"
)

// A verification is answered line by line while it goes on: each line is an
// object with one member that says what it is. The last is a result or an
// error; without one the answer was cut short.
type verifyLine struct {
	Progress *progress `json:"progress,omitempty"`
	Finding  *finding  `json:"finding,omitempty"`
	Result   *result   `json:"result,omitempty"`
	Error    *problem  `json:"error,omitempty"`
}

type progress struct {
	Files   int   `json:"files"`
	OfFiles int   `json:"of_files"`
	Bytes   int64 `json:"bytes"`
	OfBytes int64 `json:"of_bytes"`
}

type finding struct {
	Problem    digest.Problem `json:"problem"`
	Path       string         `json:"path,omitempty"` // none where the record itself is the problem
	Registered *content       `json:"registered,omitempty"`
	Found      *content       `json:"found,omitempty"`
}

type content struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
}

type result struct {
	versionName
	OK       bool                   `json:"ok"`
	Files    int                    `json:"files"` // registered
	Bytes    int64                  `json:"bytes"`
	Digest   string                 `json:"digest,omitempty"`
	Problems map[digest.Problem]int `json:"problems"`
}

// progressEvery is the time between two lines that tell how far it has come.
const progressEvery = 500 * time.Millisecond

// A telling is an answer that is written while the verification goes on.
type telling struct {
	w     http.ResponseWriter
	begun bool
	told  time.Time // when progress was last told
}

// verify proves that the bytes of a version are those registered, or tells
// which are not.
func (h *Handler) verify(w http.ResponseWriter, r *http.Request, v *registry.Version) error {
	t := telling{w: w}
	report, err := h.digests.Verify(r.Context(), v, t.watch)
	switch {
	case err != nil && !t.begun:
		return err
	case err != nil:
		route.Report(w, err)
		p := problemOf(w, err)
		t.line(verifyLine{Error: &p})
	default:
		t.line(verifyLine{Result: &result{nameOf(v), report.OK(), report.Files, report.Bytes, report.Digest, report.Problems}})
	}
	return nil
}

func (t *telling) watch(p digest.Progress, f *digest.Finding) {
	if f != nil {
		if f.Cause != nil {
			slog.Error("an artifact cannot be read to verify it", "path", f.Path, "error", f.Cause)
		}
		t.line(verifyLine{Finding: &finding{f.Problem, f.Path, contentOf(&f.Registered), contentOf(&f.Found)}})
	}
	if now := time.Now(); now.Sub(t.told) >= progressEvery {
		t.told = now
		t.line(verifyLine{Progress: &progress{p.Files, p.OfFiles, p.Bytes, p.OfBytes}})
		_ = http.NewResponseController(t.w).Flush() // a client that has gone ends the request
	}
}

func contentOf(f *pedigree.File) *content {
	if *f == (pedigree.File{}) {
		return nil
	}
	return &content{f.Size, f.SHA256}
}

func (t *telling) line(l verifyLine) {
	if !t.begun {
		t.begun = true
		header := t.w.Header()
		header.Set("Content-Type", "application/x-ndjson")
		header.Set("Cache-Control", "no-store")
		t.w.WriteHeader(http.StatusOK)
	}
	_, _ = t.w.Write(encode(l)) // a client that has gone ends the request
}
