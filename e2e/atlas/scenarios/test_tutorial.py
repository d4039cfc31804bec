"""The tutorial's exchange with the real server, sent again, with answers of equal meaning.

Equal is: what one side names by a guid the other does too, one for one; times, who made
what built-in, and the order of what has none may differ.
"""

import json
import os
import pathlib
import re

import pytest
from conftest import Rest

RECORDED = pathlib.Path(os.environ.get("ATLAS_RECORDED", "/nowhere"))
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# What the two may differ in: moments, and facts of the definitions that each server made itself. Those of the
# counts of values say nothing of an attribute with one value.
MOMENTS = {"createTime", "updateTime", "lastModifiedTS"}
OURS = {"createdBy", "updatedBy", "version", "typeVersion", "description", "valuesMinCount", "valuesMaxCount"}


@pytest.fixture
def recorded():
    file = RECORDED / "tutorial.jsonl"
    if not file.exists():
        pytest.skip("the recorded exchange lies not beside the repository")
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def models(tmp_path):
    """The real server's own types, as it lists them."""
    file = RECORDED / "typedefs-builtin.json"
    if not file.exists():
        pytest.skip("the real server's types lie not beside the repository")
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "builtin.json").write_text(file.read_text())
    return folder


class Pairs:
    """Which guid there is which here."""

    def __init__(self):
        self.there, self.here = {}, {}

    def same(self, there, here):
        return self.there.setdefault(there, here) == here and self.here.setdefault(here, there) == there

    def translate(self, text):
        return UUID.sub(lambda match: self.there.get(match[0], match[0]), text)


def compare(there, here, pairs, path, builtin):
    """Give where two answers differ in meaning."""
    if isinstance(there, dict) and isinstance(here, dict):
        keys = {key for key in there if there[key] is not None} | {key for key in here if here[key] is not None}
        return [
            difference for key in sorted(keys)
            if not (key in MOMENTS and path[-1:] != ["attributes"]) and not (builtin and key in OURS) and not more(key, there, here, builtin)
            for difference in compare(there.get(key), here.get(key), pairs, [*path, key], builtin)
        ]
    if isinstance(there, list) and isinstance(here, list):
        if len(there) != len(here):
            return [(path, there, here)]
        return [d for a, b in zip(sorted(there, key=rank), sorted(here, key=rank)) for d in compare(a, b, pairs, [*path, "[]"], builtin)]
    if isinstance(there, str) and isinstance(here, str) and UUID.fullmatch(there) and UUID.fullmatch(here):
        return [] if pairs.same(there, here) else [(path, there, here)]
    return [] if there == here or (there, here) in (([], None), (None, []), ({}, None), (None, {})) else [(path, there, here)]


def more(key, there, here, builtin):
    """Say whether this is of more than what the two were asked: the unique name of what is referred to, which
    later releases tell too, and the subtypes of built-in types, of which each server has others."""
    return key == "qualifiedName" and key not in there and "relationshipGuid" in there or key == "subTypes" and builtin


def rank(value):
    """What a list is put in order by: what has no guid in it."""
    if isinstance(value, dict):
        return str(sorted((k, v) for k, v in value.items() if k in ("name", "typeName", "displayText", "relationshipType", "relationshipTypeName")))
    return str(value)


def test_the_exchange_has_the_same_meaning(recorded, models, serve):
    with serve("--atlas-models", str(models)) as server:
        rest, pairs, differences = Rest(server.url), Pairs(), []
        for number, call in enumerate(recorded):
            headers = {"Content-Type": "application/json; charset=UTF-8", "Accept": "application/json"}
            body = pairs.translate(call["q"]).encode() if call["q"] else None
            answer = rest(call["m"], pairs.translate(call["p"]), data=body, headers=headers)
            assert answer.status == call["s"], (number, call["p"], answer.text[:500])
            there = call["r"] if isinstance(call["r"], (dict, list)) else json.loads(call["r"])
            builtin = call["m"] == "GET" and "/types/" in call["p"] and number < 5
            differences += [(number, call["m"], call["p"], *d) for d in compare(there, answer.json, pairs, [], builtin)]
        assert not differences, "\n".join(str(d)[:400] for d in differences[:40])
        assert pairs.here, "no guids were compared"


def test_the_real_servers_types_are_taken_as_they_are(models, recorded, serve):
    given = json.loads((models / "builtin.json").read_text())
    with serve("--atlas-models", str(models)) as server:
        here = Rest(server.url).get("types/typedefs").json
        for kind in ("enumDefs", "structDefs", "entityDefs", "relationshipDefs"):
            missing = {d["name"] for d in given[kind]} - {d["name"] for d in here[kind]}
            assert not missing, (kind, sorted(missing))
