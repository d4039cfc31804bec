"""Experiments: made, found, renamed, tagged, deleted and restored."""

import uuid

import mlflow
import pytest
from about import refused, since
from mlflow.entities import ViewType


def name():
    return f"experiment {uuid.uuid4().hex[:8]}"


def test_the_default_experiment_has_id_zero(client):
    default = client.get_experiment_by_name("Default")
    assert default.experiment_id == "0"
    assert client.get_experiment("0").name == "Default"


def test_create_and_get(client):
    n = name() + " é 日本"
    made = client.create_experiment(n, tags={"team": "a", "note": "ünï"})
    for found in (client.get_experiment(made), client.get_experiment_by_name(n)):
        assert found.experiment_id == made
        assert found.name == n
        assert found.tags == {"team": "a", "note": "ünï"}
        assert found.lifecycle_stage == "active"
        assert found.creation_time > 1_600_000_000_000
        assert found.artifact_location.endswith(made)


def test_what_does_not_exist_is_refused_or_none(client):
    assert client.get_experiment_by_name(name()) is None
    with refused("RESOURCE_DOES_NOT_EXIST", "999999999"):
        client.get_experiment("999999999")


def test_a_taken_name_is_refused(client):
    n = name()
    client.create_experiment(n)
    with refused("RESOURCE_ALREADY_EXISTS", n):
        client.create_experiment(n)


def test_rename(client):
    made, taken, new = client.create_experiment(name()), name(), name()
    client.create_experiment(taken)
    client.rename_experiment(made, new)
    assert client.get_experiment(made).name == new
    with pytest.raises(mlflow.exceptions.MlflowException):
        client.rename_experiment(made, taken)
    assert client.get_experiment(made).name == new


def test_delete_and_restore(client):
    n = name()
    made = client.create_experiment(n)
    run = client.create_run(made).info.run_id
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    assert made not in {e.experiment_id for e in client.search_experiments()}
    deleted = client.search_experiments(view_type=ViewType.DELETED_ONLY)
    assert made in {e.experiment_id for e in deleted}
    assert made in {e.experiment_id for e in client.search_experiments(view_type=ViewType.ALL)}
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    with pytest.raises(mlflow.exceptions.MlflowException, match="deleted"):
        mlflow.set_experiment(n)
    with pytest.raises(mlflow.exceptions.MlflowException):
        client.create_run(made)

    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"
    assert client.get_run(run).info.lifecycle_stage == "active"


def test_tags(client):
    made = client.create_experiment(name())
    client.set_experiment_tag(made, "a", "1")
    client.set_experiment_tag(made, "a", "2")
    client.set_experiment_tag(made, "long", "x" * 4000)
    assert client.get_experiment(made).tags == {"a": "2", "long": "x" * 4000}


@since(3, 0)
def test_tags_are_deleted(client):
    made = client.create_experiment(name(), tags={"a": "1", "b": "2"})
    client.delete_experiment_tag(made, "a")
    assert client.get_experiment(made).tags == {"b": "2"}


@pytest.fixture(scope="module")
def family(client):
    """Seven experiments whose names share a mark, in order of birth."""
    mark = uuid.uuid4().hex[:8]
    names = [f"{mark} {n}" for n in ("Alpha", "beta", "Gamma", "delta", "Epsilon", "zeta", "eta")]
    for i, n in enumerate(names):
        client.create_experiment(n, tags={"mark": mark, "parity": ["even", "odd"][i % 2]})
    return mark, names


@pytest.mark.parametrize("filter_string, found", [
    ("name LIKE '{mark}%'", [0, 1, 2, 3, 4, 5, 6]),
    ("name LIKE '{mark} %eta'", [1, 5, 6]),
    ("name LIKE '{mark} alpha'", []),
    ("name ILIKE '{mark} alpha'", [0]),
    ("attribute.name = '{mark} Gamma'", [2]),
    ("name = '{mark} Gamma' AND tags.parity = 'even'", [2]),
    ("name != '{mark} Gamma' AND tags.mark = '{mark}'", [0, 1, 3, 4, 5, 6]),
    ("tags.mark = '{mark}' AND tags.parity != 'odd'", [0, 2, 4, 6]),
    ("tags.`mark` = '{mark}' and tags.parity ILIKE 'ODD'", [1, 3, 5]),
    ("tags.mark = '{mark}' AND creation_time > 0", [0, 1, 2, 3, 4, 5, 6]),
    ("tags.mark = '{mark}' AND last_update_time < 1000", []),
])
def test_search_filters(client, family, filter_string, found):
    mark, names = family
    answer = client.search_experiments(filter_string=filter_string.format(mark=mark))
    assert {e.name for e in answer} == {names[i] for i in found}


def test_search_orders(client, family):
    mark, names = family
    mine = f"tags.mark = '{mark}'"
    ordered = client.search_experiments(filter_string=mine, order_by=["name DESC"])
    assert [e.name for e in ordered] == sorted(names, reverse=True)
    ordered = client.search_experiments(filter_string=mine, order_by=["attribute.name ASC"])
    assert [e.name for e in ordered] == sorted(names)
    by_age = client.search_experiments(filter_string=mine, order_by=["creation_time ASC", "experiment_id ASC"])
    assert [e.creation_time for e in by_age] == sorted(e.creation_time for e in by_age)


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_search_pages(client, family, size):
    mark, names = family
    seen, token = [], None
    while True:
        page = client.search_experiments(filter_string=f"tags.mark = '{mark}'", max_results=size, page_token=token)
        assert len(page) <= size
        seen += [e.name for e in page]
        token = page.token
        if not token:
            break
    assert sorted(seen) == sorted(names)


def test_search_refuses_nonsense(client):
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_experiments(filter_string="nothing = 'x'")
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_experiments(order_by=["name SIDEWAYS"])
