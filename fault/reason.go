package fault

import "github.com/pedigree-ml/pedigree"

// A Reason is what is wrong with a request, as clients of a catalog tell apart.
type Reason uint16

// The reasons, each with its text in the table below.
const (
	NoSearchResults Reason = iota + 1
	UnknownType
	CircularReference
	IncompatibleSupertype
	UnknownConstraint
	UnsupportedConstraint
	ConstraintNotSatisfied
	ConstraintMissingParams
	ConstraintNotExist
	ConstraintNotMatched
	UnknownTypeName
	ConstraintNotSupportedOnMapType
	CannotAddMandatoryAttribute
	AttributeDeletionNotSupported
	SupertypeRemovalNotSupported
	UnexpectedType
	TypeMatchFailed
	InvalidTypeDefinition
	InvalidAttributeTypeForCardinality
	AttributeUniqueInvalid
	TypeNameInvalid
	TypeCategoryInvalid
	PatchNotApplicableForType
	PatchForUnknownType
	PatchInvalidData
	TypeNameInvalidFormat
	AttributeNameInvalid
	InvalidParameters
	ClassificationAlreadyAssociated
	ConstraintInverseRefAttributeInvalidType
	ConstraintInverseRefInverseAttributeNonExisting
	ConstraintInverseRefInverseAttributeInvalidType
	ConstraintOwnedRefAttributeInvalidType
	InvalidObjectID
	UnresolvedReferencesFound
	UnknownAttribute
	SystemType
	InvalidStructValue
	InstanceLineageInvalidParams
	AttributeUpdateNotSupported
	InvalidValue
	BadRequest
	ParameterParsingFailed
	MissingMandatoryAttribute
	RelationshipDefInsufficientEnds
	RelationshipDefDoubleContainers
	RelationshipDefUnsupportedAttributeType
	RelationshipDefAssociationAndContainer
	RelationshipDefCompositionNoContainer
	RelationshipDefAggregationNoContainer
	RelationshipDefCompositionMultipleParents
	RelationshipDefListOnEnd
	RelationshipDefInvalidEndType
	InvalidRelationshipEndType
	RelationshipDefInvalidEnd1Update
	RelationshipDefInvalidEnd2Update
	RelationshipDefInvalidCategoryUpdate
	RelationshipDefInvalidNameUpdate
	RelationshipDefEnd1NameInvalid
	RelationshipDefEnd2NameInvalid
	RelationshipDefNotDefined
	RelationshipDefInvalid
	RelationshipInvalidEndType
	UnknownClassification
	InvalidSearchParams
	InvalidRelationshipAttribute
	InvalidRelationshipType
	InvalidImportAttributeTypeChanged
	EntityTypeRemovalNotSupported
	ClassificationDefInvalidEntityTypes
	ClassificationDefParentsEntityTypesDisjoint
	ClassificationDefEntityTypesNotParentsSubset
	InvalidEntityForClassification
	SavedSearchChangeUser
	InvalidQueryParamLength
	InvalidQueryLength
	InvalidDSLQuery
	InvalidDSLGroupby
	InvalidDSLUnknownType
	InvalidDSLUnknownClassification
	InvalidDSLUnknownAttrType
	InvalidDSLOrderby
	InvalidDSLFrom
	InvalidDSLSelectReferredAttr
	InvalidDSLSelectInvalidAgg
	InvalidDSLSelectAttrMixing
	InvalidDSLHasAttribute
	InvalidDSLQualifiedName
	InvalidDSLQualifiedName2
	InvalidDSLDuplicateAlias
	InvalidDSLInvalidDate
	InvalidDSLHasProperty
	RelationshipUpdateEndChangeNotAllowed
	RelationshipUpdateTypeChangeNotAllowed
	ClassificationUpdateFromPropagatedEntity
	ClassificationDeleteFromPropagatedEntity
	ClassificationNotAssociatedWithEntity
	UnknownGlossaryTerm
	InvalidClassificationParams
	PropagatedClassificationNotAssociatedWithEntity
	InvalidBlockedPropagatedClassification
	MissingMandatoryAnchor
	MissingMandatoryQualifiedName
	InvalidPartialUpdateAttr
	InvalidPartialUpdateAttrVal
	MissingTermIDForCategorization
	InvalidNewAnchorGUID
	TermDissociationMissingRelationGUID
	GlossaryQualifiedNameCantBeDerived
	GlossaryTermQualifiedNameCantBeDerived
	GlossaryCategoryQualifiedNameCantBeDerived
	RelationshipEndIsNull
	InvalidTermRelationToSelf
	InvalidChildCategoryDifferentGlossary
	InvalidTermDissociation
	AttributeTypeInvalid
	MissingCategoryDisplayName
	InvalidDisplayName
	TermHasEntityAssociation
	InvalidTimeBoundaryTimezone
	InvalidTimeBoundaryStartTime
	InvalidTimeBoundaryEndTime
	InvalidTimeBoundaryDaterange
	PropagatedClassificationRemovalNotSupported
	ImportAttemptingEmptyZip
	PatchMissingRelationshipLabel
	InvalidCustomAttributeKeyLength
	InvalidCustomAttributeKeyCharacters
	InvalidCustomAttributeValue
	InvalidLabelLength
	InvalidLabelCharacters
	InvalidPropagationType
	DuplicateBusinessMetadataAttribute
	ApplicableEntityTypesDeletionNotSupported
	BusinessMetadataDefAttributeTypeInvalid
	InvalidBusinessMetadataNameForEntityType
	BusinessMetadataAttributeDoesNotExist
	BusinessMetadataAttributeAlreadyExists
	InvalidFileType
	InvalidBusinessAttributesImportData
	AttributeNameInvalidChars
	NoDataFound
	NotValidFile
	AttributeNameAlreadyExistsInParentType
	AttributeNameAlreadyExistsInAnotherParentType
	ImportInvalidZipEntry
	LineageOnDemandNotEnabled
	InvalidTopicName
	UnsupportedTypeName
	InvalidOperator
	BlankNameAttribute
	BlankValueAttribute
	InvalidRelationshipLabel
	NonIndexableBmDeleteNotAllowed
	InvalidGUID
	PurgeRequestSizeExceedsLimit
	NotInDeletedState
	UnauthorizedAccess
	TypeNameNotFound
	TypeGUIDNotFound
	NoClassificationsFoundForEntity
	EmptyResults
	InstanceGUIDNotFound
	InstanceLineageQueryFailed
	InstanceCrudInvalidParams
	ClassificationNotFound
	InstanceByUniqueAttributeNotFound
	ReferencedEntityNotFound
	InstanceNotFound
	RelationshipGUIDNotFound
	RelationshipCrudInvalidParams
	RelationshipDefEndTypeNameNotFound
	RelationshipAlreadyDeleted
	InvalidEntityGUIDForClassificationUpdate
	InvalidLineageEntityType
	InstanceGUIDDeleted
	NoPropagatedClassificationsFoundForEntity
	FileNameNotFound
	NoLineageConstraintsForGUID
	ImportNotFound
	MethodNotAllowed
	TypeAlreadyExists
	TypeHasReferences
	InstanceAlreadyExists
	RelationshipAlreadyExists
	TypeHasRelationships
	SavedSearchAlreadyExists
	GlossaryAlreadyExists
	GlossaryTermAlreadyExists
	GlossaryCategoryAlreadyExists
	GlossaryImportFailed
	PendingTasksAlreadyInProgress
	ImportAbortNotAllowed
	InternalError
	DiscoveryQueryFailed
	FailedToObtainImportExportLock
	FailedToUpload
	NotificationException
	ImportUpdateFailed
	ImportRegistrationFailed
	ImportFailed
	AbortImportFailed
	ImportQueueingFailed
)

