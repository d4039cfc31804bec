"""What Atlas's own tests of its parts hold, and clients come to rely on."""

import pytest
from conftest import attribute, created


@pytest.fixture
def staff(rest, name):
    """Types as those of version 1: their references say themselves what they are the inverse of."""
    person, desk = name("Person"), name("Desk")

    def inverse(of):
        return [{"type": "inverseRef", "params": {"attribute": of}}]

    answer = rest.post("types/typedefs", {"entityDefs": [
        {"name": person, "superTypes": ["Asset"], "attributeDefs": [
            attribute("boss", person, constraints=inverse("staff")), attribute("staff", f"array<{person}>", cardinality="SET", valuesMaxCount=10),
            attribute("desk", desk, constraints=inverse("holder")), attribute("desks", f"map<string,{desk}>", constraints=[{"type": "ownedRef"}]),
            attribute("peers", f"array<{person}>", cardinality="LIST", valuesMaxCount=10),
        ]},
        {"name": desk, "superTypes": ["Asset"], "attributeDefs": [attribute("holder", person, constraints=inverse("desk"))]},
    ]})
    assert answer.status == 200, answer.text

    def make(type_name, stem, **attributes):
        answer = rest.post("entity", {"entity": {"typeName": type_name, "attributes": {"qualifiedName": name(stem), "name": stem} | attributes}})
        assert answer.status == 200, answer.text
        return created(answer.json)

    return person, desk, make


def attributes(rest, guid):
    return rest.get(f"entity/guid/{guid}").json["entity"]["attributes"]


def guids(references):
    return sorted(r["guid"] for r in references or [])


def test_an_inverse_reference_follows(rest, staff):
    person, desk, make = staff
    ann, bob = make(person, "ann"), make(person, "bob")
    cyd = make(person, "cyd", boss={"guid": ann})
    assert guids(attributes(rest, ann)["staff"]) == [cyd]
    answer = rest.put(f"entity/guid/{cyd}", {"guid": bob, "typeName": person}, name="boss")
    assert sorted(h["guid"] for h in answer.json["mutatedEntities"]["PARTIAL_UPDATE"]) == sorted([ann, bob, cyd])
    assert (guids(attributes(rest, ann)["staff"]), guids(attributes(rest, bob)["staff"])) == ([], [cyd])
    one = make(desk, "one", holder={"guid": ann})
    assert attributes(rest, ann)["desk"]["guid"] == one
    make(desk, "two", holder={"guid": ann})
    assert attributes(rest, one)["holder"] is None


def test_what_moves_to_another_key_stays(rest, staff):
    person, desk, make = staff
    one, two = make(desk, "one"), make(desk, "two")
    ann = make(person, "ann", desks={"left": {"guid": one}, "right": {"guid": two}})
    read = rest.get(f"entity/guid/{ann}").json["entity"]
    answer = rest.post("entity", {"entity": read | {"attributes": read["attributes"] | {"desks": {"left": {"guid": two}, "right": {"guid": one}}}}})
    assert answer.status == 200 and "DELETE" not in answer.json["mutatedEntities"]
    assert {key: d["guid"] for key, d in attributes(rest, ann)["desks"].items()} == {"left": two, "right": one}


def test_a_list_of_references_holds_each_once(rest, staff):
    person, _, make = staff
    ann, bob = make(person, "ann"), make(person, "bob")
    cyd = make(person, "cyd", peers=[{"guid": bob}, {"guid": ann}, {"guid": bob}])
    assert [p["guid"] for p in attributes(rest, cyd)["peers"]] == [bob, ann]


