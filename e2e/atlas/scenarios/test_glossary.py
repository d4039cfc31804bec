"""Glossaries, terms and categories; what terms mean, and files of them."""

import uuid

import pytest
from apache_atlas.client.glossary import GlossaryClient
from apache_atlas.exceptions import AtlasServiceException
from apache_atlas.model.glossary import AtlasGlossary, AtlasGlossaryCategory, AtlasGlossaryTerm


@pytest.fixture
def glossary(atlas):
    made = atlas.glossary.create_glossary(AtlasGlossary({"name": "G" + uuid.uuid4().hex[:8], "shortDescription": "short", "longDescription": "long", "language": "en", "usage": "all"}))
    assert made.guid and made.qualifiedName == made.name
    return made


@pytest.fixture
def term(atlas, glossary):
    return lambda stem, **more: atlas.glossary.create_glossary_term(AtlasGlossaryTerm({"name": stem, "anchor": {"glossaryGuid": glossary.guid}} | more))


@pytest.fixture
def category(atlas, glossary):
    return lambda stem, **more: atlas.glossary.create_glossary_category(AtlasGlossaryCategory({"name": stem, "anchor": {"glossaryGuid": glossary.guid}} | more))


def test_a_glossary_is_made_listed_changed_and_deleted(atlas, rest, glossary):
    client = atlas.glossary
    assert client.get_glossary_by_guid(glossary.guid).shortDescription == "short"
    assert glossary.guid in [g["guid"] for g in client.get_all_glossaries()]
    assert len(client.get_all_glossaries("ASC", 1, 0)) == 1
    changed = dict(glossary) | {"shortDescription": "shorter"}
    assert client.update_glossary_by_guid(glossary.guid, changed).shortDescription == "shorter"
    # The client's own method sends the attributes as a query.
    api = GlossaryClient.UPDATE_PARTIAL_GLOSSARY.format_path({"glossary_guid": glossary.guid})
    assert atlas.call_api(api, AtlasGlossary, None, {"usage": "some"}).usage == "some"
    twice = rest.post("glossary", {"name": glossary.name})
    assert twice.error[:2] == (409, "ATLAS-409-00-007") and glossary.name in twice.error[2]
    client.delete_glossary_by_guid(glossary.guid)
    assert rest.get(f"glossary/{glossary.guid}").status == 404


def test_terms_are_made_listed_changed_and_deleted(atlas, rest, glossary, term):
    client = atlas.glossary
    first = term("Revenue", shortDescription="money", examples=["a"], abbreviation="rev")
    assert first.qualifiedName == f"Revenue@{glossary.name}" and first.anchor.glossaryGuid == glossary.guid
    many = client.create_glossary_terms([{"name": n, "anchor": {"glossaryGuid": glossary.guid}} for n in ("Cost", "Profit")])
    assert {t["name"] for t in many} == {"Cost", "Profit"}
    assert client.get_glossary_term(first.guid).abbreviation == "rev"
    assert [t["name"] for t in client.get_glossary_terms(glossary.guid)] == ["Cost", "Profit", "Revenue"]
    assert [t["displayText"] for t in client.get_glossary_term_headers(glossary.guid, "DESC", 2, 0)] == ["Revenue", "Profit"]
    assert len(client.get_glossary_terms(glossary.guid, "ASC", 2, 2)) == 1
    changed = client.update_glossary_term_by_guid(first.guid, dict(first) | {"shortDescription": "more money"})
    assert changed.shortDescription == "more money"
    api = GlossaryClient.UPDATE_PARTIAL_TERM.format_path({"term_guid": first.guid})
    assert atlas.call_api(api, AtlasGlossaryTerm, None, {"usage": "reports"}).usage == "reports"
    again = rest.post("glossary/term", {"name": "Cost", "anchor": {"glossaryGuid": glossary.guid}})
    assert again.error[:2] == (409, "ATLAS-409-00-009"), again.text
    client.delete_glossary_term_by_guid(first.guid)
    assert rest.get(f"glossary/term/{first.guid}").status == 404
    assert client.get_glossary_ext_info(glossary.guid).guid == glossary.guid
    detailed = rest.get(f"glossary/{glossary.guid}/detailed").json  # in which the client puts classifications in the place of terms
    assert {t["displayText"] for t in detailed["terms"]} == {"Cost", "Profit"} and set(detailed["termInfo"]) == {t["guid"] for t in many}


