"""Search for runs: the whole filter grammar, orders, pages.

Every expected answer here was first had from a stock server."""

import math

import mlflow
import pytest
from about import pedigree_only, refused, since
from conftest import new_experiment
from mlflow.entities import Metric, Param, RunTag

# name, metrics, params, tags; runs start one millisecond after the other
RUNS = [
    ("r0", {"rmse": 0.1, "loss": 5}, {"model": "knn", "k": "1"}, {"team": "Blue"}),
    ("r1", {"rmse": 0.2, "loss": 5}, {"model": "knn", "k": "10"}, {"team": "blue"}),
    ("r2", {"rmse": 0.3, "loss": 4}, {"model": "mlp", "layers": "2"}, {"team": "red"}),
    ("r3", {"rmse": math.nan, "loss": 3}, {"model": "mlp", "layers": "3"}, {"team": "red", "dotted.key": "x"}),
    ("r4", {"loss": 2}, {"model": "linear"}, {"spaced key": "it's"}),
    ("r5", {"rmse": math.inf}, {"model": "KNN"}, {"quote": 'say "hi"'}),
    ("r6", {"rmse": -math.inf, "with space": 1}, {"a/b": "c"}, {"percent": "50%", "under": "a_b"}),
    ("r7", {"rmse": 0.2, "val-loss": -1.5}, {}, {}),
]
START = 1_700_000_000_000


@pytest.fixture(scope="module")
def runs(client):
    """The experiment with RUNS in it, and the ID of each by name."""
    experiment = new_experiment(__name__)
    ids = {}
    for i, (name, metrics, params, tags) in enumerate(RUNS):
        run = client.create_run(experiment, start_time=START + i, tags={"mlflow.runName": name})
        ids[name] = run.info.run_id
        client.log_batch(
            run.info.run_id,
            metrics=[Metric(k, v, START, 0) for k, v in metrics.items()],
            params=[Param(k, v) for k, v in params.items()],
            tags=[RunTag(k, v) for k, v in tags.items()],
        )
        if i % 2:
            client.set_terminated(run.info.run_id, status="FAILED" if i == 3 else "FINISHED", end_time=START + 100 + i)
    return experiment, ids


def names(found):
    return [r.data.tags["mlflow.runName"] for r in found]


def search(client, runs, filter_string, **options):
    experiment, ids = runs
    for name, id in ids.items():
        filter_string = filter_string.replace("{" + name + "}", id)
    return names(client.search_runs([experiment], filter_string, **options))


