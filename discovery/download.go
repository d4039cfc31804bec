package discovery

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
)

// A Download is a table of results as a file, which its user can fetch for a while.
type Download struct {
	Status    string        `json:"status"` // COMPLETE
	FileName  string        `json:"fileName"`
	CreatedBy string        `json:"createdBy"`
	Created   pedigree.Time `json:"createdTime"`
	Started   pedigree.Time `json:"startTime"`
	content   []byte
}

const (
	mostFiles = 20       // that are kept
	mostBytes = 64 << 20 // in all of them
	mostRows  = 100_000  // in one
)

// files are the downloads that are kept, in memory: what is older than the newest few
// is made again by who wants it.
type files struct {
	mu  sync.Mutex
	all []*Download
	n   int
}

// add keeps a file and forgets old ones.
func (f *files) add(d *Download) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	d.FileName = fmt.Sprintf("%s_%03d.csv", d.FileName, f.n%1000)
	f.all = append(f.all, d)
	size := 0
	for _, one := range f.all {
		size += len(one.content)
	}
	for len(f.all) > 1 && (len(f.all) > mostFiles || size > mostBytes) {
		size -= len(f.all[0].content)
		f.all = f.all[1:]
	}
}

// Downloads lists the files of a user, the oldest first.
func (s *Service) Downloads(ctx context.Context) []*Download {
	s.files.mu.Lock()
	defer s.files.mu.Unlock()
	mine := []*Download{}
	for _, d := range s.files.all {
		if d.CreatedBy == user(ctx) {
			mine = append(mine, d)
		}
	}
	return mine
}

// Download gives the content of a file of the user, ok only if there is one.
func (s *Service) Download(ctx context.Context, name string) (content []byte, ok bool) {
	for _, d := range s.Downloads(ctx) {
		if d.FileName == name {
			return d.content, true
		}
	}
	return nil, false
}

// DownloadBasic makes a file of all that a search by parameters finds. columns are
// those of further attributes, by their heads.
func (s *Service) DownloadBasic(ctx context.Context, workspace pedigree.NodeID, p *Parameters, columns map[string]string) error {
	heads := slices.Sorted(maps.Keys(columns))
	q := *p
	q.Marker, q.Offset, q.Limit = "", p.Offset, maxLimit
	q.ClassificationAttributes = true
	for _, head := range heads {
		name := columns[head]
		if name != "" && !slices.Contains(usualColumns, head) && !slices.Contains(q.Attributes, name) && !strings.HasPrefix(name, "__") {
			q.Attributes = append(q.Attributes, name)
		}
	}
	var rows []*catalog.Header
	for len(rows) < mostRows {
		answer, err := s.Basic(ctx, workspace, &q)
		if err != nil {
			return err
		}
		rows = append(rows, answer.Entities...)
		if q.Offset += q.Limit; len(answer.Entities) < q.Limit {
			break
		}
	}
	return s.download(ctx, typeBasic, headerRows(rows, heads, columns))
}

// DownloadDSL makes a file of what a query finds.
func (s *Service) DownloadDSL(ctx context.Context, workspace pedigree.NodeID, q DSLQuery) error {
	if q.Limit <= 0 {
		q.Limit = maxLimit
	}
	answer, err := s.DSL(ctx, workspace, q)
	if err != nil {
		return err
	}
	if answer.Attributes == nil {
		return s.download(ctx, typeDSL, headerRows(answer.Entities, nil, nil))
	}
	rows := [][]string{answer.Attributes.Name}
	for _, values := range answer.Attributes.Values {
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = fmt.Sprint(v)
		}
		rows = append(rows, row)
	}
	return s.download(ctx, typeDSL, rows)
}

// usualColumns are those that each file of entities has.
var usualColumns = []string{"Type name", "Name", "Classifications", "Terms"}

// headerRows makes a table of entities.
func headerRows(entities []*catalog.Header, heads []string, columns map[string]string) [][]string {
	heads = slices.DeleteFunc(slices.Clone(heads), func(head string) bool { return slices.Contains(usualColumns, head) })
	rows := [][]string{append(slices.Clone(usualColumns), heads...)}
	for _, h := range entities {
		row := []string{h.TypeName, h.DisplayText, strings.Join(h.ClassificationNames, ","), strings.Join(h.MeaningNames, ",")}
		for _, head := range heads {
			row = append(row, headerCell(h, columns[head]))
		}
		rows = append(rows, row)
	}
	return rows
}

func headerCell(h *catalog.Header, name string) string {
	switch name {
	case "__guid":
		return h.GUID
	case "__state":
		return string(h.Status)
	case "__labels":
		return strings.Join(h.Labels, ",")
	}
	if v := h.Attributes[name]; v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// download writes rows as CSV and keeps it.
func (s *Service) download(ctx context.Context, kind string, rows [][]string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = unformula(cell)
		}
		if err := w.Write(row); err != nil {
			return pedigree.Hide(pedigree.Internal, err, "a file of results cannot be written")
		}
	}
	w.Flush()
	now := time.Now()
	by := user(ctx)
	s.files.add(&Download{
		Status: "COMPLETE", FileName: safe(by) + "_" + kind + "_" + now.UTC().Format("2006-01-02_15-04-05.000"), CreatedBy: by,
		Created: pedigree.TimeOf(now), Started: pedigree.TimeOf(now), content: b.Bytes(),
	})
	return nil
}

// unformula keeps spreadsheets from computing what begins like a formula.
func unformula(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// safe makes a part of a file name of a name.
func safe(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, name)
}