def test_categories_form_a_tree_and_hold_terms(atlas, rest, glossary, term, category):
    client = atlas.glossary
    top = category("Finance")
    below = category("Income", parentCategory={"categoryGuid": top.guid})
    assert below.qualifiedName == f"Income.Finance@{glossary.name}"
    # The client's own method sends them as a query.
    made = atlas.call_api(GlossaryClient.CREATE_GLOSSARY_CATEGORIES, list, None, [{"name": n, "anchor": {"glossaryGuid": glossary.guid}} for n in ("Law", "Staff")])
    assert {c["name"] for c in made} == {"Law", "Staff"}
    read = client.get_glossary_category(top.guid)
    assert [c["displayText"] for c in read["childrenCategories"]] == ["Income"]
    assert client.get_glossary_category(below.guid)["parentCategory"]["categoryGuid"] == top.guid
    assert [c["name"] for c in client.get_glossary_categories(glossary.guid, "ASC", -1, 0)] == ["Finance", "Income", "Law", "Staff"]
    assert len(client.get_glossary_category_headers(glossary.guid, "ASC", 3, 0)) == 3
    related = client.get_related_categories(top.guid, "ASC", -1, 0)
    assert [c["displayText"] for c in related["children"]] == ["Income"]
    revenue = term("Revenue", categories=[{"categoryGuid": below.guid}])
    assert [t["displayText"] for t in client.get_category_terms(below.guid, "ASC", -1, 0)] == ["Revenue"]
    api = GlossaryClient.UPDATE_CATEGORY_BY_GUID.format_path({"category_guid": top.guid})
    changed = atlas.call_api(api, AtlasGlossaryCategory, None, dict(read) | {"shortDescription": "money matters"})
    assert changed.shortDescription == "money matters"
    assert client.partial_update_category_by_guid(top.guid, {"longDescription": "all of it"})["longDescription"] == "all of it"
    client.delete_glossary_category_by_guid(top.guid)
    assert rest.get(f"glossary/category/{top.guid}").status == 404
    assert not client.get_glossary_category(below.guid).parentCategory
    assert [c["categoryGuid"] for c in client.get_glossary_term(revenue.guid).categories] == [below.guid]


RELATIONS = {
    "seeAlso": "seeAlso", "synonyms": "synonyms", "antonyms": "antonyms", "preferredTerms": "preferredToTerms", "replacementTerms": "replacedBy",
    "translationTerms": "translatedTerms", "isA": "classifies", "validValues": "validValuesFor",
}


def test_terms_are_related_in_every_way(atlas, term):
    client = atlas.glossary
    for i, (relation, back) in enumerate(RELATIONS.items()):
        one, other = term(f"one {i}"), term(f"other {i}")
        given = dict(one) | {relation: [{"termGuid": other.guid, "description": "why"}]}
        client.update_glossary_term_by_guid(one.guid, given)
        assert [t["termGuid"] for t in client.get_glossary_term(one.guid)[relation]] == [other.guid], relation
        assert [t["termGuid"] for t in client.get_glossary_term(other.guid)[back]] == [one.guid], back
        related = client.get_related_terms(one.guid, "ASC", -1, 0)
        assert len(related) == 1 and [t["termGuid"] for t in next(iter(related.values()))] == [other.guid], related
    with pytest.raises(AtlasServiceException, match="ATLAS-400"):
        client.update_glossary_term_by_guid(one.guid, dict(client.get_glossary_term(one.guid)) | {"synonyms": [{"termGuid": one.guid}]})


