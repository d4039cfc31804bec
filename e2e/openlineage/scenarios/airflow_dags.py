"""Two small graphs of tasks: one cleans readings and sums them up, one fails."""

import csv
import datetime
import os
import pathlib

from airflow import DAG
from airflow.datasets import Dataset
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

HOME = pathlib.Path(os.environ["READINGS"])
RAW, CLEAN, REPORT = (Dataset((HOME / name).as_uri()) for name in ("raw.csv", "clean.csv", "report.csv"))
ALWAYS = {"start_date": datetime.datetime(2026, 3, 1), "schedule": None, "catchup": False}


def sum_up():
    with open(HOME / "clean.csv", newline="") as clean:
        total = sum(int(wh) for _, wh in csv.reader(clean))
    (HOME / "report.csv").write_text(f"{total}\n")


with DAG("readings", description="readings, every day", **ALWAYS):
    clean = BashOperator(task_id="clean", bash_command=f"grep -v ',0$' {HOME}/raw.csv > {HOME}/clean.csv", inlets=[RAW], outlets=[CLEAN])
    report = PythonOperator(task_id="report", python_callable=sum_up, inlets=[CLEAN], outlets=[REPORT])
    store = SQLExecuteQueryOperator(
        task_id="store", conn_id="sqlite_default", sql=["create table if not exists meters (meter text)", "insert into meters values ('a')"])
    clean >> report >> store

with DAG("broken", **ALWAYS):
    BashOperator(task_id="fail", bash_command="exit 3", inlets=[RAW])
