"""What every scenario starts from: the client, plain requests beside it, and
names that nobody used."""

import dataclasses
import os
import uuid

import calls
import harness
import pytest
import requests
from apache_atlas.client.base_client import AtlasClient

URL = os.environ["ATLAS_URL"]
USER = ("admin", "admin")


class Client(AtlasClient):
    """The client, which writes down what it is made to call."""

    def call_api(self, api, *arguments, **named):
        answer = super().call_api(api, *arguments, **named)
        calls.note(api)  # it came with the status that the definition wants, or there was an exception
        return answer


@pytest.fixture(scope="session")
def atlas():
    return Client(URL, USER)


@dataclasses.dataclass(repr=False)
class Answer:
    status: int
    json: object
    text: str
    headers: dict
    content: bytes

    def __repr__(self):
        return f"{self.status} {self.text[:300]}"

    @property
    def error(self):
        """The code and the text of a refusal."""
        return self.status, self.json["errorCode"], self.json["errorMessage"]


class Rest:
    """Requests as they are, for what the client hides or cannot say."""

    def __init__(self, url=URL):
        self.url, self.session = url, requests.Session()
        self.session.auth = USER
        self.session.trust_env = False

    def __call__(self, method, path, body=None, **more):
        if body is not None:
            more["json"] = body
        if not path.startswith("/"):
            path = "/api/atlas/v2/" + path
        response = self.session.request(method, self.url + path, timeout=120, **more)
        try:
            json = response.json()
        except ValueError:
            json = None
        return Answer(response.status_code, json, response.text, response.headers, response.content)

    def get(self, path, **query):
        return self("GET", path, params=query or None)

    def post(self, path, body=None, **query):
        return self("POST", path, body, params=query or None)

    def put(self, path, body=None, **query):
        return self("PUT", path, body, params=query or None)

    def delete(self, path, body=None, **query):
        return self("DELETE", path, body, params=query or None)


@pytest.fixture(scope="session")
def rest():
    return Rest()


@pytest.fixture
def name():
    """Makes names that nobody used."""
    suffix = uuid.uuid4().hex[:8]
    return lambda stem: f"{stem}_{suffix}"


@pytest.fixture
def serve(tmp_path):
    """Makes a server of the test's own, with flags, for a `with`."""
    binary = os.environ.get("PEDIGREE_BINARY")
    if not binary:
        pytest.skip("needs the server's binary")
    return lambda *flags: harness.Server(binary, tmp_path / uuid.uuid4().hex, *flags)


def attribute(name, type_name="string", **more):
    """Make the definition of an optional attribute."""
    return {"name": name, "typeName": type_name, "isOptional": True, "cardinality": "SINGLE", "valuesMinCount": 0, "valuesMaxCount": 1} | more


