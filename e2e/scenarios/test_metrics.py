"""Metrics: values of every kind, the latest, long histories, batches."""

import math

import pytest
from about import refused, since
from mlflow.entities import Metric, Param, RunTag

HUGE = 1.7976931348623157e308


@pytest.fixture
def run(client, experiment):
    return client.create_run(experiment).info.run_id


@pytest.mark.parametrize("logged, found", [
    (math.inf, HUGE),
    (-math.inf, -HUGE),
    (HUGE, HUGE),
    (5e-324, 5e-324),
    (-0.0, 0.0),
    (0.1 + 0.2, 0.1 + 0.2),
    (2**53 + 2, float(2**53 + 2)),
    (True, 1.0),
])
def test_a_value_comes_back(client, run, logged, found):
    client.log_metric(run, "m", logged)
    assert client.get_run(run).data.metrics["m"] == found
    assert [p.value for p in client.get_metric_history(run, "m")] == [found]


def test_nan_comes_back(client, run):
    client.log_metric(run, "m", math.nan)
    assert math.isnan(client.get_run(run).data.metrics["m"])
    assert math.isnan(client.get_metric_history(run, "m")[0].value)


@pytest.mark.parametrize("points, latest", [
    # (value, timestamp, step) in order of arrival
    ([(1, 10, 0), (2, 20, 1)], 2),
    ([(2, 20, 1), (1, 30, 0)], 2),  # the step counts before the time
    ([(1, 10, 5), (2, 20, 5), (3, 15, 5)], 2),  # then the time
    ([(1, 10, 5), (3, 10, 5), (2, 10, 5)], 3),  # then the value
    ([(1, 10, -5), (2, 20, -6)], 1),
    ([(7, 1, 0), (7, 1, 0)], 7),
])
@pytest.mark.parametrize("batched", [False, True])
def test_the_latest_is_by_step_then_time_then_value(client, run, points, latest, batched):
    metrics = [Metric("m", *p) for p in points]
    if batched:
        client.log_batch(run, metrics=metrics)
    else:
        for m in metrics:
            client.log_metric(run, m.key, m.value, m.timestamp, m.step)
    assert client.get_run(run).data.metrics["m"] == latest
    history = {(p.value, p.timestamp, p.step) for p in client.get_metric_history(run, "m")}
    assert history == set(points)


def test_keys_of_every_kind(client, run):
    keys = ["with space", "a/b/c", "dot.ted", "dash-ed", "under_score", "co:lon", "Case", "case", "k" * 250]
    for i, key in enumerate(keys):
        client.log_metric(run, key, i)
    assert client.get_run(run).data.metrics == {key: i for i, key in enumerate(keys)}


@pytest.mark.parametrize("key", ["../up", "/root", "a//b", "what?", "a\nb"])
def test_bad_keys_are_refused(client, run, key):
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_metric(run, key, 1)


def test_a_history_longer_than_a_page(client, run):
    total = 25_600  # a page of the wire holds 25,000
    for start in range(0, total, 1000):
        stop = min(start + 1000, total)
        client.log_batch(run, metrics=[Metric("loss", i / 7, 1_700_000_000_000 + i, i) for i in range(start, stop)])
    history = client.get_metric_history(run, "loss")
    assert [p.step for p in history] == list(range(total))
    assert [p.value for p in history] == [i / 7 for i in range(total)]
    assert client.get_run(run).data.metrics["loss"] == (total - 1) / 7


def test_a_history_of_nothing(client, run):
    assert client.get_metric_history(run, "never logged") == []


def test_a_full_batch(client, run):
    metrics = [Metric(f"m{i % 10}", i, i, i) for i in range(800)]
    params = [Param(f"p{i}", str(i)) for i in range(100)]
    tags = [RunTag(f"t{i}", str(i)) for i in range(100)]
    client.log_batch(run, metrics=metrics, params=params, tags=tags)
    data = client.get_run(run).data
    assert data.metrics == {f"m{i}": 790 + i for i in range(10)}
    assert data.params == {f"p{i}": str(i) for i in range(100)}
    assert {k: v for k, v in data.tags.items() if k.startswith("t")} == {f"t{i}": str(i) for i in range(100)}


def test_more_than_a_request_takes(client, run):
    """The client cuts what is over the limits of a batch into several."""
    client.log_batch(
        run,
        metrics=[Metric("m", i, i, i) for i in range(1001)],
        params=[Param(f"p{i}", "x") for i in range(101)],
        tags=[RunTag(f"t{i}", "x") for i in range(101)],
    )
    data = client.get_run(run).data
    assert data.metrics == {"m": 1000}
    assert len(data.params) == 101
    assert sum(k.startswith("t") for k in data.tags) == 101


def test_a_refused_batch_leaves_nothing(client, run):
    client.log_param(run, "p", "1")
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_batch(
            run,
            metrics=[Metric("m", 1, 1, 1)],
            params=[Param("fresh", "1"), Param("p", "2")],
            tags=[RunTag("t", "1")],
        )
    data = client.get_run(run).data
    assert data.params == {"p": "1"}
    assert "m" not in data.metrics and "t" not in data.tags


@since(3, 0)
def test_a_metric_knows_its_dataset(client, run):
    client.log_metric(run, "rmse", 0.5, dataset_name="test split", dataset_digest="abc")
    assert client.get_run(run).data.metrics == {"rmse": 0.5}
