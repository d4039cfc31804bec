package schema

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/fault"
	"github.com/pedigree-ml/pedigree/store"
)

const library = `{
	"enumDefs": [{"name": "genre", "elementDefs": [{"value": "POEM", "ordinal": 1}, {"value": "NOVEL", "ordinal": 2}]}],
	"structDefs": [{"name": "place", "attributeDefs": [{"name": "shelf", "typeName": "int"}, {"name": "hall", "typeName": "string", "isOptional": true}]}],
	"classificationDefs": [{"name": "Rare", "entityTypes": ["book"]}, {"name": "Very Rare", "superTypes": ["Rare"]}],
	"entityDefs": [
		{"name": "book", "superTypes": ["DataSet"], "attributeDefs": [
			{"name": "genre", "typeName": "genre", "isOptional": true},
			{"name": "place", "typeName": "place", "isOptional": true},
			{"name": "isbn", "typeName": "string", "isOptional": true, "isUnique": true}]},
		{"name": "poems", "superTypes": ["book"]},
		{"name": "author", "superTypes": ["Asset"]}],
	"relationshipDefs": [{"name": "book_author", "relationshipCategory": "AGGREGATION", "propagateTags": "ONE_TO_TWO",
		"endDef1": {"type": "author", "name": "books", "isContainer": true, "cardinality": "SET"},
		"endDef2": {"type": "book", "name": "writer", "cardinality": "SINGLE"}}],
	"businessMetadataDefs": [{"name": "loans", "attributeDefs": [
		{"name": "days", "typeName": "int", "isOptional": true, "options": {"applicableEntityTypes": "[\"book\"]"}},
		{"name": "note", "typeName": "array<string>", "isOptional": true, "options": {"applicableEntityTypes": "[\"author\"]", "maxStrLength": "20"}}]}]
}`

func TestDefinitionsThatBuildOnEachOtherAreMadeAtOnce(t *testing.T) {
	f := open(t)
	made := f.create(library)
	if made.Len() != 9 {
		t.Fatalf("made %d", made.Len())
	}
	types := f.types()
	poems := types.Entity("poems")
	if !poems.IsA("book") || !poems.IsA("Referenceable") || poems.IsA("author") || poems.Kind != pedigree.Artifact || types.Entity("author").Kind != pedigree.Context {
		t.Errorf("poems are %+v", poems)
	}
	if poems.Field("isbn") == nil || poems.Field("isbn").Owner != "book" || len(poems.Unique()) != 2 {
		t.Error("attributes are not inherited")
	}
	if got := types.Entity("book").Descendants(); !slices.Equal(got, []string{"book", "poems"}) {
		t.Errorf("books are %q", got)
	}
	ends := poems.End("writer")
	if len(ends) != 1 || ends[0].Number != 2 || ends[0].Other.Name() != "author" || ends[0].Many || ends[0].Relationship.Passes != pedigree.PassForward {
		t.Errorf("ends %+v", ends)
	}
	if !types.Classification("Very Rare").AppliesTo(poems) || types.Classification("Very Rare").AppliesTo(types.Entity("author")) {
		t.Error("a class applies to others than its super type does")
	}
	if poems.BusinessField("loans", "days") == nil || poems.BusinessField("loans", "note") != nil || types.Entity("author").BusinessField("loans", "note").MaxLength != 20 {
		t.Error("business attributes are for others")
	}
	b := types.Def("book").Common()
	if b.CreatedBy != "ann" || b.Version != 1 || b.GUID == "" || b.CreateTime == 0 || b.TypeVersion != "1.0" || types.byGUID[b.GUID] != types.Def("book") {
		t.Errorf("book is %+v", b)
	}
}

