"""Artifacts of every kind, up and down through the server."""

import json
import os
import pathlib
import random

import mlflow
import numpy
import pytest
from about import VERSION, since

MB = 1 << 20


@pytest.fixture
def run(experiment):
    with mlflow.start_run() as run:
        yield run.info.run_id


def paths(client, run, folder=None):
    """Everything below a folder: sizes by path, None for folders. A stock server
    leaves the size of an empty file out."""
    found = {}
    for info in client.list_artifacts(run, folder):
        found[info.path] = None if info.is_dir else info.file_size or 0
        if info.is_dir:
            found |= paths(client, run, info.path)
    return found


def download(client, run, path, tmp_path):
    return pathlib.Path(client.download_artifacts(run, path, str(tmp_path)))


def test_the_location_goes_through_the_server(client, run):
    assert client.get_run(run).info.artifact_uri.startswith("mlflow-artifacts:/")
    assert mlflow.get_artifact_uri("a/b").endswith("/artifacts/a/b")


def test_text_and_dicts(client, run, tmp_path):
    mlflow.log_text("grüße\n", "notes/hello.txt")
    mlflow.log_text("<b>bold</b>", "page.html")
    mlflow.log_dict({"a": [1, 2.5, None], "é": "日本"}, "facts.json")
    mlflow.log_dict({"a": [1, 2]}, "deep/er/facts.yaml")
    assert download(client, run, "notes/hello.txt", tmp_path).read_text() == "grüße\n"
    assert download(client, run, "page.html", tmp_path).read_text() == "<b>bold</b>"
    assert json.loads(download(client, run, "facts.json", tmp_path).read_text()) == {"a": [1, 2.5, None], "é": "日本"}
    assert "a:" in download(client, run, "deep/er/facts.yaml", tmp_path).read_text()


def test_figures_and_images(client, run, tmp_path):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 3, 2])
    mlflow.log_figure(figure, "plots/line.png")
    mlflow.log_image(numpy.zeros((4, 6, 3), dtype=numpy.uint8), "black.png")
    for path in ("plots/line.png", "black.png"):
        assert download(client, run, path, tmp_path).read_bytes().startswith(b"\x89PNG")


@since(2, 11)
def test_images_along_steps(client, run, tmp_path):
    """Clients before 3.x put %step%17%timestamp%1795... into the name, and decode
    it themselves when they list: that spares control characters alone, so these
    steps are small."""
    for step in (0, 5, 17):
        mlflow.log_image(numpy.full((4, 4, 3), step, dtype=numpy.uint8), key="state", step=step)
    mlflow.flush_artifact_async_logging()
    kept = [p for p in paths(client, run, "images") if p.endswith(".png")]
    assert len(kept) == 3
    for path in kept:
        assert download(client, run, path, tmp_path).read_bytes().startswith(b"\x89PNG")


@since(2, 4)
def test_tables(run):
    for i in range(2):  # the second call reads the table and writes it again
        mlflow.log_table({"question": [f"q{i}"], "answer": [i]}, "table.json")
    frame = mlflow.load_table("table.json", run_ids=[run])
    assert list(frame["question"]) == ["q0", "q1"]


def test_a_tree_of_files(client, run, tmp_path):
    source = tmp_path / "source"
    tree = {
        "top.txt": b"top",
        "empty.bin": b"",
        "one/a.txt": b"a" * 100,
        "one/two/b.txt": b"b" * 1000,
        "one/two/three/c.txt": bytes(range(256)),
    }
    for path, content in tree.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(content)
    mlflow.log_artifacts(str(source), artifact_path="tree")
    assert paths(client, run, "tree") == {
        "tree/top.txt": 3,
        "tree/empty.bin": 0,
        "tree/one": None,
        "tree/one/a.txt": 100,
        "tree/one/two": None,
        "tree/one/two/b.txt": 1000,
        "tree/one/two/three": None,
        "tree/one/two/three/c.txt": 256,
    }
    target = tmp_path / "target"
    target.mkdir()
    whole = download(client, run, "tree", target)
    assert {str(p.relative_to(whole)): p.read_bytes() for p in whole.rglob("*") if p.is_file()} == tree
    part = download(client, run, "tree/one/two", target)
    assert {str(p.relative_to(part)) for p in part.rglob("*") if p.is_file()} == {"b.txt", "three/c.txt"}


