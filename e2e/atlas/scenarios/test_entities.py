"""Entities: made, met again, changed, deleted, purged, and what is kept of it all."""

import pytest
from apache_atlas.client.entity import EntityClient
from apache_atlas.exceptions import AtlasServiceException
from apache_atlas.model.instance import AtlasEntitiesWithExtInfo, AtlasEntity, AtlasEntityWithExtInfo, EntityMutationResponse
from conftest import created


def entity(type_name, **attributes):
    return AtlasEntity({"typeName": type_name, "attributes": attributes})


def test_an_entity_comes_back_as_it_was_given(atlas, types, name):
    qualified = name("table")
    given = {
        "qualifiedName": qualified, "name": "t", "title": "T", "rows": 9007199254740993, "score": 0.5, "hidden": True, "loaded": 1700000000000,
        "format": "PARQUET", "place": {"typeName": types.struct, "attributes": {"bucket": "b", "size": 3}},
        "aliases": ["x", "y"], "settings": {"k": "v"}, "code": name("c"),
    }
    sent = AtlasEntityWithExtInfo({"entity": entity(types.table, **given)})
    placeholder = sent.entity.guid
    made = atlas.entity.create_entity(sent)
    guid = made.guidAssignments[placeholder]
    assert [h.guid for h in made.mutatedEntities["CREATE"]] == [guid]
    read = atlas.entity.get_entity_by_guid(guid)
    got = read.entity
    assert {key: got.attributes[key] for key in given if key != "aliases"} == {key: given[key] for key in given if key != "aliases"}
    assert sorted(got.attributes["aliases"]) == ["x", "y"]
    assert got.attributes["retention"] == 7 and got.attributes["description"] is None
    assert (got.status, got.typeName, got.guid, got.version) == ("ACTIVE", types.table, guid, 0)
    assert got.createdBy == "admin" and got.createTime == got.updateTime
    assert got.relationshipAttributes["columns"] == [] and got.relationshipAttributes["meanings"] == []
    assert atlas.entity.get_entity_by_attribute(types.table, {"qualifiedName": qualified}).entity.guid == guid
    assert atlas.entity.get_entity_by_attribute(types.table, {"code": given["code"]}).entity.guid == guid
    header = atlas.entity.get_entity_header_by_guid(guid)
    assert (header.guid, header.displayText, header.status) == (guid, "t", "ACTIVE")
    assert atlas.entity.get_entity_header_by_attribute(types.table, {"qualifiedName": qualified}).guid == guid


def test_what_was_never_set_reads_as_its_types_nothing(rest, make, types):
    attributes = rest.get(f"entity/guid/{make.table()}").json["entity"]["attributes"]
    assert {key: attributes[key] for key in ("rows", "score", "hidden", "loaded")} == {"rows": 0, "score": 0.0, "hidden": False, "loaded": 0}
    assert {key: attributes[key] for key in ("format", "place", "aliases", "settings", "code")} == dict.fromkeys(("format", "place", "aliases", "settings", "code"))


def test_many_refer_to_each_other_by_placeholders(atlas, types, name):
    table, columns = entity(types.table, qualifiedName=name("t"), name="t", title="T"), []
    for i in range(3):
        column = entity(types.column, qualifiedName=name(f"c{i}"), name=f"c{i}")
        column.relationshipAttributes = {"table": {"guid": table.guid, "typeName": types.table}}
        columns.append(column)
    made = atlas.entity.create_entities(AtlasEntitiesWithExtInfo({"entities": [*columns, table]}))
    assert set(made.guidAssignments) == {table.guid, *(c.guid for c in columns)}
    guids = list(made.guidAssignments.values())
    together = atlas.entity.get_entities_by_guids(guids)
    assert {e.guid for e in together.entities} == set(guids)
    read = next(e for e in together.entities if e.typeName == types.table)
    assert {c["displayText"] for c in read.relationshipAttributes["columns"]} == {"c0", "c1", "c2"}
    assert all(c["relationshipType"] == types.columns and c["relationshipGuid"] for c in read.relationshipAttributes["columns"])
    alone = atlas.entity.get_entity_by_guid(made.guidAssignments[table.guid], min_ext_info=False)
    assert set(alone.referredEntities) == {made.guidAssignments[c.guid] for c in columns}
    bare = atlas.entity.get_entity_by_guid(made.guidAssignments[table.guid], ignore_relationships=True)
    assert not bare.entity.relationshipAttributes
    by_name = atlas.entity.get_entities_by_attribute(types.column, [{"qualifiedName": name("c0")}, {"qualifiedName": name("c2")}])
    assert [e.attributes["name"] for e in by_name.entities] == ["c0", "c2"]


