"""Tests that were written elsewhere, made to run here: copied, and changed no
more than is said."""

import pathlib
import re
import subprocess
import xml.etree.ElementTree

from harness import Failed, say

# Cases of recorded answers in which the server differs, and why. docs/compat.md
# tells users of each.
DIFFERENCES = {
    "string __MLMD_NULL__": "any text is text",
    "string mlmd-struct:: prefix": "any text is text",
    "NUL in string": "any text is text",
    "nan double": "NaN is a number",
    "inf double": "infinity is a number",
    "a:id IN (SELECT 1)": "takes the first artifact to have the identity 1",
    "a:CAST(id AS STRING) = '1'": "takes the first artifact to have the identity 1",
    "a:id = 0x1": "takes the first artifact to have the identity 1",
}


def packages(python):
    """Give the folder that an interpreter's packages lie in."""
    found = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True)
    return pathlib.Path(found.stdout.strip())


def wheel_test(python, folder):
    """Copy the tests of the wheel. Four of them forget to say, or misspell, which
    server they are for."""
    source = packages(python) / "ml_metadata" / "metadata_store"
    text = (source / "metadata_store_test.py").read_text()
    text, forgotten = re.subn(r"_get_metadata_store\(grpc", "_get_metadata_store(self.cli_args, grpc", text)
    text, misspelt = re.subn(r"self\.self\.cli_args", "self.cli_args", text)
    if (forgotten, misspelt) != (3, 1):
        raise Failed(f"the wheel's tests are not those that the patch is for: {forgotten} and {misspelt} places")
    folder.mkdir()
    (folder / "conftest.py").write_text((source / "conftest.py").read_text())
    test = folder / "metadata_store_test.py"
    test.write_text(text)
    return test


def sdk_test(python, folder, port):
    """Copy the tests of kubeflow-metadata, with the port of the server."""
    text = (packages(python) / "tests" / "test_metadata.py").read_text()
    text, places = re.subn(r"(?m)^GRPC_PORT = \d+$", f"GRPC_PORT = {port}", text)
    if places != 1:
        raise Failed(f"the tests of kubeflow-metadata name their port in {places} places")
    folder.mkdir()
    test = folder / "test_metadata.py"
    test.write_text(text)
    return test


def counts(report):
    """Give how many tests of a JUnit report ended how."""
    if not report.exists():
        raise Failed("the tests did not run to their end")
    suite = next(xml.etree.ElementTree.parse(report).getroot().iter("testsuite")).attrib
    failed, skipped = int(suite["failures"]) + int(suite["errors"]), int(suite["skipped"])
    return {"passed": int(suite["tests"]) - failed - skipped, "skipped": skipped, "failed": failed}


def compare(python, cases, port, seen):
    """Compare the server with recorded answers. It must differ where it is said
    to, and nowhere else."""
    done = subprocess.run(
        [python, f"{cases}.py", "--check", f"{cases}.json", f"127.0.0.1:{port}"], env=seen, capture_output=True, text=True,
    )
    lines = done.stdout.splitlines()
    if not lines or not re.fullmatch(r"\d+ of \d+ agree", lines[-1]):
        raise Failed(f"{cases.name} did not run to its end:\n{done.stdout}{done.stderr}")
    say(f"{cases.name}: {lines[-1]}")
    right = True
    for line in lines[:-1]:
        reason = next((reason for case, reason in DIFFERENCES.items() if line.startswith((f"DIFF {case} want", f"DIFF ({case!r},"))), None)
        say(f"  {'differs on purpose, ' + reason if reason else 'WRONG'}: {line}")
        right = right and reason is not None
    return right
