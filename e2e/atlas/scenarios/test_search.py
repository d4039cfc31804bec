"""Search in every form, by what is stored and with exact counts."""

import pytest
from apache_atlas.exceptions import AtlasServiceException
from apache_atlas.model.discovery import SearchParameters


@pytest.fixture(scope="module")
def world(rest, types):
    """Twelve tables of one owner, with numbers, dates and words to search by, a view and columns."""
    import uuid

    mark = "zq" + uuid.uuid4().hex[:6]
    entities, guids = [], {}
    for i in range(12):
        entities.append({"guid": f"-{i + 1}", "typeName": types.view if i == 11 else types.table, "attributes": {
            "qualifiedName": f"{mark}.t{i:02}", "name": f"{mark} table {i:02}", "title": f"T{i % 3}", "rows": i * 10, "score": i / 2, "hidden": i % 2 == 0,
            "loaded": 1700000000000 + i * 86400000, "owner": mark, "description": "sales figures" if i < 4 else "weather", "format": "CSV" if i < 6 else "PARQUET",
        }})
    for i in range(2):
        entities.append({"guid": f"-{100 + i}", "typeName": types.column, "attributes": {"qualifiedName": f"{mark}.c{i}", "name": f"{mark} column {i}"},
                         "relationshipAttributes": {"table": {"guid": "-1", "typeName": types.table}}})
    answer = rest.post("entity/bulk", {"entities": entities})
    assert answer.status == 200, answer.text
    for given in entities:
        guids[given["attributes"]["qualifiedName"].removeprefix(mark + ".")] = answer.json["guidAssignments"][given["guid"]]
    assert rest.post("entity/bulk/classification", {"classification": {"typeName": types.pii, "attributes": {"level": 2}}, "entityGuids": [guids["t01"], guids["t02"]]}).status == 204
    assert rest.post("entity/bulk/classification", {"classification": {"typeName": types.secret}, "entityGuids": [guids["t03"]]}).status == 204

    class World:
        pass

    made = World()
    made.mark, made.guids, made.names = mark, guids, {guid: key for key, guid in guids.items()}
    made.of = lambda answer: sorted(made.names.get(e["guid"], e["guid"]) for e in answer.get("entities") or [])
    return made


def test_basic_search_by_type_counts_exactly(atlas, types, world):
    found = atlas.discovery.faceted_search(SearchParameters({"typeName": types.table, "entityFilters": {"attributeName": "owner", "operator": "eq", "attributeValue": world.mark}, "limit": 5}))
    assert found.queryType == "BASIC" and found.approximateCount == 12 and len(found.entities) == 5
    pages = [atlas.discovery.faceted_search(SearchParameters({
        "typeName": types.table, "limit": 5, "offset": at, "sortBy": "qualifiedName", "sortOrder": "ASCENDING",
        "entityFilters": {"attributeName": "owner", "operator": "eq", "attributeValue": world.mark},
    })) for at in (0, 5, 10)]
    assert [world.names[e.guid] for page in pages for e in page.entities] == [f"t{i:02}" for i in range(12)]