func TestDefinitionsThatDoNotFitAreRefused(t *testing.T) {
	f := open(t)
	f.create(library)
	for text, want := range map[string]struct {
		reason fault.Reason
		words  string
	}{
		library:                                                               {fault.TypeAlreadyExists, "Given type genre already exists"},
		entity("hive_table", "", ""):                                          {fault.TypeAlreadyExists, "hive_table"},
		entity("mlflow_run", "Process", ""):                                   {fault.TypeAlreadyExists, "mlflow_run"},
		entity("1-bad.name", "", ""):                                          {fault.TypeNameInvalidFormat, "1-bad.name: invalid name for ENTITY.  Names must consist of a letter followed by a sequence of letter, number, space, or _ characters"},
		entity("", "", ""):                                                    {fault.TypeNameInvalidFormat, "ENTITY"},
		entity("name", "", ""):                                                {fault.UnsupportedTypeName, "ENTITY"},
		entity("string", "", ""):                                              {fault.TypeAlreadyExists, "string"},
		entity("x", "nope", ""):                                               {fault.BadRequest, "Given typename nope was invalid"},
		entity("x", "Rare", ""):                                               {fault.IncompatibleSupertype, "x: incompatible supertype Rare"},
		entity("x", "x", ""):                                                  {fault.CircularReference, "x: invalid supertypes - circular reference back to self [x]"},
		entity("x", "", `{"name":"a","typeName":"nope"}`):                     {fault.BadRequest, "Given typename nope was invalid"},
		entity("x", "", `{"name":"a","typeName":"Rare"}`):                     {fault.AttributeTypeInvalid, "x.a"},
		entity("x", "", `{"name":"a","typeName":"loans"}`):                    {fault.AttributeTypeInvalid, "x.a"},
		entity("x", "", `{"name":"a"}`):                                       {fault.MissingMandatoryAttribute, "typeName"},
		entity("x", "", `{"typeName":"int"}`):                                 {fault.MissingMandatoryAttribute, "name"},
		entity("x", "", `{"name":"__a","typeName":"int"}`):                    {fault.AttributeNameInvalidChars, "__a"},
		entity("x", "", `{"name":"a","typeName":"array<x"}`):                  {fault.BadRequest, "array<x"},
		entity("x", "", `{"name":"a","typeName":"int","cardinality":"SET"}`):  {fault.InvalidAttributeTypeForCardinality, "x.a"},
		entity("x", "", `{"name":"a","typeName":"int","cardinality":"SOME"}`): {fault.InvalidValue, "SOME"},
		entity("x", "", `{"name":"a","typeName":"int","constraints":[{"type":"ownedRef"}]}`):      {fault.ConstraintOwnedRefAttributeInvalidType, "x.a"},
		entity("x", "", `{"name":"a","typeName":"author","constraints":[{"type":"inverseRef"}]}`): {fault.ConstraintMissingParams, "attribute"},
		`{"enumDefs":[{"name":"e"}]}`:                                                                                                              {fault.MissingMandatoryAttribute, "values"},
		`{"classificationDefs":[{"name":"c","entityTypes":["nope"]}]}`:                                                                             {fault.ClassificationDefInvalidEntityTypes, "nope"},
		`{"classificationDefs":[{"name":"c","superTypes":["Rare"],"entityTypes":["author"]}]}`:                                                     {fault.ClassificationDefEntityTypesNotParentsSubset, "c"},
		`{"classificationDefs":[{"name":"c","superTypes":["Rare","d"]},{"name":"d","entityTypes":["author"]}]}`:                                    {fault.ClassificationDefParentsEntityTypesDisjoint, "c"},
		`{"businessMetadataDefs":[{"name":"b","attributeDefs":[{"name":"a","typeName":"place","isOptional":true}]}]}`:                              {fault.BusinessMetadataDefAttributeTypeInvalid, "b.a"},
		`{"businessMetadataDefs":[{"name":"b","attributeDefs":[{"name":"a","typeName":"string","isOptional":true}]}]}`:                             {fault.MissingMandatoryAttribute, "maxStrLength"},
		`{"businessMetadataDefs":[{"name":"b","attributeDefs":[{"name":"a b!","typeName":"int"}]}]}`:                                               {fault.AttributeNameInvalidChars, "a b!"},
		`{"businessMetadataDefs":[{"name":"b","attributeDefs":[{"name":"a","typeName":"int","options":{"applicableEntityTypes":"[\"nope\"]"}}]}]}`: {fault.BadRequest, "nope"},
		relation("", `"type":"book","name":"a"`, ``):                                                                                               {fault.RelationshipDefInsufficientEnds, "r"},
		relation("", `"type":"book","name":"a"`, `"type":"nope","name":"b"`):                                                                       {fault.BadRequest, "nope"},
		relation("", `"type":"book","name":"a"`, `"type":"genre","name":"b"`):                                                                      {fault.RelationshipDefInvalidEndType, "genre"},
		relation("", `"type":"book","name":"a"`, `"type":"author"`):                                                                                {fault.MissingMandatoryAttribute, "endDef2"},
		relation("", `"type":"book","name":"a"`, `"type":"author","name":"b","cardinality":"LIST"`):                                                {fault.RelationshipDefListOnEnd, "r"},
		relation("", `"type":"book","name":"a"`, `"type":"author","name":"b","isContainer":true`):                                                  {fault.RelationshipDefAssociationAndContainer, "r"},
		relation("COMPOSITION", `"type":"book","name":"a"`, `"type":"author","name":"b"`):                                                          {fault.RelationshipDefCompositionNoContainer, "r"},
		relation("AGGREGATION", `"type":"book","name":"a"`, `"type":"author","name":"b"`):                                                          {fault.RelationshipDefAggregationNoContainer, "r"},
		relation("FRIENDSHIP", `"type":"book","name":"a"`, `"type":"author","name":"b"`):                                                           {fault.RelationshipDefInvalid, "r"},
		relation("COMPOSITION", `"type":"book","name":"a","isContainer":true`, `"type":"author","name":"b","isContainer":true`):                    {fault.RelationshipDefDoubleContainers, "r"},
		relation("COMPOSITION", `"type":"book","name":"a","isContainer":true`, `"type":"author","name":"b","cardinality":"SET"`):                   {fault.RelationshipDefCompositionMultipleParents, "r"},
	} {
		_, err := f.Create(f.ctx, parse(t, text))
		if !fault.Is(err, want.reason) {
			t.Errorf("%s: %v, want reason %d", text, err, want.reason)
			continue
		}
		refused(t, err, want.reason, want.words)
	}
	if got := f.types(); got.Def("x") != nil || got.Def("d") != nil {
		t.Error("something of what was refused was kept")
	}
}

