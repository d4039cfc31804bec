"""Labels and business metadata."""

import csv
import io

from apache_atlas.client.entity import EntityClient
from apache_atlas.utils import API


def labels(rest, guid):
    return sorted(rest.get(f"entity/guid/{guid}").json["entity"]["labels"])


def test_labels_are_added_set_and_removed(atlas, rest, types, make, name):
    guid = make.table(name("t"))
    atlas.entity.add_labels_by_guid(guid, ["a", "b"])
    assert labels(rest, guid) == ["a", "b"]
    # Some of the client's methods stumble over their own definitions.
    by_name = {"type_name": types.table, "entity_guid": types.table}
    where = {"attr:qualifiedName": name("t")}
    atlas.call_api(EntityClient.ADD_LABELS_BY_UNIQUE_ATTRIBUTE.format_path(by_name), None, where, ["c"])
    assert labels(rest, guid) == ["a", "b", "c"]
    atlas.entity.remove_labels_by_guid(guid, ["a"])
    atlas.call_api(EntityClient.DELETE_LABELS_BY_UNIQUE_ATTRIBUTE.format_path(by_name), None, where, ["b"])
    assert labels(rest, guid) == ["c"]
    atlas.call_api(EntityClient.SET_LABELS_BY_UNIQUE_ATTRIBUTE.format_path(by_name), None, where, ["d", "e"])
    assert labels(rest, guid) == ["d", "e"]
    definition = EntityClient.SET_LABELS
    atlas.call_api(API(definition.path % guid, definition.method, definition.expected_status), None, None, ["f"])
    assert labels(rest, guid) == ["f"]
    found = rest.post("search/basic", {"typeName": types.table, "entityFilters": {"attributeName": "__labels", "operator": "contains", "attributeValue": "f"}})
    assert guid in [h["guid"] for h in found.json["entities"]]


def business(rest, guid):
    return rest.get(f"entity/guid/{guid}").json["entity"].get("businessAttributes") or {}


def test_business_metadata_is_merged_overwritten_and_removed(atlas, rest, types, make):
    guid = make.table()
    atlas.entity.add_or_update_business_attributes(guid, False, {types.business: {"steward": "ann"}, types.other: {"note": "n"}})
    atlas.entity.add_or_update_business_attributes_bm_name(guid, types.business, {"priority": 3})
    assert business(rest, guid) == {types.business: {"steward": "ann", "priority": 3}, types.other: {"note": "n"}}
    atlas.entity.add_or_update_business_attributes(guid, True, {types.business: {"steward": "bob"}})
    assert business(rest, guid) == {types.business: {"steward": "bob"}}
    atlas.entity.add_or_update_business_attributes(guid, False, {types.other: {"note": "again"}})
    atlas.entity.remove_business_attributes(guid, {types.business: {"steward": None}})
    assert business(rest, guid) == {types.other: {"note": "again"}}
    atlas.entity.remove_business_attributes_bm_name(guid, types.other, {"note": None})
    assert business(rest, guid) == {}


def test_business_metadata_is_checked(rest, types, make):
    table = make.table()
    column = make.column(table)
    for guid, given in {
        "too long": (table, {types.business: {"steward": "x" * 21}}),
        "wrong kind": (table, {types.business: {"priority": "high"}}),
        "not for columns": (column, {types.business: {"steward": "ann"}}),
        "unknown": (table, {"nothing": {"a": 1}}),
    }.values():
        answer = rest.post(f"entity/guid/{guid}/businessmetadata", given, isOverwrite="false")
        assert answer.status in (400, 404) and answer.json["errorCode"].startswith("ATLAS-"), answer.text
        assert business(rest, guid) == {}


def test_business_metadata_comes_from_a_file(atlas, rest, types, make, name):
    guid = make.table(name("t"))
    atlas.call_api(EntityClient.GET_BUSINESS_METADATA_TEMPLATE)
    template = rest.get("entity/businessmetadata/import/template")
    assert template.status == 200 and "attachment" in template.headers["Content-Disposition"]
    head = next(csv.reader(io.StringIO(template.text)))
    assert len(head) >= 4
    rows = "EntityType,EntityUniqueAttributeValue,BusinessAttributeName,BusinessAttributeValue\n"
    rows += f"{types.table},{name('t')},{types.business}.priority,4\n{types.table},{name('none')},{types.business}.priority,4\n"
    definition = EntityClient.IMPORT_BUSINESS_METADATA
    answer = rest(definition.method.value, "/" + definition.path, files={"file": ("bm.csv", rows.encode(), "text/csv")})
    assert answer.status == definition.expected_status, answer.text
    import calls

    calls.note(definition)
    assert len(answer.json["successImportInfoList"]) == 1 and len(answer.json["failedImportInfoList"]) == 1, answer.text
    assert business(rest, guid) == {types.business: {"priority": 4}}
