package glossary

import "github.com/pedigree-ml/pedigree/catalog"

// The names of the types of entities that glossaries are made of.
const (
	GlossaryType = "AtlasGlossary"
	TermType     = "AtlasGlossaryTerm"
	CategoryType = "AtlasGlossaryCategory"
)

// A Base is what glossaries, terms and categories have in common.
type Base struct {
	GUID                 string                   `json:"guid,omitempty"`
	QualifiedName        string                   `json:"qualifiedName,omitempty"` // unique among its sort, made of names
	Name                 string                   `json:"name,omitempty"`
	ShortDescription     string                   `json:"shortDescription,omitempty"`
	LongDescription      string                   `json:"longDescription,omitempty"`
	AdditionalAttributes map[string]any           `json:"additionalAttributes,omitempty"`
	Classifications      []catalog.Classification `json:"classifications,omitempty"`
}

// A Glossary is a set of terms and of categories that sort them.
type Glossary struct {
	Base

	Language   string            `json:"language,omitempty"`
	Usage      string            `json:"usage,omitempty"`
	Terms      []RelatedTerm     `json:"terms,omitempty"`
	Categories []RelatedCategory `json:"categories,omitempty"`
}

// A Detailed glossary has its terms and categories in full, by guid.
type Detailed struct {
	Glossary

	TermInfo     map[string]*Term     `json:"termInfo,omitempty"`
	CategoryInfo map[string]*Category `json:"categoryInfo,omitempty"`
}

// A Term is a word with a meaning, which may be assigned to entities.
type Term struct {
	Base

	Examples     []string `json:"examples,omitempty"`
	Abbreviation string   `json:"abbreviation,omitempty"`
	Usage        string   `json:"usage,omitempty"`

	Anchor           *Anchor             `json:"anchor,omitempty"`
	AssignedEntities []catalog.RelatedID `json:"assignedEntities,omitempty"`
	Categories       []Categorization    `json:"categories,omitempty"`

	SeeAlso          []RelatedTerm `json:"seeAlso,omitempty"`
	Synonyms         []RelatedTerm `json:"synonyms,omitempty"`
	Antonyms         []RelatedTerm `json:"antonyms,omitempty"`
	PreferredTerms   []RelatedTerm `json:"preferredTerms,omitempty"`
	PreferredToTerms []RelatedTerm `json:"preferredToTerms,omitempty"`
	ReplacementTerms []RelatedTerm `json:"replacementTerms,omitempty"`
	ReplacedBy       []RelatedTerm `json:"replacedBy,omitempty"`
	TranslationTerms []RelatedTerm `json:"translationTerms,omitempty"`
	TranslatedTerms  []RelatedTerm `json:"translatedTerms,omitempty"`
	IsA              []RelatedTerm `json:"isA,omitempty"`
	Classifies       []RelatedTerm `json:"classifies,omitempty"`
	ValidValues      []RelatedTerm `json:"validValues,omitempty"`
	ValidValuesFor   []RelatedTerm `json:"validValuesFor,omitempty"`
}

// A Category sorts terms, and may have categories below it.
type Category struct {
	Base

	Anchor   *Anchor           `json:"anchor,omitempty"`
	Parent   *RelatedCategory  `json:"parentCategory,omitempty"`
	Children []RelatedCategory `json:"childrenCategories,omitempty"`
	Terms    []RelatedTerm     `json:"terms,omitempty"`
}

// An Anchor says to which glossary a term or category belongs.
type Anchor struct {
	GlossaryGUID string `json:"glossaryGuid,omitempty"`
	RelationGUID string `json:"relationGuid,omitempty"`
	DisplayText  string `json:"displayText,omitempty"`
}

// same reports whether two name the same glossary by the same relationship.
func (a *Anchor) same(other *Anchor) bool {
	return a != nil && a.GlossaryGUID == other.GlossaryGUID && a.RelationGUID == other.RelationGUID
}

