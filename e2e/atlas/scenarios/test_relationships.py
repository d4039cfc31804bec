"""Relationships as things of their own, and lineage along them."""

import pytest
from apache_atlas.client.relationship import RelationshipClient
from apache_atlas.exceptions import AtlasServiceException
from apache_atlas.model.enums import LineageDirection
from apache_atlas.model.relationship import AtlasRelationship


class AsItCame(dict):
    """An answer that the client leaves alone."""

    def type_coerce_attrs(self):
        pass


def test_a_relationship_is_made_read_changed_and_deleted(atlas, rest, types, make):
    table, column = make.table(), make(types.column)
    made = atlas.relationship.create_relationship(AtlasRelationship({
        "typeName": types.columns, "end1": {"guid": table, "typeName": types.table}, "end2": {"guid": column, "typeName": types.column},
        "attributes": {"position": 4},
    }))
    assert made.typeName == types.columns and made.guid and made.propagateTags == "ONE_TO_TWO"
    # The client asks for it well, and stumbles over its own class for the answer.
    api = RelationshipClient.GET_RELATIONSHIP_BY_GUID.format_path_with_params(made.guid)
    read = atlas.call_api(api, AsItCame)["relationship"]
    assert (read["end1"]["guid"], read["end2"]["guid"], read["attributes"]) == (table, column, {"position": 4})
    full = atlas.call_api(api, AsItCame, {"extendedInfo": True})
    assert set(full["referredEntities"]) == {table, column}
    seen = rest.get(f"entity/guid/{table}").json["entity"]["relationshipAttributes"]["columns"]
    assert [(c["guid"], c["relationshipGuid"], c["relationshipAttributes"]["attributes"]["position"]) for c in seen] == [(column, made.guid, 4)]
    with pytest.raises(AtlasServiceException, match="ATLAS-409-00-004"):
        atlas.relationship.create_relationship(AtlasRelationship({"typeName": types.columns, "end1": {"guid": table}, "end2": {"guid": column}}))
    # The client's own method sends what is to change as a query.
    changed = read | {"attributes": {"position": 5}}
    atlas.call_api(RelationshipClient.UPDATE_RELATIONSHIP, AtlasRelationship, None, changed)
    assert rest.get(f"relationship/guid/{made.guid}").json["relationship"]["attributes"] == {"position": 5}
    atlas.relationship.delete_relationship_by_guid(made.guid)
    after = rest.get(f"entity/guid/{table}").json["entity"]["relationshipAttributes"]["columns"]
    assert all(c["relationshipStatus"] == "DELETED" for c in after)
    with pytest.raises(AtlasServiceException, match="ATLAS-404-00-0"):
        atlas.relationship.delete_relationship_by_guid("00000000-0000-0000-0000-000000000000")


def test_a_reference_replaces_the_one_before(rest, types, make):
    """What may hold one end alone has the newest."""
    first, second = make.table(), make.table()
    column = make.column(first)
    answer = rest.put(f"entity/guid/{column}", {"guid": second, "typeName": types.table}, name="table")
    assert answer.status == 200, answer.text
    read = rest.get(f"entity/guid/{column}").json["entity"]["relationshipAttributes"]["table"]
    assert read["guid"] == second
    active = [c for c in rest.get(f"entity/guid/{first}").json["entity"]["relationshipAttributes"]["columns"] if c["relationshipStatus"] == "ACTIVE"]
    assert active == []


def edges(lineage):
    return {(r["fromEntityId"], r["toEntityId"]) for r in lineage["relations"]}


@pytest.fixture
def chain(make):
    """Three tables with a process between each two."""
    tables = [make.table() for _ in range(3)]
    jobs = [make.job([a], [b]) for a, b in zip(tables, tables[1:])]
    return tables, jobs


def test_lineage_goes_up_down_and_both_ways(atlas, types, rest, chain):
    (a, b, c), (ab, bc) = chain
    both = atlas.lineage.get_lineage_info(b, LineageDirection.BOTH.name, 0)
    assert edges(both) == {(a, ab), (ab, b), (b, bc), (bc, c)}
    assert set(both.guidEntityMap) == {a, b, c, ab, bc} and both.baseEntityGuid == b and both.lineageDirection == "BOTH"
    assert len({r["relationshipId"] for r in both.relations}) == 4
    assert edges(atlas.lineage.get_lineage_info(c, "INPUT", 10)) == {(a, ab), (ab, b), (b, bc), (bc, c)}
    assert edges(atlas.lineage.get_lineage_info(a, "OUTPUT", 1)) == {(a, ab), (ab, b)}
    assert edges(atlas.lineage.get_lineage_info(a, "INPUT", 3)) == set()
    assert edges(atlas.lineage.get_lineage_info(ab, "BOTH", 3)) >= {(a, ab), (ab, b)}
    where = rest.get(f"entity/guid/{b}").json["entity"]["attributes"]["qualifiedName"]
    by_name = atlas.lineage.get_lineage_info_attr(types.table, {"qualifiedName": where}, "BOTH", 3)
    assert edges(by_name) == edges(both)


def test_lineage_on_demand_tells_what_it_left_out(rest, make):
    source = make.table()
    for _ in range(4):
        make.job([source], [make.table()])
    answer = rest.post(f"lineage/{source}", {source: {"direction": "OUTPUT", "inputRelationsLimit": 2, "outputRelationsLimit": 2, "depth": 3}})
    assert answer.status == 200, answer.text
    assert len([e for e in edges(answer.json) if e[0] == source]) == 2
    told = answer.json["relationsOnDemand"][source]
    assert told["hasMoreOutputs"] is True and told["outputRelationsCount"] == 2


def test_a_deleted_process_is_shown_as_deleted(rest, make, chain):
    (a, b, _), (ab, _) = chain
    rest.delete(f"entity/guid/{ab}")
    shown = rest.get(f"lineage/{a}", direction="OUTPUT", depth=3).json
    assert shown["guidEntityMap"].get(ab, {"status": "DELETED"})["status"] == "DELETED"


@pytest.mark.parametrize("guid, code", [("xx", "ATLAS-404-00-005")])
def test_lineage_of_what_is_not_there(rest, guid, code):
    assert rest.get(f"lineage/{guid}").error[:2] == (404, code)


def test_lineage_is_for_data_sets_and_processes(rest, name):
    glossary = rest.post("glossary", {"name": name("glossary")})
    assert rest.get(f"lineage/{glossary.json['guid']}").error[:2] == (404, "ATLAS-404-00-011")
