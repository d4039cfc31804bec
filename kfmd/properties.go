package kfmd

import (
	"cmp"
	"encoding/base64"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// decodeProperties reads the properties of one space, by key.
func decodeProperties(space pedigree.Space, given map[string]*value) ([]pedigree.Property, error) {
	all := make([]pedigree.Property, 0, len(given))
	for key, v := range given {
		p := pedigree.Property{Space: space, Key: key}
		if err := v.decode(&p); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b pedigree.Property) int { return cmp.Compare(a.Key, b.Key) })
	return all, nil
}

// decode reads a value into p.
func (v *value) decode(p *pedigree.Property) error {
	switch {
	case v == nil || *v == value{}:
		return pedigree.Errorf(pedigree.Invalid, "Found unmatched property type: %s (it has no value)", p.Key)
	case v.Int != nil && *v == value{Int: v.Int}:
		p.Form, p.Int = pedigree.Int, int64(*v.Int)
	case v.Double != nil && *v == value{Double: v.Double}:
		p.Form, p.Number = pedigree.Double, float64(*v.Double)
	case v.String != nil && *v == value{String: v.String}:
		p.Form, p.Value = pedigree.TextForm(*v.String), *v.String
	default:
		return pedigree.Errorf(pedigree.Invalid, "the property %s has more than one value", p.Key)
	}
	return nil
}

func encodeProperties(all []pedigree.Property) map[string]*value {
	if len(all) == 0 {
		return nil
	}
	m := make(map[string]*value, len(all))
	for i := range all {
		if v := encodeValue(&all[i]); v != nil {
			m[all[i].Key] = v
		}
	}
	return m
}

// structPrefix begins the text in which ML Metadata itself keeps a struct.
const structPrefix = "mlmd-struct::"

// encodeValue writes a value. The protocol is older than some: a truth value is
// read as 0 or 1 and a struct as the text that ML Metadata keeps, as clients
// beside a newer server always did; it has nothing that could stand for a message
// of any other type.
func encodeValue(p *pedigree.Property) *value {
	switch p.Form {
	case pedigree.Int, pedigree.Bool:
		return &value{Int: (*number)(&p.Int)}
	case pedigree.Double:
		return &value{Double: (*double)(&p.Number)}
	case pedigree.Struct:
		return &value{String: new(structPrefix + base64.StdEncoding.EncodeToString([]byte(p.Value)))}
	case pedigree.Proto:
		return nil
	}
	return &value{String: &p.Value}
}
