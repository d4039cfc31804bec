"""Calls of a client for Java, from a scenario in Python; see java/Bridge.java."""

import json
import pathlib
import subprocess
import tempfile

import jvm

HERE = pathlib.Path(__file__).resolve().parent
V2, V1 = "org.apache.atlas.AtlasClientV2", "org.apache.atlas.AtlasClient"


class Refused(Exception):
    """What the client threw."""

    def __init__(self, error):
        super().__init__(f"{error['type']}: {error['message']}")
        self.type, self.message, self.status = error["type"], error["message"], error.get("status")


class Bridge:
    """A client of one release and of one version of the protocol, in a process of its own."""

    def __init__(self, tools, jars, program, url):
        self.folder = tempfile.TemporaryDirectory(prefix="pedigree-bridge-")
        home = pathlib.Path(self.folder.name)
        jvm.compile(tools, [HERE / "java" / "Bridge.java"], home / "classes", f"{jars}/*")
        (home / "atlas-application.properties").write_text(f"atlas.rest.address={url}\natlas.client.readTimeoutMSecs=60000\n")
        (home / "log4j.properties").write_text("log4j.rootLogger=WARN,err\nlog4j.appender.err=org.apache.log4j.ConsoleAppender\n"
                                               "log4j.appender.err.target=System.err\nlog4j.appender.err.layout=org.apache.log4j.SimpleLayout\n")
        command = jvm.command(tools, [home, home / "classes", f"{jars}/*"], "Bridge", program, url, settings=[f"-Datlas.conf={home}"])
        self.log = (home / "log").open("w+b")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.made = set()
        self.methods = self("?")
        self.made.clear()

    def __call__(self, method, *arguments):
        """Call a method by its name and the names of its parameters' types, as in "getServer(String)". It is counted
        as called where it did not throw: the client throws when the status is not the one that it wants."""
        self.process.stdin.write(json.dumps({"method": method, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise RuntimeError(f"the client ended:\n{self.log.read().decode(errors='replace')[-3000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        self.made.add(method)
        return answer["result"]

    def has(self, method):
        return method in self.methods

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.folder.cleanup()
