"""What all runs of real clients share: the binary, the clients' virtual
environments, the server.

A run is a script beside this file or in a folder below. It needs Go, a Python
that its clients fit and, the first time, a Python package index; the standard
library does the rest.
"""

import contextlib
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BUILT = ROOT / ".cache" / "e2e"  # what is made from this checkout
CACHE = pathlib.Path(os.environ.get("PEDIGREE_E2E_CACHE", BUILT))  # clients, which checkouts may share
READY_WITHIN = 30  # seconds
BEGUN = time.monotonic()


class Failed(Exception):
    """Ends the run with one clear message."""

    code, word = 1, "FAILED"


class Cannot(Failed):
    """Ends a run that this machine has not what it takes for. The code is what
    .ci/run takes for neither passed nor failed."""

    code, word = 77, "CANNOT RUN"


def say(message):
    print(f"[{time.monotonic() - BEGUN:6.1f}s] {message}", flush=True)


def main(run):
    """Run, and end the process with the code that run gives."""
    try:
        sys.exit(run())
    except Failed as failure:
        say(f"{failure.word}: {failure}")
        sys.exit(failure.code)


def build():
    """Give the server's binary, built."""
    if not shutil.which("go"):
        raise Failed("Go is not on the PATH; it is needed to build the server (or give --binary FILE)")
    say("building the server")
    binary = BUILT / "pedigree"
    binary.parent.mkdir(parents=True, exist_ok=True)
    built = subprocess.run(["go", "build", "-o", binary, "./cmd/pedigree"], cwd=ROOT)
    if built.returncode != 0:
        raise Failed("the server does not build")
    return binary


def find_python(versions):
    """Give the first interpreter that is one of these versions, such as "3.11"."""
    for name in [*(f"python{version}" for version in versions), "python3"]:
        path = shutil.which(name)
        if not path:
            continue
        asked = subprocess.run(
            [path, "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True, text=True,
        )
        if asked.returncode == 0 and asked.stdout.strip() in versions:
            return path
    raise Cannot(f"Python {' or '.join(versions)} with venv is needed (Debian: apt install python{versions[0]}-venv); found none on the PATH")


def install(name, versions, *pins):
    """Give the interpreter of a virtual environment, kept under a name, that has
    what files of pins list. One whose name ends in .nodeps.txt is taken as it is:
    it lists clients that run with newer packages than they ask for, or all that
    there is to install."""
    stamp = hashlib.sha256(b"".join(file.read_bytes() for file in pins)).hexdigest()
    home = CACHE / name
    python = home / "bin" / "python"
    stamp_file = home / "installed"
    if stamp_file.exists() and stamp_file.read_text() == stamp:
        return python
    interpreter = find_python(versions)
    say(f"installing the client {name} into {home}")
    shutil.rmtree(home, ignore_errors=True)
    made = subprocess.run([interpreter, "-m", "venv", home], capture_output=True, text=True)
    if made.returncode != 0:
        raise Failed(f"{interpreter} cannot make a virtual environment:\n{made.stdout}{made.stderr}")
    for file in pins:
        install_pins(name, python, file)
    stamp_file.write_text(stamp)
    say(f"installed the client {name}")
    return python


def install_pins(name, python, file):
    how = ["--no-deps"] if file.name.endswith(".nodeps.txt") else ["--only-binary", ":all:"]
    made = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *how, "--requirement", file],
        capture_output=True, text=True,
    )
    if made.returncode != 0:
        why = "\n    ".join(made.stderr.strip().splitlines()[-5:])
        raise Cannot(f"the client {name} cannot be installed. Is a Python package index reachable from here?\n    {why}")


class Server:
    """The built binary, running on a data directory of its own. Inside a `with`
    it is wanted to end well, and its doctor to find nothing."""

    def __init__(self, binary, folder, *flags):
        self.binary, self.data, self.log = binary, folder / "data", folder / "server.log"
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        address = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if '--tls-cert' in flags else 'http'}://{address}"
        begun = time.monotonic()
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [binary, "serve", "--data", self.data, "--listen", address, *flags],
                stdout=output, stderr=subprocess.STDOUT,
            )
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() - begun > READY_WITHIN:
                self.process.kill()
                raise Failed(f"the server did not start; it printed:\n{self.printed()}")
            time.sleep(0.01)
        say(f"the server runs at {self.url}, ready after {(time.monotonic() - begun) * 1000:.0f} ms")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.process.kill()
            return
        self.stop()
        self.examine()

    def healthy(self):
        anyones = ssl._create_unverified_context()  # a certificate may be of the test's own making
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=anyones))
        try:
            with opener.open(self.url + "/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def printed(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def stop(self):
        """End the server as an operator would, and want it to end well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failed(f"the server did not end after SIGTERM; it printed:\n{self.printed()}")
        if code != 0:
            raise Failed(f"the server ended with {code} after SIGTERM; it printed:\n{self.printed()}")

    def examine(self):
        doctor = subprocess.run([self.binary, "doctor", "--data", self.data], capture_output=True, text=True)
        if doctor.returncode != 0:
            raise Failed(f"the doctor found:\n{doctor.stdout}{doctor.stderr}")
        say("the doctor finds the data in order")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def scratch():
    """A folder for as long as a run lasts."""
    with tempfile.TemporaryDirectory(prefix="pedigree-e2e-") as folder:
        yield pathlib.Path(folder)


def scenario_files(folder, names):
    """Give the files of scenarios by name, without names the folder of all."""
    if not names:
        return [folder]
    files = [folder / f"test_{name}.py" for name in names]
    for file in files:
        if not file.exists():
            known = ", ".join(sorted(f.stem.removeprefix("test_") for f in folder.glob("test_*.py")))
            raise Failed(f"there is no scenario {file.stem.removeprefix('test_')!r}; there are: {known}")
    return files


def environment(python, home):
    """What a client sees: nothing of the caller's own settings, and no network
    but the server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "PEDIGREE_"))}
    home.mkdir(parents=True, exist_ok=True)
    return kept | {
        "PATH": f"{python.parent}{os.pathsep}{kept.get('PATH', '')}",
        "HOME": str(home),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",  # a failure is a failure at once
    }


def pytest(python, *arguments, seen, cwd):
    """Run tests with a client and give pytest's exit code."""
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, env=seen, cwd=cwd).returncode
