"""What the client tells its user when the server refuses."""

import mlflow
import pytest
import requests
from about import refused, since
from mlflow.exceptions import MlflowException, RestException


@pytest.fixture
def run(client, experiment):
    return client.create_run(experiment).info.run_id


def test_errors_have_a_code_and_a_message(client, run):
    with pytest.raises(RestException) as failure:
        client.get_run("f" * 32)
    assert failure.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert "f" * 32 in failure.value.message
    assert failure.value.get_http_status_code() == 404


def test_a_changed_param_tells_both_values(client, run):
    client.log_param(run, "rate", "0.1")
    with refused("INVALID_PARAMETER_VALUE", "rate", "0.1", "0.2"):
        client.log_param(run, "rate", "0.2")


@pytest.mark.parametrize("filter_string, word", [
    ("metrics.m > 'a'", "numeric"),
    ("foo.m > 1", "foo"),
    ("params.p = 1", "quote"),
    ("attributes.nope = 'x'", "nope"),
])
def test_a_bad_filter_tells_why(client, experiment, filter_string, word):
    with refused("INVALID_PARAMETER_VALUE", word):
        client.search_runs([experiment], filter_string)


def test_a_bad_order_tells_why(client, experiment):
    with refused("INVALID_PARAMETER_VALUE", "SIDEWAYS"):
        client.search_runs([experiment], order_by=["metrics.m SIDEWAYS"])


def test_too_long_a_value(client, run):
    with pytest.raises(MlflowException):
        client.set_tag(run, "k" * 300, "v")
    with pytest.raises(MlflowException):
        client.log_metric(run, "k" * 300, 1)


@since(2, 0)
def test_an_unknown_endpoint_is_not_found(client):
    host = mlflow.get_tracking_uri()
    answer = requests.get(f"{host}/api/2.0/mlflow/no/such/thing", timeout=10)
    assert answer.status_code == 404


def test_the_server_says_that_it_is_well():
    host = mlflow.get_tracking_uri()
    assert requests.get(f"{host}/health", timeout=10).text == "OK"
    assert requests.get(f"{host}/version", timeout=10).status_code == 200