// relation is the JSON of one relationship.
func relation(kind, end1, end2 string) string {
	return `{"relationshipDefs":[{"name":"r","relationshipCategory":"` + kind + `","endDef1":{` + end1 + `},"endDef2":{` + end2 + `}}]}`
}

func TestALongCircleOfSuperTypesIsRefused(t *testing.T) {
	f := open(t)
	_, err := f.Create(f.ctx, parse(t, `{"entityDefs":[{"name":"a","superTypes":["b"]},{"name":"b","superTypes":["c"]},{"name":"c","superTypes":["a"]}]}`))
	refused(t, err, fault.CircularReference, "[a, b, c]")
	_, err = f.Create(f.ctx, parse(t, `{"classificationDefs":[{"name":"a","superTypes":["b"]},{"name":"b","superTypes":["a"]}]}`))
	refused(t, err, fault.CircularReference, "[a, b]")
	f.create(`{"entityDefs":[{"name":"a"},{"name":"b","superTypes":["a"]}]}`)
	_, err = f.Update(f.ctx, parse(t, `{"entityDefs":[{"name":"a","superTypes":["b"]}]}`))
	refused(t, err, fault.CircularReference, "")
}

func TestDefinitionsEvolve(t *testing.T) {
	f := open(t)
	before := f.create(library)
	changed := f.update(`{"entityDefs":[{"name":"author","description":"who writes","superTypes":["Asset"],"attributeDefs":[{"name":"born","typeName":"date","isOptional":true}]}],
		"enumDefs":[{"name":"genre","elementDefs":[{"value":"ESSAY","ordinal":3},{"value":"POEM","ordinal":1},{"value":"NOVEL","ordinal":2}]}]}`)
	a := changed.Entities[0]
	if a.GUID != before.Entities[2].GUID || a.Version != 2 || a.Description != "who writes" || a.TypeVersion != "1.0" || a.CreatedBy != "ann" {
		t.Errorf("changed to %+v", a.Base)
	}
	if f.types().Entity("author").Field("born") == nil || len(f.types().Enum("genre").Def.Elements) != 3 {
		t.Error("the change is not kept")
	}
	f.update(`{"entityDefs":[{"guid":"` + a.GUID + `","name":"author","superTypes":["Asset","Infrastructure"],"attributeDefs":[{"name":"born","typeName":"date","isOptional":true}]}]}`)
	if !f.types().Entity("author").IsA("Infrastructure") {
		t.Error("a super type that was added is not kept")
	}
	for text, want := range map[string]struct {
		reason fault.Reason
		words  string
	}{
		entity("author", "Asset", ""): {fault.AttributeDeletionNotSupported, "author.born : attribute delete not supported"},
		entity("author", "Asset", `{"name":"born","typeName":"date","isOptional":true},{"name":"x","typeName":"int"}`): {fault.CannotAddMandatoryAttribute, "author.x : can not add mandatory attribute"},
		entity("author", "Asset", `{"name":"born","typeName":"string","isOptional":true}`):                             {fault.BadRequest, "Data type update"},
		entity("author", "Asset", `{"name":"born","typeName":"date","isOptional":true}`):                               {fault.SupertypeRemovalNotSupported, "superType remove not supported"},
		entity("nobody", "Asset", ""):                                       {fault.BadRequest, "Given typename nobody was invalid"},
		entity("genre", "", ""):                                             {fault.TypeMatchFailed, "genre"},
		entity("mlflow_run", "Process", ""):                                 {fault.SystemType, "mlflow_run"},
		`{"classificationDefs":[{"name":"Rare","entityTypes":["author"]}]}`: {fault.EntityTypeRemovalNotSupported, "Rare"},
		`{"relationshipDefs":[{"name":"book_author","relationshipCategory":"ASSOCIATION","endDef1":{"type":"author","name":"books","cardinality":"SET"},"endDef2":{"type":"book","name":"writer"}}]}`:                                        {fault.RelationshipDefInvalidCategoryUpdate, "book_author"},
		`{"relationshipDefs":[{"name":"book_author","relationshipCategory":"AGGREGATION","endDef1":{"type":"author","name":"works","isContainer":true,"cardinality":"SET"},"endDef2":{"type":"book","name":"writer"}}]}`:                     {fault.RelationshipDefInvalidEnd1Update, "works"},
		`{"relationshipDefs":[{"name":"book_author","relationshipCategory":"AGGREGATION","endDef1":{"type":"author","name":"books","isContainer":true,"cardinality":"SET"},"endDef2":{"type":"book","name":"writer","cardinality":"SET"}}]}`: {fault.RelationshipDefInvalidEnd2Update, "SET"},
		`{"businessMetadataDefs":[{"name":"loans","attributeDefs":[
			{"name":"days","typeName":"int","isOptional":true,"options":{"applicableEntityTypes":"[\"author\"]"}},
			{"name":"note","typeName":"array<string>","isOptional":true,"options":{"applicableEntityTypes":"[\"author\"]","maxStrLength":"20"}}]}]}`: {fault.ApplicableEntityTypesDeletionNotSupported, "days"},
	} {
		_, err := f.Update(f.ctx, parse(t, text))
		refused(t, err, want.reason, want.words)
	}
}

