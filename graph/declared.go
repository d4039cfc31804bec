package graph

import (
	"cmp"
	"slices"

	"github.com/pedigree-ml/pedigree"
)

// checkDeclared refuses properties that a type does not declare, or not so.
func checkDeclared(d *pedigree.Declaration, properties []pedigree.Property) error {
	for i := range properties {
		p := &properties[i]
		form, ok := declaredForm(d, p.Key)
		if !ok {
			return pedigree.Errorf(pedigree.Invalid, "Found unknown property: %s", p.Key)
		}
		if form != p.Form && !(form == pedigree.Text && p.Form == pedigree.Bytes) {
			return pedigree.Errorf(pedigree.Invalid, "Found unmatched property type: %s", p.Key)
		}
	}
	return nil
}

func declaredForm(d *pedigree.Declaration, key string) (pedigree.Form, bool) {
	i, ok := slices.BinarySearchFunc(d.Properties, key, func(p pedigree.DeclaredProperty, key string) int {
		return cmp.Compare(p.Key, key)
	})
	if !ok {
		return 0, false
	}
	return d.Properties[i].Form, true
}

// byDeclaredKey orders properties as a declaration holds them.
func byDeclaredKey(a, b pedigree.DeclaredProperty) int { return cmp.Compare(a.Key, b.Key) }
