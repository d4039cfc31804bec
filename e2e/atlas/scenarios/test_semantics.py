"""What the real server was seen to answer, line by line: the same status, and where it refused the
same code and words. Beside the repository lies a log of it; the requests that led to its lines
are made here again, in their order, with types and entities of the same names.
"""

import json
import os
import pathlib
import re
import uuid

import pytest
from conftest import Rest, attribute

LOG = pathlib.Path(os.environ.get("ATLAS_RECORDED", "/nowhere")) / "semantics.txt"
MARK = "18c8b0"  # which ends all names in the log
LINE = re.compile(r"(\S.{0,45}?)\s+(\d{3}) (.*)")
GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# Lines of the log that are of what stood between the one who asked and the server.
NOT_THE_SERVERS = {"method not allowed"}

# Lines whose words later releases changed: what they were, and are.
REWORDED = {"glossary dup": ("Glossary with qualifiedName", "Glossary with name")}


def logged():
    """Read the log: status and answer by label, the answer cut where it was long."""
    if not LOG.exists():
        return {}
    lines = (LINE.fullmatch(line) for line in LOG.read_text().splitlines() if not line.startswith((" ", "<")))
    return {match[1]: (int(match[2]), match[3]) for match in lines if match}


class Story:
    """The requests, made once and in order."""

    def __init__(self):
        self.rest, self.answers, self.extra = Rest(), {}, {}
        self.mark = uuid.uuid4().hex[:6]
        self.failed = None
        try:
            self.tell()
        except Exception as stumbled:  # what comes after has no answer, and its test says why
            self.failed = stumbled

    def keep(self, label, answer):
        self.answers[label] = answer
        return answer

    def n(self, stem):
        return f"{stem}_{self.mark}"

    def entity(self, label, type_name, **attributes):
        more = attributes.pop("more", {})
        return self.keep(label, self.rest.post("entity", {"entity": {"typeName": type_name, "attributes": attributes} | more}))

    def tell(self):
        self.types()
        self.refusals()
        self.entities()
        self.classifications()
        self.searches()
        self.deletions()
        self.others()

    def types(self):
        n, rest = self.n, self.rest
        definitions = {
            "enumDefs": [{"name": n("pen"), "elementDefs": [{"value": "A", "ordinal": 1}, {"value": "B", "ordinal": 2}], "defaultValue": "B"}],
            "structDefs": [{"name": n("pst"), "attributeDefs": [attribute("x", "int")]}],
            "classificationDefs": [
                {"name": n("pc1"), "attributeDefs": [attribute("lvl", "int")], "superTypes": []},
                {"name": n("pc2"), "attributeDefs": [], "superTypes": [n("pc1")]},
            ],
            "entityDefs": [
                {"name": n("pe"), "superTypes": ["DataSet"], "attributeDefs": [
                    attribute("req", isOptional=False, valuesMinCount=1), attribute("dflt", "int", defaultValue="7"), attribute("en", n("pen")),
                    attribute("arr", "array<string>", cardinality="LIST", valuesMaxCount=2147483647), attribute("mp", "map<string,string>"), attribute("st", n("pst")),
                    attribute("b", "boolean"), attribute("dt", "date"),
                ]},
                {"name": n("ps"), "superTypes": [n("pe")], "attributeDefs": []},
            ],
            "relationshipDefs": [{
                "name": n("prel"), "relationshipCategory": "COMPOSITION", "propagateTags": "ONE_TO_TWO", "attributeDefs": [],
                "endDef1": {"type": n("pe"), "name": "kids", "isContainer": True, "cardinality": "SET"},
                "endDef2": {"type": n("ps"), "name": "parent", "isContainer": False, "cardinality": "SINGLE"},
            }],
            "businessMetadataDefs": [{"name": n("pbm"), "attributeDefs": [attribute("score", "int", options={"applicableEntityTypes": f'["{n("pe")}"]'})]}],
        }
        self.keep("create types", rest.post("types/typedefs", definitions))
        self.keep("create types again", rest.post("types/typedefs", {"entityDefs": definitions["entityDefs"]}))
        self.keep("unknown superType", rest.post("types/typedefs", {"entityDefs": [{"name": n("px"), "superTypes": ["nope"], "attributeDefs": []}]}))
        self.keep("bad type name", rest.post("types/typedefs", {"entityDefs": [{"name": "1-bad.name", "superTypes": [], "attributeDefs": []}]}))
        less = definitions["entityDefs"][0] | {"attributeDefs": [a for a in definitions["entityDefs"][0]["attributeDefs"] if a["name"] != "dflt"] + [attribute("must", isOptional=False)]}
        self.keep("add mandatory attr on update", rest.put("types/typedefs", {"entityDefs": [less]}))

    def refusals(self):
        n, q = self.n, "qualifiedName"
        self.entity("missing mandatory", n("pe"), **{q: "qm" + self.mark, "name": "n"})
        self.entity("unknown attribute (ignored?)", n("pe"), **{q: "qu" + self.mark, "name": "n", "req": "r", "zzz": 1})
        self.entity("bad int", n("pe"), **{q: "qi" + self.mark, "name": "n", "req": "r", "dflt": "abc"})
        self.entity("bad enum", n("pe"), **{q: "qe" + self.mark, "name": "n", "req": "r", "en": "Z"})
        self.entity("unknown type", "nope", **{q: "x"})
        dangling = {"relationshipAttributes": {"parent": {"typeName": n("pe"), "uniqueAttributes": {q: "none"}}}}
        self.entity("dangling ref", n("ps"), **{q: "qd" + self.mark, "name": "n", "req": "r"}, more=dangling)

    def entities(self):
        n, rest = self.n, self.rest
        parent = {"guid": "-1", "typeName": n("pe"), "labels": ["l1"], "customAttributes": {"ck": "cv"}, "businessAttributes": {n("pbm"): {"score": 3}},
                  "classifications": [{"typeName": n("pc1"), "attributes": {"lvl": 1}}],
                  "attributes": {"qualifiedName": "p" + self.mark, "name": "p", "req": "r", "arr": ["a", "b"], "mp": {"k": "v"}, "en": "B",
                                 "st": {"typeName": n("pst"), "attributes": {"x": 5}}, "dt": 1700000000000}}
        kid = {"guid": "-2", "typeName": n("ps"), "attributes": {"qualifiedName": "k" + self.mark, "name": "k", "req": "r"},
               "relationshipAttributes": {"parent": {"guid": "-1", "typeName": n("pe")}}}
        made = self.keep("bulk -1/-2 with refs", rest.post("entity/bulk", {"entities": [parent, kid]}))
        self.parent, self.kid = made.json["guidAssignments"]["-1"], made.json["guidAssignments"]["-2"]
        self.keep("get parent", rest.get(f"entity/guid/{self.parent}"))
        self.keep("get kid (propagated cls?)", rest.get(f"entity/guid/{self.kid}"))
        self.keep("repost same (no-op)", rest.post("entity", {"entity": {k: v for k, v in parent.items() if k in ("typeName", "attributes")}}))
        cleared = {"qualifiedName": "p" + self.mark, "name": "p", "req": "r", "mp": None}
        self.entity("post w/ null clears", n("pe"), **cleared)
        self.extra["after"] = rest.get(f"entity/guid/{self.parent}")
        body = {"entity": {"typeName": n("pe"), "attributes": {"owner": "o"}}}
        self.keep("partial update by unique attr", rest("PUT", f"entity/uniqueAttribute/type/{n('pe')}", body, params={"attr:qualifiedName": "p" + self.mark}))
        self.keep("partial update attr by guid", rest.put(f"entity/guid/{self.parent}", "hello", name="description"))
        self.keep("get by unique attr missing", rest.get(f"entity/uniqueAttribute/type/{n('pe')}", **{"attr:qualifiedName": "none"}))
        both = {"attr_0:qualifiedName": "p" + self.mark, "attr_1:qualifiedName": "k" + self.mark}
        self.keep("get by attr_N bulk", rest.get(f"entity/bulk/uniqueAttribute/type/{n('pe')}", **both))
        self.keep("header", rest.get(f"entity/guid/{self.parent}/header"))

    def classifications(self):
        n, rest, parent, kid = self.n, self.rest, self.parent, self.kid
        self.keep("add cls dup", rest.post(f"entity/guid/{parent}/classifications", [{"typeName": n("pc1")}]))
        self.keep("add unknown cls", rest.post(f"entity/guid/{parent}/classifications", [{"typeName": "nope"}]))
        self.keep("add C2 (204)", rest.post(f"entity/guid/{parent}/classifications", [{"typeName": n("pc2"), "propagate": False}]))
        self.keep("get classifications", rest.get(f"entity/guid/{parent}/classifications"))
        self.keep("delete propagated on kid", rest.delete(f"entity/guid/{kid}/classification/{n('pc1')}"))
        self.keep("get one cls missing", rest.get(f"entity/guid/{kid}/classification/{n('pc2')}"))
        self.keep("labels add", rest.put(f"entity/guid/{parent}/labels", ["l2"]))
        self.keep("labels bad", rest.put(f"entity/guid/{parent}/labels", ["bad label!"]))
        self.keep("bm set", rest.post(f"entity/guid/{parent}/businessmetadata", {n("pbm"): {"score": "x"}}))
        ends = {"end1": {"guid": parent, "typeName": n("pe")}, "end2": {"guid": kid, "typeName": n("ps")}}
        self.keep("create dup relationship", rest.post("relationship", {"typeName": n("prel")} | ends))

    def searches(self):
        n, rest = self.n, self.rest
        self.keep("dsl where", rest.get("search/dsl", query=f'from {n("pe")} where name="p" select name,qualifiedName'))
        self.keep("dsl bad", rest.get("search/dsl", query="from nosuchtype"))
        self.keep("dsl count", rest.get("search/dsl", query=f"from {n('pe')} select count()"))
        self.keep("basic empty", rest.post("search/basic", {}))
        self.keep("basic attrs", rest.post("search/basic", {"typeName": n("pe"), "attributes": ["req"], "limit": 2, "includeClassificationAttributes": True}))
        self.keep("basic cls wildcard", rest.post("search/basic", {"classification": n("pc1"), "limit": 5}))
        self.keep("lineage of unlinked", rest.get(f"lineage/{self.parent}"))
        self.keep("lineage bad guid", rest.get("lineage/xx"))
        self.keep("lineage neg depth", rest.get(f"lineage/{self.parent}", depth=-1))
        self.keep("audit", rest.get(f"entity/{self.parent}/audit"))

    def deletions(self):
        n, rest, parent = self.n, self.rest, self.parent
        self.keep("delete type in use", rest.delete(f"types/typedef/name/{n('pe')}"))
        self.keep("delete parent (cascade owned)", rest.delete(f"entity/guid/{parent}"))
        self.extra["kid status after"] = rest.get(f"entity/guid/{self.kid}")
        self.keep("delete again", rest.delete(f"entity/guid/{parent}"))
        self.keep("get by attr after soft delete", rest.get(f"entity/uniqueAttribute/type/{n('pe')}", **{"attr:qualifiedName": "p" + self.mark}))
        anew = self.entity("recreate same qn => new guid", n("pe"), qualifiedName="p" + self.mark, name="p2", req="r")
        self.anew = next(iter(anew.json["guidAssignments"].values()))
        self.keep("purge", rest.put("/api/atlas/admin/purge", [parent]))
        self.keep("get purged", rest.get(f"entity/guid/{parent}"))
        self.keep("purge active", rest.put("/api/atlas/admin/purge", [self.anew]))

    def others(self):
        rest = self.rest
        self.keep("audits admin", rest.post("/api/atlas/admin/audits", {"limit": 10, "offset": 0}))
        self.keep("session", rest.get("/api/atlas/admin/session"))
        self.keep("metrics", rest.get("/api/atlas/admin/metrics"))
        rest.post("glossary", {"name": "G" + self.mark})
        self.keep("glossary dup", rest.post("glossary", {"name": "G" + self.mark}))
        self.keep("headers", rest.get("types/typedefs/headers"))
        self.keep("v1 types", rest.get("/api/atlas/types"))
        self.keep("v1 entity", rest.get(f"/api/atlas/entities/{self.kid}"))

    def here(self, text):
        """Say what the log says with the names of this story."""
        parent, kid = "2d5d767f-fed1-43d5-adbc-9dd14f468821", "94963524-0cb7-491b-9273-4329924f4efd"
        return text.replace(MARK, self.mark).replace(parent, getattr(self, "parent", parent)).replace(kid, getattr(self, "kid", kid))