func TestModelsCanBeChangedAndKeepGrowing(t *testing.T) {
	f := open(t)
	table := f.types().Entity("hive_table").Def
	d := *table
	d.Attributes = append(slices.Clone(d.Attributes), AttributeDef{Name: "team", Type: "string", Optional: true, Cardinality: Single})
	changed, err := f.Update(f.ctx, &Defs{Entities: []EntityDef{d}})
	f.must(err)
	if changed.Entities[0].GUID != table.GUID || f.types().Entity("hive_table").Field("team") == nil {
		t.Errorf("changed to %+v", changed.Entities[0].Base)
	}
	f.write(func(tx store.Tx) error { // as if a newer server had more attributes
		older := d
		older.Attributes = d.Attributes[1:]
		row, err := writeDefinition(&older)
		f.must(err)
		return tx.PutDefinition(workspace, &row)
	})
	if f.types().Entity("hive_table").Field(d.Attributes[0].Name) == nil {
		t.Errorf("the changed definition lacks %s, which the model has", d.Attributes[0].Name)
	}
}

func TestDefinitionsGoWhenNothingUsesThem(t *testing.T) {
	f := open(t)
	f.create(library)
	for name, want := range map[string]fault.Reason{
		"genre": fault.TypeHasReferences, "place": fault.TypeHasReferences, "Rare": fault.TypeHasReferences, "book": fault.TypeHasRelationships,
		"hive_table": fault.TypeHasRelationships, "hbase_column": fault.TypeHasRelationships, "spark_ml_model_dataset": fault.SystemType,
		"mlflow_run": fault.SystemType, "nothing": fault.TypeNameNotFound,
	} {
		refused(t, f.DeleteNamed(f.ctx, name, false), want, name)
	}
	err := f.Delete(f.ctx, parse(t, `{"relationshipDefs":[{"name":"book_author"}],"entityDefs":[{"name":"book"}]}`), false)
	refused(t, err, fault.TypeHasReferences, "book")
	f.must(f.Delete(f.ctx, parse(t, library), false))
	if f.types().Def("book") != nil || f.types().Def("genre") != nil {
		t.Error("they are still there")
	}
	f.create(library) // the names are free
	refused(t, f.Delete(f.ctx, parse(t, `{"enumDefs":[{"name":"poems"}]}`), false), fault.TypeNameNotFound, "poems")
	refused(t, f.Delete(f.ctx, &Defs{Entities: []EntityDef{{Base: Base{GUID: "nope"}}}}, false), fault.TypeGUIDNotFound, "nope")
}

