package dossier

import (
	"context"
	"strconv"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/lineage"
	"github.com/pedigree-ml/pedigree/store"
)

// A Difference is what tells two versions apart, aspect by aspect.
type Difference struct {
	Signature, Metrics, Params, Environment, Code, Data Aspect
	Files                                               FileDifference
	Truncated                                           bool // there is more upstream than was compared
}

// An Aspect is what differs in one respect.
type Aspect struct {
	Changes []Change // by key, at most [MaxChanges]
	Differ  int      // all that differ
	Equal   int      // what both say alike
}

// A Change is something that differs; a side that does not have it is nil.
type Change struct {
	Key         string
	Left, Right *string
}

// MaxChanges bounds the changes that are told of one aspect.
const MaxChanges = 1000

// A FileDifference is how the files of two versions differ, by their digests. A
// file of which a digest is not known is as good as changed.
type FileDifference struct {
	Changes []FileChange // by path, at most [MaxChanges]
	Differ  int
	Equal   int
}

// A FileChange is a file that differs; a side that does not have it is nil.
type FileChange struct {
	Path        string
	Left, Right *pedigree.File
}

// Compare tells two versions apart.
func (s *Service) Compare(ctx context.Context, left, right *Dossier) (*Difference, error) {
	d := &Difference{
		Signature: compare(left.columns(), right.columns()),
		Metrics:   compare(left.metrics(), right.metrics()),
		Params:    compare(texts(left.Params), texts(right.Params)),
		Code:      compare(texts(left.Code), texts(right.Code)),
		Data:      compare(left.data(), right.data()),
		Truncated: left.Truncated || right.Truncated,
	}
	d.Environment = compare(left.environment(), right.environment())
	err := s.store.View(ctx, func(r store.Reader) (err error) {
		d.Files, err = compareFiles(r, left.Version.ID, right.Version.ID)
		return err
	})
	return d, err
}

func compare(left, right map[string]string) (a Aspect) {
	for _, key := range sortedKeys(left, right) {
		l, inLeft := left[key]
		r, inRight := right[key]
		if inLeft && inRight && l == r {
			a.Equal++
			continue
		}
		if a.Differ++; len(a.Changes) == MaxChanges {
			continue
		}
		c := Change{Key: key}
		if inLeft {
			c.Left = &l
		}
		if inRight {
			c.Right = &r
		}
		a.Changes = append(a.Changes, c)
	}
	return a
}

func (d *Dossier) columns() map[string]string {
	all := map[string]string{}
	for _, c := range d.Signature() {
		all[c.Part+"."+c.Name] = c.Type
	}
	return all
}

func (d *Dossier) metrics() map[string]string {
	all := map[string]string{}
	for i := range d.Metrics {
		m := &d.Metrics[i]
		all[m.Label()] = strconv.FormatFloat(m.Value, 'g', -1, 64)
	}
	return all
}

// Label tells a metric from others of the version.
func (m *Metric) Label() string {
	if m.Dataset == "" {
		return m.Key
	}
	return m.Key + " on " + m.Dataset
}

// texts gives properties as text, by key.
func texts(properties []pedigree.Property) map[string]string {
	all := make(map[string]string, len(properties))
	for i := range properties {
		all[properties[i].Key] = textOf(&properties[i])
	}
	return all
}

func textOf(p *pedigree.Property) string {
	switch p.Form {
	case pedigree.Int:
		return strconv.FormatInt(p.Int, 10)
	case pedigree.Bool:
		return strconv.FormatBool(p.Int != 0)
	case pedigree.Double:
		return strconv.FormatFloat(p.Number, 'g', -1, 64)
	}
	return p.Value
}

func (d *Dossier) environment() map[string]string {
	all := texts(d.Environment)
	for _, need := range d.Needs() {
		name, rest := packageOf(need)
		all[name] = rest
	}
	for key, name := range map[string]string{"python_version": "python", "mlflow_version": "mlflow, which logged it", "flavors": "flavors"} {
		if value := d.Manifest[key]; value != "" {
			all[name] = value
		}
	}
	return all
}

// data gives what went into the version, by what stays the same from one version
// of a thing to the next. Of those that are called the same, the nearest one that
// has a version says which.
func (d *Dossier) data() map[string]string {
	all := map[string]string{}
	for i := range d.Data {
		if name := DataName(&d.Data[i]); all[name] == "" {
			all[name] = DataVersion(&d.Data[i])
		}
	}
	return all
}

// DataName says what a material is called.
func DataName(m *lineage.Material) string {
	for _, name := range []string{m.Name, m.URI, m.UID} {
		if name != "" {
			return name
		}
	}
	return "node " + strconv.FormatInt(int64(m.ID), 10)
}

// DataVersion says which version of it was used; empty where nobody says.
func DataVersion(m *lineage.Material) string {
	if m.Digest != "" {
		return m.Digest
	}
	return m.Version
}

// compareFiles walks through the files of both at once.
func compareFiles(r store.Reader, left, right pedigree.NodeID) (d FileDifference, err error) {
	a, b := fileWalk{r: r, of: left}, fileWalk{r: r, of: right}
	for {
		l, err := a.peek()
		if err != nil {
			return d, err
		}
		m, err := b.peek()
		if err != nil || l == nil && m == nil {
			return d, err
		}
		if l != nil && m != nil && l.Path != m.Path {
			if l.Path < m.Path {
				m = nil
			} else {
				l = nil
			}
		}
		d.add(l, m)
		if l != nil {
			a.files = a.files[1:]
		}
		if m != nil {
			b.files = b.files[1:]
		}
	}
}

func (d *FileDifference) add(left, right *pedigree.File) {
	if left != nil && right != nil && left.SHA256 == right.SHA256 && left.SHA256 != "" {
		d.Equal++
		return
	}
	d.Differ++
	if len(d.Changes) == MaxChanges {
		return
	}
	c := FileChange{}
	for _, side := range []struct {
		from *pedigree.File
		to   **pedigree.File
	}{{left, &c.Left}, {right, &c.Right}} {
		if side.from != nil {
			kept := *side.from
			c.Path, *side.to = kept.Path, &kept
		}
	}
	d.Changes = append(d.Changes, c)
}

// filePage is how many files are read at once.
const filePage = 1000

// A fileWalk gives the files of a version one after the other, by path.
type fileWalk struct {
	r     store.Reader
	of    pedigree.NodeID
	files []pedigree.File
	after string
	ended bool
}

// peek gives the file that is next, nil at the end.
func (w *fileWalk) peek() (*pedigree.File, error) {
	if len(w.files) == 0 && !w.ended {
		var err error
		if w.files, err = w.r.Files(w.of, w.after, filePage); err != nil {
			return nil, err
		}
		w.ended = len(w.files) < filePage
		if len(w.files) > 0 {
			w.after = w.files[len(w.files)-1].Path
		}
	}
	if len(w.files) == 0 {
		return nil, nil
	}
	return &w.files[0], nil
}
