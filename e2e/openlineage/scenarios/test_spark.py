"""Spark with the listener of OpenLineage, over real files."""

import json
import pathlib

import sparklistener

HERE = pathlib.Path(__file__).resolve().parent


def test_files_columns_and_runs(tmp_path, url, marquez):
    raw, clean, report = (str(tmp_path / name) for name in ("readings.csv", "clean.parquet", "report.parquet"))
    with open(raw, "w") as file:
        file.write("meter,wh\n" + "".join(f"m{i % 7},{(i * 37) % 900 - 50}\n" for i in range(5000)))
    sparklistener.run(url, HERE / "spark_job.py", raw, clean, report)

    dataset = marquez.until(lambda: marquez.named("file", "datasets", report))
    assert [f["name"] for f in dataset["fields"]] == ["meter", "kwh"], json.dumps(dataset)
    graph = marquez.lineage(f"dataset:file:{raw}")
    assert {f"dataset:file:{path}" for path in (raw, clean, report)} <= set(graph), graph.keys()
    writer = next(marquez.named("spark", "jobs", n["data"]["name"]) for n in graph.values()
                  if n["type"] == "JOB" and any(o["name"] == clean for o in n["data"]["outputs"]))
    assert writer["latestRun"]["state"] == "COMPLETED"
    assert writer["parentJobName"], "the application is above"
    columns = marquez.get("column-lineage", nodeId=f"datasetField:file:{report}:kwh")["graph"]
    assert f"datasetField:file:{raw}:wh" in {node["id"] for node in columns}, columns
