package jobs

import (
	"encoding/json"

	"github.com/pedigree-ml/pedigree"
)

// A columnFacet says from which columns those of a data set are made, and which
// have to do with all of it.
type columnFacet struct {
	Fields map[string]struct {
		Inputs      []columnInput `json:"inputFields"`
		Description string        `json:"transformationDescription"`
		Type        string        `json:"transformationType"`
	} `json:"fields"`
	Dataset []columnInput `json:"dataset"`
}

type columnInput struct {
	identifier
	Field           string          `json:"field"`
	Transformations json.RawMessage `json:"transformations"`
}

// A columnDetail is how one column was made from another.
type columnDetail struct {
	Transformations json.RawMessage `json:"transformations,omitempty"`
	Description     string          `json:"transformationDescription,omitempty"`
	Type            string          `json:"transformationType,omitempty"`
}

func detail(in *columnInput, description, kind string) string {
	d := columnDetail{in.Transformations, description, kind}
	if len(d.Transformations) == 0 && d.Description == "" && d.Type == "" {
		return ""
	}
	text, _ := json.Marshal(d) // it was JSON before
	return string(text)
}

// measure refuses columns that are too many for one event, before any is stored:
// everyone who writes waits meanwhile.
func (r *recorder) measure(facet *columnFacet) error {
	lists := [][]columnInput{facet.Dataset}
	for _, f := range facet.Fields {
		lists = append(lists, f.Inputs)
	}
	if r.sources == nil {
		r.sources = make(map[identifier]bool)
	}
	for _, list := range lists {
		r.pairs += len(list)
		for i := range list {
			if r.sources[list[i].identifier] = true; len(r.sources) > maxDatasets {
				return pedigree.Errorf(pedigree.Invalid, "the facets about lineage of the event name more than %d data sets", maxDatasets)
			}
		}
	}
	if r.pairs > maxColumns {
		return pedigree.Errorf(pedigree.Invalid, "the facets about lineage of the event join %d pairs of columns, more than %d", r.pairs, maxColumns)
	}
	return nil
}

// columns records from which columns those of a data set are made.
func (r *recorder) columns(target *subject, text string, at pedigree.Time, by *subject) error {
	if text == "" {
		return nil
	}
	var links []pedigree.ColumnLink
	execution := pedigree.NodeID(0)
	if by != nil {
		execution = by.ID
	}
	add := func(column string, in *columnInput, detail string) error {
		if !in.sound() {
			return nil
		}
		source, err := r.dataset(&Dataset{Namespace: in.Namespace, Name: in.Name}, at, nil)
		if err == nil {
			links = append(links, pedigree.ColumnLink{
				Target: target.ID, Source: source.ID, TargetColumn: column, SourceColumn: in.Field, Execution: execution, Detail: detail, Time: at,
			})
		}
		return err
	}
	facet := read[columnFacet](text)
	if err := r.measure(&facet); err != nil {
		return err
	}
	for column, f := range facet.Fields {
		for i := range f.Inputs {
			if err := add(column, &f.Inputs[i], detail(&f.Inputs[i], f.Description, f.Type)); err != nil {
				return err
			}
		}
	}
	for i := range facet.Dataset {
		if err := add("", &facet.Dataset[i], detail(&facet.Dataset[i], "", "")); err != nil {
			return err
		}
	}
	return r.tx.PutColumnLinks(links...)
}
