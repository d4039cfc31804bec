"""Large files in parts: the client asks the server to open an upload, sends the
parts and has them joined."""

import random

import mlflow
import pytest
from about import pedigree_only, since

MB = 1 << 20

pytestmark = since(2, 14)


@pytest.fixture
def in_parts(monkeypatch):
    """Let the client send files of 5 MB and more in parts of 5 MB, and count
    the uploads that it completes."""
    from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(5 * MB))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 * MB))
    completed = []
    complete = HttpArtifactRepository.complete_multipart_upload

    def counted(repository, local_file, upload_id, parts=None, artifact_path=None):
        complete(repository, local_file, upload_id, parts, artifact_path)
        completed.append(len(parts))

    monkeypatch.setattr(HttpArtifactRepository, "complete_multipart_upload", counted)
    return completed


@pedigree_only  # a stock server does this with an object store only
@pytest.mark.parametrize("size, parts", [(5 * MB, 1), (12 * MB + 17, 3), (40 * MB, 8)])
def test_a_file_in_parts(client, experiment, in_parts, tmp_path, size, parts):
    content = random.Random(size).randbytes(size)
    source = tmp_path / "large file.bin"
    source.write_bytes(content)
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(source), "some folder")
    assert in_parts == [parts]
    listed = client.list_artifacts(run.info.run_id, "some folder")
    assert [(i.path, i.file_size) for i in listed] == [("some folder/large file.bin", size)]
    target = tmp_path / "target"
    target.mkdir()
    found = client.download_artifacts(run.info.run_id, "some folder/large file.bin", str(target))
    with open(found, "rb") as f:
        assert f.read() == content


def test_a_small_file_goes_whole(client, experiment, in_parts):
    with mlflow.start_run() as run:
        mlflow.log_text("small", "small.txt")
    assert in_parts == []
    assert [i.path for i in client.list_artifacts(run.info.run_id)] == ["small.txt"]


@pedigree_only
def test_an_upload_that_is_given_up_leaves_nothing(client, experiment, in_parts, tmp_path, monkeypatch):
    from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

    def lost(*args, **kwargs):
        raise OSError("the line is cut")

    monkeypatch.setattr(HttpArtifactRepository, "complete_multipart_upload", lost)
    source = tmp_path / "large.bin"
    source.write_bytes(b"x" * 11 * MB)
    with mlflow.start_run() as run, pytest.raises(OSError):
        mlflow.log_artifact(str(source))
    assert client.list_artifacts(run.info.run_id) == []
