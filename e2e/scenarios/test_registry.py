"""The model registry: models, versions, tags, aliases and stages."""

import multiprocessing
import uuid

import pytest
from about import refused, since
from mlflow.tracking import MlflowClient


@pytest.fixture
def name():
    """The name of a model that is not there yet."""
    return f"registered {uuid.uuid4().hex[:8]}"


@pytest.fixture
def model(client, name):
    """The name of a model without versions."""
    return client.create_registered_model(name).name


@pytest.fixture
def add(client, experiment, model):
    """Gives the model one version more, from a run of its own, and its number."""
    def add(**options):
        run = client.create_run(experiment).info
        return client.create_model_version(model, f"{run.artifact_uri}/model", run.run_id, **options).version
    return add


def test_a_model(client, name):
    made = client.create_registered_model(name, tags={"team": "blue"}, description="first words")
    for model in (made, client.get_registered_model(name)):
        assert (model.name, model.description, model.tags) == (name, "first words", {"team": "blue"})
        assert model.latest_versions == []
    client.update_registered_model(name, description="other words")
    client.set_registered_model_tag(name, "team", "red")
    client.set_registered_model_tag(name, "a key", "a value")
    model = client.get_registered_model(name)
    assert (model.description, model.tags) == ("other words", {"team": "red", "a key": "a value"})
    client.delete_registered_model_tag(name, "team")
    assert client.get_registered_model(name).tags == {"a key": "a value"}


def test_a_version(client, experiment, model):
    run = client.create_run(experiment).info
    source = f"{run.artifact_uri}/model"
    made = client.create_model_version(model, source, run.run_id, tags={"t": "1"}, description="the first")
    for version in (made, client.get_model_version(model, "1")):
        assert (version.name, int(version.version), version.source) == (model, 1, source)
        assert (version.run_id, version.status) == (run.run_id, "READY")
        assert (version.tags, version.description) == ({"t": "1"}, "the first")
    assert client.get_model_version_download_uri(model, "1") == source
    client.update_model_version(model, "1", description="better told")
    client.set_model_version_tag(model, "1", "u", "2")
    client.delete_model_version_tag(model, "1", "t")
    version = client.get_model_version(model, "1")
    assert (version.description, version.tags) == ("better told", {"u": "2"})


def test_versions_count_up(client, model, add):
    assert [int(add()) for _ in range(4)] == [1, 2, 3, 4]
    client.delete_model_version(model, "2")
    assert int(add()) == 5
    found = client.search_model_versions(f"name = '{model}'")
    assert sorted(int(v.version) for v in found) == [1, 3, 4, 5]
    with refused("RESOURCE_DOES_NOT_EXIST", "Model Version", model, "version=2"):
        client.get_model_version(model, "2")


def test_rename(client, model, add):
    add(tags={"t": "1"})
    other = f"other {model}"
    client.rename_registered_model(model, other)
    assert client.get_model_version(other, "1").tags == {"t": "1"}
    with refused("RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={model} not found"):
        client.get_registered_model(model)


def test_a_deleted_model_is_gone_with_its_versions(client, model, add):
    add()
    client.delete_registered_model(model)
    assert client.search_registered_models(f"name = '{model}'") == []
    assert client.search_model_versions(f"name = '{model}'") == []
    with refused("RESOURCE_DOES_NOT_EXIST", model):
        client.get_registered_model(model)
    client.create_registered_model(model)
    assert int(add()) == 1


@since(2, 3)
def test_aliases(client, model, add):
    for _ in range(3):
        add()
    client.set_registered_model_alias(model, "champion", "1")
    client.set_registered_model_alias(model, "challenger", "2")
    assert sorted(client.get_model_version(model, "2").aliases) == ["challenger"]
    client.set_registered_model_alias(model, "champion", "3")  # moves it
    assert int(client.get_model_version_by_alias(model, "champion").version) == 3
    assert client.get_model_version(model, "1").aliases == []
    client.delete_model_version(model, "3")
    assert list(client.get_registered_model(model).aliases) == ["challenger"]
    client.delete_registered_model_alias(model, "challenger")
    assert client.get_registered_model(model).aliases == {}
    with refused("INVALID_PARAMETER_VALUE", "champion", "not found"):
        client.get_model_version_by_alias(model, "champion")


def test_stages(client, model, add):
    def stages():
        return {int(v.version): v.current_stage for v in client.search_model_versions(f"name = '{model}'")}

    def latest(*wanted):
        found = client.get_latest_versions(model, list(wanted) or None)
        return {v.current_stage: int(v.version) for v in found}

    for _ in range(4):
        add()
    client.transition_model_version_stage(model, "1", "Production")
    client.transition_model_version_stage(model, "2", "production")  # upper case or not
    client.transition_model_version_stage(model, "3", "Staging")
    assert stages() == {1: "Production", 2: "Production", 3: "Staging", 4: "None"}
    assert latest("Production", "Staging") == {"Production": 2, "Staging": 3}
    client.transition_model_version_stage(model, "3", "Production", archive_existing_versions=True)
    assert stages() == {1: "Archived", 2: "Archived", 3: "Production", 4: "None"}
    assert latest() == {"Archived": 2, "Production": 3, "None": 4}
    with refused("INVALID_PARAMETER_VALUE", "Invalid Model Version stage", "Nowhere"):
        client.transition_model_version_stage(model, "1", "Nowhere")


def test_a_name_is_taken_once(client, model):
    with refused("RESOURCE_ALREADY_EXISTS", f"Registered Model (name={model}) already exists"):
        client.create_registered_model(model)


def test_what_is_not_there(client, model):
    with refused("RESOURCE_DOES_NOT_EXIST", "Registered Model with name=nobody's not found"):
        client.get_registered_model("nobody's")
    with refused("RESOURCE_DOES_NOT_EXIST", f"Model Version (name={model}, version=7) not found"):
        client.set_model_version_tag(model, "7", "k", "v")


def test_a_source_beyond_the_server(client, experiment, model):
    """A version must not make the server's own files readable."""
    run = client.create_run(experiment).info.run_id
    for source in ("file:///etc", "/etc/passwd"):
        with refused("INVALID_PARAMETER_VALUE"):
            client.create_model_version(model, source, run)
    assert client.search_model_versions(f"name = '{model}'") == []


def add_versions(model, source, run, count):
    """What each of several processes does at the same time."""
    client = MlflowClient()
    return [int(client.create_model_version(model, source, run).version) for _ in range(count)]


def test_versions_from_several_processes(client, experiment, model):
    run = client.create_run(experiment).info
    source = f"{run.artifact_uri}/model"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["mlflow.tracking"])  # imported once for all
    with context.Pool(4) as pool:
        made = pool.starmap(add_versions, [(model, source, run.run_id, 25)] * 4, chunksize=1)
    assert sorted(sum(made, [])) == list(range(1, 101))
    assert all(numbers == sorted(numbers) for numbers in made)
    found = client.search_model_versions(f"name = '{model}'")
    assert sorted(int(v.version) for v in found) == list(range(1, 101))
