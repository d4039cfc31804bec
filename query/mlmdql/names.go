package mlmdql

import (
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/query"
)

// attribute is a trait that filters can name.
type attribute struct {
	part query.Part
	typ  string
}

var (
	nodeAttributes = map[string]attribute{
		"id": {query.ID, int64Type}, "type_id": {query.TypeID, int64Type}, "type": {query.TypeName, stringType},
		"name": {query.Label, stringType}, "external_id": {query.Outer, stringType},
		"create_time_since_epoch":      {query.MadeAt, int64Type},
		"last_update_time_since_epoch": {query.ChangedAt, int64Type},
	}
	ownAttributes = map[pedigree.Kind]map[string]attribute{
		pedigree.Artifact:  {"uri": {query.Location, stringType}, "state": {query.Stage, int64Type}},
		pedigree.Execution: {"last_known_state": {query.Stage, int64Type}},
	}
	propertyTypes = map[query.Part]string{
		query.IntValue: int64Type, query.DoubleValue: doubleType, query.TextValue: stringType, query.BoolValue: boolType,
	}
)

// own finds an attribute of the node itself.
func (p *parser) own(name string) (attribute, bool) {
	name = strings.ToLower(name)
	if a, ok := ownAttributes[p.kind][name]; ok {
		return a, true
	}
	a, ok := nodeAttributes[name]
	return a, ok
}

// neighbourAttribute finds an attribute of a neighbour. The engine names some
// that its own tables do not give; those cannot be run.
func (p *parser) neighbourAttribute(source query.Source, name string) (attribute, bool) {
	name = strings.ToLower(name)
	switch source.Relation {
	case query.Events:
		return p.eventAttribute(name)
	case query.Contexts, query.Children:
		if name == "type_id" || name == "external_id" {
			return attribute{}, false
		}
		if p.kind == pedigree.Context && strings.HasSuffix(name, "_time_since_epoch") {
			p.cannotRun("no such column: %s of %s", name, source.Label)
		}
	case query.Artifacts, query.Executions:
		if a, ok := ownAttributes[kindOf(source.Relation)][name]; ok {
			return a, true
		}
		if name == "type_id" {
			return attribute{}, false
		}
		if name == "external_id" {
			p.cannotRun("no such column: %s of %s", name, source.Label)
		}
	}
	a, ok := nodeAttributes[name]
	return a, ok
}

func kindOf(r query.Relation) pedigree.Kind {
	if r == query.Artifacts {
		return pedigree.Artifact
	}
	return pedigree.Execution
}

func (p *parser) eventAttribute(name string) (attribute, bool) {
	switch name {
	case "type":
		return attribute{query.EventPlace, int64Type}, true
	case "milliseconds_since_epoch":
		return attribute{query.HappenedAt, int64Type}, true
	case "execution_id":
		return attribute{query.EventExecution, int64Type}, p.kind == pedigree.Artifact
	case "artifact_id":
		return attribute{query.EventArtifact, int64Type}, p.kind == pedigree.Execution
	}
	return attribute{}, false
}

// column makes the expression of an attribute. Enumerations are stored in words
// or otherwise, and are numbers here.
func (p *parser) column(source query.Source, a attribute) value {
	var tree query.Scalar = query.Column{Of: source, Part: a.part}
	size := 1
	switch {
	case a.part == query.EventPlace:
		tree, size = query.Case{Of: tree, When: eventNumbers}, 8
	case a.part == query.Stage && source.Relation == query.Executions, a.part == query.Stage && p.kind == pedigree.Execution:
		tree, size = query.Case{Of: tree, When: executionNumbers}, 12
	case a.part == query.Stage:
		tree, size = query.Case{Of: tree, When: artifactNumbers}, 12
	}
	return value{typ: a.typ, tree: tree, size: size}
}

// allArtifactStates holds those too that filters cannot name.
var allArtifactStates = map[string]int64{
	"UNKNOWN": 0, "PENDING": 1, "LIVE": 2, "MARKED_FOR_DELETION": 3, "DELETED": 4, "ABANDONED": 5, "REFERENCE": 6,
}

// What is stored of enumerations, and the numbers for it.
var (
	artifactNumbers  = stateNumbers(pedigree.Artifact, allArtifactStates)
	executionNumbers = stateNumbers(pedigree.Execution, executionStates)
	eventNumbers     = placeNumbers()
)

// stateNumbers gives numbers for stored states, those of other wires by what
// they mean.
func stateNumbers(kind pedigree.Kind, numbers map[string]int64) (branches []query.Branch) {
	words := make([]string, len(numbers))
	for word, n := range numbers {
		words[n] = word
	}
	for n, word := range words {
		for _, stored := range pedigree.StatesMeaning(kind, word) {
			branches = append(branches, query.Branch{If: query.Literal{Value: stored}, Then: query.Literal{Value: int64(n)}})
		}
	}
	return branches
}

// placeNumbers gives the numbers of Event.Type for role and direction.
func placeNumbers() (branches []query.Branch) {
	for _, e := range []struct {
		role      pedigree.Role
		direction pedigree.Direction
		number    int64
	}{
		{pedigree.RoleUsed, pedigree.Input, 3},
		{pedigree.RoleUsed, pedigree.Output, 4},
		{pedigree.RoleDeclared, pedigree.Input, 2},
		{pedigree.RoleDeclared, pedigree.Output, 1},
		{pedigree.RoleInternal, pedigree.Input, 5},
		{pedigree.RoleInternal, pedigree.Output, 6},
		{pedigree.RolePending, pedigree.Output, 7},
	} {
		at := int64(e.role)*2 + int64(e.direction)
		branches = append(branches, query.Branch{If: query.Literal{Value: at}, Then: query.Literal{Value: e.number}})
	}
	return branches
}