func TestDefinitionsInUseStay(t *testing.T) {
	f := open(t)
	f.create(library)
	types := f.types()
	var book, author pedigree.Node
	f.write(func(tx store.Tx) error {
		book = pedigree.Node{Workspace: workspace, Home: workspace, Type: types.Entity("poems").Node, UID: "b", Deleted: pedigree.NoTime}
		author = pedigree.Node{Workspace: workspace, Home: workspace, Type: types.Entity("author").Node, UID: "a", Deleted: pedigree.NoTime}
		f.must(tx.CreateNode(&book))
		f.must(tx.CreateNode(&author))
		f.must(tx.PutProperties(&book, pedigree.Property{Space: pedigree.Field, Key: "loans.days", Form: pedigree.Int, Int: 3}))
		f.must(tx.CreateRelationship(&pedigree.Relationship{Workspace: workspace, UID: "r", Type: "book_author", End1: author.ID, End2: book.ID, Deleted: pedigree.NoTime}))
		return tx.PutClassification(&pedigree.Classification{Workspace: workspace, Node: book.ID, Type: "Very Rare"})
	})
	for _, name := range []string{"poems", "author", "book_author", "Very Rare", "loans"} {
		refused(t, f.DeleteNamed(f.ctx, name, false), fault.TypeHasReferences, name)
	}
	_, err := f.Update(f.ctx, parse(t, entity("author", "Asset\",\"DataSet", "")))
	refused(t, err, fault.BadRequest, "author has entities")
	f.must(f.DeleteNamed(f.ctx, "loans", true))
}

func TestAnEntityTypeIsDeclaredForOtherWires(t *testing.T) {
	f := open(t)
	f.create(library)
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		d, err := r.Declaration(f.types().Entity("book").Node)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(d.Properties, func(p pedigree.DeclaredProperty) bool { return p.Key == "isbn" })
		if d.Type.Name != "atlas.book" || d.Type.Kind != pedigree.Artifact || i < 0 || d.Properties[i].Form != pedigree.Text {
			t.Errorf("declared as %+v", d)
		}
		return nil
	}))
}

func TestATransactionThatFailsLeavesNoTypes(t *testing.T) {
	f := open(t)
	errUndo := fault.New(fault.BadRequest, "undo")
	err := f.store.Update(f.ctx, func(tx store.Tx) error {
		if _, err := f.CreateIn(f.ctx, tx, parse(t, entity("gone", "", ""))); err != nil {
			return err
		}
		inside, err := f.Types(tx)
		if err != nil || inside.Entity("gone") == nil {
			t.Errorf("within its transaction the type is not there (%v)", err)
		}
		return errUndo
	})
	refused(t, err, fault.BadRequest, "undo")
	f.create(entity("kept", "", ""))
	if types := f.types(); types.Entity("gone") != nil || types.Entity("kept") == nil {
		t.Error("types of a failed transaction are seen")
	}
}

func TestDefinitionsOfAnySizeAreRefusedInTime(t *testing.T) {
	f := open(t)
	deep, wide := &Defs{}, &Defs{Entities: []EntityDef{{Base: Base{Name: "wide"}}}}
	for i := range 20_000 {
		deep.Entities = append(deep.Entities, EntityDef{Base: Base{Name: fmt.Sprintf("t%d", i)}, SuperTypes: []string{fmt.Sprintf("t%d", i+1)}})
		wide.Entities[0].Attributes = append(wide.Entities[0].Attributes, AttributeDef{Name: fmt.Sprintf("a%d", i), Type: "int", Cardinality: Single})
	}
	deep.Entities = append(deep.Entities, EntityDef{Base: Base{Name: "t20000"}})
	_, err := f.Create(f.ctx, deep)
	refused(t, err, fault.InvalidTypeDefinition, "more than 200 super types above each other")
	_, err = f.Create(f.ctx, wide)
	refused(t, err, fault.InvalidTypeDefinition, "wide: more than 2000 attributes")
	_, err = f.Create(f.ctx, parse(t, entity("nested", "", `{"name":"a","typeName":"`+strings.Repeat("array<", 10_000)+"int"+strings.Repeat(">", 10_000)+`"}`)))
	if err == nil || len(err.Error()) > 100_000 {
		t.Errorf("lists in lists: %d bytes of error", len(err.Error()))
	}
}

