"""Processes of a scenario's own on free ports of this machine."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from about import BINARY
from mlflow.tracking import MlflowClient

WITHIN = 60  # seconds for a process to answer on a busy machine


def free_address():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{s.getsockname()[1]}"


class Process:
    """A command that answers at a URL once it is ready. It and what it starts
    in turn make a process group, so that none outlives the scenario."""

    def __init__(self, command, ready, log, **options):
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **options
            )
        try:
            self.wait(ready)
        except BaseException:
            self.kill()
            raise

    def wait(self, ready):
        deadline = time.monotonic() + WITHIN
        while not answers(ready):
            assert self.process.poll() is None, f"it ended; it printed:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"it is not ready; it printed:\n{self.log.read_text()}"
            time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0, self.log.read_text()

    def kill(self):
        """End all of it with SIGKILL."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Served:
    """A server on data that can be stopped, killed and started. Entered, it gives
    a client."""

    def __init__(self, data, log, *flags):
        self.data, self.log, self.flags = data, log, flags
        self.address = free_address()
        self.url = f"http://{self.address}"

    def __enter__(self):
        command = [BINARY, "serve", "--data", self.data, "--listen", self.address, *self.flags]
        self.process = Process(command, self.url + "/health", self.log)
        return MlflowClient(self.url)

    def __exit__(self, kind, *_):
        if self.process:
            self.process.kill() if kind else self.process.stop()

    def kill(self):
        """End it with SIGKILL, inside the `with`."""
        self.process.kill()
        self.process = None