def test_everything_at_once(client, run, tmp_path):
    mlflow.log_text("a", "a.txt")
    mlflow.log_text("b", "b/b.txt")
    whole = download(client, run, "", tmp_path)
    assert {str(p.relative_to(whole)) for p in whole.rglob("*") if p.is_file()} == {"a.txt", "b/b.txt"}


def test_listing_a_file_or_nothing(client, run):
    assert client.list_artifacts(run) == []
    mlflow.log_text("x", "a/x.txt")
    assert client.list_artifacts(run, "a/x.txt") == []
    assert client.list_artifacts(run, "nothing") == []


@pytest.mark.parametrize("name", [
    "with space.txt",
    "ünï-日本.txt",
    "50% done.txt",
    "plus+and&amp=.txt",
    "comma,equals=.txt",
    "par(en)[thesis]{s}.txt",
    "quote'quote.txt",
    ".hidden",
    "two..dots",
    "trailing.",
    "UPPER.TXT",
    "@at~tilde!",
    "n" * 200,
])
def test_odd_names(client, run, tmp_path, name):
    mlflow.log_text(name, f"odd names/{name}")
    assert paths(client, run) == {"odd names": None, f"odd names/{name}": len(name.encode())}
    assert download(client, run, f"odd names/{name}", tmp_path).read_text() == name


def test_a_file_is_replaced(client, run, tmp_path):
    mlflow.log_text("first and longer", "same.txt")
    mlflow.log_text("second", "same.txt")
    assert paths(client, run) == {"same.txt": 6}
    assert download(client, run, "same.txt", tmp_path).read_text() == "second"


def test_a_large_file(client, run, tmp_path):
    content = random.Random(7).randbytes(50 * MB)
    source = tmp_path / "large.bin"
    source.write_bytes(content)
    mlflow.log_artifact(str(source), "large")
    assert paths(client, run, "large") == {"large/large.bin": 50 * MB}
    target = tmp_path / "target"
    target.mkdir()
    assert download(client, run, "large/large.bin", target).read_bytes() == content


def test_many_files(client, run, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for i in range(150):
        (source / f"{i:03}.txt").write_text(str(i))
    mlflow.log_artifacts(str(source))
    assert len(client.list_artifacts(run)) == 150
    whole = download(client, run, "", tmp_path)
    assert sum(int((whole / f"{i:03}.txt").read_text()) for i in range(150)) == sum(range(150))


def test_what_does_not_exist(client, run, tmp_path):
    mlflow.log_text("x", "x.txt")
    with pytest.raises(Exception) as failure:
        client.download_artifacts(run, "nothing.txt", str(tmp_path))
    assert "500" not in str(failure.value)


@since(2, 0)
def test_the_artifacts_module(run, tmp_path):
    mlflow.log_dict({"a": 1}, "d/facts.json")
    assert mlflow.artifacts.load_dict(f"runs:/{run}/d/facts.json") == {"a": 1}
    assert mlflow.artifacts.load_text(f"runs:/{run}/d/facts.json").strip().startswith("{")
    listed = mlflow.artifacts.list_artifacts(run_id=run, artifact_path="d")
    assert [i.path for i in listed] == ["d/facts.json"]


@pytest.mark.skipif(VERSION < (2, 0), reason="the client's repository cannot delete")
def test_delete(client, run):
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    mlflow.log_text("a", "d/a.txt")
    mlflow.log_text("b", "d/e/b.txt")
    mlflow.log_text("c", "c.txt")
    repository = get_artifact_repository(client.get_run(run).info.artifact_uri)
    repository.delete_artifacts("d/a.txt")
    assert set(paths(client, run)) == {"d", "d/e", "d/e/b.txt", "c.txt"}
    repository.delete_artifacts("d")
    assert set(paths(client, run)) == {"c.txt"}


def test_names_that_leave_the_root_are_refused(run, tmp_path):
    source = tmp_path / "x.txt"
    source.write_text("x")
    for folder in ("..", "../../x", "a/../../../x", "/etc"):
        with pytest.raises(mlflow.exceptions.MlflowException):
            mlflow.log_artifact(str(source), folder)
    assert os.path.exists(source)
