"""Tells of two jobs through OpenLineage's own client: one makes, of more than fits
a picture, what MLflow's run reads, and says which columns it made from which; the
other takes a sample of it."""

import datetime
import sys

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset
from openlineage.client.transport.http import HttpConfig, HttpTransport
from openlineage.client.uuid import generate_new_uuid

PRODUCER = "https://example.com/ingest"
LAKE = ("s3://lake", "readings.parquet")


def main():
    client = OpenLineageClient(transport=HttpTransport(HttpConfig(url=sys.argv[1])))
    raw = [InputDataset("s3://meters", f"raw/day-{day:02d}.csv") for day in range(1, 24)]
    tell(client, "ingest", raw, OutputDataset(*LAKE, facets=facets({"load": [(raw[0], "kwh"), (raw[1], "kwh")], "hour": [(raw[0], "time")]})))
    lake = InputDataset(*LAKE)
    tell(client, "sample", [lake], OutputDataset("s3://lake", "sample.parquet", facets=facets({"mean": [(lake, "load")], "hour": [(lake, "hour")]})))


def facets(columns):
    return {
        "schema": schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields(name=name, type="double") for name in columns]),
        "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields={
            name: column_lineage_dataset.Fields(
                inputFields=[column_lineage_dataset.InputField(namespace=of.namespace, name=of.name, field=field) for of, field in sources],
                transformationDescription="as it is", transformationType="IDENTITY",
            )
            for name, sources in columns.items()
        }),
    }


def tell(client, job, inputs, output):
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    client.emit(RunEvent(
        eventType=RunState.COMPLETE, eventTime=now, run=Run(str(generate_new_uuid())), job=Job("meters", job), producer=PRODUCER,
        inputs=inputs, outputs=[output],
    ))


main()