@pytest.fixture(scope="module")
def story():
    return Story()


LABELS = sorted(set(logged()) - NOT_THE_SERVERS)


def test_the_log_is_there():
    if not LOG.exists():
        pytest.skip("the log lies not beside the repository")
    assert len(LABELS) == 56


@pytest.mark.parametrize("label", LABELS)
def test_line(story, label):
    status, text = logged()[label]
    text = text.replace(*REWORDED.get(label, ("", "")))
    if label not in story.answers:
        pytest.fail(f"was not asked, since the story ended with {story.failed!r}")
    answer = story.answers[label]
    assert answer.status == status, answer.text[:500]
    if status >= 400:
        assert answer.json == json.loads(story.here(text).replace("\\\\/", "/"))  # the first version escapes what it need not
    elif status == 200:
        agree(story.here(text), answer.json)


def agree(text, here):
    """Want an answer to begin as the logged one does: of the same kind, with its keys, and with the names
    of states, types and attributes in it. The log ends in the middle of long ones."""
    assert (text[0] == "{") == isinstance(here, dict), here
    if text in ("{}", "[]"):
        assert not here
        return
    try:
        there = json.loads(text)
    except ValueError:
        keys = set(re.findall(r'^\{"(\w+)"', text))
        assert keys <= set(here if isinstance(here, dict) else {}) or isinstance(here, list)
        return
    if isinstance(there, dict) and isinstance(here, dict):
        assert plain(there) == plain(here)


