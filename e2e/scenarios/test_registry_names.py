"""Names, tags and aliases of every kind in the registry."""

import uuid

import pytest
from about import VERSION, refused, since
from test_registry_use import slope, train

ODD = [
    "two words",
    " spaces around ",
    "it's \"quoted\" `so`",
    "100%25 of %2F and %",
    "größe 日本 🚀",
    "some.dots..here",
    ".hidden",
    "a&b=c;d?e#f+g",
    "comma, (brackets) [and] {more}",
    "back\\slash|pipe<angle>",
    "name@alias",
    "-- DROP TABLE; --",
    "new\nline\ttab",
    "007",
]


def unique(text):
    """The text with something in its midst that nobody used."""
    middle = len(text) // 2
    return text[:middle] + uuid.uuid4().hex[:8] + text[middle:]


@pytest.mark.parametrize("text", ODD)
def test_a_name(client, experiment, text):
    name, run = unique(text), client.create_run(experiment).info
    assert client.create_registered_model(name).name == name
    version = client.create_model_version(name, f"{run.artifact_uri}/model", run.run_id)
    assert (version.name, int(version.version)) == (name, 1)
    assert [int(v.version) for v in client.get_registered_model(name).latest_versions] == [1]
    client.set_model_version_tag(name, "1", "k", name)
    assert client.get_model_version(name, "1").tags == {"k": name}
    if VERSION >= (2, 3):
        client.set_registered_model_alias(name, "champion", "1")
        assert client.get_model_version_by_alias(name, "champion").name == name
    client.transition_model_version_stage(name, "1", "Staging")
    assert [int(v.version) for v in client.get_latest_versions(name, ["Staging"])] == [1]
    if not {"'", "`"} & set(name):
        assert [m.name for m in client.search_registered_models(f"name = '{name}'")] == [name]
        assert [v.name for v in client.search_model_versions(f"name = '{name}'")] == [name]
    client.delete_model_version(name, "1")
    client.delete_registered_model(name)
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.get_registered_model(name)


@pytest.mark.parametrize("text", ["two words", "größe 日本", "100% of %41", "some.dots..v2", "it's \"quoted\""])
def test_a_model_is_loaded_by_its_name(client, experiment, text):
    name = unique(text)
    train(2, registered_model_name=name)
    assert slope(f"models:/{name}/1") == 2
    client.transition_model_version_stage(name, "1", "Production")
    assert slope(f"models:/{name}/Production") == 2
    if VERSION >= (2, 3):
        client.set_registered_model_alias(name, "best-of_all", "1")
        assert slope(f"models:/{name}@best-of_all") == 2


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a:b", "/", "models:/x/1"])
def test_a_name_that_no_model_can_have(client, name):
    words = ("Names cannot contain '/' or ':'",) if name.strip() else ()  # or the client says it
    with refused("INVALID_PARAMETER_VALUE", *words):
        client.create_registered_model(name)


@pytest.mark.parametrize("name", ["", "a/b", "a:b"])
def test_a_name_that_no_model_can_be_given(client, name):
    model = client.create_registered_model(unique("kept")).name
    with pytest.raises(Exception, match="name|Name"):
        client.rename_registered_model(model, name)
    assert client.get_registered_model(model).name == model


def test_long_names(client):
    longest = ("n" * 256).replace("n" * 8, uuid.uuid4().hex[:8], 1)
    assert client.create_registered_model(longest).name == longest
    assert client.get_registered_model(longest).name == longest


@since(2, 3)
@pytest.mark.parametrize(
    "alias, why",
    [(a, [a]) for a in ("two words", "a/b", "a:b", "100%", "größe!", "v1", "V23")]
    + [(a, ["reserved"]) for a in ("latest", "LATEST")]
    + [("a" * 256, ["exceeds the maximum length of 255"])],
)
def test_an_alias_that_no_version_can_have(client, experiment, alias, why):
    model, run = client.create_registered_model(unique("aliased")).name, client.create_run(experiment).info
    client.create_model_version(model, f"{run.artifact_uri}/model", run.run_id)
    with refused("INVALID_PARAMETER_VALUE", "alias name", *why):
        client.set_registered_model_alias(model, alias, "1")
    assert client.get_registered_model(model).aliases == {}


@since(2, 3)
def test_a_renamed_model_keeps_what_it_has(client, experiment):
    """All 1.x, 2.x and 3.x clients give None for a rename, whatever the server says."""
    old, new = unique("old name"), unique("it's the 100% new näme")
    client.create_registered_model(old, tags={"team": "blue"}, description="words")
    runs = [client.create_run(experiment).info for _ in range(3)]
    for run in runs:
        client.create_model_version(old, f"{run.artifact_uri}/model", run.run_id)
    client.transition_model_version_stage(old, "1", "Production")
    client.set_registered_model_alias(old, "champion", "2")
    client.set_registered_model_alias(old, "best-of_all", "2")
    client.delete_model_version(old, "3")
    client.rename_registered_model(old, new)
    model = client.get_registered_model(new)
    assert (model.name, model.description, model.tags) == (new, "words", {"team": "blue"})
    assert {a: int(v) for a, v in model.aliases.items()} == {"champion": 2, "best-of_all": 2}
    version = client.get_model_version_by_alias(new, "champion")
    assert (version.name, int(version.version), version.run_id) == (new, 2, runs[1].run_id)
    assert [int(v.version) for v in client.get_latest_versions(new, ["Production"])] == [1]
    assert client.search_model_versions(f"name = '{old}'") == []
    client.create_registered_model(old)  # its name is free
    with refused("RESOURCE_ALREADY_EXISTS"):
        client.rename_registered_model(old, new)
    again = client.create_model_version(new, f"{runs[0].artifact_uri}/model", runs[0].run_id)
    assert int(again.version) == 4


def test_tags_of_every_kind(client, experiment):
    model, run = client.create_registered_model(unique("tagged")).name, client.create_run(experiment).info
    client.create_model_version(model, f"{run.artifact_uri}/model", run.run_id)
    tags = {"a key": "", "ünï.code-1_2/3": "日本 🚀", "k" * 250: "v" * 5000, "json": '{"a": ["b", null]}\n'}
    for key, value in tags.items():
        client.set_registered_model_tag(model, key, value)
        client.set_model_version_tag(model, "1", key, value)
    assert client.get_registered_model(model).tags == tags
    assert client.get_model_version(model, "1").tags == tags
    for key in tags:
        client.delete_registered_model_tag(model, key)
        client.delete_model_version_tag(model, "1", key)
    assert client.get_registered_model(model).tags == {}
    assert client.get_model_version(model, "1").tags == {}
    with refused("INVALID_PARAMETER_VALUE"):
        client.set_registered_model_tag(model, "k" * 251, "v")
    with refused("INVALID_PARAMETER_VALUE"):
        client.set_model_version_tag(model, "1", "k", "v" * 100_001)
