package transfer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	json2 "github.com/go-json-experiment/json"

	"github.com/pedigree-ml/pedigree/catalog"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/schema"
)

// transformers change entities on their way in, as [transforms] do, where conditions
// hold. Attributes are named type.attribute, for entities of a type and those that
// descend from it; what names no type that there is stands for all.
type transformers []transformer

type transformer struct {
	conditions []step
	actions    []step
}

// A step is a condition or an action: what it is about, what it is called, and its
// value.
type step struct {
	typeName, attribute string
	name, value         string
}

// The steps that there are. Others are the value of the first of their sort.
var (
	conditionNames = []string{"EQUALS", "EQUALS_IGNORE_CASE", "STARTS_WITH", "STARTS_WITH_IGNORE_CASE", "HAS_VALUE", "ALL", "TOPLEVEL", "OBJECTID"}
	actionNames    = []string{"SET", "REPLACE_PREFIX", "TO_LOWER", "TO_UPPER", "CLEAR", "ADD_CLASSIFICATION"}
)

// parseTransformers reads [{"conditions":{"type.attribute":"EQUALS: a"},"action":{"type.attribute":"SET: b"}}].
func parseTransformers(text string) (all transformers, err error) {
	if text == "" {
		return nil, nil
	}
	var given []struct {
		Conditions map[string]string `json:"conditions"`
		Action     map[string]string `json:"action"`
	}
	if err := json2.Unmarshal([]byte(text), &given); err != nil {
		return nil, fault.New(fault.InvalidValue, "The option transformers cannot be read: "+err.Error())
	}
	for _, g := range given {
		all = append(all, transformer{parseSteps(g.Conditions, conditionNames), parseSteps(g.Action, actionNames)})
	}
	return all, nil
}

func parseSteps(given map[string]string, names []string) (steps []step) {
	for _, key := range slices.Sorted(maps.Keys(given)) {
		s := step{attribute: strings.TrimSpace(key), name: names[0], value: strings.TrimSpace(given[key])}
		if typeName, attribute, ok := strings.Cut(s.attribute, "."); ok {
			s.typeName, s.attribute = strings.TrimSpace(typeName), strings.TrimSpace(attribute)
		}
		if name, value, ok := strings.Cut(given[key], ":"); ok {
			if name = strings.ToUpper(strings.TrimSpace(name)); slices.Contains(names, name) {
				s.name, s.value = name, strings.TrimSpace(value)
			}
		}
		steps = append(steps, s)
	}
	return steps
}

// classifications names those that are added, which are made where there are none.
func (all transformers) classifications() (names []string) {
	for _, t := range all {
		for _, a := range t.actions {
			if a.name == "ADD_CLASSIFICATION" && !slices.Contains(names, a.value) {
				names = append(names, a.value)
			}
		}
	}
	return names
}

// apply changes one entity. top are the items that the archive was made of.
func (all transformers) apply(types *schema.Types, e *catalog.Entity, top []Item) {
	if len(all) == 0 {
		return
	}
	if e.Attributes == nil {
		e.Attributes = make(map[string]any)
	}
	c := &changing{types: types, entity: e, top: top, hive: hiveName(e)}
	for _, t := range all {
		if slices.ContainsFunc(t.conditions, func(s step) bool { return !c.holds(s) }) {
			continue
		}
		for _, s := range t.actions {
			c.act(s)
		}
	}
	c.hive.write(e)
}

// A changing is an entity while transformers are applied to it.
type changing struct {
	types  *schema.Types
	entity *catalog.Entity
	top    []Item
	hive   *hive // nil for most
}

// about reports whether a step is about the entity.
func (c *changing) about(s step) bool {
	of := c.types.Entity(s.typeName)
	if of == nil {
		return true
	}
	t := c.types.Entity(c.entity.TypeName)
	return t != nil && t.IsA(s.typeName)
}

// get gives the value that a step is about, nil for none.
func (c *changing) get(s step) any {
	if part := c.hive.part(s); part != nil {
		return *part
	}
	if !c.about(s) {
		return nil
	}
	return c.entity.Attributes[s.attribute]
}

func (c *changing) set(s step, value any) {
	if part := c.hive.part(s); part != nil {
		*part, _ = value.(string)
		c.hive.changed = true
	} else if c.about(s) {
		c.entity.Attributes[s.attribute] = value
	}
}