def plain(value):
    """Leave out of an answer what is another's each time."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if v is not None and k not in ("guidAssignments", "lineageDirection")}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return re.sub(GUID, "GUID", value) if isinstance(value, str) else value


def entity(answer):
    return answer.json["entity"]


def test_what_the_parent_has(story):
    """Unset numbers, booleans and dates read as nothing of their kind, a default is taken, and that of an enum is not."""
    parent, kid = entity(story.answers["get parent"]), entity(story.answers["get kid (propagated cls?)"])
    for key, value in {"b": False, "dflt": 7, "en": "B", "dt": 1700000000000, "arr": ["a", "b"], "mp": {"k": "v"}, "owner": None, "description": None}.items():
        assert parent["attributes"][key] == value, key
    assert parent["attributes"]["st"] == {"typeName": story.n("pst"), "attributes": {"x": 5}}
    assert (kid["attributes"]["dt"], kid["attributes"]["b"], kid["attributes"]["dflt"], kid["attributes"]["en"]) == (0, False, 7, None)
    assert parent["businessAttributes"] == {story.n("pbm"): {"score": 3}} and parent["customAttributes"] == {"ck": "cv"} and parent["version"] == 0
    assert [end for end, others in parent["relationshipAttributes"].items() if others] == ["kids"]
    assert {"inputToProcesses", "schema", "meanings", "outputFromProcesses", "kids"} <= set(parent["relationshipAttributes"])
    assert set(parent) >= {
        "typeName", "attributes", "guid", "isIncomplete", "status", "createdBy", "updatedBy", "createTime", "updateTime", "version",
        "relationshipAttributes", "classifications", "customAttributes", "businessAttributes", "labels",
    }


def test_what_the_kid_has(story):
    kid = entity(story.answers["get kid (propagated cls?)"])
    assert [(c["typeName"], c["entityGuid"], c["attributes"], c["propagate"], c["removePropagationsOnEntityDelete"], c["entityStatus"]) for c in kid["classifications"]] == [
        (story.n("pc1"), story.parent, {"lvl": 1}, True, False, "ACTIVE"),
    ]
    above = kid["relationshipAttributes"]["parent"]
    assert (above["guid"], above["typeName"], above["displayText"], above["relationshipType"]) == (story.parent, story.n("pe"), "p", story.n("prel"))
    assert above["relationshipAttributes"] == {"typeName": story.n("prel")} and above["entityStatus"] == above["relationshipStatus"] == "ACTIVE"


def test_null_clears_and_what_is_left_out_stays(story):
    after = entity(story.extra["after"])["attributes"]
    assert after["mp"] is None and after["arr"] == ["a", "b"] and after["en"] == "B" and after["dt"] == 1700000000000


def test_partial_updates_are_told_as_such(story):
    for label in ("partial update by unique attr", "partial update attr by guid"):
        assert [h["guid"] for h in story.answers[label].json["mutatedEntities"]["PARTIAL_UPDATE"]] == [story.parent]


def test_the_same_again_changes_nothing(story):
    again = story.answers["repost same (no-op)"].json
    assert set(again) == {"guidAssignments"} and set(again["guidAssignments"].values()) == {story.parent}


def test_what_is_owned_goes_too(story):
    gone = story.answers["delete parent (cascade owned)"].json["mutatedEntities"]["DELETE"]
    assert {h["guid"] for h in gone} == {story.parent, story.kid}
    assert entity(story.extra["kid status after"])["status"] == "DELETED"
    assert story.anew != story.parent
    purged = story.answers["purge"].json["mutatedEntities"]["PURGE"]
    assert {h["guid"] for h in purged} == {story.parent, story.kid}


def test_lists_of_classifications_and_audits(story):
    found = {c["typeName"]: c for c in story.answers["get classifications"].json["list"]}
    assert set(found) == {story.n("pc1"), story.n("pc2")} and found[story.n("pc2")]["attributes"] == {"lvl": None}
    newest = story.answers["audit"].json[0]
    assert (newest["action"], newest["details"], newest["entityId"]) == ("LABEL_ADD", "Added labels: l2", story.parent)
    purge = story.answers["audits admin"].json[0]
    assert purge["operation"] == "PURGE" and story.parent in purge["params"] and set(purge["result"].split(",")) == {story.parent, story.kid} and purge["resultCount"] == 2
