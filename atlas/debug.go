package atlas

import (
	"math"
	"net/http"
	"sync"
	"time"
)

// timedAs are the operations whose time is measured, by the names under which
// clients that watch a server look for them.
var timedAs = map[string]string{
	"POST /v2/entity":                                                               "EntityREST_createOrUpdate",
	"POST /v2/entity/bulk":                                                          "EntityREST_createOrUpdateBulk",
	"GET /v2/entity/guid/{guid}":                                                    "EntityREST_getById",
	"PUT /v2/entity/guid/{guid}":                                                    "EntityREST_partialUpdateEntityAttrByGuid",
	"DELETE /v2/entity/guid/{guid}":                                                 "EntityREST_deleteByGuid",
	"GET /v2/entity/guid/{guid}/header":                                             "EntityREST_getHeaderById",
	"GET /v2/entity/uniqueAttribute/type/{type}":                                    "EntityREST_getByUniqueAttributes",
	"PUT /v2/entity/uniqueAttribute/type/{type}":                                    "EntityREST_partialUpdateEntityByUA",
	"DELETE /v2/entity/uniqueAttribute/type/{type}":                                 "EntityREST_deleteByUA",
	"GET /v2/entity/uniqueAttribute/type/{type}/header":                             "EntityREST_getEntityHeaderByUA",
	"GET /v2/entity/bulk":                                                           "EntityREST_getByGuids",
	"DELETE /v2/entity/bulk":                                                        "EntityREST_deleteByGuids",
	"GET /v2/entity/bulk/uniqueAttribute/type/{type}":                               "EntityREST_getEntitiesByUA",
	"GET /v2/entity/bulk/headers":                                                   "EntityREST_getEntityHeaders",
	"GET /v2/entity/{guid}/{last}":                                                  "EntityREST_getAuditEvents",
	"POST /v2/entity/bulk/classification":                                           "EntityREST_addClassification",
	"POST /v2/entity/bulk/setClassifications":                                       "EntityREST_setClassifications",
	"GET /v2/entity/guid/{guid}/classifications":                                    "EntityREST_getClassifications",
	"GET /v2/entity/guid/{guid}/classification/{classification}":                    "EntityREST_getClassification",
	"POST /v2/entity/guid/{guid}/classifications":                                   "EntityREST_addClassifications",
	"PUT /v2/entity/guid/{guid}/classifications":                                    "EntityREST_updateClassifications",
	"DELETE /v2/entity/guid/{guid}/classification/{classification}":                 "EntityREST_deleteClassification",
	"POST /v2/entity/uniqueAttribute/type/{type}/classifications":                   "EntityREST_addClassificationsByUA",
	"PUT /v2/entity/uniqueAttribute/type/{type}/classifications":                    "EntityREST_updateClassificationsByUA",
	"DELETE /v2/entity/uniqueAttribute/type/{type}/classification/{classification}": "EntityREST_deleteClassificationByUA",
	"POST /v2/entity/guid/{guid}/businessmetadata":                                  "EntityREST_addOrUpdateBusinessAttributes",
	"DELETE /v2/entity/guid/{guid}/businessmetadata":                                "EntityREST_removeBusinessAttributes",
	"POST /v2/entity/guid/{guid}/businessmetadata/{group}":                          "EntityREST_addOrUpdateBMByName",
	"DELETE /v2/entity/guid/{guid}/businessmetadata/{group}":                        "EntityREST_removeBMByName",
	"POST /v2/entity/businessmetadata/import":                                       "EntityREST_importBMAttributes",
	"POST /v2/entity/guid/{guid}/labels":                                            "EntityREST_setLabels",
	"PUT /v2/entity/guid/{guid}/labels":                                             "EntityREST_addLabels",
	"DELETE /v2/entity/guid/{guid}/labels":                                          "EntityREST_removeLabels",
	"POST /v2/entity/uniqueAttribute/type/{type}/labels":                            "EntityREST_setLabelsByTypeName",
	"PUT /v2/entity/uniqueAttribute/type/{type}/labels":                             "EntityREST_addLabelsByTypeName",
	"DELETE /v2/entity/uniqueAttribute/type/{type}/labels":                          "EntityREST_removeLabelsByTypeName",
	"GET /v2/types/typedefs":                                                        "TypesREST_getAllTypeDefs",
	"GET /v2/types/typedefs/headers":                                                "TypesREST_getTypeDefHeaders",
	"POST /v2/types/typedefs":                                                       "TypesREST_createAtlasTypeDefs",
	"PUT /v2/types/typedefs":                                                        "TypesREST_updateAtlasTypeDefs",
	"DELETE /v2/types/typedefs":                                                     "TypesREST_deleteAtlasTypeDefs",
	"DELETE /v2/types/typedef/name/{name}":                                          "TypesREST_deleteAtlasTypeByName",
	"GET /v2/types/typedef/name/{name}":                                             "TypesREST_getTypeDefByName",
	"GET /v2/types/typedef/guid/{guid}":                                             "TypesREST_getTypeDefByGuid",
	"GET /v2/types/enumdef/name/{name}":                                             "TypesREST_getEnumDefByName",
	"GET /v2/types/enumdef/guid/{guid}":                                             "TypesREST_getEnumDefByGuid",
	"GET /v2/types/structdef/name/{name}":                                           "TypesREST_getStructDefByName",
	"GET /v2/types/structdef/guid/{guid}":                                           "TypesREST_getStructDefByGuid",
	"GET /v2/types/classificationdef/name/{name}":                                   "TypesREST_getClassificationDefByName",
	"GET /v2/types/classificationdef/guid/{guid}":                                   "TypesREST_getClassificationDefByGuid",
	"GET /v2/types/entitydef/name/{name}":                                           "TypesREST_getEntityDefByName",
	"GET /v2/types/entitydef/guid/{guid}":                                           "TypesREST_getEntityDefByGuid",
	"GET /v2/types/relationshipdef/name/{name}":                                     "TypesREST_getRelationshipDefByName",
	"GET /v2/types/relationshipdef/guid/{guid}":                                     "TypesREST_getRelationshipDefByGuid",
	"GET /v2/types/businessmetadatadef/name/{name}":                                 "TypesREST_getBusinessMetadataDefByName",
	"GET /v2/types/businessmetadatadef/guid/{guid}":                                 "TypesREST_getBusinessMetadataDefByGuid",
	"POST /v2/relationship":                                                         "RelationshipREST_create",
	"PUT /v2/relationship":                                                          "RelationshipREST_update",
	"GET /v2/relationship/guid/{guid}":                                              "RelationshipREST_getById",
	"DELETE /v2/relationship/guid/{guid}":                                           "RelationshipREST_deleteById",
	"GET /v2/glossary":                                                              "GlossaryREST_getGlossaries",
	"POST /v2/glossary":                                                             "GlossaryREST_createGlossary",
	"GET /v2/glossary/{guid}":                                                       "GlossaryREST_getGlossary",
	"PUT /v2/glossary/{guid}":                                                       "GlossaryREST_updateGlossary",
	"DELETE /v2/glossary/{guid}":                                                    "GlossaryREST_deleteGlossary",
	"PUT /v2/glossary/{guid}/{last}":                                                "GlossaryREST_partialUpdateGlossary",
	"GET /v2/glossary/{guid}/terms/headers":                                         "GlossaryREST_getGlossaryTermHeaders",
	"GET /v2/glossary/{guid}/categories/headers":                                    "GlossaryREST_getGlossaryCategoriesHeaders",
	"POST /v2/glossary/term":                                                        "GlossaryREST_createGlossaryTerm",
	"POST /v2/glossary/terms":                                                       "GlossaryREST_createGlossaryTerms",
	"GET /v2/glossary/term/{guid}":                                                  "GlossaryREST_getGlossaryTerm",
	"PUT /v2/glossary/term/{guid}":                                                  "GlossaryREST_updateGlossaryTerm",
	"DELETE /v2/glossary/term/{guid}":                                               "GlossaryREST_deleteGlossaryTerm",
	"PUT /v2/glossary/term/{guid}/partial":                                          "GlossaryREST_partialUpdateGlossaryTerm",
	"GET /v2/glossary/terms/{guid}/related":                                         "GlossaryREST_getRelatedTerms",
	"GET /v2/glossary/terms/{guid}/assignedEntities":                                "GlossaryREST_getEntitiesAssignedWithTerm",
	"POST /v2/glossary/terms/{guid}/assignedEntities":                               "GlossaryREST_assignTermToEntities",
	"PUT /v2/glossary/terms/{guid}/assignedEntities":                                "GlossaryREST_disassociateTermAssignmentFromEntities",
	"DELETE /v2/glossary/terms/{guid}/assignedEntities":                             "GlossaryREST_removeTermAssignmentFromEntities",
	"POST /v2/glossary/category":                                                    "GlossaryREST_createGlossaryCategory",
	"POST /v2/glossary/categories":                                                  "GlossaryREST_createGlossaryCategories",
	"GET /v2/glossary/category/{guid}":                                              "GlossaryREST_getGlossaryCategory",
	"PUT /v2/glossary/category/{guid}":                                              "GlossaryREST_updateGlossaryCategory",
	"DELETE /v2/glossary/category/{guid}":                                           "GlossaryREST_deleteGlossaryCategory",
	"PUT /v2/glossary/category/{guid}/partial":                                      "GlossaryREST_partialUpdateGlossaryCategory",
	"GET /v2/glossary/category/{guid}/terms":                                        "GlossaryREST_getCategoryTerms",
	"GET /v2/glossary/category/{guid}/related":                                      "GlossaryREST_getRelatedCategories",
	"POST /v2/glossary/import":                                                      "GlossaryREST_importGlossaryData",
	"GET /v2/search/dsl":                                                            "DiscoveryREST_searchUsingDSL",
	"GET /v2/search/fulltext":                                                       "DiscoveryREST_searchUsingFullText",
	"GET /v2/search/basic":                                                          "DiscoveryREST_searchUsingBasic",
	"POST /v2/search/basic":                                                         "DiscoveryREST_searchWithParameters",
	"GET /v2/search/attribute":                                                      "DiscoveryREST_searchUsingAttribute",
	"GET /v2/search/relationship":                                                   "DiscoveryREST_searchRelatedEntities",
	"GET /v2/search/quick":                                                          "DiscoveryREST_quickSearch",
	"POST /v2/search/quick":                                                         "DiscoveryREST_quickSearchQuickSearchParams",
	"GET /v2/search/suggestions":                                                    "DiscoveryREST_getSuggestions",
	"POST /v2/search/saved":                                                         "DiscoveryREST_addSavedSearch",
	"PUT /v2/search/saved":                                                          "DiscoveryREST_updateSavedSearch",
	"GET /v2/search/saved":                                                          "DiscoveryREST_getSavedSearches",
	"GET /v2/search/saved/{name}":                                                   "DiscoveryREST_getSavedSearch",
	"DELETE /v2/search/saved/{guid}":                                                "DiscoveryREST_deleteSavedSearch",
	"GET /v2/search/saved/execute/{name}":                                           "DiscoveryREST_executeSavedSearchByName",
	"GET /v2/search/saved/execute/guid/{guid}":                                      "DiscoveryREST_executeSavedSearchByGuid",
	"GET /v2/lineage/{guid}":                                                        "LineageREST_getLineageGraph",
	"GET /v2/lineage/uniqueAttribute/type/{type}":                                   "LineageREST_getLineageByUA",
}