// reasons has what each reason says. A number in braces stands for an argument.
var reasons = [...]struct {
	code pedigree.Code
	text string
}{
	NoSearchResults:                                 {pedigree.NotFound, "Given search filter {0} did not yield any results"},
	UnknownType:                                     {pedigree.Invalid, "Unknown type {0} for {1}.{2}"},
	CircularReference:                               {pedigree.Invalid, "{0}: invalid supertypes - circular reference back to self {1}"},
	IncompatibleSupertype:                           {pedigree.Invalid, "{0}: incompatible supertype {1}"},
	UnknownConstraint:                               {pedigree.Invalid, "{0}.{1}: unknown constraint {1}"},
	UnsupportedConstraint:                           {pedigree.Invalid, "{0}.{1} : {2} constraint not supported"},
	ConstraintNotSatisfied:                          {pedigree.Invalid, "{0}.{1} : {2} incompatible attribute type {3}"},
	ConstraintMissingParams:                         {pedigree.Invalid, "{0}.{1} : invalid constraint. missing parameter {2} in {3}. params={4}"},
	ConstraintNotExist:                              {pedigree.Invalid, "{0}.{1} : invalid constraint. {2} {3}.{4} does not exist"},
	ConstraintNotMatched:                            {pedigree.Invalid, "{0}.{1} : invalid constraint. Data type of {2} {3}.{4} should be {5}, but found {6}"},
	UnknownTypeName:                                 {pedigree.Invalid, "{0}: Unknown/invalid typename"},
	ConstraintNotSupportedOnMapType:                 {pedigree.Invalid, "{0}.{1} : constraints not supported on map type {2}"},
	CannotAddMandatoryAttribute:                     {pedigree.Invalid, "{0}.{1} : can not add mandatory attribute"},
	AttributeDeletionNotSupported:                   {pedigree.Invalid, "{0}.{1} : attribute delete not supported"},
	SupertypeRemovalNotSupported:                    {pedigree.Invalid, "superType remove not supported"},
	UnexpectedType:                                  {pedigree.Invalid, "expected type {0}; found {1}"},
	TypeMatchFailed:                                 {pedigree.Invalid, "Given type {0} doesnt match {1}"},
	InvalidTypeDefinition:                           {pedigree.Invalid, "Invalid type definition {0}"},
	InvalidAttributeTypeForCardinality:              {pedigree.Invalid, "Cardinality of attribute {0}.{1} requires a list or set type"},
	AttributeUniqueInvalid:                          {pedigree.Invalid, "Type {0} with unique attribute {1} does not exist"},
	TypeNameInvalid:                                 {pedigree.Invalid, "Type {0} with name {1} does not exist"},
	TypeCategoryInvalid:                             {pedigree.Invalid, "Type Category {0} is invalid"},
	PatchNotApplicableForType:                       {pedigree.Invalid, "{0} - invalid patch for type {1}"},
	PatchForUnknownType:                             {pedigree.Invalid, "{0} - patch references unknown type {1}"},
	PatchInvalidData:                                {pedigree.Invalid, "{0} - patch data is invalid for type {1}"},
	TypeNameInvalidFormat:                           {pedigree.Invalid, "{0}: invalid name for {1}.  Names must consist of a letter followed by a sequence of letter, number, space, or _ characters"},
	AttributeNameInvalid:                            {pedigree.Invalid, "{0}: invalid name. Attribute name must not contain query keywords"},
	InvalidParameters:                               {pedigree.Invalid, "invalid parameters: {0}"},
	ClassificationAlreadyAssociated:                 {pedigree.Invalid, "instance {0} already is associated with classification {1}"},
	ConstraintInverseRefAttributeInvalidType:        {pedigree.Invalid, "{0}.{1}: invalid {2} constraint. Attribute {3} is not an entity type"},
	ConstraintInverseRefInverseAttributeNonExisting: {pedigree.Invalid, "{0}.{1}: invalid {2} constraint. Inverse attribute {3}.{4} does not exist"},
	ConstraintInverseRefInverseAttributeInvalidType: {pedigree.Invalid, "{0}.{1}: invalid {2} constraint. Inverse attribute {3}.{4} is not an entity type"},
	ConstraintOwnedRefAttributeInvalidType:          {pedigree.Invalid, "{0}.{1}: invalid {2} constraint. Attribute {3} is not an entity type"},
	InvalidObjectID:                                 {pedigree.Invalid, "ObjectId is not valid {0}"},
	UnresolvedReferencesFound:                       {pedigree.Invalid, "Unresolved references: byId={0}; byUniqueAttributes={1}"},
	UnknownAttribute:                                {pedigree.Invalid, "Attribute {0} not found for type {1}"},
	SystemType:                                      {pedigree.Invalid, "{0} is a System-type"},
	InvalidStructValue:                              {pedigree.Invalid, "not a valid struct value {0}"},
	InstanceLineageInvalidParams:                    {pedigree.Invalid, "Invalid lineage query parameters passed {0}: {1}"},
	AttributeUpdateNotSupported:                     {pedigree.Invalid, "{0}.{1} : attribute update not supported"},
	InvalidValue:                                    {pedigree.Invalid, "invalid value: {0}"},
	BadRequest:                                      {pedigree.Invalid, "{0}"},
	ParameterParsingFailed:                          {pedigree.Invalid, "Parameter parsing failed at: {0}"},
	MissingMandatoryAttribute:                       {pedigree.Invalid, "Mandatory field {0}.{1} has empty/null value"},
	RelationshipDefInsufficientEnds:                 {pedigree.Invalid, "relationshipDef {0} creation attempted without 2 ends"},
	RelationshipDefDoubleContainers:                 {pedigree.Invalid, "relationshipDef {0} creation attempted with both ends as containers"},
	RelationshipDefUnsupportedAttributeType:         {pedigree.Invalid, "Cannot set an Attribute with type {0} on relationship def {1}, as it is not a primitive type"},
	RelationshipDefAssociationAndContainer:          {pedigree.Invalid, "ASSOCIATION relationshipDef {0} creation attempted with an end specifying isContainer"},
	RelationshipDefCompositionNoContainer:           {pedigree.Invalid, "COMPOSITION relationshipDef {0} creation attempted without an end specifying isContainer"},
	RelationshipDefAggregationNoContainer:           {pedigree.Invalid, "AGGREGATION relationshipDef {0} creation attempted without an end specifying isContainer"},
	RelationshipDefCompositionMultipleParents:       {pedigree.Invalid, "COMPOSITION relationshipDef {0} can only have one parent; so cannot have SET cardinality on children"},
	RelationshipDefListOnEnd:                        {pedigree.Invalid, "relationshipDef {0} cannot have a LIST cardinality on an end"},
	RelationshipDefInvalidEndType:                   {pedigree.Invalid, "relationshipDef {0} has invalid end type {1}"},
	InvalidRelationshipEndType:                      {pedigree.Invalid, "invalid relationshipDef: {0}: actual: [end type 1: {1}, end type 2: {2}]. expected: [end type 1: {3}, end type 2: {4}]"},
	RelationshipDefInvalidEnd1Update:                {pedigree.Invalid, "invalid update for relationshipDef {0}: new end1 {1}, existing end1 {2}"},
	RelationshipDefInvalidEnd2Update:                {pedigree.Invalid, "invalid update for relationshipDef {0}: new end2 {1}, existing end2 {2}"},
	RelationshipDefInvalidCategoryUpdate:            {pedigree.Invalid, "invalid  update for relationship {0}: new relationshipDef category {1}, existing relationshipDef category {2}"},
	RelationshipDefInvalidNameUpdate:                {pedigree.Invalid, "invalid relationshipDef rename for relationship guid {0}: new name {1}, existing name {2}"},
	RelationshipDefEnd1NameInvalid:                  {pedigree.Invalid, "{0}: invalid end1 name. Name must not contain query keywords"},
	RelationshipDefEnd2NameInvalid:                  {pedigree.Invalid, "{0}: invalid end2 name. Name must not contain query keywords"},
	RelationshipDefNotDefined:                       {pedigree.Invalid, "No relationshipDef defined between {0} and {1} on attribute: {2}"},
	RelationshipDefInvalid:                          {pedigree.Invalid, "Invalid relationshipDef: {0}"},
	RelationshipInvalidEndType:                      {pedigree.Invalid, "Invalid entity-type for relationship attribute ‘{0}’: entity specified (guid={1}) is of type ‘{2}’, but expected type is ‘{3}’"},
	UnknownClassification:                           {pedigree.Invalid, "{0}: Unknown/invalid classification"},
	InvalidSearchParams:                             {pedigree.Invalid, "No search parameter was found. One of the following MUST be specified in the request; typeName, classification, termName or queryText"},
	InvalidRelationshipAttribute:                    {pedigree.Invalid, "Expected attribute {0} to be a relationship but found type {1}"},
	InvalidRelationshipType:                         {pedigree.Invalid, "Invalid entity type {0}, guid {1} in relationship search"},
	InvalidImportAttributeTypeChanged:               {pedigree.Invalid, "Attribute {0}.{1} is of type {2}. Import has this attribute type as {3}"},
	EntityTypeRemovalNotSupported:                   {pedigree.Invalid, "EntityTypes cannot be removed from ClassificationDef ‘{0}‘"},
	ClassificationDefInvalidEntityTypes:             {pedigree.Invalid, "ClassificationDef ‘{0}‘ has invalid ‘{1}‘ in entityTypes"},
	ClassificationDefParentsEntityTypesDisjoint:     {pedigree.Invalid, "ClassificationDef ‘{0}‘ has supertypes whose entityTypes are disjoint; e.g. 2 supertypes that are not related by inheritance specify different non empty entityType lists. This means the child cannot honour the restrictions specified in both parents."},
	ClassificationDefEntityTypesNotParentsSubset:    {pedigree.Invalid, "ClassificationDef ‘{0}‘ has entityTypes ‘{1}‘ which are not subsets of its supertypes entityTypes"},
	InvalidEntityForClassification:                  {pedigree.Invalid, "Entity (guid=‘{0}‘,typename=‘{1}‘) cannot be classified by Classification ‘{2}‘, because ‘{1}‘ is not in the ClassificationDefs restrictions."},
	SavedSearchChangeUser:                           {pedigree.Invalid, "saved-search {0} can not be moved from user {1} to {2}"},
	InvalidQueryParamLength:                         {pedigree.Invalid, "Length of query param {0} exceeds the limit"},
	InvalidQueryLength:                              {pedigree.Invalid, "Invalid query length, update {0} to change the limit"},
	InvalidDSLQuery:                                 {pedigree.Invalid, "Invalid DSL query: {0} | Reason: {1}. Please refer to Atlas DSL grammar for more information"},
	InvalidDSLGroupby:                               {pedigree.Invalid, "DSL Semantic Error - GroupBy attribute {0} is non-primitive"},
	InvalidDSLUnknownType:                           {pedigree.Invalid, "DSL Semantic Error - {0} type not found"},
	InvalidDSLUnknownClassification:                 {pedigree.Invalid, "DSL Semantic Error - {0} classification not found"},
	InvalidDSLUnknownAttrType:                       {pedigree.Invalid, "DSL Semantic Error - {0} attribute not found for type {1}"},
	InvalidDSLOrderby:                               {pedigree.Invalid, "DSL Semantic Error - OrderBy attribute {0} is non-primitive"},
	InvalidDSLFrom:                                  {pedigree.Invalid, "DSL Semantic Error - From source {0} is not a valid Entity/Classification type"},
	InvalidDSLSelectReferredAttr:                    {pedigree.Invalid, "DSL Semantic Error - Select clause has multiple referred attributes {0}"},
	InvalidDSLSelectInvalidAgg:                      {pedigree.Invalid, "DSL Semantic Error - Select clause has aggregation on referred attributes {0}"},
	InvalidDSLSelectAttrMixing:                      {pedigree.Invalid, "DSL Semantic Error - Select clause has simple and referred attributes"},
	InvalidDSLHasAttribute:                          {pedigree.Invalid, "DSL Semantic Error - No attribute {0} exists for type {1}"},
	InvalidDSLQualifiedName:                         {pedigree.Invalid, "DSL Semantic Error - Qualified name for {0} failed!"},
	InvalidDSLQualifiedName2:                        {pedigree.Invalid, "DSL Semantic Error - Qualified name for {0} failed for type {1}. Cause: {2}"},
	InvalidDSLDuplicateAlias:                        {pedigree.Invalid, "DSL Semantic Error - Duplicate alias found: {0} for type {1} already present."},
	InvalidDSLInvalidDate:                           {pedigree.Invalid, "DSL Semantic Error - Date format: {0}."},
	InvalidDSLHasProperty:                           {pedigree.Invalid, "DSL Semantic Error - Property needs to be a primitive type: {0}"},
	RelationshipUpdateEndChangeNotAllowed:           {pedigree.NotFound, "change of relationship end is not permitted. relationship-type={0}, relationship-guid={1}, end-guid={2}, updated-end-guid={3}"},
	RelationshipUpdateTypeChangeNotAllowed:          {pedigree.NotFound, "change of relationship type is not permitted. relationship-guid={0}, current-type={1}, new-type={2}"},
	ClassificationUpdateFromPropagatedEntity:        {pedigree.Invalid, "Update to classification {0} is not allowed from propagated entity"},
	ClassificationDeleteFromPropagatedEntity:        {pedigree.Invalid, "Delete of classification {0} is not allowed from propagated entity"},
	ClassificationNotAssociatedWithEntity:           {pedigree.Invalid, "Classification {0} is not associated with entity"},
	UnknownGlossaryTerm:                             {pedigree.Invalid, "{0}: Unknown/invalid glossary term"},
	InvalidClassificationParams:                     {pedigree.Invalid, "Invalid classification parameters passed for {0} operation for entity: {1}"},
	PropagatedClassificationNotAssociatedWithEntity: {pedigree.Invalid, "Propagated classification {0} is not associated with entity {2}, it is associated with entity {1}"},
	InvalidBlockedPropagatedClassification:          {pedigree.Invalid, "Invalid propagated classification: {0} with entityGuid: {1} added to blocked propagated classifications."},
	MissingMandatoryAnchor:                          {pedigree.Invalid, "Mandatory anchor attribute is missing"},
	MissingMandatoryQualifiedName:                   {pedigree.Invalid, "Mandatory qualifiedName attribute is missing"},
	InvalidPartialUpdateAttr:                        {pedigree.Invalid, "Invalid attribute {0} for partial update of {1}"},
	InvalidPartialUpdateAttrVal:                     {pedigree.Invalid, "Invalid attrVal for partial update of {0}, expected = {1} found {2}"},
	MissingTermIDForCategorization:                  {pedigree.Invalid, "Term guid cannot be empty/null when adding to a category"},
	InvalidNewAnchorGUID:                            {pedigree.Invalid, "New Anchor guid cannot be empty/null"},
	TermDissociationMissingRelationGUID:             {pedigree.Invalid, "Missing mandatory attribute, TermAssignment relationship guid"},
	GlossaryQualifiedNameCantBeDerived:              {pedigree.Invalid, "Attributes qualifiedName and name are missing. Failed to derive a unique name for Glossary"},
	GlossaryTermQualifiedNameCantBeDerived:          {pedigree.Invalid, "Attributes qualifiedName, name & glossary name are missing. Failed to derive a unique name for Glossary term"},
	GlossaryCategoryQualifiedNameCantBeDerived:      {pedigree.Invalid, "Attributes qualifiedName, name & glossary name are missing. Failed to derive a unique name for Glossary category"},
	RelationshipEndIsNull:                           {pedigree.Invalid, "Relationship end is invalid. Expected {0} but is NULL"},
	InvalidTermRelationToSelf:                       {pedigree.Invalid, "Invalid Term relationship: Term cannot have a relationship with self"},
	InvalidChildCategoryDifferentGlossary:           {pedigree.Invalid, "Invalid child category relationship: Child category (guid = {0}) belongs to different glossary"},
	InvalidTermDissociation:                         {pedigree.Invalid, "Given relationshipGuid({0}) is invalid for term (guid={1}) and entity(guid={2})"},
	AttributeTypeInvalid:                            {pedigree.Invalid, "{0}.{1}: invalid attribute type. Attribute cannot be of type classification"},
	MissingCategoryDisplayName:                      {pedigree.Invalid, "Category name is empty/null"},
	InvalidDisplayName:                              {pedigree.Invalid, "name cannot contain following special chars (@, ., <, >)"},
	TermHasEntityAssociation:                        {pedigree.Invalid, "Term (guid={0}) cannot be deleted as it has been assigned to {1} entities."},
	InvalidTimeBoundaryTimezone:                     {pedigree.Invalid, "Invalid timezone {0}"},
	InvalidTimeBoundaryStartTime:                    {pedigree.Invalid, "Invalid startTime {0}"},
	InvalidTimeBoundaryEndTime:                      {pedigree.Invalid, "Invalid endTime {0}"},
	InvalidTimeBoundaryDaterange:                    {pedigree.Invalid, "Invalid dateRange: startTime {0} must be before endTime {1}"},
	PropagatedClassificationRemovalNotSupported:     {pedigree.Invalid, "Removal of classification {0}, which is propagated from entity {1}, is not supported"},
	ImportAttemptingEmptyZip:                        {pedigree.Invalid, "Attempting to import empty ZIP file."},
	PatchMissingRelationshipLabel:                   {pedigree.Invalid, "{0} - must include relationship label for type {1}"},
	InvalidCustomAttributeKeyLength:                 {pedigree.Invalid, "Invalid key: {0} in custom attribute, key size should not be greater than 50"},
	InvalidCustomAttributeKeyCharacters:             {pedigree.Invalid, "Invalid key: {0} in custom attribute, key should only contain alphanumeric characters, _ or -"},
	InvalidCustomAttributeValue:                     {pedigree.Invalid, "Invalid value: {0} in custom attribute, value length is greater than {1}"},
	InvalidLabelLength:                              {pedigree.Invalid, "Invalid label: {0}, label size should not be greater than {1}"},
	InvalidLabelCharacters:                          {pedigree.Invalid, "Invalid label: {0}, label should contain alphanumeric characters, _ or -"},
	InvalidPropagationType:                          {pedigree.Invalid, "Invalid propagation {0} for relationship-type={1}. Default value is {2}"},
	DuplicateBusinessMetadataAttribute:              {pedigree.Invalid, "Duplicate business-metadata attributes: {0} not allowed within the same business-metadata: {1}"},
	ApplicableEntityTypesDeletionNotSupported:       {pedigree.Invalid, "Cannot remove applicableEntityTypes in Attribute Def: {0}, defined in business-metadata: {1}"},
	BusinessMetadataDefAttributeTypeInvalid:         {pedigree.Invalid, "{0}.{1}: invalid attribute type. Business-metadata attribute cannot be of type entity/classification/struct/business-metadata"},
	InvalidBusinessMetadataNameForEntityType:        {pedigree.Invalid, "Invalid business-metadata: {0} specified for entity, applicable business-metadata: {1}"},
	BusinessMetadataAttributeDoesNotExist:           {pedigree.Invalid, "Business-metadata attribute does not exist in entity: {0}"},
	BusinessMetadataAttributeAlreadyExists:          {pedigree.Invalid, "Business-metadata attribute already exists in entity: {0}"},
	InvalidFileType:                                 {pedigree.Invalid, "The provided file type: {0} is not supported. Expected file formats are .csv and .xls."},
	InvalidBusinessAttributesImportData:             {pedigree.Invalid, "The uploaded file was not processed due to following errors : {0}"},
	AttributeNameInvalidChars:                       {pedigree.Invalid, "{0}: invalid name. Attribute names must begin with a letter followed by a sequence of letters, numbers, or _ characters"},
	NoDataFound:                                     {pedigree.Invalid, "No data found in the uploaded file"},
	NotValidFile:                                    {pedigree.Invalid, "Invalid {0} file"},
	AttributeNameAlreadyExistsInParentType:          {pedigree.Invalid, "Invalid attribute name: {0}.{1}. Attribute already exists in parent type: {2}"},
	AttributeNameAlreadyExistsInAnotherParentType:   {pedigree.Invalid, "Invalid attribute name: {0}.{1}. Attribute already exists in another parent type: {2}"},
	ImportInvalidZipEntry:                           {pedigree.Invalid, "{0}: invalid zip entry. Reason: {1}"},
	LineageOnDemandNotEnabled:                       {pedigree.Invalid, "Lineage on demand config: {0} is not enabled"},
	InvalidTopicName:                                {pedigree.Invalid, "Unsupported topic name : {0}"},
	UnsupportedTypeName:                             {pedigree.Invalid, "Unsupported {0} name. Names such as description,version,options,name,servicetype are not supported"},
	InvalidOperator:                                 {pedigree.Invalid, "Invalid operator specified for attribute: {0}"},
	BlankNameAttribute:                              {pedigree.Invalid, "Name Attribute cant be empty!"},
	BlankValueAttribute:                             {pedigree.Invalid, "Value Attribute cant be empty!"},
	InvalidRelationshipLabel:                        {pedigree.Invalid, "Invalid relationship label {0}. The referenced entity type {1} could not be resolved from the type registry."},
	NonIndexableBmDeleteNotAllowed:                  {pedigree.Invalid, "Deletion not allowed for non-indexable Business Metadata '{0}' without force=true. Non-indexable attributes cannot be validated efficiently for references; use force=true to skip validation and delete (warning: orphaned references may remain)."},
	InvalidGUID:                                     {pedigree.Invalid, "guid {0} is not a valid UUID"},
	PurgeRequestSizeExceedsLimit:                    {pedigree.Invalid, "purge request size {0} exceeds maximum limit {1}"},
	NotInDeletedState:                               {pedigree.Invalid, "entity {0} is not in DELETED state"},
	UnauthorizedAccess:                              {pedigree.Denied, "{0} is not authorized to perform {1}"},
	TypeNameNotFound:                                {pedigree.NotFound, "Given typename {0} was invalid"},
	TypeGUIDNotFound:                                {pedigree.NotFound, "Given type guid {0} was invalid"},
	NoClassificationsFoundForEntity:                 {pedigree.NotFound, "No classifications associated with entity: {0}"},
	EmptyResults:                                    {pedigree.NotFound, "No result found for {0}"},
	InstanceGUIDNotFound:                            {pedigree.NotFound, "Given instance guid {0} is invalid/not found"},
	InstanceLineageQueryFailed:                      {pedigree.NotFound, "Instance lineage query failed {0}"},
	InstanceCrudInvalidParams:                       {pedigree.NotFound, "Invalid instance creation/updation parameters passed : {0}"},
	ClassificationNotFound:                          {pedigree.NotFound, "Given classification {0} was invalid"},
	InstanceByUniqueAttributeNotFound:               {pedigree.NotFound, "Instance {0} with unique attribute {1} does not exist"},
	ReferencedEntityNotFound:                        {pedigree.NotFound, "Referenced entity {0} is not found"},
	InstanceNotFound:                                {pedigree.NotFound, "Given instance is invalid/not found: {0}"},
	RelationshipGUIDNotFound:                        {pedigree.NotFound, "Given relationship guid {0} is invalid/not found"},
	RelationshipCrudInvalidParams:                   {pedigree.NotFound, "Invalid relationship creation/updation parameters passed : {0}"},
	RelationshipDefEndTypeNameNotFound:              {pedigree.NotFound, "RelationshipDef {0} endDef typename {0} cannot be found"},
	RelationshipAlreadyDeleted:                      {pedigree.NotFound, "Attempting to delete a relationship which is already deleted : {0}"},
	InvalidEntityGUIDForClassificationUpdate:        {pedigree.NotFound, "Updating entityGuid of classification is not allowed."},
	InvalidLineageEntityType:                        {pedigree.NotFound, "Given instance guid {0} with type {1} is not a valid lineage entity type."},
	InstanceGUIDDeleted:                             {pedigree.NotFound, "Given instance guid {0} has been deleted"},
	NoPropagatedClassificationsFoundForEntity:       {pedigree.NotFound, "No propagated classifications associated with entity: {0}"},
	FileNameNotFound:                                {pedigree.NotFound, "File name should not be blank"},
	NoLineageConstraintsForGUID:                     {pedigree.NotFound, "No lineage constraints found for requested entity with guid : {0}"},
	ImportNotFound:                                  {pedigree.NotFound, "Import id {0} is not found"},
	MethodNotAllowed:                                {pedigree.Unimplemented, "Error 405 - The request method {0} is inappropriate for the URL: {1}"},
	TypeAlreadyExists:                               {pedigree.AlreadyExists, "Given type {0} already exists"},
	TypeHasReferences:                               {pedigree.BadState, "Given type {0} has references"},
	InstanceAlreadyExists:                           {pedigree.AlreadyExists, "failed to update entity: {0}"},
	RelationshipAlreadyExists:                       {pedigree.AlreadyExists, "relationship {0} already exists between entities {1} and {2}"},
	TypeHasRelationships:                            {pedigree.BadState, "Given type {0} has associated relationshipDefs"},
	SavedSearchAlreadyExists:                        {pedigree.AlreadyExists, "search named {0} already exists for user {1}"},
	GlossaryAlreadyExists:                           {pedigree.AlreadyExists, "Glossary with name {0} already exists"},
	GlossaryTermAlreadyExists:                       {pedigree.AlreadyExists, "Glossary term with qualifiedName {0} already exists"},
	GlossaryCategoryAlreadyExists:                   {pedigree.AlreadyExists, "Glossary category with qualifiedName {0} already exists"},
	GlossaryImportFailed:                            {pedigree.AlreadyExists, "Glossary import failed"},
	PendingTasksAlreadyInProgress:                   {pedigree.Aborted, "There are already {0} pending tasks in queue"},
	ImportAbortNotAllowed:                           {pedigree.BadState, "Import id {0} is currently in state {1}, cannot be aborted"},
	InternalError:                                   {pedigree.Internal, "Internal server error {0}"},
	DiscoveryQueryFailed:                            {pedigree.Internal, "Discovery query failed {0}"},
	FailedToObtainImportExportLock:                  {pedigree.Aborted, "Another import or export is in progress. Please try again"},
	FailedToUpload:                                  {pedigree.Internal, "Error occurred while uploading the file: {0}"},
	NotificationException:                           {pedigree.Internal, "{0}"},
	ImportUpdateFailed:                              {pedigree.Internal, "Failed to update import with id={0}"},
	ImportRegistrationFailed:                        {pedigree.Internal, "Failed to register import request"},
	ImportFailed:                                    {pedigree.Internal, "Import with id {0} failed"},
	AbortImportFailed:                               {pedigree.Internal, "Failed to abort import with id {0}"},
	ImportQueueingFailed:                            {pedigree.Internal, "Failed to add import with id {0} to request queue, please try again later"},
}
