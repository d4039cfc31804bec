"""Prompts, which clients keep in the model registry beside the models."""

import json
import uuid

import mlflow
import pytest
from about import VERSION, refused, since

pytestmark = since(2, 22)  # 2.x has few of their calls
prompts = pytest.importorskip("mlflow.genai", reason="clients before 2.22 have no prompts") if VERSION >= (3, 0) else mlflow
FRESH = {"cache_ttl_seconds": 0} if VERSION >= (3, 8) else {}


@pytest.fixture
def name(experiment):
    return f"prompt-{uuid.uuid4().hex[:8]}"


def texts(name, *versions):
    return [prompts.load_prompt(f"prompts:/{name}/{v}", **FRESH).template for v in versions]


def test_versions_of_a_prompt(name):
    first = prompts.register_prompt(name, "Say {{word}} in größe 日本:\n\"{{ other }}\"", commit_message="begin", tags={"author": "Ann Ö"})
    assert (first.name, int(first.version), first.variables) == (name, 1, {"word", "other"})
    second = prompts.register_prompt(name, "Cry {{word}}", commit_message="louder")
    assert int(second.version) == 2
    assert texts(name, 1, 2) == [first.template, "Cry {{word}}"]
    loaded = prompts.load_prompt(name, version=2, **FRESH)
    assert (loaded.commit_message, loaded.format(word="wolf")) == ("louder", "Cry wolf")
    with pytest.raises(mlflow.MlflowException, match=rf"Prompt \(name={name}, version=3\) not found"):
        prompts.load_prompt(f"prompts:/{name}/3", **FRESH)


def test_a_text_as_long_as_allowed(name):
    limit = 100_000 if VERSION >= (3, 0) else 5000
    text = "é{{x}}" + "日" * (limit - 6)
    prompts.register_prompt(name, text)
    assert texts(name, 1) == [text]


def test_an_alias_moves(name):
    for text in ("one", "two"):
        prompts.register_prompt(name, text)
    for version, text in ((1, "one"), (2, "two")):
        prompts.set_prompt_alias(name, "production", version)
        assert prompts.load_prompt(f"prompts:/{name}@production", **FRESH).template == text
    prompts.delete_prompt_alias(name, "production")
    with refused("INVALID_PARAMETER_VALUE" if VERSION >= (3, 0) else "RESOURCE_DOES_NOT_EXIST"):
        prompts.load_prompt(f"prompts:/{name}@production", **FRESH)


def test_prompts_are_no_models(client, name):
    model = client.create_registered_model(f"{name}-model").name
    prompts.register_prompt(name, "text")
    assert [m.name for m in client.search_registered_models(f"name LIKE '{name}%'")] == [model]
    assert name not in {m.name for m in client.search_registered_models(max_results=1000)}
    for call in (
        lambda: client.set_registered_model_tag(name, "k", "v"),
        lambda: client.get_model_version(name, "1"),
        lambda: client.rename_registered_model(name, f"{name} other"),
        lambda: client.delete_registered_model(name),
    ):
        with refused("RESOURCE_DOES_NOT_EXIST", name):
            call()
    assert texts(name, 1) == ["text"]
    with pytest.raises(mlflow.MlflowException, match="[Mm]odel"):
        prompts.register_prompt(model, "text")


@since(3, 0)
def test_search(client, name):
    for i in range(5):
        client.create_prompt(f"{name}-{i}", tags={"even": str(i % 2 == 0)})
    client.create_registered_model(f"{name}-5")

    def found(condition, **options):
        return [p.name[-1] for p in client.search_prompts(f"name LIKE '{name}%'{condition}", **options)]

    assert sorted(found("")) == ["0", "1", "2", "3", "4"]
    assert sorted(found(" AND tags.even = 'True'")) == ["0", "2", "4"]
    assert found("", order_by=["name DESC"]) == ["4", "3", "2", "1", "0"]
    seen, token = [], None
    while True:
        page = client.search_prompts(f"name LIKE '{name}%'", max_results=2, page_token=token)
        seen += [p.name[-1] for p in page]
        if not (token := page.token):
            break
    assert seen == ["0", "1", "2", "3", "4"]


@since(3, 0)
def test_chat_with_a_response_format(name):
    chat = [{"role": "system", "content": "You are {{who}}."}, {"role": "user", "content": "{{question}} 日本?"}]
    form = {"type": "object", "properties": {"answer": {"type": "string"}}}
    prompts.register_prompt(name, chat, response_format=form)
    loaded = prompts.load_prompt(name, version=1, **FRESH)
    assert (loaded.template, loaded.response_format) == (chat, form)
    assert loaded.variables == {"who", "question"}


@since(3, 0)
def test_tags_and_deletion(client, name):
    for text in ("one", "two"):
        client.register_prompt(name, text)
    client.set_prompt_tag(name, "team", "blue")
    client.set_prompt_version_tag(name, 1, "k", "ü v")
    assert client.get_prompt(name).tags["team"] == "blue"
    assert client.get_prompt_version(name, 1).tags["k"] == "ü v"
    client.delete_prompt_tag(name, "team")
    client.delete_prompt_version_tag(name, 1, "k")
    assert "team" not in client.get_prompt(name).tags
    assert "k" not in client.get_prompt_version(name, 1).tags
    client.delete_prompt_version(name, "1")
    assert [int(v.version) for v in client.search_prompt_versions(name)] == [2]
    assert client.get_prompt_version(name, 2).template == "two"
    client.delete_prompt_version(name, "2")
    client.delete_prompt(name)
    assert client.get_prompt(name) is None


def test_prompts_of_a_run(client, experiment, name):
    prompt = prompts.register_prompt(name, "text")
    run = client.create_run(experiment).info.run_id
    if VERSION >= (3, 0):
        client.link_prompt_version_to_run(run, prompt)
        linked = json.loads(client.get_run(run).data.tags["mlflow.linkedPrompts"])
        assert linked == [{"name": name, "version": "1"}]
    else:
        client.log_prompt(run, f"prompts:/{name}/1")
        assert [(p.name, int(p.version)) for p in client.list_logged_prompts(run)] == [(name, 1)]
        client.detach_prompt_from_run(run, f"prompts:/{name}/1")
        assert client.list_logged_prompts(run) == []