@pytest.mark.parametrize("filter_string, found", [
    ("", "r0 r1 r2 r3 r4 r5 r6 r7"),
    # metrics
    ("metrics.rmse < 0.25", "r0 r1 r6 r7"),
    ("metrics.rmse <= 0.2", "r0 r1 r6 r7"),
    ("metric.rmse > 0.25", "r2 r5"),
    ("metrics.rmse >= .3", "r2 r5"),
    ("metrics.rmse = 0.2", "r1 r7"),
    ("metrics.rmse != 0.2", "r0 r2 r3 r5 r6"),
    ("metrics.loss = 5", "r0 r1"),
    ("metrics.loss > 3.5e0", "r0 r1 r2"),
    ("metrics.`with space` = 1", "r6"),
    ('metrics."with space" >= 1', "r6"),
    ("metrics.`val-loss` < -1", "r7"),
    ("metrics.nothing > 0", ""),
    # params
    ("params.model = 'knn'", "r0 r1"),
    ('params.model = "knn"', "r0 r1"),
    ("param.model != 'knn'", "r2 r3 r4 r5"),
    ("parameters.model LIKE 'knn'", "r0 r1"),
    ("params.model ILIKE 'KnN'", "r0 r1 r5"),
    ("params.model LIKE '%n%'", "r0 r1 r4"),
    ("params.k LIKE '1_'", "r1"),
    ("params.`a/b` = 'c'", "r6"),
    # tags
    ("tags.team = 'blue'", "r1"),
    ("tag.team ILIKE 'BLUE'", "r0 r1"),
    ("tags.team != 'red'", "r0 r1"),
    ("tags.dotted.key = 'x'", "r3"),
    ("tags.`dotted.key` = 'x'", "r3"),
    ("tags.`spaced key` = \"it's\"", "r4"),
    ("tags.quote = 'say \"hi\"'", "r5"),
    ("tags.percent LIKE '50%'", "r6"),
    ("tags.mlflow.runName = 'r2'", "r2"),
    # attributes
    ("attributes.status = 'FAILED'", "r3"),
    ("status = 'FINISHED'", "r1 r5 r7"),
    ("attribute.status != 'FINISHED'", "r0 r2 r3 r4 r6"),
    ("attr.status LIKE 'FIN%'", "r1 r5 r7"),
    ("run.status = 'RUNNING'", "r0 r2 r4 r6"),
    ("attributes.run_id = '{r4}'", "r4"),
    ("run_id IN ('{r1}', '{r6}')", "r1 r6"),
    ("attributes.run_id NOT IN ('{r1}', '{r6}', '{r0}')", "r2 r3 r4 r5 r7"),
    ("attributes.run_name = 'r5'", "r5"),
    ("run_name LIKE 'r%'", "r0 r1 r2 r3 r4 r5 r6 r7"),
    ("attributes.`run name` = 'r5'", "r5"),
    ("attributes.start_time > 1700000000004", "r5 r6 r7"),
    ("attributes.end_time < 1700000000104", "r1 r3"),
    ("attributes.artifact_uri LIKE '%{r2}%'", "r2"),
    # together
    ("params.model = 'knn' AND metrics.rmse < 0.15", "r0"),
    ("params.model = 'knn' and metrics.rmse < 0.25 and tags.team = 'blue' and status = 'FINISHED'", "r1"),
    ("metrics.rmse < 0.25 AND metrics.loss >= 5", "r0 r1"),
    ("  tags.team='red'   AND\tmetrics.loss<4  ", "r3"),
])
def test_filter(client, runs, filter_string, found):
    assert sorted(search(client, runs, filter_string)) == found.split()


@since(3, 11)
@pytest.mark.parametrize("filter_string, found", [
    ("tags.team IS NULL", "r4 r5 r6 r7"),
    ("tags.team IS NOT NULL", "r0 r1 r2 r3"),
    ("params.model IS NULL", "r6 r7"),
    ("params.model is not null AND tags.team IS NULL", "r4 r5"),
])
def test_filter_by_presence(client, runs, filter_string, found):
    assert sorted(search(client, runs, filter_string)) == found.split()


@pytest.mark.parametrize("filter_string", [
    "metrics.rmse",
    "metrics.rmse <",
    "metrics.rmse < 'x'",
    "metrics.rmse LIKE '1'",
    "params.model = knn",
    "params.model > 'knn'",
    "nothing.model = 'knn'",
    "params.model = 'knn",
    "attributes.status IN ('FAILED')",
    "attributes.nothing = 'x'",
])
def test_a_bad_filter_is_refused(client, runs, filter_string):
    with refused("INVALID_PARAMETER_VALUE"):
        search(client, runs, filter_string)


BEYOND = [
    ("params.model = 'mlp' OR params.model = 'linear'", "r2 r3 r4"),
    ("(params.model = 'mlp' OR params.model = 'linear') AND metrics.loss < 4", "r3 r4"),
    ("params.model = 'knn' AND metrics.rmse < 0.15 OR tags.team = 'red'", "r0 r2 r3"),
    ("NOT params.model = 'knn'", "r2 r3 r4 r5 r6 r7"),
    ("NOT (tags.team = 'red' OR tags.team = 'blue')", "r0 r4 r5 r6 r7"),
    ("not (metrics.rmse < 0.25) and params.model = 'mlp'", "r2 r3"),
]


@pedigree_only
@pytest.mark.parametrize("filter_string, found", BEYOND)
def test_or_not_and_parentheses(client, runs, filter_string, found):
    assert sorted(search(client, runs, filter_string)) == found.split()


