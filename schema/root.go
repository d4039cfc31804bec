package schema

import "strings"

// The names by which clients ask for what all entities have, or all
// classifications. They are no types, and no list has them.
const (
	AllEntities        = "_ALL_ENTITY_TYPES"
	AllClassifications = "_ALL_CLASSIFICATION_TYPES"
)

// roots are what stands for all types of a category, by the names that clients ask
// for and under those that they are told: the attributes are those by which
// everything can be searched.
var roots = map[string]Def{
	AllEntities: &EntityDef{
		Base: Base{Category: EntityCategory, Name: "__ENTITY_ROOT", Description: "Any entity", TypeVersion: "1.0"},
		Attributes: rootAttributes(
			"__timestamp date", "__modificationTimestamp date", "__modifiedBy string", "__createdBy string", "__state string", "__guid string",
			"__historicalGuids string", "__typeName string", "__classificationsText string", "__classificationNames string",
			"__propagatedClassificationNames string", "__isIncomplete int", "__labels string", "__customAttributes string", "__pendingTasks string",
		),
	},
	AllClassifications: &ClassificationDef{
		Base: Base{Category: ClassificationCategory, Name: "__CLASSIFICATION_ROOT", Description: "Any classification", TypeVersion: "1.0"},
		Attributes: rootAttributes(
			"__typeName string", "__timestamp date", "__modificationTimestamp date", "__modifiedBy string", "__createdBy string", "__entityStatus string",
		),
	},
}

// rootAttributes makes attributes of names and types.
func rootAttributes(specs ...string) []AttributeDef {
	all := make([]AttributeDef, len(specs))
	for i, spec := range specs {
		name, typ, _ := strings.Cut(spec, " ")
		all[i] = AttributeDef{
			Name: name, Type: typ, Cardinality: Single, Min: NoCount, Max: NoCount, Weight: -1, Indexable: true,
			Unique: name == "__guid" || name == "__historicalGuids",
		}
	}
	return all
}
