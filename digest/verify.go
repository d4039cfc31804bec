package digest

import (
	"context"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/registry"
	"github.com/pedigree-ml/pedigree/store"
)

// A Problem is what can be wrong with a file, or with the record of all.
type Problem string

// The problems.
const (
	Changed    Problem = "changed"    // it has other bytes
	Missing    Problem = "missing"    // it is not there
	Added      Problem = "added"      // it is there and was not registered
	Undigested Problem = "undigested" // nobody has read it since the registration
	Unreadable Problem = "unreadable" // the disk does not give it back; the server's log says why
	Record     Problem = "record"     // the record itself does not agree with the digest of the whole
)

// A Finding is one thing that is not as it was registered.
type Finding struct {
	Problem    Problem
	Path       string        // empty for Record
	Registered pedigree.File // zero where it was not
	Found      pedigree.File // zero where it is not there; without a digest where the size says enough
	Cause      error         // of Unreadable; for the log
}

// Progress is how far a verification has come.
type Progress struct {
	Files, OfFiles int
	Bytes, OfBytes int64
}

// A Report is the outcome of a verification.
type Report struct {
	Files    int    // registered
	Bytes    int64  // registered
	Digest   string // of the whole, as registered; empty while it is not known
	Problems map[Problem]int
}

// OK reports whether the bytes are those registered, no more and no less.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// A verification is one under way.
type verification struct {
	place    place
	progress Progress
	report   Report
	watch    func(Progress, *Finding)
}

var errBusy = pedigree.Errorf(pedigree.Exhausted, "%d verifications are under way, no more can be; try again later", maxVerifying)

// Verify reads the bytes of a version again, all of them, and compares them
// with what was registered. watch is called as it goes on, often, and with each
// finding. The error is BadState where nothing was registered to compare with,
// and Exhausted where too many verifications are under way.
func (s *Service) Verify(ctx context.Context, version *registry.Version, watch func(Progress, *Finding)) (Report, error) {
	select {
	case s.verifying <- struct{}{}:
	default:
		return Report{}, errBusy
	}
	defer func() { <-s.verifying }()
	v := verification{watch: watch}
	files, err := s.prepare(ctx, version, &v)
	if err != nil {
		return Report{}, err
	}
	watch(v.progress, nil)
	there, err := list(ctx, v.place)
	if err != nil {
		return Report{}, err
	}
	for i := range files {
		if err := v.compare(ctx, &files[i], there); err != nil {
			return Report{}, err
		}
	}
	for i := range there {
		if _, known := lookUp(files, there[i].Path); !known {
			v.tell(Finding{Problem: Added, Path: there[i].Path, Found: there[i]})
		}
	}
	if v.report.Digest != "" && v.report.Digest != Whole(files) {
		v.tell(Finding{Problem: Record})
	}
	return v.report, nil
}

// prepare reads what was registered and where that should be.
func (s *Service) prepare(ctx context.Context, version *registry.Version, v *verification) (files []pedigree.File, err error) {
	err = s.store.View(ctx, func(r store.Reader) error {
		known, err := summaryOf(r, version.ID)
		if err != nil {
			return err
		}
		if known.State != Complete && known.State != Computing {
			return pedigree.Errorf(pedigree.BadState, "Version %s of model '%s' cannot be verified, its digest is %s", version.Version, version.Name, known.String())
		}
		if v.place, err = s.place(r, version); pedigree.CodeOf(err) == pedigree.Invalid {
			return pedigree.Errorf(pedigree.BadState, "Version %s of model '%s' cannot be verified, %w", version.Version, version.Name, err)
		}
		if err != nil {
			return err
		}
		v.report = Report{Files: known.Files, Bytes: known.Bytes, Digest: known.Digest, Problems: map[Problem]int{}}
		v.progress = Progress{OfFiles: known.Files, OfBytes: known.Bytes}
		files, err = allFiles(r, version.ID)
		return err
	})
	return files, err
}

// lookUp looks a path up in files that are in order.
func lookUp(files []pedigree.File, path string) (*pedigree.File, bool) {
	i, found := slices.BinarySearchFunc(files, pedigree.File{Path: path}, byPath)
	if !found {
		return nil, false
	}
	return &files[i], true
}

// compare looks at one registered file. The error is that of the request, which
// may end; a file that cannot be read is a finding.
func (v *verification) compare(ctx context.Context, registered *pedigree.File, there []pedigree.File) error {
	before := v.progress
	finding, err := v.judge(ctx, registered, there)
	if err != nil {
		return err
	}
	v.progress.Files = before.Files + 1
	v.progress.Bytes = before.Bytes + registered.Size
	if finding.Problem != "" {
		v.tell(finding)
	} else {
		v.watch(v.progress, nil)
	}
	return nil
}

func (v *verification) judge(ctx context.Context, registered *pedigree.File, there []pedigree.File) (Finding, error) {
	f := Finding{Path: registered.Path, Registered: *registered}
	found, ok := lookUp(there, registered.Path)
	switch {
	case !ok:
		f.Problem = Missing
		return f, nil
	case found.Size != registered.Size:
		f.Problem, f.Found = Changed, *found
		return f, nil
	case registered.SHA256 == "":
		f.Problem, f.Found = Undigested, *found
		return f, nil
	}
	read, err := sumFile(ctx, v.place, registered.Path, func(n int64) {
		v.progress.Bytes += n
		v.watch(v.progress, nil)
	})
	switch {
	case ctx.Err() != nil:
		return f, pedigree.Hide(pedigree.Unavailable, ctx.Err(), "The verification was cut short")
	case pedigree.CodeOf(err) == pedigree.NotFound:
		f.Problem = Missing
	case err != nil:
		f.Problem, f.Found, f.Cause = Unreadable, *found, err
	case read.SHA256 != registered.SHA256 || read.Size != registered.Size:
		f.Problem, f.Found = Changed, read
	}
	return f, nil
}

func (v *verification) tell(f Finding) {
	v.report.Problems[f.Problem]++
	v.watch(v.progress, &f)
}

// Counts lists how often each problem was found, in the order of the problems.
func (r *Report) Counts() []ProblemCount {
	var counts []ProblemCount
	for _, p := range []Problem{Changed, Missing, Added, Undigested, Unreadable, Record} {
		if n := r.Problems[p]; n > 0 {
			counts = append(counts, ProblemCount{p, n})
		}
	}
	return counts
}

// A ProblemCount says how often a problem was found.
type ProblemCount struct {
	Problem Problem
	Count   int
}