// timings are how long operations took since the server started, by name.
type timings struct {
	mu   sync.Mutex
	seen map[string]*timing
}

type timing struct {
	count             int
	sum, squares      float64 // milliseconds
	shortest, longest float64
}

// of measures a handler under a name.
func (t *timings) of(name string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		defer func() { t.add(name, float64(time.Since(begun))/float64(time.Millisecond)) }()
		next(w, r)
	}
}

func (t *timings) add(name string, took float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = make(map[string]*timing)
	}
	s := t.seen[name]
	if s == nil {
		s = &timing{shortest: took, longest: took}
		t.seen[name] = s
	}
	s.count++
	s.sum += took
	s.squares += took * took
	s.shortest, s.longest = min(s.shortest, took), max(s.longest, took)
}

// A shownTiming is how often an operation was asked for and how long it took, in
// milliseconds.
type shownTiming struct {
	Name      string  `json:"name"`
	Count     int     `json:"numops"`
	Shortest  float64 `json:"minTime"`
	Longest   float64 `json:"maxTime"`
	Deviation float64 `json:"stdDevTime"`
	Mean      float64 `json:"avgTime"`
}

func (t *timings) shown() map[string]shownTiming {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[string]shownTiming, len(t.seen))
	for name, s := range t.seen {
		n := float64(s.count)
		mean := s.sum / n
		all[name] = shownTiming{name, s.count, s.shortest, s.longest, math.Sqrt(max(s.squares/n-mean*mean, 0)), mean}
	}
	return all
}

func (h *Handler) debugMetrics(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, h.timings.shown())
}
