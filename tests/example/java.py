"""Java services through the real driver, and their images started by runc. What the suites of this folder have in common."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "run"))
import harness  # noqa: E402

SOURCE = Path(os.environ.get("CICD_SOURCE") or Path(__file__).resolve().parents[2])


def service(root, sources=None, build="build", home=None):
    """A copy of a service, below `root`, that finds Maven's repository of this machine."""
    tree = harness.Tree(root, build=build, home=home)
    if not (tree.home / ".m2").exists():
        (Path.home() / ".m2").mkdir(exist_ok=True)
        (tree.home / ".m2").symlink_to(Path.home() / ".m2")
    if sources:
        shutil.copytree(sources, tree.source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target", "build"))
    return tree


# The step that makes a base by `runtime`.
RUNTIME = "pipeline_step({0} runtime COMMAND ./make-runtime runtime.tar INPUTS make-runtime TOOLS java ldd PASS_ENV JAVA_HOME OUTPUTS runtime.tar)\n"


def runtime():
    """make-runtime of the example, with every module, so that it has all that an application takes."""
    script = (SOURCE / "examples/java-maven/make-runtime").read_text()
    return re.sub(r"^modules=.*$", "modules=java.se,jdk.crypto.ec,jdk.unsupported,jdk.management,jdk.httpserver", script, flags=re.M)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Container:
    """An image, unpacked by umoci and started by runc as Kubernetes would: read-only, its numeric user, no capability, a /tmp."""

    def __init__(self, image, folder, env, arguments=None):
        self.folder, self.name = Path(folder), f"cicd-example-{os.getpid()}-{Path(folder).name}"
        self.runc = [harness.tool("runc"), "--root", str(self.folder / "runc")]
        done = subprocess.run([harness.tool("umoci"), "unpack", "--image", str(image), str(self.folder / "bundle")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        path = self.folder / "bundle/config.json"
        config = self.config = json.loads(path.read_text())
        config["root"]["readonly"] = True
        config["process"]["args"] = arguments or config["process"]["args"]
        config["process"].update(terminal=False, noNewPrivileges=True,
                                 capabilities={kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")})
        config["process"]["env"] += [f"{name}={value}" for name, value in env.items()]
        config["mounts"].append({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777", "size=64m"]})
        config["linux"].pop("resources", None)
        # The host's network, so that it can be asked from here.
        config["linux"]["namespaces"] = [one for one in config["linux"]["namespaces"] if one["type"] != "network"]
        path.write_text(json.dumps(config))

    def __enter__(self):
        self.log = open(self.folder / "log.txt", "wb")
        self.process = subprocess.Popen([*self.runc, "run", "--bundle", self.folder / "bundle", self.name], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        return self

    def __exit__(self, *_):
        subprocess.run([*self.runc, "delete", "--force", self.name], capture_output=True)
        self.process.wait(30)
        self.log.close()

    def answer(self, url, seconds=60):
        def ask():
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode}: {(self.folder / 'log.txt').read_text()[-3000:]}")
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as got:
                return got.status, got.read().decode()
        return harness.until(ask, seconds, f"an answer of {url}; {(self.folder / 'log.txt').read_text()[-2000:]}")

    def status(self):
        """/proc/<pid>/status of its main process, as a dictionary."""
        state = json.loads(subprocess.run([*self.runc, "state", self.name], capture_output=True, text=True, check=True).stdout)
        return dict(line.split(":", 1) for line in Path(f"/proc/{state['pid']}/status").read_text().splitlines())

    def terminate(self):
        subprocess.run([*self.runc, "kill", self.name, "TERM"], check=True)
        return self.process.wait(30)


class Suite(unittest.TestCase):
    """Cases that share one folder and what setUpClass makes there."""

    maxDiff = None
    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="cicd-example-"))
        cls.addClassCleanup(cls.clean)

    @classmethod
    def clean(cls):
        subprocess.run(["chmod", "-R", "u+rwX", str(cls.folder)], check=False)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def replace(self, path, old, new):
        """In a file of `self.tree`, until the case ends."""
        file = self.tree.source / path
        before = file.read_text()
        self.assertIn(old, before)
        file.write_text(before.replace(old, new))
        self.addCleanup(file.write_text, before)

    def check_is_unprivileged(self, container):
        status = container.status()
        self.assertEqual(status["Uid"].split(), ["10001"] * 4)
        self.assertEqual(set(status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")), {"0" * 16})
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
