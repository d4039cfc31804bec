"""dbt with DuckDB, run by the wrapper of openlineage-dbt."""

import os
import subprocess
import sys
import textwrap

PROJECT = {
    "dbt_project.yml": """
        name: meters
        version: "1.0"
        profile: meters
        model-paths: [models]
        seed-paths: [seeds]
        """,
    "profiles.yml": """
        meters:
          target: dev
          outputs:
            dev: {type: duckdb, path: meters.duckdb}
        """,
    "seeds/readings.csv": """
        meter,wh
        a,1000
        b,250
        a,500
        """,
    "models/by_meter.sql": "select meter, sum(wh) / 1000 as kwh from {{ ref('readings') }} group by meter",
    "models/largest.sql": "select max(kwh) as kwh from {{ ref('by_meter') }}",
    "models/schema.yml": """
        version: 2
        models:
          - name: by_meter
            columns:
              - name: meter
                data_tests: [not_null, unique]
        """,
}


def test_models_and_their_lineage(tmp_path, url, marquez):
    for name, text in PROJECT.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip())
    seen = os.environ | {"OPENLINEAGE_URL": url, "OPENLINEAGE_NAMESPACE": "dbt", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    command = [os.path.join(os.path.dirname(sys.executable), "dbt-ol"), "build", "--project-dir", ".", "--profiles-dir", "."]
    done = subprocess.run(command, cwd=tmp_path, env=seen, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

    jobs = marquez.until(lambda: marquez.get("namespaces/dbt/jobs", limit=100)["jobs"])
    names = [job["name"] for job in jobs]
    model = next((job for job in jobs if "by_meter" in job["name"] and job["outputs"]), None)
    assert model, [(job["name"], job["outputs"]) for job in jobs]
    assert model["latestRun"]["state"] == "COMPLETED", names
    assert model["parentJobName"], "the run of dbt itself is above"
    [output] = model["outputs"]
    graph = marquez.lineage(f"dataset:{output['namespace']}:{output['name']}")
    reached = {node["data"]["name"].rsplit(".", 1)[-1] for node in graph.values() if node["type"] == "DATASET"}
    assert {"by_meter", "largest"} <= reached, graph.keys()  # the integration tells of no seeds
    tested = next(name for name in graph if name.endswith("by_meter.build.test"))
    assert {"origin": f"dataset:{output['namespace']}:{output['name']}", "destination": tested} in graph[tested]["inEdges"]
