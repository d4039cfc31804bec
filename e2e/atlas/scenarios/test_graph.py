"""One graph: what the other protocols wrote is here, and what is said here is said of it there."""

import json

import pytest


@pytest.fixture
def trained(rest, name):
    """A run of MLflow that read a data set, logged a model and registered it; gives their names there."""
    def mlflow(operation, body):
        answer = rest.post(f"/api/2.0/mlflow/{operation}", body)
        assert answer.status == 200, (operation, answer.text)
        return answer.json

    experiment = mlflow("experiments/create", {"name": name("exp")})["experiment_id"]
    run = mlflow("runs/create", {"experiment_id": experiment, "run_name": name("training"), "start_time": 1})["run"]["info"]["run_id"]
    mlflow("runs/log-inputs", {"run_id": run, "datasets": [{"tags": [], "dataset": {
        "name": name("readings"), "digest": "d1", "source_type": "local", "source": json.dumps({"uri": "/data/" + name("readings")}),
    }}]})
    model = mlflow("registered-models/create", {"name": name("forecast")})["registered_model"]["name"]
    version = mlflow("model-versions/create", {"name": model, "source": f"runs:/{run}/model", "run_id": run})["model_version"]["version"]

    class Trained:
        pass

    made = Trained()
    made.experiment, made.run, made.model, made.version, made.dataset = experiment, run, model, version, name("readings")
    return made


def one(rest, type_name, words):
    found = rest.post("search/basic", {"typeName": type_name, "query": words, "limit": 10})
    assert found.status == 200, found.text
    assert len(found.json.get("entities") or []) == 1, found.text
    return found.json["entities"][0]["guid"]


def test_a_run_is_a_process_with_its_data_set_and_model(rest, trained, name):
    run = one(rest, "mlflow_run", name("training"))
    entity = rest.get(f"entity/guid/{run}").json["entity"]
    assert entity["typeName"] == "mlflow_run"
    inputs = [e["displayText"] for e in entity["relationshipAttributes"]["inputs"]]
    assert trained.dataset in inputs
    graph = rest.get(f"lineage/{run}", direction="BOTH", depth=5).json
    assert run in graph["guidEntityMap"] and any(r["toEntityId"] == run for r in graph["relations"])


def test_a_classification_of_a_data_set_reaches_the_model_version(rest, types, trained, name):
    dataset = one(rest, "mlflow_dataset", trained.dataset)
    version = one(rest, "mlflow_model_version", trained.model)
    assert rest.post(f"entity/guid/{dataset}/classifications", [{"typeName": types.pii}]).status == 204
    got = rest.get(f"entity/guid/{version}").json["entity"]["classifications"]
    assert [(c["typeName"], c["entityGuid"]) for c in got] == [(types.pii, dataset)]
    found = rest.post("search/basic", {"typeName": "mlflow_model_version", "classification": types.pii})
    assert version in [h["guid"] for h in found.json["entities"]]
    seen = rest.get(f"/api/2.0/mlflow/model-versions/get?name={trained.model}&version={trained.version}").text
    assert types.pii in seen, "MLflow's own read of the version shows it"


def test_a_process_of_ours_may_read_what_mlflow_wrote(rest, types, trained, make):
    dataset, sink = one(rest, "mlflow_dataset", trained.dataset), make.table()
    make.job([dataset], [sink])
    graph = rest.get(f"lineage/{dataset}", direction="OUTPUT", depth=3).json
    assert sink in graph["guidEntityMap"]


def test_facts_of_the_others_are_not_changed_here(rest, trained, name):
    run = one(rest, "mlflow_run", name("training"))
    for answer in (rest.delete(f"entity/guid/{run}"), rest.put(f"entity/guid/{run}", "other", name="name")):
        assert 400 <= answer.status < 500 and answer.json["errorMessage"], answer.text
    assert rest.get(f"entity/guid/{run}").json["entity"]["status"] == "ACTIVE"
    assert rest.put(f"entity/guid/{run}/labels", ["seen"]).status == 204
    assert rest.get(f"entity/guid/{run}").json["entity"]["labels"] == ["seen"]
