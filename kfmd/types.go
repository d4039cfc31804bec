package kfmd

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/graph"
)

// createType makes a type, or finds one that says the same.
func (c *collection) createType(w http.ResponseWriter, r *http.Request) error {
	return c.putType(w, r, graph.TypeOptions{})
}

// updateType adds properties to a type.
func (c *collection) updateType(w http.ResponseWriter, r *http.Request) error {
	return c.putType(w, r, graph.TypeOptions{CanAdd: true})
}

func (c *collection) putType(w http.ResponseWriter, r *http.Request, o graph.TypeOptions) error {
	m, err := decode[typeMessage](r)
	if err != nil {
		return err
	}
	if m == nil {
		return pedigree.Errorf(pedigree.Invalid, "no %sType specified", c.title)
	}
	t, err := c.decodeType(m)
	if err != nil {
		return err
	}
	if _, err := c.graph.PutTypes(r.Context(), []graph.Type{t}, o); err != nil {
		return err
	}
	return c.answerType(w, r, t.Type)
}

// getType gives a type by its name.
func (c *collection) getType(w http.ResponseWriter, r *http.Request) error {
	return c.answerType(w, r, c.typeNamed(r.PathValue("name")))
}

func (c *collection) answerType(w http.ResponseWriter, r *http.Request, t pedigree.Type) error {
	found, err := c.graph.Type(r.Context(), t)
	if err != nil {
		return err
	}
	m, err := encodeType(&found)
	if err != nil {
		return err
	}
	return answer(w, map[string]any{c.one + "_type": m})
}

// typeNamed is the type that a path or query names.
func (c *collection) typeNamed(name string) pedigree.Type {
	return pedigree.Type{Kind: c.kind, Name: strings.TrimPrefix(name, c.types()+"/")}
}

// listTypes gives all types.
func (c *collection) listTypes(w http.ResponseWriter, r *http.Request) error {
	found, err := c.graph.TypesOf(r.Context(), c.kind)
	if err != nil {
		return err
	}
	all := make([]*typeMessage, len(found))
	for i := range found {
		if all[i], err = encodeType(&found[i]); err != nil {
			return err
		}
	}
	return answerList(w, c.types(), all)
}

// answerList writes a list, which has no member when it is empty.
func answerList[M any](w http.ResponseWriter, name string, all []M) error {
	if len(all) == 0 {
		return answer(w, struct{}{})
	}
	return answer(w, map[string][]M{name: all})
}

func (c *collection) decodeType(m *typeMessage) (t graph.Type, err error) {
	t.Type = pedigree.Type{Kind: c.kind, Name: m.Name}
	for key, p := range m.Properties {
		form, ok := pedigree.Form(0), p != nil
		if ok {
			form, ok = forms[*p]
		}
		if !ok {
			return t, pedigree.Errorf(pedigree.Invalid, "Property %s is UNKNOWN.", key)
		}
		t.Properties = append(t.Properties, pedigree.DeclaredProperty{Key: key, Form: form})
	}
	slices.SortFunc(t.Properties, func(a, b pedigree.DeclaredProperty) int { return cmp.Compare(a.Key, b.Key) })
	if c.kind != pedigree.Execution {
		return t, nil
	}
	if t.Reads, err = decodeSignature("input_type", m.InputType); err == nil {
		t.Writes, err = decodeSignature("output_type", m.OutputType)
	}
	return t, err
}

func encodeType(t *graph.Type) (m *typeMessage, err error) {
	m = &typeMessage{ID: (*number)(&t.ID), Name: t.Type.Name}
	if len(t.Properties) > 0 {
		m.Properties = make(map[string]*propertyType, len(t.Properties))
	}
	for _, p := range t.Properties {
		m.Properties[p.Key] = new(propertyTypeOf[p.Form])
	}
	if m.InputType, err = encodeSignature(t.Reads); err == nil {
		m.OutputType, err = encodeSignature(t.Writes)
	}
	return m, err
}
