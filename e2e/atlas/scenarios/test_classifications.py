"""Classifications: put on an entity, carried along processes and relationships, and held back."""

from apache_atlas.client.entity import EntityClient
from apache_atlas.model.instance import AtlasClassification, AtlasEntityHeaders
from conftest import classified


def test_every_way_to_add_change_and_remove(atlas, rest, types, make, name):
    guid, second = make.table(name("t")), make.table()
    atlas.entity.add_classifications_by_guid(guid, [AtlasClassification({"typeName": types.pii, "attributes": {"level": 1}})])
    atlas.entity.add_classification({"classification": {"typeName": types.secret}, "entityGuids": [guid, second]})
    assert classified(rest, guid) == sorted([types.pii, types.secret]) and classified(rest, second) == [types.secret]
    atlas.entity.add_classifications_by_type(types.table, {"qualifiedName": name("t")}, [{"typeName": types.still}])
    read = {c["typeName"]: c for c in atlas.entity.get_classifications(guid).list}
    assert set(read) == {types.pii, types.secret, types.still}
    assert read[types.pii]["attributes"] == {"level": 1, "reason": None} and read[types.pii]["entityGuid"] == guid and read[types.pii]["propagate"] is True
    atlas.entity.update_classifications(guid, [{"typeName": types.pii, "attributes": {"level": 2}}])
    atlas.entity.update_classifications_by_attr(types.table, {"qualifiedName": name("t")}, [{"typeName": types.pii, "attributes": {"reason": "law"}}])
    one = rest.get(f"entity/guid/{guid}/classification/{types.pii}").json
    assert one["attributes"] == {"level": 2, "reason": "law"}
    assert atlas.entity.get_entity_classifications(guid, types.pii) is not None  # which the client takes for a list
    atlas.entity.delete_classification(guid, types.pii)
    # Two methods of the client cannot make their requests; their definitions can.
    api = EntityClient.DELETE_CLASSIFICATION_BY_TYPE_AND_ATTRIBUTE.format_path({"type_name": types.table, "classification_name": types.still})
    atlas.call_api(api, None, {"attr:qualifiedName": name("t")})
    atlas.entity.delete_classifications(second, [AtlasClassification({"typeName": types.secret})])
    assert classified(rest, guid) == [types.secret] and classified(rest, second) == []


def test_headers_with_classifications_are_set_and_listed(atlas, rest, types, make, name):
    guid = make.table(name("t"))
    header = rest.get(f"entity/guid/{guid}/header").json
    assert atlas.entity.set_classifications({"guidHeaderMap": {guid: header | {"classifications": [{"typeName": types.pii, "attributes": {"level": 3}}]}}})
    assert classified(rest, guid) == [types.pii]
    listed = atlas.entity.get_entity_headers(0)
    assert isinstance(listed, AtlasEntityHeaders) and listed.guidHeaderMap[guid]["classificationNames"] == [types.pii]


def test_a_classification_is_carried_from_input_through_process_to_output(rest, types, make):
    source, between, sink = make.table(), make.table(), make.table()
    first, second = make.job([source], [between]), make.job([between], [sink])
    rest.post(f"entity/guid/{source}/classifications", [{"typeName": types.pii, "attributes": {"level": 5}}])
    for guid in (source, first, between, second, sink):
        got = rest.get(f"entity/guid/{guid}").json["entity"]["classifications"]
        assert [(c["typeName"], c["entityGuid"], c["attributes"]["level"]) for c in got] == [(types.pii, source, 5)]
    assert [h["guid"] for h in rest.get("search/basic", classification=types.pii, typeName=types.table, query=None).json["entities"] if h["guid"] == sink] == [sink]
    # A column is carried to from its table, and a table not from its column.
    column = make.column(sink)
    assert classified(rest, column) == [types.pii]
    rest.put(f"entity/guid/{source}/classifications", [{"typeName": types.pii, "attributes": {"level": 6}}])
    assert rest.get(f"entity/guid/{column}").json["entity"]["classifications"][0]["attributes"]["level"] == 6
    refused = rest.delete(f"entity/guid/{sink}/classification/{types.pii}")
    assert refused.status == 404 and refused.error[1] in ("ATLAS-404-00-003", "ATLAS-404-00-008"), refused.text
    rest.delete(f"entity/guid/{source}/classification/{types.pii}")
    assert [classified(rest, g) for g in (source, first, between, second, sink, column)] == [[]] * 6


