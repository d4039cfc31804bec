package schema

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pedigree-ml/pedigree"
	"github.com/pedigree-ml/pedigree/store"
)

// A foreignType is a type of entity whose nodes another wire writes.
type foreignType struct {
	node   pedigree.Type
	places map[string]Place // by attribute, those of super types included
}

// commonPlaces are where nodes of all wires keep what every asset has.
var commonPlaces = map[string]Place{
	"name": {Column: NameColumn}, "owner": {Column: OwnerColumn},
	"description": {Space: pedigree.Field, Key: "description"},
}

// wires are the types of MLflow, of OpenLineage and of the server itself, by the
// names that models give them.
var wires = map[string]foreignType{
	"mlflow_experiment": {pedigree.ExperimentType, map[string]Place{
		"artifactLocation": {Column: URIColumn}, "createTime": {Column: CreatedColumn}, "tags": {Space: pedigree.Tag},
		"description": {Space: pedigree.Tag, Key: "mlflow.note.content"},
	}},
	"mlflow_run": {pedigree.RunType, map[string]Place{
		"runId": {Column: UIDColumn}, "status": {Column: StateColumn}, "startTime": {Column: StartedColumn}, "endTime": {Column: EndedColumn},
		"artifactUri": {Column: URIColumn}, "params": {Space: pedigree.Param}, "tags": {Space: pedigree.Tag}, "metrics": {Space: pedigree.Metric},
		"description": {Space: pedigree.Tag, Key: "mlflow.note.content"},
	}},
	"mlflow_dataset": {pedigree.DatasetType, map[string]Place{
		"digest": {Column: VersionColumn}, "sourceType": {Space: pedigree.Field, Key: "source_type"}, "source": {Space: pedigree.Field, Key: "source"},
		"schemaText": {Space: pedigree.Field, Key: "schema"}, "profile": {Space: pedigree.Field, Key: "profile"},
	}},
	"mlflow_logged_model": {pedigree.LoggedModelType, map[string]Place{
		"modelId": {Column: UIDColumn}, "status": {Column: StateColumn}, "modelType": {Space: pedigree.Field, Key: "model_type"},
		"sourceRunId": {Space: pedigree.Field, Key: "source_run_id"}, "artifactUri": {Column: URIColumn},
		"params": {Space: pedigree.Param}, "tags": {Space: pedigree.Tag}, "metrics": {Space: pedigree.Metric},
	}},
	"mlflow_registered_model": {pedigree.RegisteredModelType, map[string]Place{
		"createTime": {Column: CreatedColumn}, "tags": {Space: pedigree.Tag}, "aliases": {Space: pedigree.Alias},
	}},
	"mlflow_model_version": {pedigree.ModelVersionType, map[string]Place{
		"version": {Column: VersionColumn}, "status": {Column: StateColumn}, "stage": {Space: pedigree.Field, Key: "stage"},
		"runId": {Space: pedigree.Field, Key: "run_id"}, "digest": {Space: pedigree.Field, Key: "digest"}, "source": {Column: URIColumn},
		"tags": {Space: pedigree.Tag},
	}},
	"openlineage_namespace": {node: pedigree.JobNamespaceType},
	"openlineage_job":       {pedigree.JobType, map[string]Place{"facets": {Space: pedigree.Custom}, "tags": {Space: pedigree.Tag}}},
	"openlineage_run": {pedigree.JobRunType, map[string]Place{
		"runId": {Column: UIDColumn}, "status": {Column: StateColumn}, "startTime": {Column: StartedColumn}, "endTime": {Column: EndedColumn},
		"facets": {Space: pedigree.Custom},
	}},
	"openlineage_job_signature":   {node: pedigree.JobSignatureType},
	"openlineage_tag":             {node: pedigree.JobTagType},
	"openlineage_dataset":         {pedigree.LineageDatasetType, map[string]Place{"facets": {Space: pedigree.Custom}, "tags": {Space: pedigree.Tag}}},
	"openlineage_dataset_version": {pedigree.LineageDatasetVersionType, map[string]Place{"version": {Column: VersionColumn}, "facets": {Space: pedigree.Custom}}},
	"pedigree_workspace":          {node: pedigree.WorkspaceType},
}

// knownNodes are the types of nodes that have an entity type in models.
var knownNodes = func() map[pedigree.Type]bool {
	all := make(map[pedigree.Type]bool)
	for _, w := range wires {
		all[w.node] = true
	}
	return all
}()

// kinds are those of nodes, with the type that all entities of the kind descend
// from and the word for what shares its name with something else.
var kinds = []struct {
	kind  pedigree.Kind
	super string
	word  string
}{
	{pedigree.Artifact, DataSetType, "artifact"},
	{pedigree.Execution, ProcessType, "execution"},
	{pedigree.Context, AssetType, "context"},
}