def test_the_same_again_changes_nothing_and_a_change_is_one(atlas, types, name):
    body = {"entity": entity(types.table, qualifiedName=name("t"), name="t", title="T", settings={"a": "1"})}
    first = atlas.entity.create_entity(AtlasEntityWithExtInfo(body))
    guid = created(first)
    again = atlas.entity.update_entity(AtlasEntityWithExtInfo(body))
    assert not again.mutatedEntities and created(again) == guid
    body["entity"]["attributes"] = {"qualifiedName": name("t"), "name": "t", "title": "U"}
    changed = atlas.entity.update_entity(AtlasEntityWithExtInfo(body))
    assert [h.guid for h in changed.mutatedEntities["UPDATE"]] == [guid] and "CREATE" not in changed.mutatedEntities
    read = atlas.entity.get_entity_by_guid(guid).entity
    assert (read.attributes["title"], read.attributes["name"], read.attributes["settings"]) == ("U", "t", {"a": "1"})
    body["entity"]["attributes"] = {"qualifiedName": name("t"), "name": "t", "title": "U", "settings": None}
    atlas.entity.update_entity(AtlasEntityWithExtInfo(body))
    assert atlas.entity.get_entity_by_guid(guid).entity.attributes["settings"] is None


def test_updates_of_many_and_of_parts(atlas, rest, types, make, name):
    guid = make.table(name("t"))
    many = AtlasEntitiesWithExtInfo({"entities": [entity(types.table, qualifiedName=name("t"), name="renamed", title="T")]})
    # The client's own method for this posts to where single entities go.
    answer = atlas.call_api(EntityClient.UPDATE_ENTITIES, EntityMutationResponse, None, many)
    assert [h.guid for h in answer.mutatedEntities["UPDATE"]] == [guid]
    part = atlas.entity.partial_update_entity_by_guid(guid, "by guid", "description")
    assert [h.guid for h in part.mutatedEntities["PARTIAL_UPDATE"]] == [guid]
    body = AtlasEntityWithExtInfo({"entity": {"typeName": types.table, "attributes": {"owner": "by attribute"}}})
    # The client for Python has a definition for this and no method.
    api = EntityClient.UPDATE_ENTITY_BY_ATTRIBUTE.format_path_with_params(types.table)
    part = atlas.call_api(api, EntityMutationResponse, {"attr:qualifiedName": name("t")}, body)
    assert [h.guid for h in part.mutatedEntities["PARTIAL_UPDATE"]] == [guid]
    read = rest.get(f"entity/guid/{guid}").json["entity"]["attributes"]
    assert (read["name"], read["description"], read["owner"], read["title"]) == ("renamed", "by guid", "by attribute", "T")


def test_a_deleted_entity_is_found_by_guid_alone_and_its_name_is_free(atlas, rest, types, make, name):
    table = make.table(name("t"))
    column = make.column(table)
    gone = atlas.entity.delete_entity_by_guid(table)
    assert {h.guid for h in gone.mutatedEntities["DELETE"]} == {table, column}
    assert [rest.get(f"entity/guid/{g}").json["entity"]["status"] for g in (table, column)] == ["DELETED", "DELETED"]
    with pytest.raises(AtlasServiceException, match="ATLAS-404-00-009"):
        atlas.entity.get_entity_by_attribute(types.table, {"qualifiedName": name("t")})
    assert not atlas.entity.delete_entity_by_guid(table).mutatedEntities
    anew = make.table(name("t"))
    assert anew != table
    by_name = atlas.entity.delete_entity_by_attribute(types.table, {"qualifiedName": name("t")})
    assert [h.guid for h in by_name.mutatedEntities["DELETE"]] == [anew]
    others = [make.table(), make.table()]
    assert {h.guid for h in atlas.entity.delete_entities_by_guids(others).mutatedEntities["DELETE"]} == set(others)


def test_a_purged_entity_is_gone(atlas, rest, make):
    guid, active = make.table(), make.table()
    atlas.entity.delete_entity_by_guid(guid)
    purged = atlas.entity.purge_entities_by_guids([guid])
    assert [h.guid for h in purged.mutatedEntities["PURGE"]] == [guid]
    assert rest.get(f"entity/guid/{guid}").error[:2] == (404, "ATLAS-404-00-005")
    assert not atlas.entity.purge_entities_by_guids([active]).mutatedEntities
    assert rest.get(f"entity/guid/{active}").status == 200
    audits = rest.post("/api/atlas/admin/audits", {"limit": 5, "offset": 0, "sortBy": "startTime", "sortOrder": "DESCENDING"})
    assert audits.status == 200 and any(a["operation"] == "PURGE" and guid in a["params"] for a in audits.json), audits.text


