"""Bad input: refused with Atlas's own code and text where it has them, and with nothing half-written."""

import pytest
from conftest import attribute, created


def test_circular_super_types(rest, name):
    a, b = name("A"), name("B")
    answer = rest.post("types/typedefs", {"entityDefs": [
        {"name": a, "superTypes": [b], "attributeDefs": []}, {"name": b, "superTypes": [a], "attributeDefs": []},
    ]})
    assert answer.status == 400 and answer.json["errorCode"].startswith("ATLAS-400-00-"), answer.text
    assert rest.get(f"types/entitydef/name/{a}").status == rest.get(f"types/entitydef/name/{b}").status == 404


def test_one_bad_definition_keeps_all_out(rest, name):
    good, bad = name("Good"), name("Bad")
    answer = rest.post("types/typedefs", {
        "classificationDefs": [{"name": good, "attributeDefs": [], "superTypes": []}],
        "entityDefs": [{"name": bad, "superTypes": ["DataSet"], "attributeDefs": [attribute("x", name("nothing"))]}],
    })
    assert answer.status in (400, 404), answer.text
    assert rest.get(f"types/classificationdef/name/{good}").error[:2] == (404, "ATLAS-404-00-001")


def test_one_bad_entity_keeps_all_out(rest, types, name):
    answer = rest.post("entity/bulk", {"entities": [
        {"typeName": types.table, "attributes": {"qualifiedName": name("good"), "name": "t", "title": "T"}},
        {"typeName": types.table, "attributes": {"qualifiedName": name("bad"), "name": "t"}},
    ]})
    assert answer.error[:2] == (404, "ATLAS-404-00-007"), answer.text
    assert "mandatory attribute value missing" in answer.error[2] and f"{types.table}.title" in answer.error[2]
    assert rest.get(f"entity/uniqueAttribute/type/{types.table}", **{"attr:qualifiedName": name("good")}).status == 404


def test_dangling_references(rest, types, name):
    for reference in ({"guid": "00000000-0000-0000-0000-000000000000"}, {"guid": "-77"}, {"typeName": types.table, "uniqueAttributes": {"qualifiedName": name("none")}}):
        answer = rest.post("entity", {"entity": {"typeName": types.job, "attributes": {"qualifiedName": name("job"), "name": "job", "inputs": [reference]}}})
        assert answer.status in (400, 404) and answer.json["errorCode"] in ("ATLAS-404-00-00A", "ATLAS-404-00-005", "ATLAS-400-00-02A"), answer.text
    assert rest.get(f"entity/uniqueAttribute/type/{types.job}", **{"attr:qualifiedName": name("job")}).status == 404


@pytest.mark.parametrize("path, body", [
    *((path, body) for path in ("entity", "types/typedefs", "search/basic", "glossary") for body in (b"{", b"[]", b'"text"', b"{" * 20000, b"\xff\xfe")),
    ("entity", b'{"entity": {"typeName": 7}}'), ("entity", b'{"entity": {"attributes": []}}'), ("types/typedefs", b'{"entityDefs": {}}'), ("glossary", b'{"name": {}}'),
])
def test_malformed_bodies(rest, path, body):
    answer = rest("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status < 500, answer.text[:300]
    assert {"errorCode", "errorMessage"} <= set(answer.json), answer.text[:300]


def test_a_long_query(rest, types):
    long = f"from {types.table} where " + " or ".join(["name = 'x'"] * 1150)
    assert len(long) < 16384
    for query in (long, long + " or name = 'y'" * 200, "from " + "(" * 8000 + ")" * 8000, f"from {types.table} where " + "(" * 5000 + "name = 'x'" + ")" * 5000):
        answer = rest.get("search/dsl", query=query)
        assert answer.status in (200, 400), answer.text[:300]
        if answer.status == 400:
            assert answer.json["errorCode"].startswith("ATLAS-400-00-"), answer.text[:300]
    assert rest.get("search/dsl", query=long).status == 200


@pytest.mark.parametrize("query, why", [
    ("from nosuchtype", "type not found"), ("from", ""), ("select", ""), ("from {table} where nothing = 1", ""), ("from {table} where rows = ", ""),
    ("from {table} orderby nothing", ""), ("from {table} limit x", ""), ("from {table} select", ""), ("from {table} where rows like", ""), ("from {table} groupby rows", ""),
])
def test_bad_queries(rest, types, query, why):
    answer = rest.get("search/dsl", query=query.format(table=types.table))
    assert answer.status == 400, answer.text[:300]
    assert answer.json["errorCode"].startswith("ATLAS-400-00-"), answer.text
    assert why in answer.json["errorMessage"]


def test_unknown_paths_and_methods(rest):
    for method, path in (("GET", "nothing"), ("GET", "entity/guid/x/y/z"), ("POST", "types/nothing")):
        answer = rest(method, path)
        assert answer.status == 404, (path, answer.text[:200])
    assert rest("PATCH", "entity").status in (404, 405, 501)


def test_wrong_parameters(rest, types):
    for path, query in (
        ("search/dsl", {"query": f"from {types.table}", "limit": "many"}), ("search/basic", {"typeName": types.table, "offset": "-x"}),
        ("lineage/" + "0" * 36, {"direction": "SIDEWAYS"}), ("entity/" + "0" * 36 + "/audit", {"count": "lots"}),
    ):
        answer = rest.get(path, **query)
        assert 400 <= answer.status < 500, (path, query, answer.text[:200])


@pytest.mark.parametrize("attributes", [
    {"rows": "many"}, {"score": "high"}, {"hidden": "perhaps"}, {"loaded": "not a day"}, {"format": "XML"}, {"settings": ["a"]},
    {"place": {"typeName": "Place", "attributes": {"size": "large"}}}, {"place": "here"},
])
def test_values_of_the_wrong_kind(rest, types, name, attributes):
    answer = rest.post("entity", {"entity": {"typeName": types.table, "attributes": {"qualifiedName": name("t"), "name": "t", "title": "T"} | attributes}})
    assert answer.status in (400, 404) and answer.json["errorCode"].startswith("ATLAS-40"), answer.text
    assert rest.get(f"entity/uniqueAttribute/type/{types.table}", **{"attr:qualifiedName": name("t")}).status == 404


def test_the_same_unique_attribute_in_one_request(rest, types, name):
    """Two that say they are the same entity are one."""
    answer = rest.post("entity/bulk", {"entities": [
        {"guid": "-1", "typeName": types.table, "attributes": {"qualifiedName": name("t"), "name": "t", "title": "one"}},
        {"guid": "-2", "typeName": types.table, "attributes": {"qualifiedName": name("t"), "name": "t", "title": "two"}},
    ]})
    assert answer.status == 200, answer.text
    assert rest.get(f"entity/guid/{created(answer.json)}").status == 200
