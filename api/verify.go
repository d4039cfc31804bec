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

// A VerifyLine is one line of the answer to a verification, which is written
// while that goes on. One member of it is set. The last line is a result or an
// error; without one the answer was cut short.
type VerifyLine struct {
	Progress *Progress `json:"progress,omitempty"`
	Finding  *Finding  `json:"finding,omitempty"`
	Result   *Result   `json:"result,omitempty"`
	Error    *Problem  `json:"error,omitempty"`
}

// Progress tells how far a verification has come.
type Progress struct {
	Files   int   `json:"files"`
	OfFiles int   `json:"of_files"`
	Bytes   int64 `json:"bytes"`
	OfBytes int64 `json:"of_bytes"`
}

// A Finding is one thing that is not as it was registered.
type Finding struct {
	Problem    digest.Problem `json:"problem" enum:"changed,missing,added,undigested,unreadable,record"`
	Path       string         `json:"path,omitempty"` // none where the record itself is the problem
	Registered *Content       `json:"registered,omitempty"`
	Found      *Content       `json:"found,omitempty"`
}

// Content tells one sequence of bytes from another.
type Content struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"` // absent where the size says enough
}

// A Result is the outcome of a verification.
type Result struct {
	VersionName
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
func (h *Handler) verify(w http.ResponseWriter, r *request, v *registry.Version) error {
	t := telling{w: w}
	report, err := h.digests.Verify(r.Context(), v, t.watch)
	switch {
	case err != nil && !t.begun:
		return err
	case err != nil:
		route.Report(w, err)
		p := problemOf(w, r.Request, err)
		t.line(VerifyLine{Error: &p})
	default:
		t.line(VerifyLine{Result: &Result{nameOf(v), report.OK(), report.Files, report.Bytes, report.Digest, report.Problems}})
	}
	return nil
}

func (t *telling) watch(p digest.Progress, f *digest.Finding) {
	if f != nil {
		if f.Cause != nil {
			slog.Error("an artifact cannot be read to verify it", "path", f.Path, "error", f.Cause)
		}
		t.line(VerifyLine{Finding: &Finding{f.Problem, f.Path, contentOf(&f.Registered), contentOf(&f.Found)}})
	}
	if now := time.Now(); now.Sub(t.told) >= progressEvery {
		t.told = now
		t.line(VerifyLine{Progress: &Progress{p.Files, p.OfFiles, p.Bytes, p.OfBytes}})
		_ = http.NewResponseController(t.w).Flush() // a client that has gone ends the request
	}
}

func contentOf(f *pedigree.File) *Content {
	if *f == (pedigree.File{}) {
		return nil
	}
	return &Content{f.Size, f.SHA256}
}

func (t *telling) line(l VerifyLine) {
	if !t.begun {
		t.begun = true
		header := t.w.Header()
		header.Set("Content-Type", linesType)
		header.Set("Cache-Control", "no-store")
		t.w.WriteHeader(http.StatusOK)
	}
	_ = send(t.w, l) // a client that has gone ends the request
}