def test_the_audit_tells_what_happened_newest_first(atlas, rest, types, make):
    guid = make.table()
    rest.put(f"entity/guid/{guid}", "words", name="description")
    rest.post(f"entity/guid/{guid}/classifications", [{"typeName": types.pii}])
    rest.post(f"entity/guid/{guid}/labels", ["one"])
    rest.delete(f"entity/guid/{guid}/classification/{types.pii}")
    atlas.entity.delete_entity_by_guid(guid)
    events = atlas.entity.get_audit_events(guid, None, None, 100)
    assert [e["action"] for e in events] == [
        "ENTITY_DELETE", "CLASSIFICATION_DELETE", "LABEL_ADD", "CLASSIFICATION_ADD", "ENTITY_UPDATE", "ENTITY_CREATE",
    ]
    assert all(e["entityId"] == guid and e["user"] == "admin" and e["timestamp"] > 0 for e in events)
    times = [e["timestamp"] for e in events]
    assert times == sorted(times, reverse=True)
    only = atlas.entity.get_audit_events(guid, None, "CLASSIFICATION_ADD", 100)
    assert [e["action"] for e in only] == ["CLASSIFICATION_ADD"] and types.pii in only[0]["details"]
    newest = rest.get(f"entity/{guid}/audit", count=2)
    assert [e["action"] for e in newest.json] == ["ENTITY_DELETE", "CLASSIFICATION_DELETE"]
    rest_of_it = rest.get(f"entity/{guid}/audit", count=3, startKey=newest.json[-1]["eventKey"]).json
    assert [e["action"] for e in rest_of_it if e["eventKey"] != newest.json[-1]["eventKey"]][0] == "LABEL_ADD"


def test_references_may_be_whole_entities_or_unique_attributes(rest, types, make, name):
    source, sink = make.table(name("in")), make.table(name("out"))
    whole = rest.get(f"entity/guid/{source}").json["entity"]
    job = rest.post("entity", {"entity": {"typeName": types.job, "attributes": {
        "qualifiedName": name("job"), "name": "job", "inputs": [whole],
        "outputs": [{"typeName": types.table, "uniqueAttributes": {"qualifiedName": name("out")}}],
    }}})
    assert job.status == 200, job.text
    read = rest.get(f"entity/guid/{created(job.json)}").json["entity"]
    assert [e["guid"] for e in read["attributes"]["inputs"]] == [source]
    assert [e["guid"] for e in read["attributes"]["outputs"]] == [sink]
    assert read["relationshipAttributes"]["inputs"][0]["relationshipType"] == "dataset_process_inputs"
    updated = {h["guid"] for h in job.json["mutatedEntities"]["UPDATE"]}
    assert updated == {source, sink}


def test_custom_attributes_come_back(rest, types, name):
    body = {"entity": {"typeName": types.table, "attributes": {"qualifiedName": name("t"), "name": "t", "title": "T"}, "customAttributes": {"team": "blue"}, "labels": ["l1"]}}
    made = rest.post("entity", body)
    read = rest.get(f"entity/guid/{created(made.json)}").json["entity"]
    assert read["customAttributes"] == {"team": "blue"} and read["labels"] == ["l1"]
    body["entity"]["customAttributes"] = {"team": "green", "floor": "2"}
    rest.post("entity", body)
    read = rest.get(f"entity/guid/{created(made.json)}").json["entity"]
    assert read["customAttributes"] == {"team": "green", "floor": "2"}
    refused = rest.post("entity", {"entity": body["entity"] | {"customAttributes": {"bad key!": "x"}}})
    assert refused.status == 400 and refused.json["errorCode"].startswith("ATLAS-400-00-"), refused.text


def test_trailing_and_doubled_slashes_and_pythons_booleans_are_understood(rest, make):
    guid = make.table()
    for path in (f"entity/guid/{guid}/", f"entity//guid/{guid}"):
        assert rest.get(path).json["entity"]["guid"] == guid, path
    for yes in ("True", "true"):
        assert "relationshipAttributes" not in rest.get(f"entity/guid/{guid}", ignoreRelationships=yes).json["entity"]
