"""Data sets that runs read: logged, shown, searched by."""

import mlflow
import pandas
import pytest
from about import since

pytestmark = since(2, 4)

FRAME = pandas.DataFrame({"temperature": [1.5, 2.5, 3.5], "label": ["a", "b", "c"], "load": [10.0, 20.0, 30.0]})


def dataset(name, rows=3):
    return mlflow.data.from_pandas(FRAME[:rows], source=f"https://example.com/{name}.csv", targets="load", name=name)


def test_an_input_is_shown(client, experiment):
    data = dataset("consumption")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training", **({"tags": {"split": "1"}} if "tags" in vars(mlflow.log_input) else {}))
    [found] = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("consumption", data.digest)
    assert found.dataset.source_type == "http"
    assert "example.com/consumption.csv" in found.dataset.source
    assert "temperature" in found.dataset.schema
    assert '"num_rows": 3' in found.dataset.profile
    assert {t.key: t.value for t in found.tags}["mlflow.data.context"] == "training"
    source = mlflow.data.get_source(found.dataset)
    assert source.url == "https://example.com/consumption.csv"


def test_several_inputs(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_input(dataset("train"), context="training")
        mlflow.log_input(dataset("train"), context="training")  # the same again is one
        mlflow.log_input(dataset("test", rows=2), context="testing")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert sorted(i.dataset.name for i in inputs) == ["test", "train"]


@pytest.fixture(scope="module")
def three_runs(shared_experiment):
    runs = {}
    for name, datasets in {
        "first": [("north", 3, "training")],
        "second": [("north", 2, "training"), ("south", 3, "testing")],
        "third": [],
    }.items():
        with mlflow.start_run(experiment_id=shared_experiment, run_name=name) as run:
            for data, rows, context in datasets:
                mlflow.log_input(dataset(data, rows), context=context)
        runs[name] = run.info.run_id
    return shared_experiment


@pytest.mark.parametrize("filter_string, found", [
    ("dataset.name = 'north'", "first second"),
    ("datasets.name = 'south'", "second"),
    ("dataset.name LIKE 'n%'", "first second"),
    ("dataset.name ILIKE 'SOU%'", "second"),
    ("dataset.name IN ('south', 'east')", "second"),
    ("dataset.name NOT IN ('north')", "second"),
    ("dataset.name != 'north'", "second"),
    ("dataset.digest = '{whole}'", "first second"),
    ("dataset.digest = '{part}'", "second"),
    ("dataset.context = 'testing'", "second"),
    ("dataset.context = 'training' AND dataset.name = 'south'", "second"),
    ("dataset.name = 'nothing'", ""),
])
def test_search_by_dataset(client, three_runs, filter_string, found):
    filter_string = filter_string.format(whole=dataset("any").digest, part=dataset("any", rows=2).digest)
    runs = client.search_runs([three_runs], filter_string)
    assert sorted(r.info.run_name for r in runs) == found.split()


@since(3, 0)
def test_the_model_knows_its_data(client, experiment):
    data = dataset("measured")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training")
        mlflow.log_metric("rmse", 0.5, dataset=data)
    assert client.get_run(run.info.run_id).data.metrics == {"rmse": 0.5}