func (c *changing) holds(s step) bool {
	switch s.name {
	case "ALL":
		return true
	case "TOPLEVEL", "OBJECTID":
		return slices.ContainsFunc(c.top, func(i Item) bool { return i.means(c.entity) })
	}
	have := c.get(s)
	if have == nil {
		return false
	}
	text := fmt.Sprint(have)
	switch s.name {
	case "EQUALS_IGNORE_CASE":
		return strings.EqualFold(text, s.value)
	case "STARTS_WITH":
		return strings.HasPrefix(text, s.value)
	case "STARTS_WITH_IGNORE_CASE":
		return strings.HasPrefix(strings.ToLower(text), strings.ToLower(s.value))
	case "HAS_VALUE":
		return text != ""
	}
	return text == s.value
}

// means reports whether an item names an entity.
func (i *Item) means(e *catalog.Entity) bool {
	if i.GUID != "" {
		return i.GUID == e.GUID
	}
	if i.TypeName != e.TypeName {
		return false
	}
	for name, value := range i.Unique {
		if e.Attributes[name] != value {
			return false
		}
	}
	return true
}

func (c *changing) act(s step) {
	if s.name == "ADD_CLASSIFICATION" {
		addClass(c.entity, s.value)
		return
	}
	have := c.get(s)
	text, isText := have.(string)
	switch {
	case s.name == "SET":
		c.set(s, s.value)
	case s.name == "CLEAR" && have != nil:
		c.set(s, nil)
	case s.name == "REPLACE_PREFIX" && isText:
		if from, to := prefixes(s.value); from != "" && strings.HasPrefix(text, from) {
			c.set(s, to+text[len(from):])
		}
	case s.name == "TO_LOWER" && isText:
		c.set(s, strings.ToLower(text))
	case s.name == "TO_UPPER" && isText:
		c.set(s, strings.ToUpper(text))
	}
}

// prefixes reads what is replaced by what: =:from=to, where the first sign tells the
// second from what follows it.
func prefixes(value string) (from, to string) {
	sign, rest, ok := strings.Cut(value, ":")
	if !ok {
		return value, ""
	}
	if sign = strings.TrimSpace(sign); sign == "" {
		return "", rest
	}
	from, to, _ = strings.Cut(rest, sign)
	return from, to
}

// A hive is the qualified name of something in Hive, in parts that transformers can
// name: database.table.column@cluster. Whatever lies in a database follows when that
// gets another name.
type hive struct {
	database, table, column, cluster string
	depth                            int    // names before the cluster
	end                              string // after it
	changed                          bool
}

// hiveDepths are how many names stand before the cluster, by type.
var hiveDepths = map[string]int{"hive_db": 1, "hive_table": 2, "hive_storagedesc": 2, "hive_column": 3}

// hiveName reads the name of an entity, nil where it has none of that form.
func hiveName(e *catalog.Entity) *hive {
	text, _ := e.Attributes["qualifiedName"].(string)
	at := strings.LastIndexByte(text, '@')
	h := &hive{depth: hiveDepths[e.TypeName]}
	if h.depth == 0 || at < 0 {
		return nil
	}
	h.cluster = text[at+1:]
	if e.TypeName == "hive_storagedesc" {
		h.end = "_storage"
		h.cluster = strings.TrimSuffix(h.cluster, h.end)
	}
	names := strings.SplitN(text[:at], ".", h.depth)
	if len(names) != h.depth {
		return nil
	}
	for i, into := range []*string{&h.database, &h.table, &h.column}[:h.depth] {
		*into = names[i]
	}
	return h
}

// part gives the part that a step is about, nil for none.
func (h *hive) part(s step) *string {
	if h == nil {
		return nil
	}
	switch s.typeName + "." + s.attribute {
	case "hive_db.name":
		return &h.database
	case "hive_db.clusterName":
		return &h.cluster
	case "hive_table.name":
		if h.depth > 1 {
			return &h.table
		}
	case "hive_column.name":
		if h.depth > 2 {
			return &h.column
		}
	}
	return nil
}

// write gives the entity its name, if a part of it was changed.
func (h *hive) write(e *catalog.Entity) {
	if h == nil || !h.changed {
		return
	}
	names := []string{h.database, h.table, h.column}[:h.depth]
	e.Attributes["qualifiedName"] = strings.Join(names, ".") + "@" + h.cluster + h.end
	if h.end == "" {
		e.Attributes["name"] = names[h.depth-1]
	}
	if h.depth == 1 {
		e.Attributes["clusterName"] = h.cluster
	}
}
