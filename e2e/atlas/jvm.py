"""Atlas's clients for Java: how their jars are had, and how programs that use
them are compiled and run.

The jars come from Maven's central repository by way of `mvn`, and are kept beside
the other clients. Debian has both a JDK and Maven.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import harness
from harness import Cannot, Failed, say

HOME = harness.CACHE / "atlas-java"
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>pedigree</groupId><artifactId>atlas-clients</artifactId><version>1</version>
<dependencies>{dependencies}</dependencies></project>
"""
DEPENDENCY = """
<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"""

# Releases of Java that the clients run on: they were made for 8, tutorials take 11,
# and what they are built from (Jersey 1) still runs on 17 and 21.
OLDEST, NEWEST = 11, 21


def find():
    """Give the folder of programs of a JDK that fits."""
    for program in ("java", "javac", "mvn"):
        if not shutil.which(program):
            raise Cannot(f"there is no {program} (Debian: apt install openjdk-17-jdk-headless maven)")
    homes = [os.environ.get("JAVA_HOME"), pathlib.Path(shutil.which("javac")).resolve().parent.parent, *sorted(pathlib.Path("/usr/lib/jvm").glob("*"))]
    for home in homes:
        if home and (pathlib.Path(home) / "bin" / "javac").exists() and OLDEST <= release(pathlib.Path(home)) <= NEWEST:
            return pathlib.Path(home) / "bin"
    raise Cannot(f"there is no JDK of a release from {OLDEST} to {NEWEST} (Debian: apt install openjdk-17-jdk-headless)")


def release(home):
    """Give the number of a JDK's release, such as 17, or 0."""
    said = subprocess.run([home / "bin" / "javac", "-version"], capture_output=True, text=True)
    number = re.search(r"javac (\d+)", said.stdout + said.stderr)
    return int(number[1]) if number else 0


def jars(*coordinates):
    """Give the folder of the jars that coordinates such as group:artifact:version name, with
    all that they need."""
    pom = POM.format(dependencies="".join(DEPENDENCY.format(*c.split(":")) for c in coordinates))
    folder = HOME / hashlib.sha256(pom.encode()).hexdigest()[:12]
    if (folder / "complete").exists():
        return folder
    say(f"fetching {', '.join(coordinates)}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "pom.xml").write_text(pom)
    got = subprocess.run(
        ["mvn", "--batch-mode", "--quiet", f"-Dmaven.repo.local={HOME / 'repository'}", "dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
        cwd=folder, capture_output=True, text=True,
    )
    if got.returncode != 0:
        why = "\n    ".join((got.stdout + got.stderr).strip().splitlines()[:5])
        raise Cannot(f"the clients for Java cannot be fetched. Is Maven's central repository reachable from here?\n    {why}")
    (folder / "complete").touch()
    return folder


def compile(tools, sources, classes, *classpath):
    """Compile sources into a folder."""
    classes.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        [tools / "javac", "-nowarn", "-proc:none", "-d", classes, "-cp", os.pathsep.join(str(entry) for entry in classpath), *sources],
        capture_output=True, text=True,
    )
    if made.returncode != 0:
        raise Failed(f"does not compile:\n{made.stdout}{made.stderr}")


def command(tools, classpath, program, *arguments, settings=()):
    """Give the command that runs a class."""
    return [tools / "java", *settings, "-cp", os.pathsep.join(str(entry) for entry in classpath), program, *arguments]
