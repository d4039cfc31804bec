"""Cleans daily readings: python clean_with_spark.py RAW.csv CLEAN."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

raw, clean = sys.argv[1:]
spark = SparkSession.builder.appName("clean_consumption").getOrCreate()
days = spark.read.option("header", True).option("inferSchema", True).csv(raw)
(days.where(f.col("dailyconsumption") > 0)
     .dropna(subset=["wavg_mean_temperature"])
     .select("day", f.col("dailyconsumption").alias("mwh"), "weekday", f.col("wavg_mean_temperature").alias("degrees"), "is_holiday")
     .coalesce(1).write.mode("overwrite").option("header", True).csv(clean))
spark.stop()