// declarations are what the store says of types of nodes, as far as the catalog
// asks.
type declarations struct {
	defs    []Def                  // of the types that other wires declared as they went along, those of ML Metadata
	foreign map[string]foreignType // these, by name
	known   map[pedigree.Type]bool // types of entities whose attributes other wires know
}

// declared reads them. taken are the names that are not to be had.
func declared(r store.Reader, taken map[string]bool) (*declarations, error) {
	found := &declarations{foreign: make(map[string]foreignType), known: make(map[pedigree.Type]bool)}
	for _, k := range kinds {
		all, err := r.DeclarationsOf(k.kind)
		if err != nil {
			return nil, err
		}
		for i := range all {
			d := &all[i]
			if d.Type.Protocol() == pedigree.ProtocolAtlas && len(d.Properties) > 0 {
				found.known[d.Type] = true
			}
			if d.Type.Protocol() != pedigree.ProtocolMLMD || knownNodes[d.Type] || strings.HasPrefix(d.Type.Name, "pedigree.") {
				continue
			}
			name := freeName(d, k.word, taken)
			taken[name] = true
			def, places := define(d, name, k.super)
			found.defs = append(found.defs, def)
			found.foreign[name] = foreignType{d.Type, places}
		}
	}
	return found, nil
}

// freeName makes a name of what a type is called elsewhere: with what no name may
// have replaced, and its kind where the name is taken, and its number where that
// is taken too.
func freeName(d *pedigree.Declaration, word string, taken map[string]bool) string {
	name := d.Type.Name
	if d.Type.Version != "" {
		name += "_" + d.Type.Version
	}
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == ' ') {
			return r
		}
		return '_'
	}, name))
	if name == "" || !typeName.MatchString(name) || IsPrimitive(name) || slices.Contains(reserved, name) {
		name = "mlmd_" + name
	}
	if taken[name] {
		name += "_" + word
	}
	if taken[name] {
		name += "_" + strconv.FormatInt(int64(d.ID), 10)
	}
	return name
}

// define makes the definition of a type that another wire declared.
func define(d *pedigree.Declaration, name, super string) (*EntityDef, map[string]Place) {
	guid := builtinGUID("declared " + d.Type.Kind.String() + " " + d.Type.Name + " " + d.Type.Version)
	e := &EntityDef{Base: Base{
		Category: EntityCategory, GUID: guid, CreatedBy: builtinAuthor, UpdatedBy: builtinAuthor, Version: 1,
		Name: name, Description: cmp.Or(d.Description, d.Type.Name), TypeVersion: cmp.Or(d.Type.Version, "1.0"), ServiceType: pedigree.ProtocolMLMD,
	}, SuperTypes: []string{super}}
	places := map[string]Place{}
	add := func(a AttributeDef, p Place) {
		a.Optional, a.Cardinality, a.Max, a.Weight = true, Single, 1, -1
		e.Attributes = append(e.Attributes, a)
		places[a.Name] = p
	}
	for _, p := range d.Properties {
		if inherited[p.Key] {
			continue
		}
		add(AttributeDef{Name: p.Key, Type: formNames[p.Form], Indexable: true}, Place{Space: pedigree.Field, Key: p.Key})
	}
	for _, own := range []struct {
		name, as string
		column   Column
	}{{"uri", "string", URIColumn}, {"state", "string", StateColumn}, {"createTime", "date", CreatedColumn}} {
		if !slices.ContainsFunc(e.Attributes, func(a AttributeDef) bool { return strings.EqualFold(a.Name, own.name) }) {
			add(AttributeDef{Name: own.name, Type: own.as}, Place{Column: own.column})
		}
	}
	return e, places
}

// formNames says which type of value a form of property is.
var formNames = map[pedigree.Form]string{
	pedigree.Text: "string", pedigree.Int: "long", pedigree.Double: "double", pedigree.Bool: "boolean",
	pedigree.Struct: "string", pedigree.Proto: "string", pedigree.Bytes: "string",
}

// inherited are the attributes that all assets and processes have.
var inherited = map[string]bool{
	"qualifiedName": true, "replicatedFrom": true, "replicatedTo": true, "name": true, "description": true, "owner": true,
	"displayName": true, "userDescription": true, "inputs": true, "outputs": true,
}

// adopt makes an entity type that of nodes of another wire.
func (t *Types) adopt(e *EntityType, f foreignType) {
	e.Foreign, e.Node, e.Kind = true, f.node, f.node.Kind
	for i, field := range e.Fields {
		own := *field
		own.Place = f.places[own.Def.Name]
		switch {
		case own.Def.Name == "qualifiedName":
			own.Place = Place{Column: SpelledColumn, Spelled: spelled(f.node)}
		case own.Place == (Place{}):
			own.Place = commonPlaces[own.Def.Name]
		}
		e.Fields[i] = &own
	}
}