// A RelatedTerm is a term as another thing shows it, and how the two are tied.
type RelatedTerm struct {
	TermGUID      string `json:"termGuid,omitempty"`
	RelationGUID  string `json:"relationGuid,omitempty"`
	DisplayText   string `json:"displayText,omitempty"`
	Description   string `json:"description,omitempty"`
	Expression    string `json:"expression,omitempty"`
	Steward       string `json:"steward,omitempty"`
	Source        string `json:"source,omitempty"`
	Status        string `json:"status,omitempty"`
	QualifiedName string `json:"qualifiedName,omitempty"`
}

// A RelatedCategory is a category as another thing shows it.
type RelatedCategory struct {
	CategoryGUID       string `json:"categoryGuid,omitempty"`
	ParentCategoryGUID string `json:"parentCategoryGuid,omitempty"`
	RelationGUID       string `json:"relationGuid,omitempty"`
	DisplayText        string `json:"displayText,omitempty"`
	Description        string `json:"description,omitempty"`
}

// A Categorization is a category as its terms show it.
type Categorization struct {
	CategoryGUID string `json:"categoryGuid,omitempty"`
	RelationGUID string `json:"relationGuid,omitempty"`
	Description  string `json:"description,omitempty"`
	DisplayText  string `json:"displayText,omitempty"`
	Status       string `json:"status,omitempty"`
}

// The names of the relationships around terms and categories. The first end of
// each is the first thing named.
const (
	termAnchor     = "AtlasGlossaryTermAnchor"            // glossary, term
	categoryAnchor = "AtlasGlossaryCategoryAnchor"        // glossary, category
	hierarchyLink  = "AtlasGlossaryCategoryHierarchyLink" // parent, child
	categorization = "AtlasGlossaryTermCategorization"    // category, term
	assignment     = "AtlasGlossarySemanticAssignment"    // term, entity
)

// A relation is one of the ways in which terms are related, as one of them sees it.
type relation struct {
	key  string // of the term that sees it
	name string // of the relationship
	end  int    // at which the term stands that sees it: 1 or 2; 0 where both ends see the same
	of   func(*Term) *[]RelatedTerm
}

// relations lists all, in the order in which changes are made.
var relations = []relation{
	{"seeAlso", "AtlasGlossaryRelatedTerm", 0, func(t *Term) *[]RelatedTerm { return &t.SeeAlso }},
	{"synonyms", "AtlasGlossarySynonym", 0, func(t *Term) *[]RelatedTerm { return &t.Synonyms }},
	{"antonyms", "AtlasGlossaryAntonym", 0, func(t *Term) *[]RelatedTerm { return &t.Antonyms }},
	{"preferredToTerms", "AtlasGlossaryPreferredTerm", 2, func(t *Term) *[]RelatedTerm { return &t.PreferredToTerms }},
	{"preferredTerms", "AtlasGlossaryPreferredTerm", 1, func(t *Term) *[]RelatedTerm { return &t.PreferredTerms }},
	{"replacementTerms", "AtlasGlossaryReplacementTerm", 2, func(t *Term) *[]RelatedTerm { return &t.ReplacementTerms }},
	{"replacedBy", "AtlasGlossaryReplacementTerm", 1, func(t *Term) *[]RelatedTerm { return &t.ReplacedBy }},
	{"translationTerms", "AtlasGlossaryTranslation", 2, func(t *Term) *[]RelatedTerm { return &t.TranslationTerms }},
	{"translatedTerms", "AtlasGlossaryTranslation", 1, func(t *Term) *[]RelatedTerm { return &t.TranslatedTerms }},
	{"isA", "AtlasGlossaryIsARelationship", 2, func(t *Term) *[]RelatedTerm { return &t.IsA }},
	{"classifies", "AtlasGlossaryIsARelationship", 1, func(t *Term) *[]RelatedTerm { return &t.Classifies }},
	{"validValues", "AtlasGlossaryValidValue", 2, func(t *Term) *[]RelatedTerm { return &t.ValidValues }},
	{"validValuesFor", "AtlasGlossaryValidValue", 1, func(t *Term) *[]RelatedTerm { return &t.ValidValuesFor }},
}

// Related gives the terms that a term is related to, by the key of each relation
// that it has.
func (t *Term) Related() map[string][]RelatedTerm {
	all := make(map[string][]RelatedTerm)
	for _, r := range relations {
		if terms := *r.of(t); len(terms) > 0 {
			all[r.key] = terms
		}
	}
	return all
}
