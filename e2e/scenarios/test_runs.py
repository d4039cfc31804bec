"""Runs: made, written to, ended, nested, deleted and restored."""

import time

import mlflow
import pytest
from about import refused, since
from mlflow.entities import ViewType

PARENT = "mlflow.parentRunId"


def test_a_run_as_a_script_makes_it(client, experiment):
    before = int(time.time() * 1000)
    with mlflow.start_run(run_name="first try", tags={"a": "1"}) as run:
        mlflow.log_param("depth", 4)
        mlflow.log_params({"rate": 0.5, "name": "ünï 日本", "none": None})
        mlflow.log_metric("rmse", 1.5)
        mlflow.log_metrics({"r2": 0.25, "mae": -1}, step=3)
        mlflow.set_tag("b", "2")
        mlflow.set_tags({"c": 3, "d": "line\nbreak \"quoted\" <b>"})
        running = client.get_run(run.info.run_id)
        assert running.info.status == "RUNNING"
        assert running.info.end_time is None
    found = client.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.info.experiment_id == experiment
    assert found.info.lifecycle_stage == "active"
    assert before <= found.info.start_time <= found.info.end_time <= int(time.time() * 1000) + 1
    assert found.data.params == {"depth": "4", "rate": "0.5", "name": "ünï 日本", "none": "None"}
    assert found.data.metrics == {"rmse": 1.5, "r2": 0.25, "mae": -1.0}
    tags = found.data.tags
    assert {k: tags[k] for k in "abcd"} == {"a": "1", "b": "2", "c": "3", "d": 'line\nbreak "quoted" <b>'}
    assert tags["mlflow.runName"] == "first try"
    assert tags["mlflow.user"] and tags["mlflow.source.name"]


def test_a_run_gets_a_name(experiment, client):
    with mlflow.start_run() as run:
        pass
    assert client.get_run(run.info.run_id).data.tags["mlflow.runName"]


def test_an_exception_fails_the_run(client, experiment):
    with pytest.raises(ZeroDivisionError):
        with mlflow.start_run() as run:
            1 / 0
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_run_is_taken_up_again(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1, step=1)
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_metric("m", 2, step=2)
    assert [p.value for p in client.get_metric_history(run.info.run_id, "m")] == [1, 2]
    assert client.get_run(run.info.run_id).info.status == "FINISHED"


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED", "SCHEDULED"])
def test_ended_with_a_status(client, experiment, status):
    run = client.create_run(experiment).info.run_id
    client.set_terminated(run, status=status, end_time=1_700_000_000_123)
    info = client.get_run(run).info
    assert (info.status, info.end_time) == (status, 1_700_000_000_123)


def test_params_never_change(client, experiment):
    run = client.create_run(experiment).info.run_id
    client.log_param(run, "p", "1")
    client.log_param(run, "p", "1")  # the same again is no change
    with refused("INVALID_PARAMETER_VALUE", "p"):
        client.log_param(run, "p", "2")
    assert client.get_run(run).data.params == {"p": "1"}


def test_a_hundred_params_at_once(client, experiment):
    params = {f"p{i}": str(i) for i in range(100)}
    with mlflow.start_run() as run:
        mlflow.log_params(params)
    assert client.get_run(run.info.run_id).data.params == params


def test_long_values(client, experiment):
    run = client.create_run(experiment).info.run_id
    longest = 500 if mlflow.__version__.startswith("1.") else 6000
    client.log_param(run, "long", "x" * longest)
    client.set_tag(run, "long", "y" * 5000)
    data = client.get_run(run).data
    assert (len(data.params["long"]), len(data.tags["long"])) == (longest, 5000)


def test_tags_change_and_go(client, experiment):
    run = client.create_run(experiment, tags={"keep": "1"}).info.run_id
    client.set_tag(run, "t", "1")
    client.set_tag(run, "t", "2")
    assert client.get_run(run).data.tags["t"] == "2"
    client.delete_tag(run, "t")
    assert "t" not in client.get_run(run).data.tags
    assert client.get_run(run).data.tags["keep"] == "1"
    with refused("RESOURCE_DOES_NOT_EXIST", "t"):
        client.delete_tag(run, "t")


def test_rename(client, experiment):
    run = client.create_run(experiment, tags={"mlflow.runName": "old"}).info.run_id
    client.set_tag(run, "mlflow.runName", "new")
    found = client.search_runs([experiment], "attributes.run_name = 'new'")
    assert [r.info.run_id for r in found] == [run]


@since(2, 0)
def test_update_run(client, experiment):
    run = client.create_run(experiment, run_name="old").info.run_id
    client.update_run(run, status="KILLED", name="new")
    found = client.get_run(run)
    assert (found.info.status, found.info.run_name) == ("KILLED", "new")
    assert found.data.tags["mlflow.runName"] == "new"


def test_delete_and_restore(client, experiment):
    kept, gone = (client.create_run(experiment).info.run_id for _ in range(2))
    client.log_metric(gone, "m", 1)

    def found(view):
        return {r.info.run_id for r in client.search_runs([experiment], run_view_type=view)}

    client.delete_run(gone)
    assert client.get_run(gone).info.lifecycle_stage == "deleted"
    assert found(ViewType.ACTIVE_ONLY) == {kept}
    assert found(ViewType.DELETED_ONLY) == {gone}
    assert found(ViewType.ALL) == {kept, gone}
    with pytest.raises(mlflow.exceptions.MlflowException, match="active"):
        client.log_metric(gone, "m", 2)
    with pytest.raises(mlflow.exceptions.MlflowException, match="active"):
        client.log_param(gone, "p", 2)

    client.restore_run(gone)
    assert found(ViewType.ACTIVE_ONLY) == {kept, gone}
    client.log_metric(gone, "m", 2)
    assert client.get_run(gone).data.metrics == {"m": 2}


def test_nested_runs(client, experiment):
    with mlflow.start_run(run_name="parent") as parent:
        children = []
        for i in range(3):
            with mlflow.start_run(run_name=f"child {i}", nested=True) as child:
                mlflow.log_metric("score", i)
                children.append(child.info.run_id)
                with mlflow.start_run(run_name=f"grandchild {i}", nested=True):
                    pass
    mine = f"tags.{PARENT} = '{parent.info.run_id}'"
    best_first = client.search_runs([experiment], mine, order_by=["metrics.score DESC"])
    assert [r.info.run_id for r in best_first] == children[::-1]
    quoted = client.search_runs([experiment], f"tags.`{PARENT}` = '{children[0]}'")
    assert [r.data.tags["mlflow.runName"] for r in quoted] == ["grandchild 0"]
    frame = mlflow.search_runs([experiment], filter_string=mine)
    assert sorted(frame["metrics.score"]) == [0, 1, 2]

    client.delete_run(parent.info.run_id)  # children outlive their parent
    assert len(client.search_runs([experiment], mine)) == 3


@since(2, 8)
def test_the_parent_is_found(client, experiment):
    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        pass
    assert client.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id


def test_a_run_that_does_not_exist(client):
    with refused("RESOURCE_DOES_NOT_EXIST", "0" * 32):
        client.get_run("0" * 32)
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.log_metric("0" * 32, "m", 1)


def test_a_run_needs_an_experiment(client):
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.create_run("999999999")