@pytest.mark.parametrize("attribute, operator, value, found", [
    ("rows", "=", "30", ["t03"]), ("rows", "!=", "30", None), ("rows", "<", "20", ["t00", "t01"]), ("rows", "<=", "20", ["t00", "t01", "t02"]),
    ("rows", ">", "90", ["t10", "t11"]), ("rows", ">=", "90", ["t09", "t10", "t11"]), ("rows", "in", "10,20", ["t01", "t02"]),
    ("score", ">", "4.9", ["t10", "t11"]), ("hidden", "=", "true", ["t00", "t02", "t04", "t06", "t08", "t10"]),
    ("loaded", "timerange", "1700000000000,1700172800000", ["t00", "t01", "t02"]),
    ("name", "startsWith", "{mark} table 0", [f"t{i:02}" for i in range(10)]), ("name", "endsWith", "07", ["t07"]), ("name", "contains", "able 1", ["t10", "t11"]),
    ("name", "like", "*table 0?", [f"t{i:02}" for i in range(10)]), ("name", "not_contains", "table 0", ["t10", "t11"]),
    ("format", "=", "CSV", [f"t{i:02}" for i in range(6)]), ("description", "contains", "sales", ["t00", "t01", "t02", "t03"]),
    ("code", "isNull", None, [f"t{i:02}" for i in range(12)]), ("code", "notNull", None, []), ("description", "notNull", None, [f"t{i:02}" for i in range(12)]),
    ("title", "containsAny", "T0,T1", None), ("__state", "=", "ACTIVE", [f"t{i:02}" for i in range(12)]), ("__createdBy", "=", "admin", [f"t{i:02}" for i in range(12)]),
    ("__typeName", "=", "{view}", ["t11"]), ("__timestamp", ">", "0", [f"t{i:02}" for i in range(12)]),
])
def test_every_operator(rest, types, world, attribute, operator, value, found):
    criterion = {"attributeName": attribute, "operator": operator}
    if value is not None:
        criterion["attributeValue"] = value.format(mark=world.mark, view=types.view)
    answer = rest.post("search/basic", {"typeName": types.table, "limit": 100, "entityFilters": {
        "condition": "AND", "criterion": [{"attributeName": "owner", "operator": "=", "attributeValue": world.mark}, criterion]}})
    assert answer.status == 200, answer.text
    if found is None and operator == "!=":
        found = [f"t{i:02}" for i in range(12) if i != 3]
    elif found is None:
        found = [f"t{i:02}" for i in range(12) if i % 3 < 2]
    assert world.of(answer.json) == found
    assert answer.json["approximateCount"] == len(found)


def test_filters_nest(rest, types, world):
    of = {"attributeName": "owner", "operator": "=", "attributeValue": world.mark}
    low, high = {"attributeName": "rows", "operator": "<", "attributeValue": "10"}, {"attributeName": "rows", "operator": ">", "attributeValue": "100"}
    answer = rest.post("search/basic", {"typeName": types.table, "entityFilters": {"condition": "AND", "criterion": [of, {"condition": "OR", "criterion": [low, high]}]}})
    assert world.of(answer.json) == ["t00", "t11"]


def test_subtypes_may_be_left_out(rest, types, world):
    body = {"typeName": types.table, "entityFilters": {"attributeName": "owner", "operator": "=", "attributeValue": world.mark}, "limit": 50}
    assert "t11" in world.of(rest.post("search/basic", body).json)
    assert "t11" not in world.of(rest.post("search/basic", body | {"includeSubTypes": False}).json)
    both = rest.post("search/basic", body | {"typeName": f"{types.view},{types.column}", "entityFilters": None, "query": world.mark})
    assert world.of(both.json) == ["c0", "c1", "t11"]


def test_search_by_classification(rest, types, world):
    def search(classification, **more):
        return rest.post("search/basic", {"classification": classification, "typeName": types.table, "limit": 100, "entityFilters": {"attributeName": "owner", "operator": "=", "attributeValue": world.mark}} | more)

    assert world.of(search(types.pii).json) == ["t01", "t02", "t03"]
    assert world.of(search(types.pii, includeSubClassifications=False).json) == ["t01", "t02"]
    assert world.of(search(types.pii[:5] + "*").json) == ["t01", "t02", "t03"]
    assert world.of(search("_CLASSIFIED").json) == ["t01", "t02", "t03"]
    assert world.of(search("_NOT_CLASSIFIED").json) == ["t00"] + [f"t{i:02}" for i in range(4, 12)]
    level = {"attributeName": "level", "operator": "=", "attributeValue": "2"}
    assert world.of(search(types.pii, tagFilters=level).json) == ["t01", "t02"]
    refused = search("nothing_at_all")
    assert refused.status in (400, 404) and "ATLAS-40" in refused.text


def test_asked_for_attributes_come_along(rest, types, world):
    answer = rest.post("search/basic", {"typeName": types.table, "attributes": ["rows", "columns"], "entityFilters": {"attributeName": "qualifiedName", "operator": "=", "attributeValue": f"{world.mark}.t00"}})
    (header,) = answer.json["entities"]
    assert header["attributes"]["rows"] == 0
    assert {c["guid"] for c in header["attributes"]["columns"]} == {world.guids["c0"], world.guids["c1"]}
    assert set(answer.json["referredEntities"]) == {world.guids["c0"], world.guids["c1"]}


