"""OpenLineage's own client for Python."""

import datetime
import uuid

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Dataset, DatasetEvent, InputDataset, Job, JobEvent, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset, documentation_job, error_message_run, nominal_time_run, output_statistics_output_dataset,
    parent_run, schema_dataset, source_code_location_job, symlinks_dataset, tags_dataset,
)
from openlineage.client.transport.http import HttpConfig, HttpTransport
from openlineage.client.uuid import generate_new_uuid

PRODUCER = "https://example.org/meters"


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


@pytest.fixture
def client(url):
    return OpenLineageClient(transport=HttpTransport(HttpConfig(url=url)))


def test_a_run_with_facets_is_read_back(client, marquez):
    run, job = str(generate_new_uuid()), f"clean-{uuid.uuid4()}"
    facets = {
        "nominalTime": nominal_time_run.NominalTimeRunFacet("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
        "parent": parent_run.ParentRunFacet(
            run=parent_run.Run(runId=str(generate_new_uuid())), job=parent_run.Job(namespace="meters", name="daily")
        ),
    }
    about = Job("meters", job, facets={
        "documentation": documentation_job.DocumentationJobFacet(description="takes readings apart"),
        "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet(type="git", url="https://example.org/meters.git"),
    })
    raw = InputDataset("s3://meters", f"{job}/raw.csv")
    clean = OutputDataset(
        "s3://meters", f"{job}/clean.parquet",
        facets={
            "schema": schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields(name="kwh", type="double")]),
            "tags": tags_dataset.TagsDatasetFacet(tags=[tags_dataset.TagsDatasetFacetFields(key="tier", value="gold", source="test")]),
            "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields={
                "kwh": column_lineage_dataset.Fields(
                    inputFields=[column_lineage_dataset.InputField(namespace=raw.namespace, name=raw.name, field="wh")],
                    transformationDescription="wh / 1000", transformationType="TRANSFORMATION",
                ),
            }),
        },
        outputFacets={"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=90, size=4096)},
    )
    client.emit(RunEvent(eventType=RunState.START, eventTime=now(), run=Run(run, facets), job=about, producer=PRODUCER, inputs=[raw]))
    assert marquez.get(f"jobs/runs/{run}")["state"] == "RUNNING"
    client.emit(RunEvent(eventType=RunState.COMPLETE, eventTime=now(), run=Run(run), job=about, producer=PRODUCER, inputs=[raw], outputs=[clean]))

    read = marquez.named("meters", "jobs", job)
    assert read["latestRun"]["state"] == "COMPLETED"
    assert read["latestRun"]["nominalStartTime"] == "2026-03-01T00:00:00Z"
    assert (read["description"], read["location"], read["parentJobName"]) == ("takes readings apart", "https://example.org/meters.git", "daily")
    dataset = marquez.named("s3://meters", "datasets", clean.name)
    assert [(f["name"], f["type"]) for f in dataset["fields"]] == [("kwh", "double")]
    assert dataset["tags"] == ["tier:gold"]
    assert dataset["columnLineage"][0]["inputFields"][0]["field"] == "wh"
    versions = marquez.named("s3://meters", "datasets", clean.name, "/versions")
    assert [v["createdByRun"]["id"] for v in versions["versions"]] == [run]
    assert versions["versions"][0]["version"] == dataset["currentVersion"]
    assert read["latestRun"]["outputDatasetVersions"][0]["facets"]["outputStatistics"]["rowCount"] == 90
    graph = marquez.lineage(f"dataset:s3://meters:{raw.name}")
    assert set(graph) == {f"dataset:s3://meters:{raw.name}", f"job:meters:{job}", f"dataset:s3://meters:{clean.name}"}


def test_a_failed_run_says_why(client, marquez):
    run = str(generate_new_uuid())
    facet = error_message_run.ErrorMessageRunFacet(message="no space left", programmingLanguage="python", stackTrace="...")
    client.emit(RunEvent(
        eventType=RunState.FAIL, eventTime=now(), run=Run(run, {"errorMessage": facet}), job=Job("meters", "fails"), producer=PRODUCER,
    ))
    assert marquez.get(f"jobs/runs/{run}")["state"] == "FAILED"
    assert marquez.get(f"jobs/runs/{run}/facets", type="run")["facets"]["errorMessage"]["message"] == "no space left"


def test_jobs_and_datasets_without_runs(client, marquez):
    name = f"table-{uuid.uuid4()}"
    same = symlinks_dataset.SymlinksDatasetFacet(
        identifiers=[symlinks_dataset.Identifier(namespace="hive://meta:9083", name=name, type="TABLE")]
    )
    client.emit(DatasetEvent(eventTime=now(), producer=PRODUCER, dataset=Dataset("s3://lake", name, facets={"symlinks": same})))
    client.emit(JobEvent(eventTime=now(), producer=PRODUCER, job=Job("meters", f"reads-{name}"), inputs=[InputDataset("hive://meta:9083", name)]))
    assert f"job:meters:reads-{name}" in marquez.lineage(f"dataset:s3://lake:{name}")


def test_bodies_are_taken_compressed(url, marquez):
    run = str(generate_new_uuid())
    client = OpenLineageClient(transport=HttpTransport(HttpConfig.from_dict({"type": "http", "url": url, "compression": "gzip"})))
    client.emit(RunEvent(eventType=RunState.START, eventTime=now(), run=Run(run), job=Job("meters", "small"), producer=PRODUCER))
    assert marquez.get(f"jobs/runs/{run}")["state"] == "RUNNING"