def test_a_term_is_assigned_and_found_by(atlas, rest, types, glossary, term, make):
    client, guid = atlas.glossary, make.table()
    revenue = term("Revenue")
    client.assign_term_to_entities(revenue.guid, [{"guid": guid, "typeName": types.table}])
    entity = rest.get(f"entity/guid/{guid}").json["entity"]
    assert [m["displayText"] for m in entity["relationshipAttributes"]["meanings"]] == ["Revenue"]
    assert rest.get(f"entity/guid/{guid}/header").json["meaningNames"] == ["Revenue"]
    (assigned,) = client.get_entities_assigned_with_term(revenue.guid, "ASC", -1, 0)
    assert assigned["guid"] == guid and assigned["relationshipGuid"]
    found = rest.post("search/basic", {"termName": revenue.qualifiedName})
    assert [h["guid"] for h in found.json["entities"]] == [guid]
    meaning = rest.get("search/dsl", query=f'{types.table} hasTerm "{revenue.qualifiedName}"')
    assert [h["guid"] for h in meaning.json["entities"]] == [guid], meaning.text
    refused = rest.delete(f"glossary/term/{revenue.guid}")
    assert refused.error[:2] == (400, "ATLAS-400-00-084"), refused.text
    actions = [e["action"] for e in rest.get(f"entity/{guid}/audit").json]
    assert "TERM_ADD" in actions
    client.disassociate_term_from_entities(revenue.guid, [assigned])
    assert not client.get_entities_assigned_with_term(revenue.guid, "ASC", -1, 0)
    assert "TERM_DELETE" in [e["action"] for e in rest.get(f"entity/{guid}/audit").json]
    client.delete_glossary_term_by_guid(revenue.guid)


def test_a_classified_term_classifies_what_it_is_assigned_to(rest, types, term, make):
    guid, revenue = make.table(), term("Revenue")
    rest.post(f"glossary/terms/{revenue.guid}/assignedEntities", [{"guid": guid}])
    rest.post(f"entity/guid/{revenue.guid}/classifications", [{"typeName": types.pii}])
    got = rest.get(f"entity/guid/{guid}").json["entity"]["classifications"]
    assert [(c["typeName"], c["entityGuid"]) for c in got] == [(types.pii, revenue.guid)]


def upload(rest, content, kind="text/csv", name="terms.csv"):
    import calls

    definition = GlossaryClient.IMPORT_GLOSSARY
    answer = rest(definition.method.value, "/" + definition.path, files={"file": (name, content, kind)})
    if answer.status == definition.expected_status:
        calls.note(definition)
    return answer


def test_terms_come_from_a_file(atlas, rest):
    atlas.call_api(GlossaryClient.GET_IMPORT_GLOSSARY_TEMPLATE)
    template = rest.get("glossary/import/template")
    assert template.status == 200 and template.text.startswith("GlossaryName, TermName")
    head = template.text.splitlines()[0]
    g = "G" + uuid.uuid4().hex[:8]
    answer = upload(rest, f"{head}\n{g},First,short,long\n{g},Second,short,long\n{g},,no name\n".encode())
    assert answer.status == 200, answer.text
    assert len(answer.json["successImportInfoList"]) == 2 and len(answer.json["failedImportInfoList"]) == 1, answer.text
    guid = next(x["guid"] for x in rest.get("glossary").json if x["name"] == g)
    assert [t["name"] for t in rest.get(f"glossary/{guid}/terms").json] == ["First", "Second"]


def test_a_broken_line_far_into_a_file_is_told_by_its_number(rest):
    g = "G" + uuid.uuid4().hex[:8]
    lines = ["GlossaryName,TermName,ShortDescription"] + [f"{g},T{i:05},s" for i in range(1, 9500)]
    lines[9000] = f"{g},bad@name,s"
    answer = upload(rest, "\n".join(lines).encode())
    assert answer.status == 200, answer.text[:300]
    assert len(answer.json["failedImportInfoList"]) == 1 and len(answer.json["successImportInfoList"]) == 9498
    assert answer.json["failedImportInfoList"][0]["rowNumber"] == 9000  # below the head


def test_a_workbook_is_read_too(rest):
    """Excel's format, put together here by hand: a workbook of one sheet with inline texts."""
    import io
    import zipfile

    g = "G" + uuid.uuid4().hex[:8]
    rows = [["GlossaryName", "TermName"], [g, "Sheet one"], [g, "Sheet two"]]
    cells = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in enumerate(row)) + "</row>"
        for r, row in enumerate(rows, 1)
    )
    main, package = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    answer = upload(rest, book.getvalue(), "application/octet-stream", "terms.xlsx")
    assert answer.status == 200, answer.text
    assert len(answer.json["successImportInfoList"]) == 2 and not answer.json.get("failedImportInfoList"), answer.text
