package discovery

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/carry"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/schema"
)

// classified holds of what is of one of some classes, nil for any, of its own or
// carried to it, also where that is not noted yet.
func (f *finder) classified(names []string, where query.Fact, own, carried bool) (query.Fact, error) {
	return f.whole(query.Classified{Names: names, Where: where, OwnOnly: own, Carried: carried})
}

func (f *finder) whole(c query.Classified) (query.Fact, error) {
	if c.OwnOnly {
		return c, nil
	}
	h, err := carry.Where(f.r, c.Names)
	if err != nil || h.Noted {
		return c, err
	}
	if c.Where == nil && c.Only == nil && !c.Carried {
		return query.Among{Nodes: h.Nodes}, nil
	}
	c.Fix, err = f.fix(c.Names)
	return c, err
}

// mostSaying is how many classifications a search looks through for words in their
// attributes, those of the names of which there are fewest: the others are found by their
// name alone.
const mostSaying = 1000

// classesSaying holds of what is of a class whose name says something, or that says it
// in a text among its attributes.
func (f *finder) classesSaying(says func(string) bool) (some query.Some, err error) {
	var names []string
	for _, c := range f.types.Classifications() {
		if says(c.Def.Name) {
			names = append(names, c.Def.Name)
		}
	}
	if names != nil {
		class, err := f.classified(names, nil, false, false)
		if err != nil {
			return nil, err
		}
		some = append(some, class)
	}
	if err := f.readSayings(); err != nil {
		return nil, err
	}
	for _, s := range f.sayings {
		var only []pedigree.ClassificationID
		for _, c := range s.classes {
			if slices.ContainsFunc(c.texts, says) {
				only = append(only, c.id)
			}
		}
		if only == nil || slices.Contains(names, s.name) {
			continue
		}
		class, err := f.whole(query.Classified{Names: []string{s.name}, Only: only})
		if err != nil {
			return nil, err
		}
		some = append(some, class)
	}
	return some, nil
}

// A saying is what classifications of one name say in their attributes.
type saying struct {
	name    string
	classes []struct {
		id    pedigree.ClassificationID
		texts []string
	}
}

// readSayings reads them once for all words of a search.
func (f *finder) readSayings() error {
	if f.sayings != nil {
		return nil
	}
	f.sayings = []saying{}
	counts, err := f.r.ClassificationCounts(f.workspace)
	if err != nil {
		return err
	}
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
	room := int64(mostSaying)
	for _, name := range names {
		if c := f.types.Classification(name); c == nil || !hasText(c) {
			continue
		}
		if room -= counts[name]; room < 0 {
			break
		}
		s := saying{name: name}
		for after := pedigree.ClassificationID(0); ; {
			some, err := f.r.ClassificationsOf(f.workspace, []string{name}, after, classesAtOnce)
			if err != nil {
				return err
			}
			if len(some) == 0 {
				break
			}
			for i := range some {
				after = some[i].ID
				if texts := textsOf(some[i].Attributes); texts != nil {
					s.classes = append(s.classes, struct {
						id    pedigree.ClassificationID
						texts []string
					}{after, texts})
				}
			}
		}
		f.sayings = append(f.sayings, s)
	}
	return nil
}

// hasText reports whether classifications have attributes that hold texts.
func hasText(c *schema.ClassificationType) bool {
	for _, field := range c.Fields {
		switch elementOf(field.Type.Name()) {
		case "boolean", "byte", "short", "int", "long", "float", "double", "biginteger", "bigdecimal", "date":
		default:
			return true
		}
	}
	return false
}

// textsOf gives the texts in a JSON object, those within it too.
func textsOf(attributes string) []string {
	var whole any
	if attributes == "" || json.Unmarshal([]byte(attributes), &whole) != nil {
		return nil
	}
	var texts []string
	var add func(v any)
	add = func(v any) {
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case []any:
			for _, one := range v {
				add(one)
			}
		case map[string]any:
			for _, one := range v {
				add(one)
			}
		}
	}
	add(whole)
	return texts
}

// classesAtOnce is how many classifications are read at once.
const classesAtOnce = 1000

// fix says of each classification where it is carried to.
func (f *finder) fix(names []string) (*query.Carry, error) {
	fix := &query.Carry{To: make(map[pedigree.ClassificationID][]pedigree.NodeID)}
	var after pedigree.ClassificationID
	for {
		some, err := f.r.ClassificationsOf(f.workspace, names, after, classesAtOnce)
		if err != nil || len(some) == 0 {
			return fix, err
		}
		for i := range some {
			after = some[i].ID
			to, err := carry.Reach(f.r, &some[i])
			if err != nil {
				return nil, err
			}
			fix.Not = append(fix.Not, some[i].ID)
			if len(to) > 0 {
				fix.To[some[i].ID] = slices.Clone(to)
			}
		}
	}
}

// descendants gives a classification and, if they are wanted, all that descend from it.
func (f *finder) descendants(name string, subtypes bool) []string {
	if c := f.types.Classification(name); c != nil && subtypes {
		return c.Descendants()
	}
	return []string{name}
}
