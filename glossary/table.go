package glossary

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/sheet"
)

// columns are those of a table of terms, in their order; from relatedFrom on they
// hold related terms, by the keys in relatedKeys.
var columns = []string{
	"GlossaryName", "TermName", "ShortDescription", "LongDescription", "Examples", "Abbreviation", "Usage", "AdditionalAttributes",
	"TranslationTerms", "ValidValuesFor", "Synonyms", "ReplacedBy", "ValidValues", "ReplacementTerms", "SeeAlso", "TranslatedTerms", "IsA",
	"Antonyms", "Classifies", "PreferredToTerms", "PreferredTerms",
}

const relatedFrom = 8

var relatedKeys = []string{
	"translationTerms", "validValuesFor", "synonyms", "replacedBy", "validValues", "replacementTerms", "seeAlso", "translatedTerms", "isA",
	"antonyms", "classifies", "preferredToTerms", "preferredTerms",
}

// Template is the head of a table that can be imported.
func Template() string { return strings.Join(columns, ", ") }

// rowsAtOnce is how many rows are imported in one transaction: who else writes waits
// for so many.
const rowsAtOnce = 50

// ReadTable reads a table in a file, with errors as clients know them.
func ReadTable(name string, data []byte) ([]sheet.Row, error) {
	rows, err := sheet.Read(name, data)
	switch {
	case errors.Is(err, sheet.ErrKind):
		return nil, fault.New(fault.InvalidFileType, name)
	case errors.Is(err, sheet.ErrEmpty):
		return nil, fault.New(fault.NoDataFound)
	case errors.Is(err, sheet.ErrLarge):
		return nil, pedigree.Errorf(pedigree.TooLarge, "The table holds more than %d bytes, %d rows or what a workbook may unpack to", sheet.MaxFile, sheet.MaxRows)
	case err != nil:
		return nil, fault.New(fault.NotValidFile, strings.ToUpper(sheet.Kind(name)))
	}
	return rows, nil
}

// A line is one row of an import.
type line struct {
	number   int
	glossary string
	term     *Term      // without its relations
	related  [][]string // what stands in the columns from relatedFrom on: glossary:term
	problem  string
	guid     string // of the term that it made
}

// Import makes terms of the rows of a table, and the glossaries that they name.
// Each row is taken or not; what is related to a term comes after all terms are
// made, so that rows may name each other. Where no row is taken there is an error.
func (s *Service) Import(ctx context.Context, workspace pedigree.NodeID, name string, data []byte) (*sheet.Report, error) {
	rows, err := ReadTable(name, data)
	if err != nil {
		return nil, err
	}
	lines := make([]*line, len(rows))
	for i := range rows {
		lines[i] = readLine(&rows[i])
	}
	report := sheet.NewReport()
	if err := s.importTerms(ctx, workspace, lines, report); err != nil {
		return nil, err
	}
	if len(report.Success) == 0 {
		return nil, fault.New(fault.GlossaryImportFailed)
	}
	return report, s.importRelations(ctx, workspace, lines, report)
}

// readLine reads a row as far as that needs no store.
func readLine(r *sheet.Row) *line {
	l := &line{number: r.Number, glossary: strings.TrimSpace(r.Cell(0)), problem: r.Broken}
	t := &Term{Base: Base{Name: strings.TrimSpace(r.Cell(1)), ShortDescription: r.Cell(2), LongDescription: r.Cell(3)}, Abbreviation: r.Cell(5), Usage: r.Cell(6)}
	l.term = t
	switch {
	case l.problem != "":
		l.problem = "The row cannot be read: " + l.problem
		return l
	case l.glossary == "":
		l.problem = "There is no GlossaryName in the row " + excerpt(r.Cells)
		return l
	case t.Name == "":
		l.problem = "There is no TermName in the row " + excerpt(r.Cells)
		return l
	}
	t.Examples = parts(r.Cell(4))
	for _, pair := range parts(r.Cell(7)) {
		key, value, ok := strings.Cut(pair, ":")
		if !ok || key == "" || strings.Contains(value, ":") {
			l.problem = "AdditionalAttributes are written as key:value|key:value, not as " + excerpt(r.Cells[7:8])
			return l
		}
		if t.AdditionalAttributes == nil {
			t.AdditionalAttributes = make(map[string]any)
		}
		t.AdditionalAttributes[key] = value
	}
	for i := range relatedKeys {
		l.related = append(l.related, parts(r.Cell(relatedFrom+i)))
	}
	return l
}

