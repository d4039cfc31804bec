"""Tells Kubeflow Metadata which model is served: python serve_with_kubeflow.py
HOST:PORT MODEL-URI."""

import sys

from kubeflow.metadata import metadata


def main(server, uri):
    host, port = server.rsplit(":", 1)
    workspace = metadata.Workspace(store=metadata.Store(grpc_host=host, grpc_port=int(port)), name="production", description="what runs")
    serving = metadata.Execution(name="serving", workspace=workspace, description="answers forecasts")
    serving.log_input(metadata.Model(name="daily-load", uri=uri, description="forecasts of tomorrow"))


if __name__ == "__main__":
    main(*sys.argv[1:])
