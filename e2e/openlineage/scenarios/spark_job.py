"""Cleans readings with Spark: python spark_job.py INPUT.csv OUTPUT.parquet REPORT.parquet."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

raw, clean, report = sys.argv[1:]
spark = SparkSession.builder.appName("clean_readings").getOrCreate()
readings = spark.read.option("header", True).option("inferSchema", True).csv(raw)
readings.where(f.col("wh") > 0).select("meter", (f.col("wh") / 1000).alias("kwh")).write.mode("overwrite").parquet(clean)
spark.read.parquet(clean).groupBy("meter").agg(f.sum("kwh").alias("kwh")).write.mode("overwrite").parquet(report)
spark.stop()
