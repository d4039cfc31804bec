package carry

import (
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
	"github.com/pedigree-ml/pedigree/store"
)

// MarkPrefix is what the keys begin with under which wires that have no word for
// classifications show them.
const MarkPrefix = "pedigree.classification."

// IsMark reports whether a key is that of a classification: what clients send under
// it is not kept.
func IsMark(key string) bool { return strings.HasPrefix(key, MarkPrefix) }

// WithoutMarks leaves out of properties what clients read as classifications and
// send back.
func WithoutMarks(properties []pedigree.Property) []pedigree.Property {
	return slices.DeleteFunc(slices.Clone(properties), func(p pedigree.Property) bool { return IsMark(p.Key) })
}

// Marks lists the keys of the classifications that there are on nodes, by name.
func Marks(r store.Reader) ([]string, error) {
	defined, err := r.Definitions(workspace)
	if err != nil {
		return nil, err
	}
	var keys []string
	for i := range defined {
		some, err := r.ClassificationsOf(workspace, []string{defined[i].Name}, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(some) > 0 {
			keys = append(keys, MarkPrefix+defined[i].Name)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// Mark adds to the facts of nodes their classifications, own and carried, as text
// properties in a space. The text of an own one is its attributes, a JSON object;
// that of one carried to the node says from where.
func Mark(r store.Reader, nodes []pedigree.NodeID, facts []pedigree.Facts, space pedigree.Space) error {
	if some, err := exist(r); err != nil || !some {
		return err
	}
	carried, err := Of(r, nodes)
	if err != nil {
		return err
	}
	own, err := r.Classifications(nodes)
	if err != nil || len(own)+len(carried) == 0 {
		return err
	}
	marks := make(map[pedigree.NodeID]map[string]string)
	mark := func(id pedigree.NodeID, name, text string) {
		if marks[id] == nil {
			marks[id] = make(map[string]string)
		}
		marks[id][MarkPrefix+name] = text
	}
	sources, err := sourceNames(r, carried)
	if err != nil {
		return err
	}
	for id, classes := range carried {
		for i := range classes {
			mark(id, classes[i].Type, query.CarriedFrom+sources[classes[i].Node])
		}
	}
	for i := range own {
		if own[i].Attributes == "" {
			own[i].Attributes = "{}"
		}
		mark(own[i].Node, own[i].Type, own[i].Attributes)
	}
	for i, id := range nodes {
		if len(marks[id]) > 0 {
			facts[i].Properties = marked(&facts[i], space, marks[id])
		}
	}
	return nil
}

// sourceNames tells what people call the nodes that classifications come from.
func sourceNames(r store.Reader, carried map[pedigree.NodeID][]pedigree.Classification) (map[pedigree.NodeID]string, error) {
	ids := make(nodeSet)
	for _, classes := range carried {
		for i := range classes {
			ids.add(classes[i].Node)
		}
	}
	vertices, err := r.Vertices(sorted(ids))
	names := make(map[pedigree.NodeID]string, len(vertices))
	for i := range vertices {
		v := &vertices[i]
		if names[v.ID] = v.Type.Name + " " + v.Name; v.Name == "" {
			names[v.ID] = v.Type.Name + " " + v.UID
		}
	}
	return names, err
}

// marked gives properties by space with marks at the end of one, in place of what
// stands under their keys.
func marked(f *pedigree.Facts, space pedigree.Space, marks map[string]string) []pedigree.Property {
	all := make([]pedigree.Property, 0, len(f.Properties)+len(marks))
	at := 0
	for ; at < len(f.Properties) && f.Properties[at].Space <= space; at++ {
		if p := &f.Properties[at]; p.Space != space || !IsMark(p.Key) {
			all = append(all, *p)
		}
	}
	for _, key := range sorted(marks) {
		all = append(all, pedigree.Property{Space: space, Key: key, Value: marks[key]})
	}
	return append(all, f.Properties[at:]...)
}
