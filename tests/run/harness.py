"""A tiny project, built and driven by the real driver: what the suites in tests/run and tests/example have in common.

The package comes by CICD_PACKAGE, the folder of cicd-config.cmake. Every case works in a temporary folder with a cache, a state
folder and a home of its own; what is missing on the machine is a failure. Knows no step and no case."""

import contextlib
import fcntl
import hashlib
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

GIT = ("-c", "user.name=Jane Doe", "-c", "user.email=jane@example.com", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false")


def package():
    folder = os.environ.get("CICD_PACKAGE", "")
    if not (Path(folder) / "cicd-config.cmake").is_file():
        raise AssertionError(f"CICD_PACKAGE is no folder with cicd-config.cmake: '{folder}'")
    return folder


def tool(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise AssertionError(f"{name} is missing: ./setup --tests installs it")
    return found


def digest_of_tree(folder, skip=()):
    """One digest over names, modes, links and contents below a folder, less what lies below the names in `skip`."""
    folder, lines = Path(folder), []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if any(name == one or name.startswith(one + "/") for one in skip):
            continue
        if path.is_symlink():
            lines.append(f"{name} link {os.readlink(path)}")
        elif path.is_file():
            lines.append(f"{name} {path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def bearers(cookie):
    """Living processes whose environment holds `cookie`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if cookie.encode() in (entry / "environ").read_bytes().split(b"\0") and (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX":
                found.append((int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ")))
    return found


def until(condition, seconds=20, what="the condition"):
    """Waits for `condition` and gives what it returned."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{what} did not come within {seconds} s")


def note_in(text, label):
    """The first line of a message under `label`: `try: …` of an error, `try  …` of a block."""
    found = re.search(rf"^ +{label}:? +(.+)$", text, re.M)
    assert found, f"no '{label}' in: {text}"
    return found[1]


def on_terminal(words, env, folder, columns=100, typed=None, seconds=30):
    """What a command draws on a terminal of its own, and how it ended. `typed`: (what is waited for, what is typed then)."""
    child, ours = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe(words[0], [str(word) for word in words], env)
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    drawn, end, pending = b"", time.monotonic() + seconds, typed
    while time.monotonic() < end:
        if pending and pending[0] in drawn:
            os.write(ours, pending[1])
            pending = None
        if select.select([ours], [], [], 0.05)[0]:
            try:
                got = os.read(ours, 65536)
            except OSError:
                break
            if not got:
                break
            drawn += got
    else:
        os.kill(child, signal.SIGKILL)
    os.close(ours)
    return drawn.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Tree:
    """A project with its build tree."""

    def __init__(self, root, source="source", build="build", home=None):
        self.root, self.source, self.build = Path(root), Path(root) / source, Path(root) / build
        self.home = Path(home or self.root / "home")
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("CICD_", "GIT_", "XDG_", "CMAKE_", "CTEST_", "MAKE", "NINJA", "CI", "GITHUB_", "GITLAB_", "BUILDKITE",
                                                "JENKINS_", "DRONE", "TRAVIS", "BITBUCKET_", "SYSTEM_", "BUILD_", "TF_BUILD", "WOODPECKER", "GITEA_", "FORGEJO_"))}
        self.env.update(HOME=str(self.home), CICD_CACHE_DIR=str(self.home / "cache"), CICD_STATE_DIR=str(self.home / "state"),
                        GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8", CICD_PACKAGE=package())
        self.cookie = f"HOME={self.home}"  # every step is given it, and so are its children
        self.source.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)

    # ---- making ----

    def write(self, name, text="", mode=None):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        if mode:
            path.chmod(mode)
        return path

    def declare(self, calls):
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(tiny LANGUAGES NONE)\nenable_testing()\n"
                   "find_package(cicd REQUIRED)\n" + calls)
        return self

    def git(self, *words, check=True):
        done = subprocess.run([tool("git"), *GIT, "-C", str(self.source), *words], env=self.env, capture_output=True, text=True)
        assert not check or done.returncode == 0, f"git {words}: {done.stderr}"
        return done.stdout.strip()

    def commit(self, message="a change", push=True):
        if not (self.source / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        if push:
            self.push()
        return self.git("rev-parse", "HEAD")

    def tag(self, name, commit="HEAD"):
        """A tag, here and in the remote repository."""
        self.git("tag", name, commit)
        self.git("push", "--quiet", "upstream", name)

    def set_user(self):
        """Who works here, for the driver: the author of the commits."""
        self.git("config", "user.name", "Jane Doe")
        self.git("config", "user.email", "jane@example.com")

    @property
    def remote(self):
        return self.root / f"{self.source.name}-remote.git"

    def push(self):
        """The branch that is checked out goes to the remote repository of this tree, as it is here; a copy has that of the first."""
        if "upstream" not in self.git("remote").split():
            self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
            self.git("remote", "add", "upstream", str(self.remote))
        if branch := self.git("symbolic-ref", "--quiet", "--short", "HEAD", check=False):
            self.git("push", "--quiet", "--force", "--set-upstream", "upstream", f"HEAD:refs/heads/{branch}")

    def configure(self, generator="Ninja", status=0):
        done = self.call([tool("cmake"), "-S", str(self.source), "-B", str(self.build), "-G", generator, f"-Dcicd_DIR={package()}"])
        assert (done.returncode == 0) == (status == 0), done.all
        return done

    # ---- driving ----

    def call(self, words, env=None, cwd=None, timeout=120, **how):
        done = subprocess.run([str(word) for word in words], env={**self.env, **(env or {})}, cwd=cwd or self.source,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, **how)
        done.stdout, done.stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        done.all = f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    @property
    def launcher(self):
        return self.build / ".cicd/cicd"

    def for_another_user(self, folder):
        """Gives the tree to another user; what a command begins with to be that one's, since root may do everything. The driver is
        copied into `folder`: where it was built may be in a home that others cannot enter."""
        if os.getuid() != 0:
            return []
        text = self.launcher.read_text()
        built = re.search(r"exec '?([^' ]+)'? ", text)[1]
        driver = Path(folder) / "driver"
        shutil.copyfile(built, driver)
        driver.chmod(0o755)
        self.launcher.write_text(text.replace(built, str(driver)))
        Path(folder).chmod(0o755)
        self.call(["chown", "-R", "65534:65534", self.root])
        return [tool("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", "--"]

    def cicd(self, *words, status=0, **how):
        done = self.call([self.launcher, *words], **how)
        assert status is None or done.returncode == status, f"expected {status}: {done.all}"
        return done

    def run(self, *targets, status=0, **how):
        return self.cicd("run", *targets, status=status, **how)

    def make(self, target, status=0, **how):
        done = self.call([tool("cmake"), "--build", self.build, "--target", target], **how)
        assert (done.returncode == 0) == (status == 0), done.all
        return done

    def start(self, *words, **how):
        """The driver in the background, its output in files of the root."""
        def hear_signals():  # whoever started the tests may ignore them
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)

        with open(self.root / "out.txt", "wb") as out:
            return subprocess.Popen([str(word) for word in words], env={**self.env, **how.pop("env", {})}, cwd=self.source,
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=out, preexec_fn=hear_signals, **how)

    # ---- reading ----

    def result(self):
        return json.loads((self.build / ".cicd/result.json").read_text())

    def events(self, run=None):
        lines = (self.build / ".cicd/runs" / (run or self.result()["id"]) / "events.ndjson").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def outcomes(self):
        """The last run's steps and how each ended."""
        return {one["step"]: one["outcome"] for one in self.result()["steps"]}

    def plan(self, *words, **how):
        return json.loads(self.cicd("plan", "--json", *words, **how).stdout)

    def reasons(self, step, *words):
        return next(one["reasons"] for one in self.plan(*words)["steps"] if one["step"] == step)

    def log(self, step):
        return (self.build / ".cicd/runs" / self.result()["id"] / (step.replace("/", ".") + ".log")).read_bytes()

    def work(self, step):
        return self.build / ".cicd/work" / step

    def manifests(self, *words, repository=None):
        return self.call([tool("git"), "-C", repository or self.build / "manifests.git", *words]).stdout.strip()

    def record(self, environment="stage", pipeline="app", repository=None):
        return json.loads(self.manifests("show", f"main:.cicd/records/{environment}/{pipeline}.json", repository=repository))

    def commits(self, repository=None):
        return int(self.manifests("rev-list", "--count", "main", repository=repository) or 0)


class Case(unittest.TestCase):
    """A case with a folder of its own, in which nothing outlives it."""

    maxDiff = None
    longMessage = True

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cicd-run-"))
        self.trees = []
        self.addCleanup(self.clean)

    def clean(self):
        for tree in self.trees:
            for process, _ in bearers(tree.cookie):
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
        subprocess.run(["chmod", "-R", "u+rwX", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tree(self, calls=None, name="t", **how):
        tree = Tree(self.folder / name, **how)
        self.trees.append(tree)
        if calls is not None:
            tree.declare(calls).configure()
        return tree

    def committed(self, calls, files=None):
        """A tree with `in.txt`, more or other files and these calls, committed and configured. A script can be executed."""
        tree = self.tree()
        for name, text in {"in.txt": "one", **(files or {})}.items():
            tree.write(name, text, 0o755 if text.startswith("#!") else None)
        tree.declare(calls)
        tree.commit()
        tree.configure()
        return tree

    def deployed(self):
        """A tree whose stage is there."""
        tree = self.committed(DEPLOYED)
        tree.run("deploy-stage")
        return tree

    def registry(self, name="registry"):
        """A docker-registry without TLS; its address and the folder of its data."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        data = self.folder / f"{name}-data"
        config = self.folder / f"{name}.yml"
        config.write_text(json.dumps({"version": "0.1", "log": {"level": "error"}, "http": {"addr": address, "secret": "test"},
                                      "storage": {"filesystem": {"rootdirectory": str(data)}, "delete": {"enabled": True}}}))
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen([tool("docker-registry"), "serve", str(config)], stdout=log, stderr=log)
        self.addCleanup(lambda: (process.kill(), process.wait()))

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", int(address.split(":")[1]))) == 0

        until(listens, 30, "the registry")
        return address, data

    def trust(self, tree, *addresses):
        path = tree.home / ".config/containers/registries.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f'[[registry]]\nlocation = "{address}"\ninsecure = true\n' for address in addresses))

    def assert_json_lines(self, path):
        text = Path(path).read_bytes()
        for line in text.split(b"\n")[:-1]:
            json.loads(line.decode("utf-8"))


# A whole line from a file to a deployed stage, without a compiler.
DEPLOYED = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 REPLICAS 2 HOST app.example.com READY /health)
pipeline_service(app api IN stage REPLICAS 1)
pipeline_environment(app stage ON branch main VIA gitops)
"""
