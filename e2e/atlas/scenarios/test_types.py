"""Definitions of types, with the client for Python."""

import copy

import pytest
from apache_atlas.client.typedef import TypeDefClient
from apache_atlas.exceptions import AtlasServiceException
from apache_atlas.model.misc import SearchFilter
from apache_atlas.model.typedef import AtlasStructDef, AtlasTypesDef
from apache_atlas.utils import API, HTTPMethod, HTTPStatus
from conftest import Types, attribute

KINDS = ("enumDefs", "structDefs", "classificationDefs", "entityDefs", "relationshipDefs", "businessMetadataDefs")


def searched(**parameters):
    found = SearchFilter()
    found.params = parameters
    return found


def names(definitions, kind):
    return {d["name"] for d in definitions.get(kind) or []}


def test_what_is_made_is_read_by_name_and_guid(atlas, name):
    own = Types(name)
    made = atlas.typedef.create_atlas_typedefs(AtlasTypesDef(own.definitions()))
    assert [len(made[kind]) for kind in KINDS] == [1, 1, 3, 4, 1, 2]
    client = atlas.typedef
    by = {
        own.enum: (client.get_enumdef_by_name, None),
        own.pii: (client.get_classificationdef_by_name, client.get_Classificationdef_by_guid),
        own.table: (client.get_entitydef_by_name, client.get_entitydef_by_guid),
        own.columns: (client.get_relationshipdef_by_name, client.get_relationshipdef_by_guid),
        own.business: (client.get_businessmetadatadef_by_name, client.get_businessmetadatadef_by_guid),
    }
    for type_name, (by_name, by_guid) in by.items():
        read = by_name(type_name)
        assert read.name == type_name and read.guid and read.createdBy and read.createTime and read.version == 1
        assert client.type_with_name_exists(type_name) and client.type_with_guid_exists(read.guid)
        if by_guid:
            assert by_guid(read.guid).name == type_name
    # The client takes an entity type for what is asked for a struct by, so its definition is filled in here.
    by_name = API(TypeDefClient.GET_BY_NAME_TEMPLATE, HTTPMethod.GET, HTTPStatus.OK)
    struct = atlas.call_api(by_name.format_path({"path_type": "structdef", "name": own.struct}), AtlasStructDef)
    assert [a.name for a in struct.attributeDefs] == ["bucket", "size"]
    by_guid = API(TypeDefClient.GET_BY_GUID_TEMPLATE, HTTPMethod.GET, HTTPStatus.OK)
    assert atlas.call_api(by_guid.format_path({"path_type": "structdef", "guid": struct.guid}), AtlasStructDef).name == own.struct
    assert not client.type_with_name_exists(name("nothing")) and not client.type_with_guid_exists("00000000-0000-0000-0000-000000000000")
    table = client.get_entitydef_by_name(own.table)
    assert {a.name: a.defaultValue for a in table.attributeDefs}["retention"] == "7"
    assert table.superTypes == ["DataSet"] and table["subTypes"] == [own.view]
    ends = {a["name"]: a["relationshipTypeName"] for a in table["relationshipAttributeDefs"]}
    assert ends["columns"] == own.columns and ends["inputToProcesses"] == "dataset_process_inputs" and "meanings" in ends
    assert set(table["businessAttributeDefs"]) == {own.business, own.other}
    client.delete_type_by_name(own.view)
    assert not client.type_with_name_exists(own.view)


def test_a_list_may_be_of_some_types_alone(atlas, types):
    everything = atlas.typedef.get_all_typedefs(searched())
    assert {types.table, "Referenceable", "Asset", "DataSet", "Process", "Infrastructure", "ProcessExecution"} <= names(everything, "entityDefs")
    assert {types.pii} <= names(everything, "classificationDefs") and {types.enum} <= names(everything, "enumDefs")
    assert {types.columns, "dataset_process_inputs", "process_dataset_outputs", "AtlasGlossarySemanticAssignment"} <= names(everything, "relationshipDefs")
    assert {types.business} <= names(everything, "businessMetadataDefs")
    only = atlas.typedef.get_all_typedefs(searched(type="classification"))
    assert types.pii in names(only, "classificationDefs") and not names(only, "entityDefs")
    one = atlas.typedef.get_all_typedefs(searched(name=types.table))
    assert {kind: names(one, kind) for kind in KINDS} == dict.fromkeys(KINDS, set()) | {"entityDefs": {types.table}}
    below = atlas.typedef.get_all_typedefs(searched(type="entity", supertype=types.table))
    assert names(below, "entityDefs") == {types.view}
    processes = atlas.typedef.get_all_typedefs(searched(type="entity", supertype="Process", notsupertype=types.job))
    assert types.job in names(processes, "entityDefs") and types.table not in names(processes, "entityDefs")