def test_search_by_words(atlas, rest, types, world):
    found = atlas.discovery.full_text_search(world.mark)
    assert len(found.fullTextResult) == 14 and all("score" in hit and "entity" in hit for hit in found.fullTextResult)
    few = atlas.discovery.full_text_search_with_params(world.mark, 3, 2)
    assert len(few.fullTextResult) == 3
    basic = atlas.discovery.basic_search(types.table, None, world.mark, False, limit=50)
    assert len(basic.entities) == 12 and basic.approximateCount == 12
    sorted_down = atlas.discovery.basic_search(types.table, None, world.mark, False, "rows", "DESCENDING", 3, 0)
    assert [world.names[e.guid] for e in sorted_down.entities] == ["t11", "t10", "t09"]
    by_prefix = atlas.discovery.attribute_search(types.table, "qualifiedName", world.mark + ".t1", 10, 0)
    assert world.of(by_prefix) == ["t10", "t11"]


def test_related_entities(atlas, types, world):
    found = atlas.discovery.relationship_search(world.guids["t00"], "columns", "name", "DESCENDING", False, 10, 0)
    assert [world.names[e.guid] for e in found.entities] == ["c1", "c0"] and found.approximateCount in (2, -1)


def test_quick_search_counts_by_kind(atlas, rest, types, world):
    found = atlas.discovery.quick_search(world.mark, None, False, 5, 0)
    assert found.searchResults["approximateCount"] == 14 and len(found.searchResults["entities"]) == 5
    # The client keeps the names of what is counted, and loses the counts.
    counted = rest.get("search/quick", query=world.mark, limit=5).json["aggregationMetrics"]
    by_type = {m["name"]: m["count"] for m in counted["__typeName"]}
    assert by_type == {types.table: 11, types.view: 1, types.column: 2}
    narrow = atlas.discovery.quick_search_with_param({"query": world.mark, "typeName": types.column, "limit": 10, "offset": 0})
    assert world.of(narrow.searchResults) == ["c0", "c1"]


def test_suggestions_complete_a_prefix(atlas, world):
    answer = atlas.discovery.get_suggestions(world.mark[:6], None)
    assert answer["prefixString"] == world.mark[:6] and any(s.lower().startswith(world.mark[:6]) for s in answer["suggestions"])
    by_field = atlas.discovery.get_suggestions(world.mark, "qualifiedName")
    assert by_field["fieldName"] == "qualifiedName"


def rows(rest, query, **more):
    answer = rest.get("search/dsl", query=query, **more)
    assert answer.status == 200, answer.text
    return answer.json["attributes"]["values"] if answer.json.get("attributes") else None


def test_dsl_selects_orders_groups_and_counts(atlas, rest, types, world):
    of = f'from {types.table} where owner = "{world.mark}"'
    found = atlas.discovery.dsl_search_with_params(of, 100, 0)
    assert found.queryType == "DSL" and world.of(found) == [f"t{i:02}" for i in range(12)]
    assert len(atlas.discovery.dsl_search(f"{of} limit 3").entities) == 3
    assert rows(rest, f"{of} select qualifiedName, rows orderby rows desc limit 2") == [[f"{world.mark}.t11", 110], [f"{world.mark}.t10", 100]]
    assert rows(rest, f"{of} select qualifiedName, rows orderby rows asc limit 2 offset 1") == [[f"{world.mark}.t01", 10], [f"{world.mark}.t02", 20]]
    assert rows(rest, f"{of} select count()") == [[12]]
    assert rows(rest, f"{of} select min(rows), max(rows), sum(rows), count()") == [[0, 110, 660, 12]]
    assert sorted(rows(rest, f"{of} groupby (title) select title, count()")) == [["T0", 4], ["T1", 4], ["T2", 4]]
    assert rows(rest, f"{of} and rows > 100 select name as n") == [[f"{world.mark} table 11"]]
    named = rest.get("search/dsl", query=f"{of} select name as n, rows as r limit 1").json["attributes"]["name"]
    assert named == ["n", "r"]


