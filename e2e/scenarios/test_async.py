"""Writes that the client makes in the background."""

import mlflow
import pytest
from about import since

pytestmark = since(2, 9)


def test_single_writes(client, experiment):
    with mlflow.start_run() as run:
        pending = [mlflow.log_metric("m", i, step=i, synchronous=False) for i in range(200)]
        pending.append(mlflow.log_param("p", "1", synchronous=False))
        pending.append(mlflow.set_tag("t", "1", synchronous=False))
        pending.append(mlflow.log_metrics({"a": 1, "b": 2}, step=7, synchronous=False))
        pending.append(mlflow.log_params({"q": 1, "r": 2}, synchronous=False))
        for one in pending:
            one.wait()
    found = client.get_run(run.info.run_id).data
    assert found.metrics == {"m": 199, "a": 1, "b": 2}
    assert found.params == {"p": "1", "q": "1", "r": "2"}
    assert found.tags["t"] == "1"
    assert [p.step for p in client.get_metric_history(run.info.run_id, "m")] == list(range(200))


@since(2, 10)
def test_everything_in_the_background(client, experiment):
    mlflow.config.enable_async_logging(True)
    try:
        with mlflow.start_run() as run:
            for step in range(300):
                mlflow.log_metrics({"loss": 1 / (step + 1), "acc": step / 300}, step=step)
            mlflow.log_params({f"p{i}": i for i in range(150)})
            mlflow.set_tags({f"t{i}": i for i in range(150)})
        mlflow.flush_async_logging()
    finally:
        mlflow.config.enable_async_logging(False)
    found = client.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.metrics == {"loss": 1 / 300, "acc": 299 / 300}
    assert len(found.data.params) == 150
    assert len(client.get_metric_history(run.info.run_id, "loss")) == 300


def test_an_error_comes_back(client, experiment):
    with mlflow.start_run():
        mlflow.log_param("p", "1")
        pending = mlflow.log_param("p", "2", synchronous=False)
        with pytest.raises(mlflow.exceptions.MlflowException, match="p"):
            pending.wait()