// parts splits a cell of several values.
func parts(cell string) []string {
	if strings.TrimSpace(cell) == "" {
		return nil
	}
	return slices.DeleteFunc(strings.Split(cell, "|"), func(p string) bool { return p == "" })
}

// excerpt shows a row, cut where it is long.
func excerpt(cells []string) string {
	const most = 300
	shown := "[" + strings.Join(cells, ", ") + "]"
	if len(shown) > most {
		shown = strings.ToValidUTF8(shown[:most], "") + "..."
	}
	return shown
}

// name is the qualified name that the term of a line gets.
func (l *line) name() string { return inGlossary(l.term.Name, l.glossary) }

// importTerms makes the terms of lines, many in a transaction. Where one is refused
// only when it is written, those of its transaction are written one by one.
func (s *Service) importTerms(ctx context.Context, workspace pedigree.NodeID, lines []*line, report *sheet.Report) error {
	for from := 0; from < len(lines); from += rowsAtOnce {
		chunk := lines[from:min(from+rowsAtOnce, len(lines))]
		err := s.importChunk(ctx, workspace, chunk)
		for i := 0; err != nil && ctx.Err() == nil && isOfTheRequest(err) && i < len(chunk); i++ {
			if one := s.importChunk(ctx, workspace, chunk[i:i+1]); one != nil {
				if !isOfTheRequest(one) {
					return one
				}
				chunk[i].problem = one.Error()
			}
			if i == len(chunk)-1 {
				err = nil
			}
		}
		if err != nil {
			return err
		}
		for _, l := range chunk {
			if l.problem != "" {
				report.Fail(l.number, l.glossary, l.term.Name, l.problem)
				continue
			}
			report.Succeed(l.number, l.glossary, l.term.Name, termJSON(l.guid, l.name()))
		}
	}
	return nil
}

// isOfTheRequest tells what is wrong with a row from what is wrong with the server.
func isOfTheRequest(err error) bool {
	switch pedigree.CodeOf(err) {
	case pedigree.Invalid, pedigree.NotFound, pedigree.AlreadyExists, pedigree.BadState, pedigree.TooLarge, pedigree.OutOfRange:
		return true
	}
	return false
}

func termJSON(guid, name string) string {
	text, err := json.Marshal(struct {
		GUID string `json:"termGuid"`
		Name string `json:"qualifiedName"`
	}{guid, name})
	if err != nil {
		panic(err) // texts always have a JSON
	}
	return string(text)
}

// importChunk makes the terms of some lines in one transaction.
func (s *Service) importChunk(ctx context.Context, workspace pedigree.NodeID, lines []*line) error {
	before := make([]string, len(lines))
	for i, l := range lines {
		before[i] = l.problem
	}
	return s.update(ctx, workspace, func(d *desk) error {
		glossaries := make(map[string]string)
		taken := make(map[string]bool)
		var batch []*catalog.Entity
		var from []*line
		for i, l := range lines {
			if l.problem = before[i]; l.problem != "" {
				continue
			}
			e, err := d.termOfLine(l, glossaries)
			if err == nil && taken[l.name()] {
				err = fault.New(fault.GlossaryTermAlreadyExists, l.name())
			}
			if err != nil {
				if !isOfTheRequest(err) {
					return err
				}
				l.problem = err.Error()
				continue
			}
			taken[l.name()] = true
			e.GUID = "-" + strconv.Itoa(len(batch)+1)
			batch, from = append(batch, e), append(from, l)
		}
		if len(batch) == 0 {
			return nil
		}
		done, err := d.work.Save(&catalog.Batch{Entities: batch}, catalog.SaveOptions{})
		if err != nil {
			return err
		}
		anchors := make(map[string]string, len(from))
		for i, l := range from {
			l.guid = done.Assignments[batch[i].GUID]
			anchors[l.guid] = l.term.Anchor.GlossaryGUID
		}
		return d.anchorTerms(anchors)
	})
}

