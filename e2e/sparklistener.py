"""Spark with OpenLineage's listener: how it is installed, and how a job runs."""

import os
import pathlib
import shutil
import subprocess

import harness
from harness import Cannot, say

HERE = pathlib.Path(__file__).resolve().parent
PYTHONS = ("3.11",)  # which the pins are made for
LISTENER = "io.openlineage:openlineage-spark_2.12:1.53.0"


def install():
    """Install both and give the variables by which scenarios find them."""
    if not shutil.which("java"):
        raise Cannot("there is no java")
    python = harness.install("spark", PYTHONS, HERE / "clients" / "spark.nodeps.txt")
    jars = harness.CACHE / "spark-jars"
    known = sorted(jars.glob("jars/io.openlineage_openlineage-spark*.jar"))
    if not known:
        say(f"fetching {LISTENER}")
        fetched = subprocess.run(
            [python, HERE / "fetch_listener.py", LISTENER, jars],
            env=harness.environment(python, harness.CACHE / "spark-home"), capture_output=True, text=True,
        )
        known = sorted(jars.glob("jars/io.openlineage_openlineage-spark*.jar"))
        if fetched.returncode != 0 or not known:
            why = "\n    ".join(fetched.stderr.strip().splitlines()[-5:])
            raise Cannot(f"{LISTENER} cannot be fetched. Is Maven's central repository reachable from here?\n    {why}")
    return {"SPARK_PYTHON": str(python), "SPARK_LISTENER": ",".join(str(jar) for jar in sorted(jars.glob("jars/*.jar")))}


def run(url, job, *arguments):
    """Run a job whose listener reports to a server, in a scenario."""
    conf = {
        "spark.master": "local[1]",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.jars": os.environ["SPARK_LISTENER"],
        "spark.extraListeners": "io.openlineage.spark.agent.OpenLineageSparkListener",
        "spark.openlineage.transport.type": "http",
        "spark.openlineage.transport.url": url,
        "spark.openlineage.namespace": "spark",
    }
    flags = " ".join(f"--conf {key}={value}" for key, value in conf.items())
    done = subprocess.run(
        [os.environ["SPARK_PYTHON"], job, *arguments],
        env=os.environ | {"PYSPARK_SUBMIT_ARGS": f"{flags} pyspark-shell", "PYSPARK_PYTHON": os.environ["SPARK_PYTHON"]},
        capture_output=True, text=True, timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
