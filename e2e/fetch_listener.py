"""Fetch a package for Spark by its Maven coordinates into a folder, in the way
in which Spark itself does: python fetch_listener.py COORDINATES FOLDER."""

import sys

from pyspark.sql import SparkSession

coordinates, folder = sys.argv[1:]
SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.jars.packages", coordinates).config(
    "spark.jars.ivy", folder
).getOrCreate().stop()
