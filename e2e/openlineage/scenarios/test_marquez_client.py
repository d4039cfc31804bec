"""The client of Marquez for Python reads what producers told, and tags it."""

import uuid

import pytest
from marquez_client import MarquezClient
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset as columns
from openlineage.client.facet_v2 import schema_dataset
from openlineage.client.transport.http import HttpConfig, HttpTransport
from openlineage.client.uuid import generate_new_uuid

STORE = "postgres://db.example.org:5432"


@pytest.fixture
def client(url):
    return MarquezClient(url)


@pytest.fixture
def told(url):
    """A run that made a table of a file; with names that nobody used."""
    stem, run = uuid.uuid4().hex[:8], str(generate_new_uuid())
    raw, table, job = f"{stem}/raw.csv", f"energy.{stem}.clean", f"clean {stem}"
    emit = OpenLineageClient(transport=HttpTransport(HttpConfig(url=url))).emit
    for state, minute in ((RunState.START, 0), (RunState.COMPLETE, 5)):
        emit(RunEvent(
            eventType=state, eventTime=f"2026-03-01T06:0{minute}:00Z", run=Run(run), job=Job("meters", job), producer="https://example.org/meters",
            inputs=[InputDataset("s3://meters", raw)],
            outputs=[OutputDataset(STORE, table, facets={
                "schema": schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields(name="kwh", type="double")]),
                "columnLineage": columns.ColumnLineageDatasetFacet(fields={
                    "kwh": columns.Fields(inputFields=[columns.InputField(namespace="s3://meters", name=raw, field="wh")])}),
            })],
        ))
    return run, job, raw, table


def test_what_there_is(client, told):
    run, job, raw, table = told
    assert {"meters", "s3://meters", STORE} <= {n["name"] for n in client.list_namespaces(limit=1000)["namespaces"]}
    assert client.get_namespace(STORE)["name"] == STORE
    assert client.get_source(STORE)["name"] == STORE
    assert STORE in {s["name"] for s in client.list_sources(limit=1000)["sources"]}
    assert job in {j["name"] for j in client.list_jobs("meters", limit=1000)["jobs"]}
    assert table in {d["name"] for d in client.list_datasets(STORE, limit=1000)["datasets"]}

    read = client.get_job("meters", job)
    assert read["latestRun"]["id"] == run
    assert [d["name"] for d in read["inputs"]] == [raw]
    assert [r["state"] for r in client.list_job_runs("meters", job)["runs"]] == ["COMPLETED"]
    assert client.get_job_run(run)["durationMs"] == 300_000
    dataset = client.get_dataset(STORE, table)
    [version] = client.list_dataset_versions(STORE, table)["versions"]
    assert version["version"] == dataset["currentVersion"]
    assert client.get_dataset_version(STORE, table, version["version"])["createdByRun"]["id"] == run


def test_tags(client, told):
    *_, table = told
    client.create_tag("GOLD", "as good as it gets")
    assert {"name": "GOLD", "description": "as good as it gets"} in client.list_tags(limit=1000)["tags"]
    assert client.tag_dataset(STORE, table, "GOLD")["tags"] == ["GOLD"]
    [field] = client.tag_dataset_field(STORE, table, "kwh", "GOLD")["fields"]
    assert field["tags"] == ["GOLD"]


def test_columns_and_what_they_are_made_of(client, told):
    _, job, raw, table = told
    made, source = f"datasetField:{STORE}:{table}:kwh", f"datasetField:s3://meters:{raw}:wh"
    for graph in (
        client.get_column_lineage_by_dataset(STORE, table), client.get_column_lineage_by_dataset_field(STORE, table, "kwh"),
        client.get_column_lineage_by_job("meters", job), client.get_column_lineage_by_dataset("s3://meters", raw, with_downstream=True),
    ):
        assert {n["id"] for n in graph["graph"]} == {made, source}


def test_a_namespace_of_ones_own(client):
    name = f"own-{uuid.uuid4().hex[:8]}"
    made = client.create_namespace(name, "ann", "what ann looks after")
    assert (made["name"], made["ownerName"], made["description"]) == (name, "ann", "what ann looks after")