@pytest.mark.parametrize("order_by, found", [
    (["metrics.rmse ASC"], "r6 r0 r7 r1 r2 r5 r3 r4"),
    (["metrics.rmse DESC"], "r5 r2 r7 r1 r0 r6 r3 r4"),
    (["metrics.rmse"], "r6 r0 r7 r1 r2 r5 r3 r4"),
    (["metrics.loss DESC", "metrics.rmse DESC"], "r1 r0 r2 r3 r4 r5 r7 r6"),
    (["params.model ASC", "attributes.start_time ASC"], "r5 r0 r1 r4 r2 r3 r6 r7"),
    (["params.model DESC", "start_time ASC"], "r2 r3 r4 r0 r1 r5 r6 r7"),
    (["tags.team ASC", "start_time ASC"], "r0 r1 r2 r3 r4 r5 r6 r7"),
    (["attributes.start_time DESC"], "r7 r6 r5 r4 r3 r2 r1 r0"),
    (["attributes.end_time ASC"], "r1 r3 r5 r7 r6 r4 r2 r0"),
    (["attributes.end_time DESC"], "r7 r5 r3 r1 r6 r4 r2 r0"),
    (["attributes.status ASC", "attributes.run_name DESC"], "r3 r7 r5 r1 r6 r4 r2 r0"),
    (["tags.`mlflow.runName` DESC"], "r7 r6 r5 r4 r3 r2 r1 r0"),
    ([], "r7 r6 r5 r4 r3 r2 r1 r0"),
])
@pytest.mark.parametrize("size", [1000, 3])
def test_order_and_pages(client, runs, order_by, found, size):
    experiment, _ = runs
    seen, token = [], None
    while True:
        page = client.search_runs([experiment], order_by=order_by, max_results=size, page_token=token)
        assert len(page) <= size
        seen += names(page)
        token = page.token
        if not token:
            break
    assert seen == found.split()


def test_pages_keep_the_filter(client, runs):
    experiment, _ = runs
    seen, token = [], None
    while True:
        page = client.search_runs([experiment], "metrics.rmse < 1", order_by=["metrics.rmse DESC"], max_results=2, page_token=token)
        seen += names(page)
        token = page.token
        if not token:
            break
    assert seen == ["r2", "r7", "r1", "r0", "r6"]


def test_many_rows_come_exactly_once(client, experiment):
    """Ties in the order must not lose or repeat a row between pages."""
    made = set()
    for i in range(230):
        run = client.create_run(experiment, start_time=START, tags={"mlflow.runName": str(i)})
        client.log_batch(run.info.run_id, metrics=[Metric("m", i % 3, START, 0)] if i % 4 else [])
        made.add(run.info.run_id)
    for order_by in (["metrics.m ASC"], ["metrics.m DESC", "attributes.run_name ASC"], ["status"], []):
        seen, token = [], None
        while True:
            page = client.search_runs([experiment], order_by=order_by, max_results=17, page_token=token)
            seen += [r.info.run_id for r in page]
            token = page.token
            if not token:
                break
        assert len(seen) == len(made)
        assert set(seen) == made
    frame = mlflow.search_runs([experiment], order_by=["metrics.m DESC"])
    assert len(frame) == 230


def test_several_experiments(client, runs, experiment):
    first, _ = runs
    client.create_run(experiment, tags={"mlflow.runName": "other"})
    found = names(client.search_runs([first, experiment], "attributes.run_name ILIKE '%R%'"))
    assert sorted(found) == ["other"] + [f"r{i}" for i in range(8)]
    assert client.search_runs(["999999999"]) == []


def test_a_frame_of_runs(runs):
    frame = mlflow.search_runs([runs[0]], "params.model = 'knn'", order_by=["metrics.rmse ASC"])
    assert list(frame["params.k"]) == ["1", "10"]
    assert list(frame["metrics.rmse"]) == [0.1, 0.2]
    assert list(frame["tags.team"]) == ["Blue", "blue"]


def test_limits_of_a_page(client, runs):
    with refused("INVALID_PARAMETER_VALUE", "max_results"):
        client.search_runs([runs[0]], max_results=50_001)


def test_a_bad_token_is_refused(client, runs):
    with pytest.raises(mlflow.exceptions.MlflowException):
        client.search_runs([runs[0]], page_token="nonsense")
