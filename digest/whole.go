package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// Whole gives the digest of several files as one, in lower-case hex: the
// SHA-256 of one line for each, "<sha256>  <size>  <path>" and a newline, with
// two spaces between the parts, the lines sorted byte by byte. No path has a
// newline in it. It does not depend on where the files are, nor on when they
// were written.
func Whole(files []pedigree.File) string {
	lines := make([]string, len(files))
	for i, f := range files {
		lines[i] = fmt.Sprintf("%s  %d  %s\n", f.SHA256, f.Size, f.Path)
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		_, _ = io.WriteString(sum, line) // never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// page is how many files are read from the store at once.
const page = 1000

// allFiles gives the files of a version.
func allFiles(r store.Reader, version pedigree.NodeID) (all []pedigree.File, err error) {
	after := ""
	for {
		files, err := r.Files(version, after, page)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
		if len(files) < page {
			return all, nil
		}
		after = files[page-1].Path
	}
}