def test_numbers_show_their_sort(rest, types, name):
    """A client in Java reads a number without a fraction as an Integer, and 1.1 is not 1.100000023841858."""
    type_name = name("Numbers")
    defs = [attribute("d", "double"), attribute("f", "float"), attribute("l", "long"), attribute("big", "biginteger"), attribute("exact", "bigdecimal")]
    assert rest.post("types/typedefs", {"entityDefs": [{"name": type_name, "superTypes": ["Asset"], "attributeDefs": defs}]}).status == 200
    answer = rest.post("entity", {"entity": {"typeName": type_name, "attributes": {
        "qualifiedName": name("n"), "name": "n", "d": 5, "f": 1.1, "l": 5, "big": 10**30, "exact": "2.50",
    }}})
    text = rest.get(f"entity/guid/{created(answer.json)}").text
    for shown in ('"d":5.0', '"f":1.1', '"l":5', f'"big":{10**30}', '"exact":2.50'):
        assert shown + "," in text or shown + "}" in text, (shown, text)


def test_a_new_entity_takes_classifications_as_they_come(rest, types, make, name):
    kept = name("Kept")
    mandatory = attribute("until", "string", isOptional=False, valuesMinCount=1)
    assert rest.post("types/typedefs", {"classificationDefs": [{"name": kept, "attributeDefs": [mandatory]}]}).status == 200
    table = make.table(classifications=[kept])
    assert rest.get(f"entity/guid/{table}/header").json["classificationNames"] == [kept]
    assert rest.post(f"entity/guid/{make.table()}/classifications", [{"typeName": kept}]).error[:2] == (400, "ATLAS-400-00-01A")


def test_a_classification_is_blocked_by_its_source(rest, types, make):
    source, target = make.table(), make.table()
    job = make.job([source], [target])
    for guid in (source, job):
        assert rest.post(f"entity/guid/{guid}/classifications", [{"typeName": types.pii}]).status == 204
    tie = rest.get(f"entity/guid/{target}").json["entity"]["relationshipAttributes"]["outputFromProcesses"][0]["relationshipGuid"]
    relationship = rest.get(f"relationship/guid/{tie}").json["relationship"]
    assert sorted(c["entityGuid"] for c in relationship["propagatedClassifications"]) == sorted([source, job])
    relationship["blockedPropagatedClassifications"] = [{"typeName": types.pii, "entityGuid": source}]
    answer = rest.put("relationship", relationship)
    assert [c["entityGuid"] for c in answer.json["blockedPropagatedClassifications"]] == [source]
    assert [c["entityGuid"] for c in rest.get(f"entity/guid/{target}/classifications").json["list"]] == [job]


def test_what_is_no_part_may_be_in_several(rest, name, make, types):
    group = name("group_tables")
    assert rest.post("types/typedefs", {"relationshipDefs": [{
        "name": group, "relationshipCategory": "AGGREGATION", "propagateTags": "NONE",
        "endDef1": {"type": types.view, "name": "members", "isContainer": True, "cardinality": "SET"},
        "endDef2": {"type": types.column, "name": "group", "cardinality": "SINGLE"},
    }]}).status == 200
    column = make(types.column)
    for view in (make(types.view), make(types.view)):
        ends = {"typeName": group, "end1": {"guid": view, "typeName": types.view}, "end2": {"guid": column, "typeName": types.column}}
        assert rest.post("relationship", ends).status == 200
        assert guids(rest.get(f"entity/guid/{view}").json["entity"]["relationshipAttributes"]["members"]) == [column]
        assert rest.post("relationship", ends).error[:2] == (409, "ATLAS-409-00-004")


def test_the_roots_of_types_are_told_by_their_names(rest):
    assert rest.get("types/entitydef/name/_ALL_ENTITY_TYPES").json["name"] == "__ENTITY_ROOT"
    assert rest.get("types/classificationdef/name/_ALL_CLASSIFICATION_TYPES").json["name"] == "__CLASSIFICATION_ROOT"


def test_operations_are_counted(rest, make):
    def count():
        return rest.get("/api/atlas/admin/debug/metrics").json.get("EntityREST_createOrUpdate", {}).get("numops", 0)

    before = count()
    make.table()
    assert count() == before + 1