@pytest.mark.parametrize("condition, found", [
    ("rows = 30", ["t03"]), ("rows < 20", ["t00", "t01"]), ("rows >= 100", ["t10", "t11"]), ("rows != 0 and rows < 30", ["t01", "t02"]),
    ("(rows = 10 or rows = 20)", ["t01", "t02"]), ("name like '*table 1?'", ["t10", "t11"]), ("name LIKE \"*07\"", ["t07"]),
    ("rows = [10, 20]", ["t01", "t02"]), ("hidden = true and rows > 70", ["t08", "t10"]), ("loaded < '2023-11-16T00:00:00.0Z'", ["t00", "t01"]),
    ("format = 'CSV' and rows > 30", ["t04", "t05"]),
])
def test_dsl_conditions(rest, types, world, condition, found):
    answer = rest.get("search/dsl", query=f"from {types.table} where owner = '{world.mark}' and {condition}", limit=100)
    assert answer.status == 200, answer.text
    assert world.of(answer.json) == found


def test_dsl_is_isa_and_has(rest, types, world):
    def search(query):
        answer = rest.get("search/dsl", query=query, limit=100)
        assert answer.status == 200, answer.text
        return world.of(answer.json)

    assert search(f"{types.table} isa {types.pii} where owner = '{world.mark}'") == ["t01", "t02", "t03"]
    assert search(f"{types.table} is {types.secret} where owner = '{world.mark}'") == ["t03"]
    assert search(f"{types.table} has rows where owner = '{world.mark}' limit 100") == [f"t{i:02}" for i in range(12)]
    assert search(f"{types.column} where table.qualifiedName = '{world.mark}.t00'") == ["c0", "c1"]


def test_a_deleted_entity_may_be_left_out(rest, types, make, name):
    guid = make.table(name("gone"), owner=name("o"))
    rest.delete(f"entity/guid/{guid}")
    body = {"typeName": types.table, "entityFilters": {"attributeName": "owner", "operator": "=", "attributeValue": name("o")}}
    assert [h["status"] for h in rest.post("search/basic", body).json["entities"]] == ["DELETED"]
    assert not rest.post("search/basic", body | {"excludeDeletedEntities": True}).json.get("entities")


def test_searches_are_saved_and_run_again(atlas, rest, types, world, name):
    parameters = {"typeName": types.table, "limit": 50, "entityFilters": {"attributeName": "owner", "operator": "=", "attributeValue": world.mark}}
    made = atlas.discovery.add_saved_search({"name": name("mine"), "ownerName": "admin", "searchType": "BASIC", "searchParameters": parameters})
    assert made.guid and made["ownerName"] == "admin"
    assert name("mine") in [s["name"] for s in atlas.discovery.get_saved_searches("admin")]
    assert atlas.discovery.get_saved_search("admin", name("mine")).guid == made.guid
    assert len(atlas.discovery.execute_saved_search_with_user_name("admin", name("mine")).entities) == 12
    made["searchParameters"] = dict(parameters, typeName=types.view)
    atlas.discovery.update_saved_search(made)
    assert world.of(atlas.discovery.execute_saved_search_with_search_guid(made.guid)) == ["t11"]
    atlas.discovery.delete_saved_search(made.guid)
    with pytest.raises(AtlasServiceException, match="ATLAS-404"):
        atlas.discovery.get_saved_search("admin", name("mine"))


def test_search_needs_something_to_search_by(rest):
    assert rest.post("search/basic", {}).error[:2] == (400, "ATLAS-400-00-047")


def test_relationships_are_searched(rest, types, world):
    answer = rest.post("search/relations", {"relationshipName": types.columns, "limit": 100})
    assert answer.status == 200, answer.text
    ends = {(r["end1"]["guid"], r["end2"]["guid"]) for r in answer.json["relations"]}
    assert {(world.guids["t00"], world.guids["c0"]), (world.guids["t00"], world.guids["c1"])} <= ends


def test_results_are_downloaded(rest, types, world):
    asked = rest.post("search/basic/download/create_file", {"searchParameters": {"typeName": types.table, "query": world.mark}, "attributeLabelMap": {"Name": "name", "Rows": "rows"}})
    assert asked.status in (200, 204), asked.text
    for _ in range(200):
        files = rest.get("search/download/status").json["searchDownloadRecords"]
        done = [f for f in files if f["status"] == "COMPLETE"]
        if done:
            break
    file = rest.get(f"search/download/{done[-1]['fileName']}")
    assert file.status == 200 and len(file.text.strip().splitlines()) == 13
