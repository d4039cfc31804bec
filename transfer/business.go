package transfer

import (
	"cmp"
	"context"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/sheet"
)

// BusinessTemplate is the head of a table of business attributes.
const BusinessTemplate = "EntityType,EntityUniqueAttributeValue,BusinessAttributeName,BusinessAttributeValue,EntityUniqueAttributeName[optional]"

// businessAtOnce is how many rows are kept in one transaction.
const businessAtOnce = 50

// ImportBusiness gives entities the business attributes that the rows of a table
// say, each row or not at all: of which type the entity is, what its unique attribute
// is (the fifth cell names which, if not its qualified name), which attribute, as
// group.name, and its value, where several are joined by |.
func (s *Service) ImportBusiness(ctx context.Context, workspace pedigree.NodeID, rows []sheet.Row) (*sheet.Report, error) {
	report := sheet.NewReport()
	for from := 0; from < len(rows); from += businessAtOnce {
		chunk := rows[from:min(from+businessAtOnce, len(rows))]
		problems := make([]string, len(chunk))
		err := s.entities.Update(ctx, workspace, func(w *catalog.Work) error { return putRows(w, chunk, problems) })
		if err != nil && !isOfTheRequest(err) {
			return nil, err
		}
		for i := range chunk {
			if err != nil { // one of them was refused when it was written: each by itself
				one := chunk[i : i+1]
				again := s.entities.Update(ctx, workspace, func(w *catalog.Work) error { return putRows(w, one, problems[i:i+1]) })
				if again != nil && !isOfTheRequest(again) {
					return nil, again
				}
				if again != nil {
					problems[i] = again.Error()
				}
			}
			r := &chunk[i]
			if problems[i] != "" {
				report.Fail(r.Number, r.Cell(1), r.Cell(2), problems[i])
			} else {
				report.Succeed(r.Number, r.Cell(1), r.Cell(2), "")
			}
		}
	}
	return report, nil
}

// isOfTheRequest tells what is wrong with a row from what is wrong with the server.
func isOfTheRequest(err error) bool {
	switch pedigree.CodeOf(err) {
	case pedigree.Invalid, pedigree.NotFound, pedigree.AlreadyExists, pedigree.BadState, pedigree.TooLarge, pedigree.OutOfRange:
		return true
	}
	return false
}

// putRows keeps what some rows say, and says of each why not.
func putRows(w *catalog.Work, rows []sheet.Row, problems []string) error {
	for i := range rows {
		problems[i] = ""
		n, values, err := readRow(w, &rows[i])
		if err != nil {
			if !isOfTheRequest(err) {
				return err
			}
			problems[i] = err.Error()
			continue
		}
		if err := w.PutBusiness(n, values, false); err != nil {
			return err
		}
	}
	return nil
}

// readRow finds the entity of a row and what it is to be given.
func readRow(w *catalog.Work, r *sheet.Row) (*pedigree.Node, map[string]map[string]any, error) {
	typeName, unique, name := strings.TrimSpace(r.Cell(0)), strings.TrimSpace(r.Cell(1)), strings.TrimSpace(r.Cell(2))
	switch {
	case r.Broken != "":
		return nil, nil, fault.New(fault.BadRequest, "The row cannot be read: "+r.Broken)
	case typeName == "" || unique == "" || name == "" || strings.TrimSpace(r.Cell(3)) == "":
		return nil, nil, fault.New(fault.BadRequest, "The row must have a type, a unique value, an attribute and its value")
	}
	t := w.Types().Entity(typeName)
	if t == nil {
		return nil, nil, fault.New(fault.TypeNameInvalid, "ENTITY", typeName)
	}
	group, attribute, _ := strings.Cut(name, ".")
	f := t.BusinessField(group, attribute)
	if f == nil {
		return nil, nil, fault.New(fault.BadRequest, "Entities of type "+typeName+" have no business attribute "+name)
	}
	key := cmp.Or(strings.TrimSpace(r.Cell(4)), "qualifiedName")
	n, err := w.LookupExact(typeName, map[string]any{key: unique})
	if err != nil {
		return nil, nil, err
	}
	var value any = r.Cell(3)
	if strings.HasPrefix(f.Def.Type, "array<") {
		var list []any
		for _, one := range strings.Split(r.Cell(3), "|") {
			list = append(list, strings.TrimSpace(one))
		}
		value = list
	}
	return n, map[string]map[string]any{group: {attribute: value}}, nil
}
