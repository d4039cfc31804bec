"""The client watches the machine and writes what it sees."""

import threading

import mlflow
from about import since

pytestmark = since(2, 8)


def test_the_machine_is_watched(client, experiment):
    mlflow.set_system_metrics_sampling_interval(0.1)
    mlflow.set_system_metrics_samples_before_logging(2)
    written = threading.Event()
    try:
        with mlflow.start_run(log_system_metrics=True) as run:
            for _ in range(150):  # the client samples in a thread of its own
                if "system/cpu_utilization_percentage" in client.get_run(run.info.run_id).data.metrics:
                    break
                written.wait(0.1)
    finally:
        mlflow.set_system_metrics_sampling_interval(None)
        mlflow.set_system_metrics_samples_before_logging(None)
    metrics = client.get_run(run.info.run_id).data.metrics
    assert 0 <= metrics["system/cpu_utilization_percentage"] <= 100
    assert metrics["system/system_memory_usage_megabytes"] > 0
    assert any(key.startswith("system/disk_usage") for key in metrics)
    history = client.get_metric_history(run.info.run_id, "system/cpu_utilization_percentage")
    assert [p.step for p in history] == list(range(len(history)))