func TestManyReadTypesWhileTheyChange(t *testing.T) {
	f := open(t)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for last := 0; ; {
				types, err := f.Now(f.ctx)
				if err != nil {
					t.Error(err)
					return
				}
				n := len(types.Entity("DataSet").Descendants())
				if n < last {
					t.Errorf("%d subtypes after %d", n, last)
				}
				last = n
				for _, e := range types.Entities() {
					_, _ = e.EndNames(), e.Business()
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for i := range 20 {
		f.create(entity(fmt.Sprintf("new%d", i), "DataSet", ""))
	}
	close(stop)
	readers.Wait()
}

func TestAPartialUpdateAddsWhereTheTypeSaysSo(t *testing.T) {
	f := open(t)
	made := f.create(`{"entityDefs":[{"name":"shelf","superTypes":["DataSet"],"options":{"appendRelationshipsOnPartialUpdate":"[\"books\"]"},"attributeDefs":[
			{"name":"tags","typeName":"array<string>","isOptional":true,"options":{"isAppendOnPartialUpdate":"true"}},{"name":"rows","typeName":"array<int>","isOptional":true}]}],
		"relationshipDefs":[{"name":"shelf_books","relationshipCategory":"ASSOCIATION","propagateTags":"NONE","endDef1":{"type":"shelf","name":"books","cardinality":"SET"},"endDef2":{"type":"DataSet","name":"shelf"}}]}`)
	e := f.types().Entity("shelf")
	for name, want := range map[string]bool{"tags": true, "rows": false, "books": true, "meanings": false, "nothing": false} {
		if got := e.Appends(name); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
	for _, a := range made.Entities[0].RelationshipAttributes {
		if want := a.Name == "books"; (a.Options[appendOption] == "true") != want {
			t.Errorf("%s is shown with %v", a.Name, a.Options)
		}
	}
}

func TestWhatStandsForAllTypesIsFoundAndNothingElse(t *testing.T) {
	f := open(t)
	types := f.types()
	for name, told := range map[string]string{AllEntities: "__ENTITY_ROOT", AllClassifications: "__CLASSIFICATION_ROOT"} {
		d, err := types.Find(0, name)
		f.must(err)
		if shown := types.Shown(d); len(attributesOf(shown)) == 0 || shown.Common().Name != told {
			t.Errorf("%s is %+v", name, shown)
		}
		refused(t, f.DeleteNamed(f.ctx, name, false), fault.SystemType, told)
		if len(types.Select(&Filter{Name: name})) > 0 {
			t.Errorf("%s is listed", name)
		}
	}
}

func TestTheHistorySaysWhoChangedWhichDefinitions(t *testing.T) {
	f := open(t)
	f.create(entity("one", "", ""))
	_, err := f.Save(f.ctx, parse(t, `{"entityDefs":[{"name":"one","description":"changed"},{"name":"two"}],"enumDefs":[{"name":"e","elementDefs":[{"value":"A"}]}]}`))
	f.must(err)
	f.must(f.DeleteNamed(f.ctx, "two", false))
	many := &Defs{}
	for i := range 2000 {
		many.Entities = append(many.Entities, EntityDef{Base: Base{Name: fmt.Sprintf("many%d", i)}})
	}
	_, err = f.Create(f.ctx, many)
	f.must(err)
	f.must(f.store.View(f.ctx, func(r store.Reader) error {
		lines, err := r.Changes(workspace, 0, 10)
		for i, want := range []struct{ what, before, after string }{
			{CreatedChange, "ENTITY", `"name":"one"`},
			{CreatedChange, "ENTITY,ENUM", `"name":"two"`},
			{UpdatedChange, "ENTITY", `"description":"changed"`},
			{DeletedChange, "ENTITY", `"name":"two"`},
			{CreatedChange, "ENTITY", `{"ENTITY":2000}`},
		} {
			if len(lines) <= i {
				t.Fatalf("%d lines", len(lines))
			}
			if c := lines[i]; c.What != want.what || c.Before != want.before || !strings.Contains(c.After, want.after) || c.Actor != "ann" {
				t.Errorf("line %d is %+v, want %+v", i, c, want)
			}
		}
		return err
	}))
}

func TestLongDescriptionsAreKept(t *testing.T) {
	f := open(t)
	long := strings.Repeat("ä", 20_000)
	f.create(`{"entityDefs":[{"name":"wordy","description":"` + long + `"}]}`)
	if got := f.types().Def("wordy").Common().Description; got != long {
		t.Errorf("kept %d bytes", len(got))
	}
}
