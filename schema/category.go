package schema

import (
	"strings"

	"github.com/pedigree-ml/pedigree/fault"
)

// A Category is a sort of definition.
type Category uint8

// The categories.
const (
	EnumCategory Category = iota + 1
	StructCategory
	ClassificationCategory
	EntityCategory
	RelationshipCategory
	BusinessCategory
)

var categoryNames = [...]string{
	EnumCategory: "ENUM", StructCategory: "STRUCT", ClassificationCategory: "CLASSIFICATION",
	EntityCategory: "ENTITY", RelationshipCategory: "RELATIONSHIP", BusinessCategory: "BUSINESS_METADATA",
}

// String gives the category as clients write it, such as ENTITY.
func (c Category) String() string {
	if int(c) < len(categoryNames) {
		return categoryNames[c]
	}
	return ""
}

// ParseCategory reads the name of a category, in any case. TRAIT and CLASS are the
// older words for classification and entity.
func ParseCategory(name string) (Category, error) {
	upper := strings.ToUpper(name)
	switch upper {
	case "TRAIT":
		return ClassificationCategory, nil
	case "CLASS":
		return EntityCategory, nil
	}
	for c := EnumCategory; int(c) < len(categoryNames); c++ {
		if categoryNames[c] == upper {
			return c, nil
		}
	}
	return 0, fault.New(fault.TypeCategoryInvalid, name)
}

// MarshalText writes the category.
func (c Category) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a category. In which list a definition stands says what it
// is, so that one that is not known passes.
func (c *Category) UnmarshalText(text []byte) error {
	*c, _ = ParseCategory(string(text))
	return nil
}