def test_a_name_that_is_not_gives_empty_lists(rest, name):
    answer = rest.get("types/typedefs/", name=name("nothing"))
    assert answer.status == 200
    assert answer.json == {kind: [] for kind in KINDS}


def test_headers_tell_name_guid_and_category(atlas, types):
    headers = {h["name"]: h for h in atlas.typedef.get_all_typedef_headers(searched())}
    for type_name, category in {
        types.enum: "ENUM", types.struct: "STRUCT", types.pii: "CLASSIFICATION", types.table: "ENTITY",
        types.columns: "RELATIONSHIP", types.business: "BUSINESS_METADATA", "Referenceable": "ENTITY",
    }.items():
        assert headers[type_name]["category"] == category and headers[type_name]["guid"]
    assert headers["DataSet"]["serviceType"] == "atlas_core"


def test_an_update_adds_optional_attributes_and_counts_versions(atlas, name):
    own = Types(name)
    atlas.typedef.create_atlas_typedefs(AtlasTypesDef(own.definitions()))
    table = atlas.typedef.get_entitydef_by_name(own.table)
    table["attributeDefs"].append(attribute("added"))
    table["description"] = "more"
    updated = atlas.typedef.update_atlas_typedefs(AtlasTypesDef({"entityDefs": [table]}))
    assert "added" in {a["name"] for a in updated.entityDefs[0].attributeDefs}
    read = atlas.typedef.get_entitydef_by_name(own.table)
    assert read.version == 2 and read.description == "more" and read.guid == table.guid and read.updateTime >= read.createTime
    again = atlas.typedef.update_atlas_typedefs(AtlasTypesDef({"entityDefs": [read]}))
    assert again.entityDefs[0].name == own.table


@pytest.mark.parametrize("how, code", [
    ("mandatory", "ATLAS-400-00-00C"), ("without", "ATLAS-400-00-00D"), ("no super type", "ATLAS-400-00-00E"),
])
def test_an_update_that_would_break_entities_is_refused(rest, name, how, code):
    own = Types(name)
    made = rest.post("types/typedefs", own.definitions())
    assert made.status == 200, made.text
    view = next(d for d in made.json["entityDefs"] if d["name"] == own.view)
    before = rest.get(f"types/entitydef/name/{own.view}").json
    changed = copy.deepcopy(view)
    if how == "mandatory":
        changed["attributeDefs"].append(attribute("must", isOptional=False, valuesMinCount=1))
    elif how == "without":
        changed["attributeDefs"] = []
    else:
        changed["superTypes"] = ["DataSet"]
    answer = rest.put("types/typedefs", {"entityDefs": [changed]})
    assert answer.error[:2] == (400, code), answer.text
    assert rest.get(f"types/entitydef/name/{own.view}").json == before


def test_types_are_deleted_together_and_not_while_in_use(atlas, rest, name):
    own = Types(name)
    made = atlas.typedef.create_atlas_typedefs(AtlasTypesDef(own.definitions()))
    entity = rest.post("entity", {"entity": {"typeName": own.job, "attributes": {"qualifiedName": name("job"), "name": "job"}}})
    assert entity.status == 200, entity.text
    with pytest.raises(AtlasServiceException, match="ATLAS-409-00-002"):
        atlas.typedef.delete_type_by_name(own.job)
    guid = next(iter(entity.json["guidAssignments"].values()))
    assert rest.delete(f"entity/guid/{guid}").status == 200
    assert rest.put("/api/atlas/admin/purge", [guid]).status == 200
    # The client's own method leaves the body out, which its definition does not.
    atlas.call_api(TypeDefClient.DELETE_TYPE_DEFS, None, None, made)
    for type_name in (own.enum, own.struct, own.pii, own.table, own.columns, own.business):
        assert not atlas.typedef.type_with_name_exists(type_name), type_name


def test_machine_learning_types_are_there(atlas):
    for type_name in ("ml_project", "ml_model_build", "ml_model_deployment"):
        assert atlas.typedef.get_entitydef_by_name(type_name).name == type_name


def test_types_of_the_other_protocols_are_there(atlas, rest):
    experiment = rest.post("/api/2.0/mlflow/experiments/create", {"name": "types of others"})
    assert experiment.status in (200, 400), experiment.text
    for type_name, base in {"mlflow_run": "Process", "mlflow_dataset": "DataSet", "mlflow_model_version": "DataSet"}.items():
        chain, seen = [type_name], set()
        while chain:
            at = chain.pop()
            seen.add(at)
            chain += atlas.typedef.get_entitydef_by_name(at).superTypes
        assert base in seen, (type_name, seen)