// termOfLine checks the term of a line and makes its glossary, if that is new.
func (d *desk) termOfLine(l *line, glossaries map[string]string) (*catalog.Entity, error) {
	if err := checkName(l.term.Name); err != nil {
		return nil, err
	}
	guid, known := glossaries[l.glossary]
	if !known {
		n, err := d.named(GlossaryType, l.glossary)
		if err != nil {
			return nil, err
		}
		if n != nil {
			guid = n.UID
		} else if err := checkName(l.glossary); err != nil {
			return nil, fault.New(fault.BadRequest, "The glossary cannot be called "+excerpt([]string{l.glossary})+": "+err.Error())
		} else if guid, err = d.createGlossary(&Glossary{Base: Base{Name: l.glossary, QualifiedName: l.glossary}}); err != nil {
			return nil, err
		}
		glossaries[l.glossary] = guid
	}
	l.term.Anchor = &Anchor{GlossaryGUID: guid}
	return d.newTerm(l.term)
}

// importRelations relates the terms that lines made, each of them as its line says or
// not at all.
func (s *Service) importRelations(ctx context.Context, workspace pedigree.NodeID, lines []*line, report *sheet.Report) error {
	var todo []*line
	for _, l := range lines {
		if l.problem == "" && slices.ContainsFunc(l.related, func(cell []string) bool { return len(cell) > 0 }) {
			todo = append(todo, l)
		}
	}
	for _, l := range todo {
		var problems []string
		err := s.update(ctx, workspace, func(d *desk) (err error) {
			problems, err = d.relateLine(l)
			return err
		})
		switch {
		case err != nil && !isOfTheRequest(err):
			return err
		case err != nil:
			problems = []string{err.Error()}
		}
		if len(problems) > 0 {
			report.Fail(l.number, l.glossary, l.term.Name, strings.Join(problems, "\n"))
		}
	}
	return nil
}

// relateLine relates the term of a line to all that the line names, or says why not
// and changes nothing.
func (d *desk) relateLine(l *line) (problems []string, err error) {
	stored, err := d.term(l.guid)
	if err != nil {
		return nil, err
	}
	wanted := &Term{}
	for i, cell := range l.related {
		k := relations[slices.IndexFunc(relations, func(k relation) bool { return k.key == relatedKeys[i] })]
		*k.of(wanted) = *k.of(stored)
		for _, one := range cell {
			guid, problem, err := d.namedTerm(l, one)
			if err != nil {
				return nil, err
			}
			if problem != "" {
				problems = append(problems, problem)
				continue
			}
			*k.of(wanted) = append(*k.of(wanted), RelatedTerm{TermGUID: guid})
		}
	}
	if len(problems) > 0 {
		return problems, nil
	}
	return nil, d.relateTerms(stored, wanted)
}

// namedTerm finds a term that a line names as glossary:term.
func (d *desk) namedTerm(l *line, one string) (guid, problem string, err error) {
	glossary, term, ok := strings.Cut(one, ":")
	if !ok || strings.Contains(term, ":") {
		return "", "A related term is written as glossary:term, not as " + excerpt([]string{one}), nil
	}
	name := inGlossary(term, glossary)
	if strings.EqualFold(name, l.name()) {
		return "", fault.New(fault.InvalidTermRelationToSelf).Message, nil
	}
	n, err := d.named(TermType, name)
	if err != nil {
		return "", "", err
	}
	if n == nil {
		return "", "There is no term " + excerpt([]string{name}) + " that " + l.name() + " could be related to", nil
	}
	return n.UID, "", nil
}