class Types:
    """Types for a test alone: a table, which is a DataSet, its columns, which it owns, a process, and
    classifications; with an enum, a struct and business metadata that a table takes."""

    def __init__(self, name):
        self.enum, self.struct = name("Format"), name("Place")
        self.table, self.column, self.view, self.job = name("Table"), name("Column"), name("View"), name("Job")
        self.columns = name("table_columns")
        self.pii, self.secret, self.still = name("Pii"), name("Secret"), name("Still")
        self.business, self.other = name("Governance"), name("Other")

    def definitions(self):
        return {
            "enumDefs": [{"name": self.enum, "elementDefs": [{"value": "CSV", "ordinal": 1}, {"value": "PARQUET", "ordinal": 2}]}],
            "structDefs": [{"name": self.struct, "attributeDefs": [attribute("bucket"), attribute("size", "int")]}],
            "classificationDefs": [
                {"name": self.pii, "attributeDefs": [attribute("level", "int"), attribute("reason")], "superTypes": []},
                {"name": self.secret, "attributeDefs": [], "superTypes": [self.pii]},
                {"name": self.still, "attributeDefs": [], "superTypes": [], "entityTypes": [self.table]},
            ],
            "entityDefs": [
                {"name": self.table, "superTypes": ["DataSet"], "attributeDefs": [
                    attribute("rows", "long"), attribute("score", "double"), attribute("hidden", "boolean"), attribute("loaded", "date"),
                    attribute("format", self.enum), attribute("place", self.struct), attribute("retention", "int", defaultValue="7"),
                    attribute("aliases", "array<string>", cardinality="SET", valuesMaxCount=2147483647), attribute("settings", "map<string,string>"),
                    attribute("code", "string", isUnique=True, isIndexable=True), attribute("title", "string", isOptional=False, valuesMinCount=1),
                ]},
                {"name": self.view, "superTypes": [self.table], "attributeDefs": [attribute("query")]},
                {"name": self.column, "superTypes": ["DataSet"], "attributeDefs": [attribute("kind")]},
                {"name": self.job, "superTypes": ["Process"], "attributeDefs": [attribute("engine")]},
            ],
            "relationshipDefs": [{
                "name": self.columns, "relationshipCategory": "COMPOSITION", "propagateTags": "ONE_TO_TWO",
                "endDef1": {"type": self.table, "name": "columns", "isContainer": True, "cardinality": "SET"},
                "endDef2": {"type": self.column, "name": "table", "isContainer": False, "cardinality": "SINGLE"},
                "attributeDefs": [attribute("position", "int")],
            }],
            "businessMetadataDefs": [
                {"name": self.business, "attributeDefs": [
                    attribute("steward", "string", options={"applicableEntityTypes": f'["{self.table}"]', "maxStrLength": "20"}),
                    attribute("priority", "int", options={"applicableEntityTypes": f'["{self.table}"]'}),
                ]},
                {"name": self.other, "attributeDefs": [
                    attribute("note", "string", options={"applicableEntityTypes": f'["{self.table}"]', "maxStrLength": "50"}),
                ]},
            ],
        }


@pytest.fixture(scope="session")
def types(rest):
    """The types that most scenarios share."""
    suffix = uuid.uuid4().hex[:6]
    made = Types(lambda stem: f"{stem}_{suffix}")
    answer = rest.post("types/typedefs", made.definitions())
    assert answer.status == 200, answer.text
    return made


@pytest.fixture
def make(rest, types, name):
    """Makes entities of the shared types, and gives their guids."""

    class Make:
        def __call__(self, type_name, qualified_name=None, *, classifications=(), **attributes):
            qualified_name = qualified_name or name("e" + uuid.uuid4().hex[:6])
            attributes = {"qualifiedName": qualified_name, "name": qualified_name} | attributes
            if type_name in (types.table, types.view):
                attributes.setdefault("title", "a title")
            body = {"typeName": type_name, "attributes": attributes}
            if classifications:
                body["classifications"] = [{"typeName": c} if isinstance(c, str) else c for c in classifications]
            answer = rest.post("entity", {"entity": body})
            assert answer.status == 200, answer.text
            return created(answer.json)

        def table(self, qualified_name=None, **more):
            return self(types.table, qualified_name, **more)

        def column(self, table, qualified_name=None, **more):
            return self(types.column, qualified_name, table={"guid": table}, **more)

        def job(self, inputs, outputs, qualified_name=None, **more):
            ends = {"inputs": [{"guid": g} for g in inputs], "outputs": [{"guid": g} for g in outputs]}
            return self(types.job, qualified_name, **ends, **more)

    return Make()


def created(answer):
    """The guid of the one entity that a write made or met."""
    guids = set(answer["guidAssignments"].values())
    assert len(guids) == 1, answer
    return guids.pop()


def classified(rest, guid):
    """The names of an entity's classifications, its own and those carried to it."""
    answer = rest.get(f"entity/guid/{guid}")
    assert answer.status == 200, answer.text
    return sorted(c["typeName"] for c in answer.json["entity"].get("classifications") or [])


def pytest_collection_modifyitems(config, items):
    """Count the calls after all that makes them."""
    items.sort(key=lambda item: item.path.name == "test_calls.py")
    config.whole = not config.option.keyword and {"test_types.py", "test_glossary.py", "test_search.py"} <= {item.path.name for item in items}