def test_one_that_is_not_to_be_carried_stays(rest, types, make):
    source, sink = make.table(), make.table()
    job = make.job([source], [sink])
    rest.post(f"entity/guid/{source}/classifications", [{"typeName": types.pii, "propagate": False}])
    assert [classified(rest, g) for g in (source, job, sink)] == [[types.pii], [], []]
    rest.put(f"entity/guid/{source}/classifications", [{"typeName": types.pii, "propagate": True}])
    assert [classified(rest, g) for g in (source, job, sink)] == [[types.pii]] * 3


def test_a_relationship_blocks_or_does_not_carry(rest, types, make):
    source, sink = make.table(), make.table(classifications=())
    job = make.job([source], [sink])
    rest.post(f"entity/guid/{source}/classifications", [{"typeName": types.pii}, {"typeName": types.secret}])
    edge = rest.get(f"entity/guid/{job}").json["entity"]["relationshipAttributes"]["outputs"][0]["relationshipGuid"]
    relationship = rest.get(f"relationship/guid/{edge}", extendedInfo="true").json["relationship"]
    carried = {c["typeName"] for c in relationship["propagatedClassifications"]}
    assert carried == {types.pii, types.secret}
    relationship["blockedPropagatedClassifications"] = [c for c in relationship["propagatedClassifications"] if c["typeName"] == types.pii]
    relationship["propagatedClassifications"] = [c for c in relationship["propagatedClassifications"] if c["typeName"] != types.pii]
    answer = rest.put("relationship", relationship)
    assert answer.status == 200, answer.text
    assert classified(rest, sink) == [types.secret] and classified(rest, job) == sorted([types.pii, types.secret])
    answer = rest.put("relationship", relationship | {"blockedPropagatedClassifications": [], "propagateTags": "NONE"})
    assert answer.status == 200, answer.text
    assert classified(rest, sink) == []


def test_remove_on_delete_and_keep_on_delete(rest, types, make):
    for removed in (True, False):
        source, sink = make.table(), make.table()
        make.job([source], [sink])
        rest.post(f"entity/guid/{source}/classifications", [{"typeName": types.pii, "removePropagationsOnEntityDelete": removed}])
        assert classified(rest, sink) == [types.pii]
        rest.delete(f"entity/guid/{source}")
        assert classified(rest, sink) == ([] if removed else [types.pii]), f"removePropagationsOnEntityDelete: {removed}"


def test_validity_periods_come_back(rest, types, make):
    guid = make.table()
    period = {"startTime": "2024/01/02 10:00:00", "endTime": "2024/02/02 10:00:00", "timeZone": "GMT"}
    answer = rest.post(f"entity/guid/{guid}/classifications", [{"typeName": types.pii, "validityPeriods": [period]}])
    assert answer.status == 204, answer.text
    assert rest.get(f"entity/guid/{guid}/classification/{types.pii}").json["validityPeriods"] == [period]
    wrong = rest.put(f"entity/guid/{guid}/classifications", [{"typeName": types.pii, "validityPeriods": [period | {"startTime": "yesterday"}]}])
    assert wrong.status == 400, wrong.text


def test_one_may_be_for_some_types_alone(rest, types, make):
    table = make.table()
    column = make.column(table)
    assert rest.post(f"entity/guid/{table}/classifications", [{"typeName": types.still}]).status == 204
    assert rest.post(f"entity/guid/{column}/classifications", [{"typeName": types.still}]).error[:2] == (400, "ATLAS-400-00-055")


def test_removing_what_another_entity_carries(atlas, rest, types, make):
    """A classification may outlast the entity that it came from, and is then taken off what it was carried to."""
    source, sink = make.table(), make.table()
    make.job([source], [sink])
    rest.post(f"entity/guid/{source}/classifications", [{"typeName": types.pii, "removePropagationsOnEntityDelete": False}])
    rest.delete(f"entity/guid/{source}")
    assert classified(rest, sink) == [types.pii]
    answer = rest.delete(f"entity/guid/{sink}/classification/{types.pii}", associatedEntityGuid=source)
    assert answer.status == 204, answer.text
    assert classified(rest, sink) == []
